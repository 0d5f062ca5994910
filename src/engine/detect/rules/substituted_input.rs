use crate::engine::detect::words::{called, failure, quoted};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::facts::{ActionFacts, EditKind, Operation};
use crate::engine::trace::StepId;

pub(super) struct SubstitutedInput;

static INFO: DetectorInfo = DetectorInfo {
    id: "substituted-input",
    title: "An input was made up",
    what: "Something could not be fetched from outside; the agent then wrote a file of the same name, or one \
           called sample, mock, dummy or the like, and used it.",
    why: "What is built on made-up data answers another question than the one that was asked.",
    limits: "A stand-in may be what the task allows. Silent where the fetch succeeds later, and where the \
             data is written without a telling name.",
    category: Category::Outcome,
    severity: Severity::Warning,
    status: Status::Preview,
    taxonomy: &["AgentRx invention of new information", "HAL shortcut"],
    classic: None,
};

/// How files are called that stand in for others.
const STAND_INS: &[&str] = &["sample", "mock", "dummy", "placeholder", "fake", "synthetic", "simulated"];

impl Detector for SubstitutedInput {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        let fetches: Vec<(StepId, &ActionFacts)> =
            ctx.actions().filter(|(_, action)| fetches(action)).collect();
        for (fetch, action) in fetches.iter().filter(|(_, action)| action.outcome.is_error()) {
            let address = address(action).unwrap_or("");
            let got_later = fetches.iter().any(|(other, later)| {
                other > fetch && !later.outcome.is_error() && self::address(later) == Some(address)
            });
            let Some((write, file)) = (if got_later { None } else { substitute(ctx, *fetch, address) })
            else {
                continue;
            };
            let message = format!(
                "{} failed ({}), and the agent wrote {} itself and used it.",
                called(ctx, *fetch),
                failure(ctx, *fetch),
                quoted(file)
            );
            findings.push(
                Finding::new(&INFO, write, message)
                    .proven_by([ctx.proof(*fetch), ctx.whole_call(write)])
                    .about([*fetch]),
            );
            return;
        }
    }
}

fn fetches(action: &ActionFacts) -> bool {
    let by_command = action.command.as_deref().is_some_and(|command| {
        address_in(command).is_some_and(|url| !url.contains("localhost") && !url.contains("127.0.0.1"))
    });
    action.operation == Operation::Browse || by_command
}

fn address(action: &ActionFacts) -> Option<&str> {
    action.command.as_deref().and_then(address_in).or(action.targets.first().map(AsRef::as_ref))
}

fn address_in(command: &str) -> Option<&str> {
    let start = command.find("https://").or_else(|| command.find("http://"))?;
    let rest = command.get(start..)?;
    rest.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ')' | '|' | ';')).next()
}

/// The file written after a failed fetch that stands for what was to be fetched, if something used it.
fn substitute<'a>(ctx: &DetectContext<'a>, fetch: StepId, address: &str) -> Option<(StepId, &'a str)> {
    let (_, path) = address.split_once("://")?;
    let wanted =
        path.split(['?', '#']).next().and_then(|path| path.rsplit_once('/')).map_or("", |(_, name)| name);
    ctx.actions_after(fetch).find_map(|(step, action)| {
        let edit = action.edits.iter().filter(|edit| edit.kind == EditKind::Create).find(|edit| {
            let name = edit.file.rsplit('/').next().unwrap_or("");
            let is_wanted = wanted.contains('.') && name == wanted;
            let lower = name.to_lowercase();
            is_wanted || STAND_INS.iter().any(|word| lower.split(['_', '-', '.']).any(|part| part == *word))
        })?;
        let name = edit.file.rsplit('/').next().unwrap_or("");
        let used = ctx.actions_after(step).any(|(_, later)| {
            later.command.as_deref().is_some_and(|command| command.contains(name))
                || later.targets.iter().any(|target| target.ends_with(name))
        });
        used.then_some((step, &*edit.file))
    })
}

#[cfg(test)]
mod tests {
    use super::SubstitutedInput;
    use crate::engine::testing::script::check;

    #[test]
    fn a_file_of_the_same_name() {
        let found = check(
            &SubstitutedInput,
            "
            run      curl -O https://x.test/books.html    exit 22  error network 502 Bad Gateway
            create   books.html                           <- substituted-input
            program  python3 scrape.py books.html
            ",
        );
        assert_eq!(
            found[0].message,
            "“curl -O https://x.test/books.html” failed (“502 Bad Gateway”), and the agent wrote “books.html” \
             itself and used it."
        );
    }

    #[test]
    fn silent_where_it_was_fetched_after_all_or_not_used() {
        check(
            &SubstitutedInput,
            "
            run      curl -O https://x.test/books.html    exit 22  error network 502
            create   sample_books.html
            run      curl -O https://x.test/books.html
            program  python3 scrape.py sample_books.html
            ",
        );
        check(
            &SubstitutedInput,
            "
            run      curl -O https://x.test/books.html    exit 22  error network 502
            create   notes.txt
            ",
        );
    }
}
