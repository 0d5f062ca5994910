//! Jest, Vitest, Mocha, Node's own runner, Bun.

use super::text::{counted, labelled, number, plain};
use super::{Output, Verdict};
use crate::engine::facts::TestColour::{self, Green, Red, Skipped};
use crate::engine::facts::TestCounts;
use crate::engine::facts::quote::lines_backwards;

/// Jest's `Tests:       1 failed, 5 passed, 6 total`, Vitest's `Tests  1 failed | 5 passed (6)`, Node's `# fail 1`.
pub(super) fn jest(output: Output<'_>) -> Option<Verdict> {
    let mut suites_failed = false;
    let mut node_failed = None;
    for line in lines_backwards(output.text, output.tail()) {
        let plain = plain(line.text);
        if let Some((files, numbers)) = ["Test Suites:", "Test Files "]
            .iter()
            .find_map(|label| Some((*label, plain.strip_prefix(label)?)))
        {
            suites_failed |=
                counted(numbers).flatten().any(|(count, word)| count > 0 && word.starts_with("failed"));
            if suites_failed && files == "Test Suites:" {
                // Suites that did not even load: no test ran.
                let counts = None;
                return Some(Verdict { framework: "jest", green: false, counts, line: line.range() });
            }
            continue;
        }
        for mark in ["# fail ", "ℹ fail "] {
            if let Some(count) = plain.strip_prefix(mark).and_then(|rest| rest.parse::<u32>().ok()) {
                node_failed = Some((count, line.range()));
            }
        }
        for mark in ["# pass ", "ℹ pass "] {
            if let Some(passed) = plain.strip_prefix(mark).and_then(|rest| rest.parse::<u32>().ok()) {
                let (failed, line) = node_failed?;
                let counts = TestCounts { passed, failed, skipped: 0 };
                return (passed + failed > 0).then_some(Verdict {
                    framework: "node",
                    green: failed == 0,
                    counts: Some(counts),
                    line,
                });
            }
        }
        let (framework, numbers) = match (plain.strip_prefix("Tests:"), plain.strip_prefix("Tests  ")) {
            (Some(numbers), _) if numbers.contains(" total") => ("jest", numbers),
            (_, Some(numbers)) if numbers.ends_with(')') => ("vitest", numbers),
            _ => continue,
        };
        let Some(counts) = summary(numbers) else { continue };
        // Jest prints its suites above this line, Vitest its files.
        let above = lines_backwards(output.text, output.tail_start..line.start)
            .take(2)
            .any(|line| super::text::plain(line.text).contains(" failed"));
        let green = counts.failed == 0 && !above;
        return Some(Verdict { framework, green, counts: Some(counts), line: line.range() });
    }
    None
}

fn summary(numbers: &str) -> Option<TestCounts> {
    let mut counts = TestCounts::default();
    for (count, word) in counted(numbers).flatten() {
        match word.split(' ').next() {
            Some("passed") => counts.passed += count,
            Some("failed") => counts.failed += count,
            Some("skipped" | "todo") => counts.skipped += count,
            _ => {}
        }
    }
    (counts != TestCounts::default()).then_some(counts)
}

/// Mocha's `5 passing (20ms)` and `1 failing`; Bun's `5 pass` and `1 fail`.
pub(super) fn mocha(output: Output<'_>) -> Option<Verdict> {
    let mut failing = None;
    for line in lines_backwards(output.text, output.tail()) {
        let plain = plain(line.text);
        let Some((count, word)) = number(&plain) else { continue };
        match word.trim() {
            "failing" | "fail" => failing = Some((count, line.range())),
            word if word == "pass" && failing.is_some() || word.starts_with("passing (") => {
                let (failed, line) = failing.unwrap_or((0, line.range()));
                let framework = if word == "pass" { "bun" } else { "mocha" };
                let skipped = labelled(output.text.get(output.tail())?, "pending").unwrap_or(0);
                let counts = TestCounts { passed: count, failed, skipped };
                return Some(Verdict { framework, green: failed == 0, counts: Some(counts), line });
            }
            _ => {}
        }
    }
    None
}

/// How lines begin that name a test: Jest's and Vitest's own, Bun's, TAP.
const OPENINGS: &[(&str, TestColour)] = &[
    ("● ", Red),
    ("× ", Red),
    ("✕ ", Red),
    ("✖ ", Red),
    ("(fail) ", Red),
    ("✔ ", Green),
    ("✓ ", Green),
    ("(pass) ", Green),
    ("↓ ", Skipped),
    ("﹣ ", Skipped),
    ("(skip) ", Skipped),
];

/// `● suite › name`, `FAIL  file > name`, `× name`, `not ok 3 - name`, `(fail) name`; `✓ name 3ms`, `ok 3 - name`.
pub(super) fn test(line: &str) -> Option<(TestColour, &str)> {
    let line = line.trim_start();
    let opened = OPENINGS.iter().find_map(|(mark, colour)| Some((*colour, line.strip_prefix(mark)?)));
    let (colour, name) = opened.or_else(|| {
        let (colour, rest) = if let Some(rest) = line.strip_prefix("FAIL ") {
            return rest.contains(" > ").then_some((Red, rest.trim_start()));
        } else if let Some(rest) = line.strip_prefix("not ok ") {
            (Red, rest)
        } else {
            (Green, line.strip_prefix("ok ")?)
        };
        let name = rest.split_once(" - ")?.1;
        Some(match name.split_once(" # SKIP") {
            Some((name, _)) => (Skipped, name),
            None => (colour, name),
        })
    })?;
    (!matches!(name, "Console" | "failing tests:")).then(|| (colour, untimed(name)))
}

/// `adds (3 ms)`, `adds 3ms` and `adds [0.10ms]` without the time.
fn untimed(name: &str) -> &str {
    let name = name.trim_end();
    let Some(rest) = name.trim_end_matches([')', ']']).strip_suffix("ms") else { return name };
    let rest =
        rest.trim_end().trim_end_matches(|character: char| character.is_ascii_digit() || character == '.');
    rest.strip_suffix([' ', '(', '[']).map_or(name, str::trim_end)
}

#[cfg(test)]
mod tests {
    use super::super::test_key;
    use super::super::tests::{brief, run};

    #[test]
    fn each_runner() {
        let jest = "  ● math › adds\n\nTest Suites: 1 failed, 1 passed, 2 total\nTests:       1 failed, 5 passed, 6 total\nSnapshots:   0 total\nTime:        1.2 s\n";
        assert_eq!(brief(jest), ("jest".into(), false, 5, 1, 0));
        assert_eq!(run(jest).failing, ["math › adds".into()]);
        let vitest = " FAIL  src/a.test.ts > adds\n Test Files  1 passed (1)\n      Tests  4 passed | 1 skipped (5)\n   Start at  10:00:00\n";
        assert_eq!(brief(vitest), ("vitest".into(), true, 4, 0, 1));
        assert_eq!(brief("  5 passing (20ms)\n  1 failing\n\n  1) a b:\n"), ("mocha".into(), false, 5, 1, 0));
        assert_eq!(brief("# tests 3\n# pass 2\n# fail 1\n"), ("node".into(), false, 2, 1, 0));
        assert_eq!(brief(" 5 pass\n 0 fail\nRan 5 tests across 1 file."), ("bun".into(), true, 5, 0, 0));
    }

    #[test]
    fn a_suite_that_does_not_load_is_red() {
        let text = "Test Suites: 1 failed, 1 total\nTests:       0 total\n";
        assert!(!run(text).green);
        let text = "Test Suites: 1 failed, 1 passed, 2 total\nTests:       5 passed, 5 total\n";
        assert!(!run(text).green);
    }

    #[test]
    fn names_without_their_times() {
        let jest = "  math\n    ✓ adds (3 ms)\n    ✕ divides (1 ms)\n\n  ● math › divides\n\nTests:       1 failed, 1 passed, 2 total\n";
        assert_eq!(run(jest).failing, ["math › divides".into()]);
        assert_eq!(run(jest).passing, [test_key("adds")]);
        let node = "ok 1 - adds\nnot ok 2 - divides\nok 3 - slow # SKIP\n# tests 3\n# pass 1\n# fail 1\n";
        assert_eq!((run(node).failing, run(node).skipped), (vec!["divides".into()], vec!["slow".into()]));
        let vitest = " ✓ src/a.test.ts > math > adds 3ms\n ↓ src/a.test.ts > math > slow\n Test Files  1 passed (1)\n      Tests  1 passed | 1 skipped (2)\n";
        assert_eq!(run(vitest).passing, [test_key("src/a.test.ts > math > adds")]);
        assert_eq!(run(vitest).skipped, ["src/a.test.ts > math > slow".into()]);
    }
}
