use crate::engine::detect::episodes::{Attempt, Episode, episodes};
use crate::engine::detect::words::{called, count, failure, number, quoted};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status, Waste,
};
use crate::engine::order;
use crate::engine::trace::StepId;

pub(super) struct LoopAnatomy;

static INFO: DetectorInfo = DetectorInfo {
    id: "loop-anatomy",
    title: "Several attempts, no progress",
    what: "At least three attempts at one thing (the same tests, program, build, installation or tool, or an \
           edit of the same file) failed in the same way: no failing test less, no other error. It is told \
           what changed between them and what they took; the third attempt is blamed.",
    why: "Seen together, the attempts show whether the agent learnt anything from each. Loops say more about \
          cost than about the outcome.",
    limits: "Attempts are grouped by the file or command they name: one that is written quite differently is \
             not seen as the same. Failures are compared by failing tests or by the error; tests that \
             never passed may be no fault of the work. Attempts with nothing changed at all are left to \
             blind-retry.",
    category: Category::Flow,
    severity: Severity::Note,
    status: Status::Stable,
    taxonomy: &["MAST 1.3", "AgentErrorTaxonomy inefficient plan", "Graphectory loops"],
    classic: None,
};

/// Attempts from which on it is an episode.
const ATTEMPTS: usize = 3;

impl Detector for LoopAnatomy {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        if ctx.is_original() {
            return;
        }
        for episode in episodes(ctx, ATTEMPTS) {
            let [first, retries @ ..] = episode.attempts.as_slice() else { continue };
            let (Some(last), Some(blamed)) = (retries.last(), retries.get(ATTEMPTS - 2)) else { continue };
            if retries.iter().all(Attempt::is_blind) {
                continue;
            }
            let between = ctx.actions_after(first.step).map(|(step, _)| step);
            let wasted: Vec<StepId> = between.take_while(|step| *step <= last.step).collect();
            let waste = ctx.waste(&wasted);
            let message = format!(
                "{} at {} in steps {} to {}: {}; each time {}. {}{} wasted.",
                count(episode.attempts.len(), "attempt"),
                called(ctx, first.step),
                number(first.step),
                number(last.step),
                changes(retries),
                failure(ctx, last.step),
                ending(&episode),
                amount(waste)
            );
            findings.push(
                Finding::new(&INFO, blamed.step, message)
                    .proven_by([ctx.proof(first.step), ctx.proof(last.step)])
                    .wasting(waste)
                    .about(episode.attempts.iter().map(|attempt| attempt.step)),
            );
        }
    }
}

/// What changed before the retries: "a.py changed before 2 of the 3 retries, nothing before 1".
fn changes(retries: &[Attempt<'_>]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut tell = |what: String, retries_with: usize| {
        if retries_with > 0 {
            let when = if retries_with == retries.len() {
                "each retry".to_owned()
            } else {
                format!("{retries_with} of {} retries", retries.len())
            };
            parts.push(format!("{what} before {when}"));
        }
    };
    let with = |test: fn(&Attempt<'_>) -> bool| retries.iter().filter(|retry| test(retry)).count();
    tell(format!("{} changed", files(retries)), with(|retry| !retry.edited.is_empty()));
    tell("the environment changed".to_owned(), with(|retry| retry.environment));
    tell(
        "only the call changed".to_owned(),
        with(|retry| retry.reworded && retry.edited.is_empty() && !retry.environment),
    );
    tell("nothing changed".to_owned(), retries.iter().filter(|retry| retry.is_blind()).count());
    parts.join(", ")
}

/// The files changed in between: by name where they are few.
fn files(retries: &[Attempt<'_>]) -> String {
    const NAMED: usize = 2;
    let files = order::distinct(retries.iter().flat_map(|retry| retry.edited.iter().copied()));
    if files.len() > NAMED {
        return count(files.len(), "file");
    }
    let names: Vec<String> = files
        .iter()
        .map(|file| if file.is_empty() { "everything".to_owned() } else { quoted(file) })
        .collect();
    names.join(" and ")
}

fn ending(episode: &Episode<'_>) -> String {
    match episode.moved {
        Some(step) => format!("Step {} got further. ", number(step)),
        None => "No later attempt got further. ".to_owned(),
    }
}

/// `19 steps and 40,000 tokens`.
fn amount(waste: Waste) -> String {
    let steps = count(waste.steps as usize, "step");
    match waste.tokens {
        Some(tokens) => format!("{steps} and {tokens} tokens"),
        None => steps,
    }
}

#[cfg(test)]
mod tests {
    use super::LoopAnatomy;
    use crate::engine::testing::script::check;

    #[test]
    fn attempts_are_taken_apart() {
        let found = check(
            &LoopAnatomy,
            "
            edit    a.py
            test    pytest -q a_test.py    tests red 1/9  failing t   tokens 700
            edit    a.py                   tokens 500
            test    pytest -q a_test.py    tests red 1/9  failing t   tokens 500
            read    a.py                   tokens 500
            test    pytest -v a_test.py    tests red 1/9  failing t   tokens 500    <- loop-anatomy
            ",
        );
        assert_eq!(
            found[0].message,
            "3 attempts at “pytest -q a_test.py” in steps 2 to 6: “a.py” changed before 1 of 2 retries, only \
             the call changed before 1 of 2 retries; each time 1 of 9 tests failed (t). No later attempt got \
             further. 4 steps and 2000 tokens wasted."
        );
        assert_eq!(found[0].steps.len(), 3);
    }

    #[test]
    fn refused_edits_of_one_file() {
        check(
            &LoopAnatomy,
            "
            edit  a.py +1   error edit-rejected not found   refused
            edit  a.py +2   error edit-rejected not found   refused
            read  a.py
            edit  a.py +3   error edit-rejected not found   refused   <- loop-anatomy
            edit  a.py +4
            ",
        );
    }

    #[test]
    fn silent_on_progress_on_a_success_between_and_on_blind_retries() {
        check(
            &LoopAnatomy,
            "
            test    t.py    tests red 3/9  failing a,b,c
            edit    a.py
            test    t.py    tests red 2/9  failing a,b
            edit    a.py
            test    t.py    tests red 1/9  failing a
            ",
        );
        check(
            &LoopAnatomy,
            "
            test    t    tests red 1/9  failing a
            edit    a.py
            test    t    tests green 0/9
            edit    a.py
            test    t    tests red 1/9  failing a
            edit    a.py
            test    t    tests red 1/9  failing a
            ",
        );
        check(
            &LoopAnatomy,
            "program  ./a  error exception X\n program  ./a  error exception X\n program  ./a  error exception X",
        );
    }
}
