use crate::engine::detect::words::{called, count};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::facts::EditKind;
use crate::engine::order;
use crate::engine::replay::{LedgerTest, Standing};
use crate::engine::trace::StepId;

pub(super) struct RedIgnored;

static INFO: DetectorInfo = DetectorInfo {
    id: "red-ignored",
    title: "A failing test was left behind",
    what: "A test failed after the last edit of the source, later checks looked elsewhere, and nothing says \
           that it ever passed again. The run that had it red last is blamed.",
    why: "The agent was told, and went on as if it had not been.",
    limits: "Many of these tests were broken before the work began. Where that was seen they are left out; \
             where nothing shows how they were, the finding is a note that says so. A later green run that \
             names the test's file, or runs as many tests, is taken to have had it.",
    category: Category::Verification,
    severity: Severity::Warning,
    status: Status::Preview,
    taxonomy: &["MAST 3.2"],
    classic: None,
};

/// Names told in the message.
const NAMES: usize = 3;

impl Detector for RedIgnored {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        let Some((edit, (last_check, _))) = ctx.last_source_edit().zip(ctx.last_check()) else { return };
        let ledger = ctx.tests();
        // What the last check itself says is told by other rules.
        let left = |test: &LedgerTest<'_>| {
            let step = ledger.last_seen(test)?;
            (edit < step && step < last_check).then_some(step)
        };
        let mut tests: Vec<(StepId, bool, &str)> = ledger
            .tests()
            .filter_map(|test| match ledger.standing(test) {
                Standing::Regression => Some((left(test)?, true, test.name)),
                Standing::Red => Some((left(test)?, is_own(ctx, test), test.name)),
                _ => None,
            })
            .collect();
        order::sort(&mut tests);
        let Some((step, ..)) = tests.last().copied() else { return };
        let by_work = tests.iter().any(|(_, by_work, _)| *by_work);
        let names: Vec<&str> = tests.iter().take(NAMES).map(|(.., name)| *name).collect();
        let more = if tests.len() > NAMES { ", …" } else { "" };
        let baseline =
            if by_work { "" } else { " Nothing shows whether they failed before the work began as well." };
        let message = format!(
            "{} failed in {} and never passed afterwards ({}{more}); the checks after it looked elsewhere.{baseline}",
            count(tests.len(), "test"),
            called(ctx, step),
            names.join(", ")
        );
        findings.push(
            Finding::new(&INFO, step, message)
                .severity(if by_work { Severity::Warning } else { Severity::Note })
                .confidence(if by_work { 0.8 } else { 0.5 })
                .about(tests.iter().map(|(step, ..)| *step))
                .proven_by([ctx.proof(step), ctx.proof(last_check)]),
        );
    }
}

/// Whether the agent wrote the file that the test stands in: then it cannot be older than the work.
fn is_own(ctx: &DetectContext<'_>, test: &LedgerTest<'_>) -> bool {
    let mut edits =
        test.edits.iter().filter_map(|step| ctx.facts.action(*step)).flat_map(|action| &action.edits);
    edits.any(|edit| edit.kind == EditKind::Create)
}

#[cfg(test)]
mod tests {
    use super::RedIgnored;
    use crate::engine::detect::Severity;
    use crate::engine::testing::script::check;

    #[test]
    fn other_tests_are_run_instead() {
        let found = check(
            &RedIgnored,
            "
            edit  src/a.py
            test  pytest tests                tests red 1/9  failing tests/test_b.py::test_x   <- red-ignored
            test  pytest tests/test_a.py      tests green 0/2
            ",
        );
        assert_eq!(found[0].severity, Severity::Note);
        assert_eq!(
            found[0].message,
            "1 test failed in “pytest tests” and never passed afterwards (tests/test_b.py::test_x); the \
             checks after it looked elsewhere. Nothing shows whether they failed before the work began as well."
        );
    }

    #[test]
    fn a_test_of_its_own_or_one_it_broke_weighs_more() {
        let found = check(
            &RedIgnored,
            "
            edit    src/a.py
            create  tests/test_b.py
            test    pytest tests              tests red 1/9  failing tests/test_b.py::test_x   <- red-ignored
            test    pytest tests/test_a.py    tests green 0/2
            ",
        );
        assert_eq!(found[0].severity, Severity::Warning);
    }

    #[test]
    fn silent_on_old_failures_on_later_green_and_at_the_last_check() {
        check(
            &RedIgnored,
            "
            test  pytest tests                tests red 1/9  failing tests/test_b.py::test_x
            edit  src/a.py
            test  pytest tests                tests red 1/9  failing tests/test_b.py::test_x
            test  pytest tests/test_a.py      tests green 0/2
            ",
        );
        check(
            &RedIgnored,
            "
            edit  src/a.py
            test  pytest tests                tests red 1/9  failing tests/test_b.py::test_x
            test  pytest tests/test_b.py      tests green 0/2
            ",
        );
        check(&RedIgnored, "edit  src/a.py\n test  pytest   tests red 1/9  failing tests/test_b.py::test_x");
    }
}
