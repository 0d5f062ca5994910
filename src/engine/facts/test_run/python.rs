//! pytest, unittest, Django's runner, `SymPy`'s.

use super::text::{counted, number, plain};
use super::{Output, Verdict};
use crate::engine::facts::TestColour::{self, Green, Red, Skipped};
use crate::engine::facts::TestCounts;
use crate::engine::facts::quote::lines_backwards;

/// `=== 1 failed, 2 passed in 0.12s ===`; without the frame under `-q`; `SymPy`'s `tests finished: …`.
pub(super) fn pytest(output: Output<'_>) -> Option<Verdict> {
    lines_backwards(output.text, output.tail()).find_map(|line| {
        let plain = plain(line.text);
        let inner = plain.trim_matches('=').trim();
        let (framework, inner) = match inner.strip_prefix("tests finished: ") {
            Some(inner) => ("sympy", inner),
            None => ("pytest", inner),
        };
        let counts = summary(inner, inner.len() < plain.len())?;
        Some(Verdict { framework, green: counts.failed == 0, counts: Some(counts), line: line.range() })
    })
}

/// The counts of `1 failed, 2 passed in 0.12s`. `framed`: it stood between equals signs, and may lack a time.
fn summary(text: &str, framed: bool) -> Option<TestCounts> {
    let entries = match text.rsplit_once(" in ") {
        Some((entries, time)) => {
            let (_, unit) = number(time)?;
            let unit =
                unit.trim_start_matches(|character: char| character.is_ascii_digit() || character == '.');
            unit.trim_start().starts_with('s').then_some(entries)?
        }
        None if framed => text,
        None => return None,
    };
    let mut counts = TestCounts::default();
    let mut tests = false;
    for entry in counted(entries) {
        let (count, word) = entry?;
        match word {
            "passed" | "xfailed" | "xpassed" | "expected to fail but passed" => counts.passed += count,
            "failed" | "error" | "errors" | "exceptions" => counts.failed += count,
            "skipped" => counts.skipped += count,
            "warning" | "warnings" | "deselected" | "rerun" | "subtests passed" | "expected to fail" => {
                continue;
            }
            _ => return None,
        }
        tests = true;
    }
    tests.then_some(counts)
}

/// How pytest calls what became of a test. A failure that was expected judges nothing.
const PYTEST_WORDS: &[(&str, TestColour)] = &[
    ("PASSED", Green),
    ("FAILED", Red),
    ("ERROR", Red),
    ("SKIPPED", Skipped),
    ("XFAIL", Skipped),
    ("XPASS", Green),
];

/// `FAILED tests/test_a.py::test_b - AssertionError: …` of the summary, `tests/test_a.py::test_b PASSED [ 5%]`
/// of `-v`, `[gw0] [ 5%] PASSED tests/test_a.py::test_b` of xdist, `____ tests/test_a.py:test_b ____` of
/// `SymPy`.
pub(super) fn pytest_test(line: &str) -> Option<(TestColour, &str)> {
    let is_name = |name: &str| name.contains("::") || name.contains(".py");
    if let Some(framed) = line.strip_prefix("___") {
        let name = framed.trim_matches('_').trim();
        let name = ["ERROR at setup of ", "ERROR at teardown of ", "ERROR collecting "]
            .iter()
            .find_map(|start| name.strip_prefix(start))
            .unwrap_or(name);
        return is_name(name).then_some((Red, name));
    }
    let line = match line.strip_prefix("[gw") {
        Some(worker) => worker.split_once("%] ")?.1,
        None => line,
    };
    // Of most lines that settles it before each word is looked for.
    let has_name = memchr::memmem::find(line.as_bytes(), b"::").is_some();
    PYTEST_WORDS.iter().find_map(|(word, colour)| {
        let rest = if let Some(rest) = line.strip_prefix(word) {
            rest.strip_prefix(' ')?
        } else {
            let (name, rest) = has_name.then(|| line.rsplit_once(word)).flatten()?;
            let closes = rest.is_empty() || rest.starts_with([' ', '\t']);
            name.ends_with(' ').then_some(())?;
            return (closes && name.contains("::")).then_some((*colour, name));
        };
        let name = rest.split(" - ").next().unwrap_or(rest).trim();
        (is_name(name) && !name.starts_with('[')).then_some((*colour, name))
    })
}

/// `Ran 5 tests in 0.1s`, then `OK` or `FAILED (failures=1)`.
pub(super) fn unittest(output: Output<'_>) -> Option<Verdict> {
    let mut verdict: Option<(bool, &str, std::ops::Range<usize>)> = None;
    let mut ran = None;
    for line in lines_backwards(output.text, output.tail()) {
        if verdict.is_none()
            && let Some(green) = verdict_word(line.text)
        {
            verdict = Some((green, line.text, line.range()));
        }
        if let Some(count) = line.text.strip_prefix("Ran ").and_then(tests_run) {
            ran = Some(count);
            break;
        }
    }
    let (green, text, line) = verdict?;
    // `OK` alone is too common a word.
    let named = matches!(output.hint, Some("unittest" | "django"));
    if ran.is_none() && !(named || text.starts_with("FAILED (")) || ran == Some(0) {
        return None;
    }
    let sum = |labels: &[&str]| labels.iter().filter_map(|label| count_of(text, label)).sum::<u32>();
    let failed = sum(&["failures=", "errors=", "unexpected successes="]);
    let skipped = sum(&["skipped="]);
    let counts = ran.map(|ran| TestCounts { passed: ran.saturating_sub(failed + skipped), failed, skipped });
    let framework = if output.hint == Some("django") { "django" } else { "unittest" };
    Some(Verdict { framework, green, counts, line })
}

/// `failures=2` inside brackets; `expected failures=2` is another count.
fn count_of(text: &str, label: &str) -> Option<u32> {
    let inner = text.split_once('(')?.1;
    inner.split(", ").find_map(|entry| number(entry.strip_prefix(label)?).map(|(count, _)| count))
}

fn verdict_word(line: &str) -> Option<bool> {
    if line == "OK" || line.starts_with("OK (skipped=") || line.starts_with("OK (expected failures=") {
        return Some(true);
    }
    let inner = line.strip_prefix("FAILED (")?;
    ["failures=", "errors=", "unexpected successes=", "skipped=", "expected failures="]
        .iter()
        .any(|label| inner.starts_with(label))
        .then_some(false)
}

/// `5 tests in 0.123s`.
fn tests_run(text: &str) -> Option<u32> {
    let (count, rest) = number(text)?;
    rest.trim_start().starts_with("test").then_some(count)
}

/// `FAIL: test_b (package.Case)`, `ERROR: …`; with `-v` `test_b (package.Case) ... ok`.
pub(super) fn unittest_test(line: &str) -> Option<(TestColour, &str)> {
    if let Some(name) = line.strip_prefix("FAIL: ").or_else(|| line.strip_prefix("ERROR: ")) {
        return name.contains('(').then_some((Red, name));
    }
    let (name, word) = line.split_once(" ... ")?;
    let colour = match word.split([' ', '\t']).next()? {
        "ok" | "unexpected" => Green,
        "FAIL" | "ERROR" => Red,
        "skipped" | "expected" => Skipped,
        _ => return None,
    };
    name.ends_with(')').then_some((colour, name))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{brief, run};
    use super::super::{read, test_key};

    #[test]
    fn pytest_in_its_dresses() {
        let of = |text| brief(text);
        assert_eq!(
            of("===== 1 failed, 54 passed, 2 skipped in 1.23s ====="),
            ("pytest".into(), false, 54, 1, 2)
        );
        assert_eq!(of("12 passed, 3 warnings in 61.20s (0:01:01)"), ("pytest".into(), true, 12, 0, 0));
        assert_eq!(of("=== 2 passed in 0.10 seconds ==="), ("pytest".into(), true, 2, 0, 0));
        assert_eq!(
            of("\u{1b}[32m===== \u{1b}[1m3 passed\u{1b}[0m in 0.1s =====\u{1b}[0m\n"),
            ("pytest".into(), true, 3, 0, 0)
        );
        assert_eq!(
            of("!!! Interrupted !!!\n=== 1 error in 0.5s ===\n</output>"),
            ("pytest".into(), false, 0, 1, 0)
        );
        assert_eq!(
            of("=== tests finished: 4 passed, 1 failed, in 0.29 seconds ==="),
            ("sympy".into(), false, 4, 1, 0)
        );
        assert!(read("=== no tests ran in 0.01s ===", None).is_none());
    }

    #[test]
    fn names_of_what_failed() {
        let text = "FAILED a/test_x.py::test_y[1 - 2] - assert 1 == 2\nERROR b.py - ImportError\n=== 1 failed, 1 error in 1s ===";
        let run = run(text);
        assert_eq!(run.failing.len(), 2);
        assert_eq!(&*run.failing[1], "b.py");
        assert_eq!(&*run.quote.unwrap().text, "=== 1 failed, 1 error in 1s ===");
    }

    #[test]
    fn names_of_what_passed_and_was_skipped() {
        let text = "t/a.py::T::test_a PASSED    [ 20%]\nt/a.py::test_b[x y] FAILED  [ 40%]\nt/a.py::test_c SKIPPED (no net) [ 60%]\nt/a.py::test_d XFAIL [ 80%]\n[gw1] [100%] PASSED t/b.py::test_e \nFAILED t/a.py::test_b[x y] - assert\nSKIPPED [1] t/a.py:3: no net\n=== 1 failed, 2 passed, 1 skipped, 1 xfailed in 1s ===";
        let pytest = run(text);
        assert_eq!(pytest.failing, ["t/a.py::test_b[x y]".into()]);
        assert_eq!(pytest.skipped, ["t/a.py::test_c".into(), "t/a.py::test_d".into()]);
        assert!(pytest.passing.contains(&test_key("a.py::T::test_a")) && pytest.passing.len() == 2);
        let text = "test_a (x.T) ... ok\ntest_b (x.T) ... FAIL\ntest_c (x.T) ... skipped 'slow'\n\n=====\nFAIL: test_b (x.T)\nRan 3 tests in 0.1s\n\nFAILED (failures=1, skipped=1)";
        let unittest = run(text);
        assert_eq!(unittest.failing, ["test_b (x.T)".into()]);
        assert_eq!(unittest.skipped, ["test_c (x.T)".into()]);
        assert_eq!(unittest.passing, [test_key("x.py::T::test_a")]);
        let sympy = "____ sympy/core/tests/test_x.py:test_y ____\n=== tests finished: 4 passed, 1 failed, in 0.29 seconds ===";
        assert_eq!(run(sympy).failing, ["sympy/core/tests/test_x.py:test_y".into()]);
    }

    #[test]
    fn unittest_and_django() {
        let text = "F.s\nFAIL: test_a (x.T)\nTraceback…\nRan 3 tests in 0.012s\n\nFAILED (failures=1, skipped=1)\nDestroying test database";
        assert_eq!(brief(text), ("unittest".into(), false, 1, 1, 1));
        assert_eq!(run(text).failing, ["test_a (x.T)".into()]);
        assert_eq!(brief("Ran 1 test in 0.1s\n\nOK (skipped=1)"), ("unittest".into(), true, 0, 0, 1));
        assert_eq!(&*read("Ran 9 tests in 1s\n\nOK", Some("django")).unwrap().framework, "django");
        assert!(read("Ran 0 tests in 0.000s\n\nOK", None).is_none());
        assert!(!read("FAILED (errors=1)", None).unwrap().green);
    }
}
