//! JUnit under Maven and Gradle.

use super::text::{counted, labelled, plain};
use super::{Output, Verdict};
use crate::engine::facts::TestColour::{self, Green, Red, Skipped};
use crate::engine::facts::TestCounts;
use crate::engine::facts::quote::lines_backwards;

/// `Tests run: 5, Failures: 1, Errors: 0, Skipped: 0`; the last one without a time is the sum.
pub(super) fn maven(output: Output<'_>) -> Option<Verdict> {
    lines_backwards(output.text, output.tail()).find_map(|line| {
        let plain = plain(line.text);
        let ran = labelled(&plain, "Tests run:")?;
        let failed = labelled(&plain, "Failures:")? + labelled(&plain, "Errors:").unwrap_or(0);
        let skipped = labelled(&plain, "Skipped:").unwrap_or(0);
        let counts = TestCounts { passed: ran.saturating_sub(failed + skipped), failed, skipped };
        (ran > 0).then(|| Verdict {
            framework: "maven",
            green: failed == 0,
            counts: Some(counts),
            line: line.range(),
        })
    })
}

/// `[ERROR]   CalcTest.adds:12 expected…`, `adds(CalcTest)  Time elapsed: 0.01 s  <<< FAILURE!`.
pub(super) fn maven_test(line: &str) -> Option<(TestColour, &str)> {
    let rest = line.strip_prefix("[ERROR]").unwrap_or(line).trim_start();
    if rest.contains("<<< FAILURE!") || rest.contains("<<< ERROR!") {
        let name = rest.split_whitespace().next()?;
        return (!rest.starts_with("Tests run:")).then_some((Red, name));
    }
    if !line.starts_with("[ERROR]   ") {
        return None;
    }
    let name = rest.split([':', ' ']).next()?;
    (name.contains('.') && name.starts_with(|first: char| first.is_ascii_uppercase())).then_some((Red, name))
}

/// `5 tests completed, 1 failed, 1 skipped`; Gradle says so only of red runs.
pub(super) fn gradle(output: Output<'_>) -> Option<Verdict> {
    let gradle = output.hint == Some("gradle");
    lines_backwards(output.text, output.tail()).find_map(|line| {
        let plain = plain(line.text);
        if let Some((ran, rest)) = plain.split_once(" tests completed, ") {
            let of = |word: &str| {
                counted(rest).flatten().find(|(_, found)| *found == word).map_or(0, |(count, _)| count)
            };
            let (failed, skipped) = (of("failed"), of("skipped"));
            let passed = ran.trim().parse::<u32>().ok()?.saturating_sub(failed + skipped);
            let counts = TestCounts { passed, failed, skipped };
            let line = line.range();
            return Some(Verdict { framework: "gradle", green: failed == 0, counts: Some(counts), line });
        }
        let green = plain.starts_with("BUILD SUCCESSFUL");
        (gradle && green).then(|| Verdict { framework: "gradle", green, counts: None, line: line.range() })
    })
}

/// `CalcTest > adds() FAILED`, `PASSED`, `SKIPPED`.
pub(super) fn gradle_test(line: &str) -> Option<(TestColour, &str)> {
    [(" FAILED", Red), (" PASSED", Green), (" SKIPPED", Skipped)].into_iter().find_map(|(end, colour)| {
        let name = line.strip_suffix(end)?;
        name.contains(" > ").then_some((colour, name))
    })
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::super::tests::{brief, run};

    #[test]
    fn maven_sums_up() {
        let text = "[ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0, Time elapsed: 0.1 s <<< FAILURE! - in CalcTest\n[ERROR]   CalcTest.adds:12 expected:<1> but was:<2>\n[ERROR] Tests run: 5, Failures: 1, Errors: 1, Skipped: 1\n[INFO] BUILD FAILURE\n";
        assert_eq!(brief(text), ("maven".into(), false, 2, 2, 1));
        assert_eq!(run(text).failing, ["CalcTest.adds".into()]);
    }

    #[test]
    fn gradle_counts_only_when_red() {
        let text = "CalcTest > adds() FAILED\n    java.lang.AssertionError\n\n5 tests completed, 1 failed\n\nBUILD FAILED in 3s\n";
        assert_eq!(brief(text), ("gradle".into(), false, 4, 1, 0));
        assert_eq!(run(text).failing, ["CalcTest > adds()".into()]);
        let text = "CalcTest > adds() PASSED\nCalcTest > slow() SKIPPED\nCalcTest > divides() FAILED\n3 tests completed, 1 failed, 1 skipped\n";
        assert_eq!((run(text).passing.len(), run(text).skipped.len(), run(text).failing.len()), (1, 1, 1));
        assert!(read("BUILD SUCCESSFUL in 3s", Some("gradle")).unwrap().green);
        assert!(read("BUILD SUCCESSFUL in 3s", None).is_none());
    }
}
