use std::collections::BTreeMap;

use super::types::{
    Agreement, ComparedRun, Comparison, FindingDifferences, NumberDifference, TestDifference,
};
use crate::engine::compare::{
    RowKind, Separation, TaskRun, align, divergence, file_differences, operation_counts, separate,
};
use crate::engine::facts::test_key;
use crate::engine::report::{FORMAT_VERSION, RunReport, TestReport};
use crate::engine::trace::OutcomeValue;

const MAX_TESTS: usize = 200;

/// Compares two runs by their reports.
pub fn compare(a: &RunReport, b: &RunReport) -> Comparison {
    let rows = align(&a.track, &b.track);
    let mut agreement = Agreement::default();
    for (_, _, kind) in &rows {
        *match kind {
            RowKind::Same => &mut agreement.same,
            RowKind::Similar => &mut agreement.similar,
            RowKind::OnlyA => &mut agreement.only_a,
            RowKind::OnlyB => &mut agreement.only_b,
        } += 1;
    }
    let mut tests = test_differences(a, b);
    let more_tests = tests.len().saturating_sub(MAX_TESTS);
    tests.truncate(MAX_TESTS);
    Comparison {
        format_version: FORMAT_VERSION,
        a: ComparedRun::of(a),
        b: ComparedRun::of(b),
        agreement,
        divergence: divergence(&a.track, &b.track, &rows),
        rows,
        files: file_differences(&a.track, &b.track),
        tests,
        more_tests: u32::try_from(more_tests).unwrap_or(u32::MAX),
        numbers: numbers(a, b),
        operations: operation_counts(&a.track, &b.track),
        findings: finding_differences(a, b),
        notes: notes(a, b),
    }
}

/// What tells the runs of one task that passed from those that failed, by their reports; `None` unless there are
/// both. Runs whose outcome is not known count on neither side.
pub fn separation(runs: &[&RunReport]) -> Option<Separation> {
    let runs: Vec<TaskRun<'_>> = runs
        .iter()
        .map(|report| TaskRun {
            track: &report.track,
            passed: match report.outcome.value {
                OutcomeValue::Resolved => Some(true),
                OutcomeValue::Failed => Some(false),
                OutcomeValue::Unknown => None,
            },
        })
        .collect();
    separate(&runs)
}

fn numbers(a: &RunReport, b: &RunReport) -> Vec<NumberDifference> {
    let count = |count: u64| count as f64;
    let turns = |report: &RunReport| (report.track.turns > 0).then(|| f64::from(report.track.turns));
    let both = |name: &str, number: &dyn Fn(&RunReport) -> Option<f64>| NumberDifference {
        name: name.to_owned(),
        a: number(a),
        b: number(b),
    };
    let all = [
        both("steps", &|run| Some(f64::from(run.steps))),
        both("turns", &turns),
        both("tokens in", &|run| run.totals.tokens_in.map(count)),
        both("tokens out", &|run| run.totals.tokens_out.map(count)),
        both("cost (USD)", &|run| run.totals.cost_usd),
        both("seconds", &|run| run.totals.seconds),
    ];
    all.into_iter().filter(|number| number.a.is_some() || number.b.is_some()).collect()
}

fn test_differences(a: &RunReport, b: &RunReport) -> Vec<TestDifference> {
    fn tests(report: &RunReport) -> impl Iterator<Item = &TestReport> {
        report.tests.iter().flat_map(|tests| &tests.tests)
    }
    let mut both: BTreeMap<u64, [Option<&TestReport>; 2]> = BTreeMap::new();
    tests(a).for_each(|test| both.entry(test_key(&test.name)).or_default()[0] = Some(test));
    tests(b).for_each(|test| both.entry(test_key(&test.name)).or_default()[1] = Some(test));
    let standing = |test: Option<&TestReport>| test.map(|test| test.standing.clone());
    let mut differences: Vec<TestDifference> = both
        .into_values()
        .filter_map(|[a, b]| {
            let name = a.or(b)?.name.clone();
            Some(TestDifference { name, a: standing(a), b: standing(b) })
        })
        .filter(|test| test.a != test.b)
        .collect();
    differences.sort_by(|one, other| one.name.cmp(&other.name));
    differences
}

/// Each finding is matched once: first with one that is the same, then with one of the same detector.
fn finding_differences(a: &RunReport, b: &RunReport) -> FindingDifferences {
    let mut differences =
        FindingDifferences { only_a: counting(a), only_b: counting(b), ..Default::default() };
    for similar in [false, true] {
        let mut pairs = Vec::new();
        let key = |report, place| key(report, place, similar);
        differences.only_a.retain(|place| {
            let one = key(a, *place);
            let found = differences.only_b.iter().position(|other| key(b, *other) == one);
            let Some(found) = found else { return true };
            pairs.push((*place, differences.only_b.remove(found)));
            false
        });
        *if similar { &mut differences.similar } else { &mut differences.same } = pairs;
    }
    differences
}

/// Places of the findings that nobody muted.
fn counting(report: &RunReport) -> Vec<u32> {
    (0u32..).zip(&report.findings).filter(|(_, finding)| !finding.muted).map(|(place, _)| place).collect()
}

/// What a finding shares with its like.
fn key(report: &RunReport, place: u32, detector_only: bool) -> [&str; 4] {
    let detector = report.findings.get(place as usize).map_or("", |finding| &finding.detector);
    let signature = report.signatures.iter().find(|signature| signature.finding == place);
    match signature.filter(|_| !detector_only) {
        Some(signature) => [detector, &signature.operation, &signature.template, &signature.phase],
        None => [detector, "", "", ""],
    }
}

fn notes(a: &RunReport, b: &RunReport) -> Vec<String> {
    let mut notes = Vec::new();
    for (name, report) in [("A", a), ("B", b)] {
        if report.track.is_empty() && report.steps > 0 {
            notes.push(format!(
                "Nothing is known of what {name} did: its report was made by an older version, or it did nothing."
            ));
        }
        if report.track.more > 0 {
            notes.push(format!("{name} did {} more things than were compared.", report.track.more));
        }
    }
    // A task without an id is known by its words, which harnesses put differently.
    let id = |report: &RunReport| report.task.clone().filter(|task| !task.contains(' '));
    if let (Some(one), Some(other)) = (id(a), id(b))
        && one != other
    {
        notes.push("The two runs are of different tasks.".to_owned());
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::{compare, separation};
    use crate::engine::compare::RowKind;
    use crate::engine::report::RunReport;
    use crate::engine::report::comparison::Comparison;
    use crate::engine::testing::reported as report;

    const RED: &str = "
        # outcome failed
        read       src/lib.rs
        test       pytest                  tests red 1/9  failing a.py::test_bug   tokens 50
        edit       src/lib.rs +1 -1
        test       pytest                  tests red 1/9  failing a.py::test_bug
        assistant  All tests pass now.     claims tests-pass
        ";
    const GREEN: &str = "
        # outcome resolved
        read       src/lib.rs
        test       pytest                  tests red 1/9  failing a.py::test_bug   tokens 10
        edit       src/lib.rs +9 -1
        edit       src/other.rs +2 -2
        test       pytest                  tests green 9
        assistant  All tests pass now.     claims tests-pass
        ";

    fn compared(a: &str, b: &str) -> Comparison {
        compare(&report("a", a), &report("b", b))
    }

    #[test]
    fn what_two_runs_share_and_where_they_differ() {
        let comparison = compared(RED, GREEN);
        assert_eq!((comparison.agreement.same, comparison.agreement.similar), (3, 2));
        assert_eq!((comparison.agreement.only_a, comparison.agreement.only_b), (0, 1));
        let parting = comparison.divergence.unwrap();
        assert_eq!((parting.row, parting.last_common), (2, Some((1, 1))));
        assert_eq!((comparison.files[0].file.as_str(), comparison.files[1].same), ("src/other.rs", false));
        let test = &comparison.tests[0];
        assert_eq!((test.a.as_deref(), test.b.as_deref()), (Some("pre-existing"), Some("fixed")));
        assert_eq!(comparison.a.first_green, None);
        assert_eq!(comparison.b.first_green.unwrap().step, 4);
        let tokens = comparison.numbers.iter().find(|number| number.name == "tokens out").unwrap();
        assert_eq!((tokens.a, tokens.b), (Some(50.0), Some(10.0)));
    }

    #[test]
    fn findings_of_one_run_alone_are_named() {
        let broken = "
            edit       src/lib.rs +3 -1
            build      make                    exit 2  error exception error: x undeclared
            assistant  Everything works now.   claims fixed
            ";
        let comparison = compared(broken, "edit  src/lib.rs +3 -1\n build  make\n assistant  Done.");
        assert!(!comparison.findings.only_a.is_empty());
        assert!(comparison.findings.only_b.is_empty() && comparison.findings.same.is_empty());
    }

    #[test]
    fn a_run_compared_with_itself_has_no_difference() {
        let comparison = compared(RED, RED);
        assert!(comparison.rows.iter().all(|row| row.2 == RowKind::Same));
        assert_eq!((comparison.divergence, comparison.tests, comparison.operations), (None, vec![], vec![]));
        let findings = comparison.findings;
        assert_eq!((findings.only_a.len(), findings.only_b.len(), findings.similar.len()), (0, 0, 0));
    }

    #[test]
    fn swapped_runs_give_the_mirror() {
        let (there, back) = (compared(RED, GREEN), compared(GREEN, RED));
        assert_eq!(there.findings.only_a, back.findings.only_b);
        assert_eq!(
            (there.agreement.only_a, there.agreement.only_b),
            (back.agreement.only_b, back.agreement.only_a)
        );
        let pairs = |comparison: &Comparison| -> Vec<_> {
            comparison.rows.iter().filter_map(|row| Some((row.0?, row.1?, row.2))).collect()
        };
        let mirrored: Vec<_> = pairs(&back).into_iter().map(|(b, a, kind)| (a, b, kind)).collect();
        assert_eq!(pairs(&there), mirrored);
    }

    #[test]
    fn what_tells_passing_runs_from_failing_ones() {
        let (failed, passed) = (report("a", RED), report("b", GREEN));
        let unknown = report("c", "read  src/lib.rs");
        let separation = separation(&[&unknown, &failed, &passed]).unwrap();
        assert_eq!((separation.passing, separation.failing, separation.typical), (1, 1, Some((2, 1))));
        assert_eq!(separation.separators[0].text, "had the tests green after the last edit");
        assert_eq!(separation.separators[0].places.len(), 3);
    }

    #[test]
    fn a_report_from_before_there_were_tracks_is_said_to_be_one() {
        let mut json = serde_json::to_value(report("a", RED)).unwrap();
        json.as_object_mut().unwrap().remove("track");
        let old: RunReport = serde_json::from_value(json).unwrap();
        let comparison = compare(&old, &report("b", GREEN));
        assert_eq!(comparison.notes.len(), 1);
        assert_eq!(comparison.agreement.only_b, 6);
    }
}
