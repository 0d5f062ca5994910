//! Runners that close with one line of numbers: `CTest`, `RSpec`, `PHPUnit`, `Minitest`, .NET, Bazel.

use super::text::{counted, labelled, number, plain};
use super::{Output, Verdict};
use crate::engine::facts::TestColour::{self, Green, Red, Skipped};
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

/// `3 - name (Failed)` of the summary, `1/3 Test  #1: name ....   Passed    0.01 sec` of the run.
pub(super) fn ctest_test(line: &str) -> Option<(TestColour, &str)> {
    let line = line.trim();
    if let Some((_, rest)) = line.split_once(" Test ").filter(|(count, _)| count.contains('/')) {
        let (name, result) = rest.split_once(": ")?.1.split_once(' ')?;
        let result = result.trim_start_matches(['.', ' ']);
        let of = |word: &str, colour| result.starts_with(word).then_some((colour, name));
        return of("Passed", Green)
            .or_else(|| of("***Skipped", Skipped))
            .or_else(|| of("***Not Run (Disabled)", Skipped))
            .or_else(|| of("***", Red));
    }
    let (_, name) = line.split_once(" - ")?;
    let name =
        ["(Failed)", "(Timeout)", "(SEGFAULT)", "(Not Run)"].iter().find_map(|end| name.strip_suffix(end));
    name.map(|name| (Red, name))
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
pub(super) fn rspec_test(line: &str) -> Option<(TestColour, &str)> {
    Some((Red, line.strip_prefix("rspec ")?.split(" # ").next()?))
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
pub(super) fn numbered(line: &str) -> Option<(TestColour, &str)> {
    let (_, name) = number(line.trim_start())?;
    let name = name.strip_prefix(") ")?;
    (!name.ends_with(':')).then_some((Red, name))
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

/// `CalcTest#test_adds = 0.01 s = .` of `-v`; `1) Case::test`, or a line below `1) Failure:` `CalcTest#test_adds [a.rb:3]:`.
pub(super) fn minitest_test(line: &str) -> Option<(TestColour, &str)> {
    if let Some((name, result)) = line.split_once(" = ").filter(|(name, _)| name.contains('#')) {
        let colour = match result.rsplit(' ').next()? {
            "." => Green,
            "S" => Skipped,
            "F" | "E" => Red,
            _ => return None,
        };
        return Some((colour, name));
    }
    if let Some((name, _)) = line.split_once(" [").filter(|(name, _)| name.contains("#test_")) {
        return Some((Red, name));
    }
    numbered(line)
}

/// `Failed Calc.Tests.Adds [12 ms]`, `Passed`, `Skipped`.
pub(super) fn dotnet_test(line: &str) -> Option<(TestColour, &str)> {
    let (name, _) = line.trim().rsplit_once(" [")?;
    [("Failed ", Red), ("Passed ", Green), ("Skipped ", Skipped)]
        .into_iter()
        .find_map(|(word, colour)| Some((colour, name.strip_prefix(word)?)))
}

/// `Executed 3 out of 3 tests: 2 tests pass and 1 fails locally.`
pub(super) fn bazel(output: Output<'_>) -> Option<Verdict> {
    closing(output, "bazel", |line| {
        let (_, numbers) = line.strip_prefix("Executed ")?.split_once(" out of ")?;
        let (all, rest) = number(numbers)?;
        let (_, results) = rest.split_once(": ")?;
        let failed = results.split(" and ").find_map(|entry| {
            let (count, word) = number(entry.trim_start())?;
            word.trim_start().starts_with("fail").then_some(count)
        });
        let failed = failed.unwrap_or(0);
        Some(TestCounts { passed: all.saturating_sub(failed), failed, skipped: 0 })
    })
}

/// `//pkg:name    PASSED in 0.1s`, `FAILED in`.
pub(super) fn bazel_test(line: &str) -> Option<(TestColour, &str)> {
    let (name, result) = line.strip_prefix("//").and(line.split_once(' '))?;
    let result = result.trim_start();
    let failed = ["FAILED", "TIMEOUT"].iter().any(|word| result.starts_with(word));
    let passed = result.starts_with("PASSED") || result.starts_with("(cached) PASSED");
    (failed || passed).then_some((if failed { Red } else { Green }, name))
}

#[cfg(test)]
mod tests {
    use super::super::test_key;
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
            ("Executed 3 out of 3 tests: 2 tests pass and 1 fails locally.\n", ("bazel", false, 2, 1, 0)),
            ("Executed 0 out of 2 tests: 2 tests pass.\n", ("bazel", true, 2, 0, 0)),
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
        for (text, failing, passing) in [
            (
                "1/2 Test #1: adds ......   Passed    0.01 sec\n2/2 Test #2: math ......***Failed    0.02 sec\n50% tests passed, 1 tests failed out of 2\n",
                "math",
                "adds",
            ),
            (
                "CalcTest#test_adds = 0.01 s = .\nCalcTest#test_math = 0.00 s = F\n2 runs, 2 assertions, 1 failures, 0 errors, 0 skips\n",
                "CalcTest#test_math",
                "CalcTest#test_adds",
            ),
            (
                "  Passed Calc.Adds [3 ms]\n  Failed Calc.Math [1 ms]\nFailed!  - Failed:     1, Passed:     1, Skipped:     0, Total:     2\n",
                "Calc.Math",
                "Calc.Adds",
            ),
            (
                "//a:adds    PASSED in 0.1s\n//a:math    FAILED in 0.2s\nExecuted 2 out of 2 tests: 1 test passes and 1 fails locally.\n",
                "//a:math",
                "//a:adds",
            ),
        ] {
            assert_eq!(run(text).failing, [failing.into()], "{text}");
            assert_eq!(run(text).passing, [test_key(passing)], "{text}");
        }
    }
}
