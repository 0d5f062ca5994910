use super::build::source_step;
use super::{TestReport, TestRunReport, TestsReport};
use crate::engine::facts::RunFacts;
use crate::engine::order;
use crate::engine::replay::{LedgerTest, TestLedger};
use crate::engine::trace::{StepId, Trace};

const MAX_RUNS: usize = 200;
const MAX_TESTS: usize = 200;
const MAX_EDITS: usize = 20;

/// The test ledger in its public shape; none where no tests were run.
pub(super) fn tests_report(trace: &Trace, facts: &RunFacts) -> Option<TestsReport> {
    let ledger = TestLedger::of(trace, facts);
    let first = ledger.runs().len().saturating_sub(MAX_RUNS);
    let shown = ledger.runs().get(first..).filter(|runs| !runs.is_empty())?;
    let runs = shown
        .iter()
        .map(|run| {
            let counts = run.tests.counts;
            TestRunReport {
                step: run.step.0,
                source_step: source_step(trace, run.step),
                framework: run.tests.framework.to_string(),
                green: run.tests.green,
                baseline: run.is_baseline(),
                passed: counts.map(|counts| counts.passed),
                failed: counts.map(|counts| counts.failed),
                skipped: counts.map(|counts| counts.skipped),
            }
        })
        .collect();
    let mut tests: Vec<&LedgerTest<'_>> = ledger.tests().collect();
    order::sort_by_key(&mut tests, |test| (ledger.standing(test), test.name));
    let more_tests = count(tests.len().saturating_sub(MAX_TESTS));
    tests.truncate(MAX_TESTS);
    let tests = tests.into_iter().map(|test| test_report(&ledger, test, first)).collect();
    Some(TestsReport { runs, more_runs: count(first), tests, more_tests })
}

/// `first`: the place of the first run that is shown.
fn test_report(ledger: &TestLedger<'_>, test: &LedgerTest<'_>, first: usize) -> TestReport {
    let place = |run: usize| run.checked_sub(first).map(count);
    TestReport {
        name: test.name.to_owned(),
        standing: ledger.standing(test).name().to_owned(),
        changes: test.changes().filter_map(|(run, colour)| Some((place(run)?, colour))).collect(),
        last_run: test.last_run().and_then(place),
        last_green_before_edit: ledger.last_green_before_edit(test).map(|StepId(step)| step),
        edits: test.edits.iter().take(MAX_EDITS).map(|step| step.0).collect(),
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::tests_report;
    use crate::engine::report::TestColour::{Green, Red};
    use crate::engine::testing::script::Script;

    #[test]
    fn worst_first_with_places_among_the_runs() {
        let run = Script::read(
            "
            test  pytest   tests red 2/9  failing a.py::test_old,a.py::test_bug
            edit  src/lib.py
            test  pytest   tests red 2/9  failing a.py::test_old,a.py::test_new
            ",
        );
        let report = tests_report(&run.trace, &run.facts).unwrap();
        assert_eq!((report.runs.len(), report.more_runs, report.more_tests), (2, 0, 0));
        assert_eq!(
            (report.runs[1].step, report.runs[1].failed, report.runs[1].baseline),
            (2, Some(2), false)
        );
        let brief: Vec<_> =
            report.tests.iter().map(|test| (&*test.name, &*test.standing, test.changes.clone())).collect();
        assert_eq!(
            brief,
            [
                ("a.py::test_new", "regression", vec![(0, Green), (1, Red)]),
                ("a.py::test_old", "pre-existing", vec![(0, Red)]),
                ("a.py::test_bug", "fixed", vec![(0, Red), (1, Green)]),
            ]
        );
        assert_eq!(report.tests[0].last_green_before_edit, Some(1));
    }

    #[test]
    fn nothing_where_no_tests_were_run() {
        let run = Script::read("edit  src/lib.py\n build  make");
        assert!(tests_report(&run.trace, &run.facts).is_none());
    }
}
