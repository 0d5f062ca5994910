use crate::engine::detect::words::{called, failure, quoted};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::facts::{ActionFacts, ActionOutcome, Edit, EditKind, ErrorClass};
use crate::engine::trace::StepId;

pub(super) struct SubstitutedInput;

static INFO: DetectorInfo = DetectorInfo {
    id: "substituted-input",
    title: "An input was made up",
    what: "Something could not be fetched from outside, and the agent wrote a file of the same name itself, or a \
           data file called sample, mock, dummy, test or the like.",
    why: "What is built on made-up data answers another question than the one that was asked.",
    limits: "A stand-in may be what the task allows, or serve to try the program alone. Silent where the same call \
             succeeds later, and where the data is written without a telling name.",
    category: Category::Outcome,
    severity: Severity::Note,
    status: Status::Preview,
    taxonomy: &["AgentRx invention of new information", "HAL shortcut"],
    classic: Some("faulty_assumption"),
};

/// How files are called that stand in for others.
const STAND_INS: &[&str] =
    &["sample", "mock", "dummy", "placeholder", "fake", "synthetic", "simulated", "test", "local", "example"];
/// What holds data rather than a program.
const DATA: &[&str] =
    &["html", "json", "jsonl", "csv", "tsv", "xml", "txt", "yaml", "db", "parquet", "mp4", "wav"];

impl Detector for SubstitutedInput {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        for (fetch, action) in ctx.actions().filter(|(_, action)| was_shut_out(action)) {
            let is_same = |later: &ActionFacts| match (address(action), address(later)) {
                (Some(one), Some(other)) => one == other,
                _ => later.call_hash == action.call_hash,
            };
            if ctx.actions_after(fetch).any(|(_, later)| is_same(later) && !later.outcome.is_error()) {
                continue;
            }
            let Some((write, file)) = substitute(ctx, fetch, address(action).unwrap_or("")) else { continue };
            let message = format!(
                "{} failed ({}), and the agent wrote {} itself.",
                called(ctx, fetch),
                failure(ctx, fetch),
                quoted(file)
            );
            findings.push(
                Finding::new(&INFO, write, message)
                    .proven_by([ctx.proof(fetch), ctx.whole_call(write)])
                    .about([fetch]),
            );
            return;
        }
    }
}

/// Whether something outside could not be reached or was not there.
fn was_shut_out(action: &ActionFacts) -> bool {
    match action.outcome {
        ActionOutcome::Error(ErrorClass::Network | ErrorClass::RateLimit | ErrorClass::Authentication) => {
            true
        }
        ActionOutcome::Error(_) | ActionOutcome::Timeout => address(action).is_some(),
        _ => false,
    }
}

/// The address outside that a command names.
fn address(action: &ActionFacts) -> Option<&str> {
    let command = action.command.as_deref()?;
    let start = command.find("https://").or_else(|| command.find("http://"))?;
    let rest = command.get(start..)?;
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ')' | '|' | ';');
    let address = rest.split(ends).next()?;
    (!address.contains("localhost") && !address.contains("127.0.0.1")).then_some(address)
}

/// The file written after a failed fetch that stands for what was to be fetched.
fn substitute<'a>(ctx: &DetectContext<'a>, fetch: StepId, address: &str) -> Option<(StepId, &'a str)> {
    let path = address.split(['?', '#']).next().unwrap_or("");
    let wanted = path.rsplit('/').next().filter(|name| name.contains('.')).unwrap_or("");
    ctx.actions_after(fetch).find_map(|(step, action)| {
        let stands_in = |edit: &&Edit| {
            let name = edit.file.rsplit('/').next().unwrap_or("").to_lowercase();
            let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
            let is_named_so = stem.split(['_', '-', '.']).any(|part| STAND_INS.contains(&part));
            name == wanted && !wanted.is_empty() || is_named_so && DATA.contains(&extension)
        };
        let created = |edit: &&Edit| edit.kind == EditKind::Create;
        action.edits.iter().filter(created).find(stands_in).map(|edit| (step, &*edit.file))
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
             itself."
        );
    }

    #[test]
    fn a_stand_in_for_what_a_program_could_not_reach() {
        check(
            &SubstitutedInput,
            "
            program  python3 scrape.py      exit 1  error network 502 Server Error: Bad Gateway
            create   test_bookstore.html    <- substituted-input
            ",
        );
    }

    #[test]
    fn silent_where_it_was_fetched_after_all_and_on_programs() {
        check(
            &SubstitutedInput,
            "
            run      curl -O https://x.test/books.html    exit 22  error network 502
            create   sample_books.html
            run      curl -O https://x.test/books.html
            ",
        );
        check(
            &SubstitutedInput,
            "
            run      curl -O https://x.test/books.html    exit 22  error network 502
            create   test_scraper.py
            ",
        );
    }
}
