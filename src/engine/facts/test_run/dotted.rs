//! Runners that close with one line of numbers: `CTest`, `RSpec`, `PHPUnit`, `Minitest`, .NET.

use super::text::{counted, labelled, number, plain};
use super::{Output, Verdict};
use crate::engine::facts::TestCounts;
use crate::engine::facts::quote::lines_backwards;

/// The last line that `counts` can read.
fn closing(
    output: Output<'_>,
    framework: &'static str,
    counts: impl Fn(&str) -> Option<TestCounts>,
) -> Option<Verdict> {
    lines_backwards(output.text, output.tail()).find_map(|line| {
        let counts = counts(&plain(line.text))?;
        let any = counts.passed + counts.failed + counts.skipped > 0;
        any.then(|| Verdict {
            framework,
            green: counts.failed == 0,
            counts: Some(counts),
            line: line.range(),
        })
    })
}

/// `80% tests passed, 1 tests failed out of 5`.
pub(super) fn ctest(output: Output<'_>) -> Option<Verdict> {
    closing(output, "ctest", |line| {
        let (_, numbers) = line.split_once("% tests passed, ")?;
        let (failed, _) = number(numbers)?;
        let all = labelled(line, "tests failed out of")?;
        Some(TestCounts { passed: all.saturating_sub(failed), failed, skipped: 0 })
    })
}

/// `3 - name (Failed)`.
pub(super) fn ctest_failing(line: &str) -> Option<&str> {
    let (_, name) = line.trim().split_once(" - ")?;
    ["(Failed)", "(Timeout)", "(SEGFAULT)", "(Not Run)"].iter().find_map(|end| name.strip_suffix(end))
}

/// `5 examples, 1 failure, 1 pending`.
pub(super) fn rspec(output: Output<'_>) -> Option<Verdict> {
    closing(output, "rspec", |line| {
        let mut counts = TestCounts::default();
        let mut all = None;
        for entry in counted(line) {
            let (count, word) = entry?;
            match word {
                "example" | "examples" => all = Some(count),
                "failure"
                | "failures"
                | "error occurred outside of examples"
                | "errors occurred outside of examples" => {
                    counts.failed += count;
                }
                "pending" => counts.skipped = count,
                _ => return None,
            }
        }
        counts.passed = all?.saturating_sub(counts.failed + counts.skipped);
        Some(counts)
    })
}

/// `rspec ./spec/a_spec.rb:12 # A does b`.
pub(super) fn rspec_failing(line: &str) -> Option<&str> {
    line.strip_prefix("rspec ")?.split(" # ").next()
}

/// `OK (5 tests, 10 assertions)`; `Tests: 5, Assertions: 10, Failures: 1.`
pub(super) fn phpunit(output: Output<'_>) -> Option<Verdict> {
    closing(output, "phpunit", |line| {
        if let Some(inner) = line.strip_prefix("OK (") {
            let (passed, word) = number(inner)?;
            return word.trim_start().starts_with("test").then_some(TestCounts {
                passed,
                failed: 0,
                skipped: 0,
            });
        }
        let all = labelled(line.strip_prefix("Tests: ").map(|_| line)?, "Tests:")?;
        labelled(line, "Assertions:")?;
        let failed = labelled(line, "Failures:").unwrap_or(0) + labelled(line, "Errors:").unwrap_or(0);
        let skipped = labelled(line, "Skipped:").unwrap_or(0) + labelled(line, "Incomplete:").unwrap_or(0);
        Some(TestCounts { passed: all.saturating_sub(failed + skipped), failed, skipped })
    })
}

/// `1) Case::test`.
pub(super) fn numbered(line: &str) -> Option<&str> {
    let (_, name) = number(line.trim_start())?;
    let name = name.strip_prefix(") ")?;
    (!name.ends_with(':')).then_some(name)
}

/// `5 runs, 10 assertions, 1 failures, 0 errors, 0 skips`.
pub(super) fn minitest(output: Output<'_>) -> Option<Verdict> {
    closing(output, "minitest", |line| {
        let mut counts = TestCounts::default();
        let mut all = None;
        let mut assertions = false;
        for entry in counted(line) {
            let (count, word) = entry?;
            match word {
                "runs" | "tests" => all = Some(count),
                "assertions" => assertions = true,
                "failures" | "errors" => counts.failed += count,
                "skips" | "pendings" | "omissions" => counts.skipped += count,
                "notifications" => {}
                _ => return None,
            }
        }
        counts.passed = all.filter(|_| assertions)?.saturating_sub(counts.failed + counts.skipped);
        Some(counts)
    })
}

/// `Failed!  - Failed:     1, Passed:    11, Skipped:     0, Total:    12`.
pub(super) fn dotnet(output: Output<'_>) -> Option<Verdict> {
    closing(output, "dotnet test", |line| {
        let (_, numbers) = line.split_once("!  - ")?;
        Some(TestCounts {
            passed: labelled(numbers, "Passed:")?,
            failed: labelled(numbers, "Failed:")?,
            skipped: labelled(numbers, "Skipped:").unwrap_or(0),
        })
    })
}

/// The runner prints names in no form that can be told from other lines.
pub(super) fn none(_: &str) -> Option<&str> {
    None
}

#[cfg(test)]
mod tests {
    use super::super::tests::{brief, run};

    #[test]
    fn closing_lines() {
        for (text, expected) in [
            ("80% tests passed, 1 tests failed out of 5\n", ("ctest", false, 4, 1, 0)),
            ("5 examples, 1 failure, 1 pending\n", ("rspec", false, 3, 1, 1)),
            ("OK (5 tests, 10 assertions)\n", ("phpunit", true, 5, 0, 0)),
            ("Tests: 5, Assertions: 10, Failures: 1, Skipped: 1.\n", ("phpunit", false, 3, 1, 1)),
            ("5 runs, 10 assertions, 0 failures, 1 errors, 0 skips\n", ("minitest", false, 4, 1, 0)),
            (
                "Passed!  - Failed:     0, Passed:    12, Skipped:     1, Total:    13\n",
                ("dotnet test", true, 12, 0, 1),
            ),
        ] {
            let (framework, green, passed, failed, skipped) = expected;
            assert_eq!(brief(text), (framework.to_owned(), green, passed, failed, skipped), "{text}");
        }
    }

    #[test]
    fn names() {
        let text =
            "The following tests FAILED:\n\t  3 - math (Failed)\n80% tests passed, 1 tests failed out of 5\n";
        assert_eq!(run(text).failing, ["math".into()]);
    }
}
