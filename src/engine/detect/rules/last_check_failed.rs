use crate::engine::detect::words::{called, count, failure};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, FailedCheck, Finding, Findings, Severity, Status,
};

pub(super) struct LastCheckFailed;

static INFO: DetectorInfo = DetectorInfo {
    id: "last-check-failed",
    title: "The last check failed",
    what: "The last test run, build, linter or program of the run failed, and no edit came after it.",
    why: "What was handed in is known not to work: nine in ten of such runs, or more, had not solved their \
          task on three of four measured sets.",
    limits: "A program that fails on purpose (a reproduction that still shows another problem, an expected \
             exception) looks the same. Checks before the first edit are taken for reproductions, and tests \
             that also failed on the untouched source are left out where the output names them. Where some \
             tests pass and nothing shows that the others ever did, it is a warning; where the tests are \
             green and only a program run by hand fails, a note; in a dialogue, a warning. Runs that claim success over the failure are \
             reported as such instead.",
    category: Category::Verification,
    severity: Severity::Error,
    status: Status::Stable,
    taxonomy: &["MAST 3.2", "MAST 3.3"],
    classic: None,
};

impl Detector for LastCheckFailed {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        let Some(FailedCheck { step: check, contested }) = ctx.failed_last_check() else { return };
        if ctx.contradicted(check, contested).is_some() {
            return;
        }
        let is_test = ctx.facts.action(check).is_some_and(|action| action.tests.is_some());
        let (severity, doubt) = match (contested, is_test) {
            (false, _) if ctx.is_dialogue() => {
                (Severity::Warning, " The person who talked with the agent may have gone on from there.")
            }
            (false, _) => (Severity::Error, ""),
            (true, true) => {
                (Severity::Warning, " Nothing shows that these tests passed before the work began.")
            }
            (true, false) => (Severity::Note, " The tests had been green before it."),
        };
        let after = ctx.actions().filter(|(step, _)| *step > check).count();
        let message = format!(
            "The last check, {}, failed: {}. {} without another check or edit.{doubt}",
            called(ctx, check),
            failure(ctx, check),
            match after {
                0 => "The run ended there".to_owned(),
                more => format!("The run ended {} later", count(more, "action")),
            }
        );
        findings.push(
            Finding::new(&INFO, check, message)
                .severity(severity)
                .proven_by([ctx.proof(check)])
                .about(ctx.last_source_edit()),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::LastCheckFailed;
    use crate::engine::detect::Severity;
    use crate::engine::testing::script::check;

    #[test]
    fn ends_on_red() {
        let found = check(
            &LastCheckFailed,
            "
            edit       src/lib.rs +3 -1
            build      cargo build      exit 101  error syntax error[E0308]: mismatched types   <- last-check-failed
            read       src/lib.rs
            assistant  I ran out of ideas.
            ",
        );
        assert_eq!(
            found[0].message,
            "The last check, “cargo build”, failed: “error[E0308]: mismatched types”. The run ended 1 action \
             later without another check or edit."
        );
    }

    #[test]
    fn milder_where_the_failure_may_be_older() {
        let found = check(
            &LastCheckFailed,
            "
            edit  src/lib.rs
            test  pytest          tests red 1/90  failing test_network   <- last-check-failed
            ",
        );
        assert_eq!(found[0].severity, Severity::Warning);
        let found = check(
            &LastCheckFailed,
            "
            test  pytest          tests green 0/90
            edit  src/lib.rs
            test  pytest          tests red 1/90  failing test_network   <- last-check-failed
            ",
        );
        assert_eq!(found[0].severity, Severity::Error);
        let found = check(
            &LastCheckFailed,
            "
            edit     src/lib.rs
            test     pytest          tests green 0/90
            program  python try.py   exit 1   <- last-check-failed
            ",
        );
        assert_eq!(found[0].severity, Severity::Note);
    }

    #[test]
    fn a_run_without_edits_counts_too() {
        check(&LastCheckFailed, "program ./server --port 80   exit 1   <- last-check-failed");
    }

    #[test]
    fn silent_on_green_on_later_edits_on_reproductions_and_on_old_failures() {
        check(
            &LastCheckFailed,
            "edit src/lib.rs +3 -1\n test  pytest   tests red 1/2\n test  pytest   tests green 0/2",
        );
        check(&LastCheckFailed, "edit  src/lib.rs\n test  pytest   tests red 1/2\n edit  src/lib.rs");
        check(&LastCheckFailed, "program  python repro.py   exit 1\n edit  src/lib.rs");
        check(
            &LastCheckFailed,
            "
            test  pytest          tests red 1/2  failing test_old
            edit  src/lib.rs
            test  pytest          tests red 1/2  failing test_old
            ",
        );
    }

    #[test]
    fn silent_where_success_is_claimed_over_it() {
        check(
            &LastCheckFailed,
            "
            edit       src/lib.rs
            test       pytest          tests red 2/2
            assistant  All tests pass.   claims tests-pass
            ",
        );
    }
}
