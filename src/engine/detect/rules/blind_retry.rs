use crate::engine::detect::repeats::{RepeatKind, done_again};
use crate::engine::detect::words::{called, count, failure};
use crate::engine::detect::{Category, DetectContext, Detector, DetectorInfo, Findings, Severity, Status};

pub(super) struct BlindRetry;

static INFO: DetectorInfo = DetectorInfo {
    id: "blind-retry",
    title: "A failed call sent again unchanged",
    what: "A call that had failed was sent again byte for byte, with nothing changed in between, and failed \
           in the same way. Once, directly after the failure, is only noted; twice or more is a loop. The \
           first retry is blamed.",
    why: "Without a change there is nothing that could make it succeed, and the error was not read. It costs \
          rounds and says little about the outcome.",
    limits: "A failure by chance (network, races) can be worth one retry, and a fault of the tool itself \
             leaves the agent little else. Results count as the same when they differ only in times, \
             addresses and the like. Waiting and polling are left out.",
    category: Category::Flow,
    severity: Severity::Warning,
    status: Status::Stable,
    taxonomy: &["MAST 1.3", "MAST 2.5", "OpenHands stuck"],
    classic: None,
};

/// Equal failures from which on it is more than a note.
const FAILURES: usize = 3;

impl Detector for BlindRetry {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        // The original format shows no changes: anything may have happened in between.
        if ctx.is_original() {
            return;
        }
        for repeat in ctx.repeats().repeats.iter().filter(|repeat| repeat.kind == RepeatKind::Failed) {
            let is_loop = repeat.steps.len() >= FAILURES;
            let Some((first, retries)) = repeat.steps.split_first() else { continue };
            let Some(blamed) = retries.first().filter(|_| is_loop || repeat.in_a_row) else { continue };
            let message = format!(
                "{} had failed and was sent again unchanged {}; each time it failed alike: {}.",
                called(ctx, *first),
                count(retries.len(), "time"),
                failure(ctx, *blamed)
            );
            let severity = if is_loop { Severity::Warning } else { Severity::Note };
            let finding = done_again(ctx, &INFO, &repeat.steps, 1, message);
            findings.extend(finding.map(|finding| finding.severity(severity)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::BlindRetry;
    use crate::engine::detect::Severity;
    use crate::engine::testing::script::check;

    #[test]
    fn an_edit_sent_again_unchanged() {
        let found = check(
            &BlindRetry,
            "
            edit  a.rs +1 -1     error edit-rejected not found   refused
            edit  a.rs +1 -1     error edit-rejected not found   refused   <- blind-retry
            ",
        );
        assert_eq!((found[0].severity, found[0].waste.steps), (Severity::Note, 1));
    }

    #[test]
    fn a_program_run_three_times_while_only_looking_around() {
        let found = check(
            &BlindRetry,
            "
            program  ./run.sh       exit 1
            read     run.sh
            program  ./run.sh       exit 1    <- blind-retry
            program  ./run.sh       exit 1
            ",
        );
        assert_eq!(found[0].severity, Severity::Warning);
        assert_eq!(
            found[0].message,
            "“./run.sh” had failed and was sent again unchanged 2 times; each time it failed alike: exit code 1."
        );
    }

    #[test]
    fn silent_when_something_changed_or_it_failed_otherwise() {
        check(&BlindRetry, "test  t  exit 1\n edit  a.rs\n test  t  exit 1\n edit  b.rs\n test  t  exit 1");
        check(&BlindRetry, "program  ./a  exit 1  result 1\n program  ./a  exit 1  result 2");
        check(&BlindRetry, "run  curl x  exit 7\n list  src\n run  curl x  exit 7");
        check(&BlindRetry, "list  src\n list  src\n list  src");
    }
}
