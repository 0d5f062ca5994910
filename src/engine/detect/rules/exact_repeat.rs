use crate::engine::detect::repeats::{RepeatKind, done_again};
use crate::engine::detect::words::{called, count};
use crate::engine::detect::{Category, DetectContext, Detector, DetectorInfo, Findings, Severity, Status};

pub(super) struct ExactRepeat;

static INFO: DetectorInfo = DetectorInfo {
    id: "exact-repeat",
    title: "The same call again, with the same result",
    what: "One tool was called with the same input and gave the same result, three times or more with nothing \
           changed in between; or twice in a row, which is only noted. The first repetition is blamed.",
    why: "It cost a round and told nothing new. Together with blind-retry and redundant-read it is right 93 \
          times in 100 against human labels of repetition; it says little about the outcome.",
    limits: "Edits are compared byte for byte, as a change of white space can be the fix. Results count as \
             the same when they differ only in times, addresses and the like. Waiting and polling are meant \
             to repeat and left out. An edit, an installation, a compaction or a word from the user starts \
             the count anew. Failed calls and reads have rules of their own.",
    category: Category::Flow,
    severity: Severity::Warning,
    status: Status::Stable,
    taxonomy: &["MAST 1.3", "TRAIL resource abuse", "OpenHands stuck"],
    classic: None,
};

/// Equal calls from which on it is more than a note.
const REPEATS: usize = 3;

impl Detector for ExactRepeat {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        // The original format shows no changes, so that any two calls may differ in their effect.
        if ctx.is_original() {
            return;
        }
        for repeat in ctx.repeats().repeats.iter().filter(|repeat| repeat.kind == RepeatKind::Other) {
            let is_loop = repeat.steps.len() >= REPEATS;
            let Some(blamed) = repeat.steps.get(1).filter(|_| is_loop || repeat.in_a_row) else { continue };
            let message = format!(
                "{} was called {} with the same input and the same result, and nothing changed in between.",
                called(ctx, *blamed),
                count(repeat.steps.len(), "time")
            );
            let severity = if is_loop { Severity::Warning } else { Severity::Note };
            let finding = done_again(ctx, &INFO, &repeat.steps, 1, message);
            findings.extend(finding.map(|finding| finding.severity(severity)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ExactRepeat;
    use crate::engine::detect::Severity;
    use crate::engine::testing::script::check;

    #[test]
    fn three_times_without_a_change() {
        let found = check(
            &ExactRepeat,
            "
            program  ./run.sh       says 7
            read     run.sh
            program  ./run.sh       says 7    <- exact-repeat
            program  ./run.sh       says 7
            ",
        );
        assert_eq!(found[0].severity, Severity::Warning);
        assert_eq!(found[0].waste.steps, 2);
        assert_eq!(
            found[0].message,
            "“./run.sh” was called 3 times with the same input and the same result, and nothing changed in \
             between."
        );
    }

    #[test]
    fn twice_in_a_row_is_noted() {
        let found = check(&ExactRepeat, "list  src\n list  src   <- exact-repeat\n list  tests");
        assert_eq!(found[0].severity, Severity::Note);
        check(&ExactRepeat, "list  src\n list  tests\n list  src");
    }

    #[test]
    fn silent_on_other_results_on_changes_in_between_and_on_waiting() {
        check(&ExactRepeat, "program  ./a  result 1\n program  ./a  result 2\n program  ./a  result 3");
        check(&ExactRepeat, "test  t  says 1\n edit  a.rs\n test  t  says 1\n edit  b.rs\n test  t  says 1");
        check(&ExactRepeat, "run  sleep 5  waits\n run  sleep 5  waits\n run  sleep 5  waits");
        check(&ExactRepeat, "list  src\n user  again please\n list  src\n list @helper  src");
    }

    #[test]
    fn silent_on_what_other_rules_tell() {
        check(&ExactRepeat, "program  ./a  exit 1\n program  ./a  exit 1\n program  ./a  exit 1");
        check(&ExactRepeat, "read  a.rs\n read  a.rs\n read  a.rs");
    }
}
