//! `go test`.

use super::{Output, Verdict};
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

/// `--- FAIL: TestName (0.00s)`.
pub(super) fn failing(line: &str) -> Option<&str> {
    let name = line.trim_start().strip_prefix("--- FAIL: ")?;
    Some(name.split(" (").next().unwrap_or(name))
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
}
