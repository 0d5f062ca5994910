//! `go test`.

use super::{Output, Verdict};
use crate::engine::facts::TestColour::{self, Green, Red, Skipped};
use crate::engine::facts::TestCounts;
use crate::engine::facts::quote::{lines, tail};

/// Lines of packages: `ok  \tpkg\t0.1s`, `FAIL\tpkg\t0.1s`, `FAIL\tpkg [build failed]`; with `-v` those of tests.
pub(super) fn go(output: Output<'_>) -> Option<Verdict> {
    let mut verdict = Verdict { framework: "go test", green: true, ..Verdict::default() };
    let mut counts = TestCounts::default();
    let mut packages = 0;
    for line in lines(output.text, tail(output.text, super::NAMES_TAIL)) {
        let package_failed = line.text.strip_prefix("FAIL\t").is_some_and(|rest| !rest.is_empty());
        if package_failed || is_green_package(line.text) {
            packages += 1;
            if package_failed || verdict.green {
                verdict.line = line.range();
            }
            verdict.green &= !package_failed;
        }
        match line.text.strip_prefix("--- ").and_then(|rest| rest.split_once(": ")) {
            Some(("PASS", _)) => counts.passed += 1,
            Some(("FAIL", _)) => counts.failed += 1,
            Some(("SKIP", _)) => counts.skipped += 1,
            _ => {}
        }
    }
    // Passing tests are listed under `-v` only; without it the numbers would mislead.
    verdict.counts = (counts.passed > 0).then_some(counts);
    (packages > 0).then_some(verdict)
}

fn is_green_package(line: &str) -> bool {
    line.strip_prefix("ok").is_some_and(|rest| rest.starts_with("  \t") || rest.starts_with("      "))
        && !line.contains("[no tests to run]")
}

/// `--- FAIL: TestName (0.00s)`, `PASS`, `SKIP`; tests within tests are indented.
pub(super) fn test(line: &str) -> Option<(TestColour, &str)> {
    let (word, name) = line.trim_start().strip_prefix("--- ")?.split_once(": ")?;
    let colour = match word {
        "PASS" => Green,
        "FAIL" => Red,
        "SKIP" => Skipped,
        _ => return None,
    };
    Some((colour, name.split(" (").next().unwrap_or(name)))
}

/// The events of `go test -json`: those that name no test are of a package.
pub(super) fn json(output: Output<'_>) -> Option<Verdict> {
    let mut verdict = Verdict { framework: "go test", green: true, ..Verdict::default() };
    let mut counts = TestCounts::default();
    let mut packages = 0;
    for line in lines(output.text, tail(output.text, super::NAMES_TAIL)) {
        let Some(colour) = action(line.text) else { continue };
        if member(line.text, "Test").is_none() {
            packages += u32::from(colour != Skipped);
            if colour == Red || verdict.green {
                verdict.line = line.range();
            }
            verdict.green &= colour != Red;
            continue;
        }
        match colour {
            Green => counts.passed += 1,
            Red => counts.failed += 1,
            Skipped => counts.skipped += 1,
        }
    }
    verdict.counts = Some(counts);
    (packages > 0 && (counts != TestCounts::default() || !verdict.green)).then_some(verdict)
}

/// `{"Action":"fail","Package":"x","Test":"TestName","Elapsed":0.1}`.
pub(super) fn json_test(line: &str) -> Option<(TestColour, &str)> {
    Some((action(line)?, member(line, "Test")?))
}

fn action(line: &str) -> Option<TestColour> {
    match member(line, "Action")? {
        "pass" => Some(Green),
        "fail" => Some(Red),
        "skip" => Some(Skipped),
        _ => None,
    }
}

/// The text of a member. Names of tests hold no quotation marks.
fn member<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(name)?;
    rest.strip_prefix("\":\"")?.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{brief, run};

    #[test]
    fn packages_decide() {
        let text = "--- FAIL: TestA (0.00s)\n    a_test.go:5: bad\nFAIL\nFAIL\texample.com/a\t0.004s\nok  \texample.com/b\t0.003s\nFAIL\n";
        assert_eq!(brief(text), ("go test".into(), false, 0, 0, 0));
        assert_eq!(run(text).failing, ["TestA".into()]);
        assert!(run("ok  \texample.com/b\t0.003s\n").green);
        assert!(!run("FAIL\tx [build failed]\nFAIL\n").green);
    }

    #[test]
    fn names_and_json() {
        let text = "=== RUN   TestA\n--- PASS: TestA (0.00s)\n    --- SKIP: TestA/slow (0.00s)\n--- FAIL: TestB (0.00s)\nFAIL\nFAIL\tx\t0.1s\n";
        let verbose = run(text);
        assert_eq!((verbose.passing.len(), verbose.skipped.len(), verbose.failing.len()), (1, 1, 1));
        let text = "{\"Time\":\"t\",\"Action\":\"run\",\"Package\":\"x\",\"Test\":\"TestA\"}\n{\"Action\":\"pass\",\"Package\":\"x\",\"Test\":\"TestA\",\"Elapsed\":0}\n{\"Action\":\"fail\",\"Package\":\"x\",\"Test\":\"TestB\"}\n{\"Action\":\"fail\",\"Package\":\"x\",\"Elapsed\":0.1}\n";
        assert_eq!(brief(text), ("go test".into(), false, 1, 1, 0));
        assert_eq!(run(text).failing, ["TestB".into()]);
    }
}
