use crate::engine::detect::words::{called, count};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::order;
use crate::engine::replay::{Broken, Standing};

pub(super) struct Regression;

static INFO: DetectorInfo = DetectorInfo {
    id: "regression",
    title: "A passing test was broken",
    what: "A test that had passed fails at its last run, and the source was edited in between. The first edit \
           after its last green run is blamed.",
    why: "What worked before no longer does: tasks are judged by such tests too.",
    limits: "A test counts as green where a runner lists it, or where the same command was green and the test \
             was not written or changed since. Tests that also failed on the untouched source are left out. A \
             flaky test, or one that is meant to change with the behaviour, looks the same.",
    category: Category::Verification,
    severity: Severity::Warning,
    status: Status::Preview,
    taxonomy: &["MAST 3.3"],
    classic: None,
};

/// Names told in the message.
const NAMES: usize = 3;

impl Detector for Regression {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        let ledger = ctx.tests();
        let mut broken: Vec<(Broken, &str)> = ledger
            .tests()
            .filter(|test| ledger.standing(test) == Standing::Regression)
            .filter_map(|test| Some((ledger.broken_by(test)?, test.name)))
            .collect();
        order::sort_by_key(&mut broken, |(broken, name)| (broken.edit, broken.red, *name));
        for tests in broken.chunk_by(|(one, _), (other, _)| one.edit == other.edit) {
            let Some((first, _)) = tests.first() else { continue };
            let names: Vec<&str> = tests.iter().take(NAMES).map(|(_, name)| *name).collect();
            let more = if tests.len() > NAMES { ", …" } else { "" };
            let message = format!(
                "{} passed before this edit and failed at the last run ({}{more}), first seen in {}.",
                count(tests.len(), "test"),
                names.join(", "),
                called(ctx, first.red)
            );
            findings.push(
                Finding::new(&INFO, first.edit, message)
                    .about([first.green, first.red])
                    .proven_by([ctx.proof(first.green), ctx.proof(first.red)]),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Regression;
    use crate::engine::testing::script::check;

    #[test]
    fn green_then_an_edit_then_red() {
        let found = check(
            &Regression,
            "
            test  pytest      tests green 0/9
            edit  src/a.py                           <- regression
            edit  src/b.py
            test  pytest      tests red 2/9  failing a.py::test_x,a.py::test_y
            ",
        );
        assert_eq!(
            found[0].message,
            "2 tests passed before this edit and failed at the last run (a.py::test_x, a.py::test_y), first \
             seen in “pytest”."
        );
        assert_eq!(found[0].evidence.len(), 2);
    }

    #[test]
    fn silent_where_it_was_mended_older_or_newly_written() {
        check(
            &Regression,
            "
            test  pytest      tests green 0/9
            edit  src/a.py
            test  pytest      tests red 1/9  failing a.py::test_x
            edit  src/a.py
            test  pytest      tests green 0/9
            ",
        );
        check(
            &Regression,
            "
            test  pytest      tests red 1/9  failing a.py::test_old
            edit  src/a.py
            test  pytest      tests red 1/9  failing a.py::test_old
            ",
        );
        check(
            &Regression,
            "
            test    pytest    tests green 0/9
            edit    src/a.py
            create  tests/test_new.py
            test    pytest    tests red 1/10  failing tests/test_new.py::test_x
            ",
        );
    }
}
