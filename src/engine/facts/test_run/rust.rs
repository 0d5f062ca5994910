//! `cargo test` and `cargo nextest`.

use super::text::{counted, labelled, plain};
use super::{Output, Verdict};
use crate::engine::facts::TestColour::{self, Green, Red, Skipped};
use crate::engine::facts::TestCounts;
use crate::engine::facts::quote::{lines, lines_backwards, tail};

/// `test result: FAILED. 3 passed; 1 failed; 0 ignored; …`, one for each binary.
pub(super) fn cargo(output: Output<'_>) -> Option<Verdict> {
    let mut verdict = Verdict { framework: "cargo test", green: true, ..Verdict::default() };
    let mut counts = TestCounts::default();
    let mut any = false;
    for line in lines(output.text, tail(output.text, super::NAMES_TAIL)) {
        let plain = plain(line.text);
        let Some(result) = plain.strip_prefix("test result: ") else { continue };
        let (word, numbers) = result.split_once(". ").unwrap_or((result, ""));
        let green = word == "ok";
        for (count, word) in counted(numbers).flatten() {
            match word {
                "passed" => counts.passed += count,
                "failed" => counts.failed += count,
                "ignored" => counts.skipped += count,
                _ => {}
            }
        }
        // The line to show: the last one, or the last red one.
        if !green || verdict.green {
            verdict.line = line.range();
        }
        verdict.green &= green;
        any = true;
    }
    verdict.counts = Some(counts);
    (any && (counts.passed + counts.failed > 0 || !verdict.green)).then_some(verdict)
}

/// `test module::name ... FAILED`, `ok`, `ignored`.
pub(super) fn cargo_test(line: &str) -> Option<(TestColour, &str)> {
    let (name, word) = line.trim().strip_prefix("test ")?.rsplit_once(" ... ")?;
    let colour = match word.split([' ', ',']).next()? {
        "ok" => Green,
        "FAILED" => Red,
        "ignored" => Skipped,
        _ => return None,
    };
    Some((colour, name))
}

/// `Summary [ 0.5s] 10 tests run: 9 passed, 1 failed, 0 skipped`.
pub(super) fn nextest(output: Output<'_>) -> Option<Verdict> {
    lines_backwards(output.text, output.tail()).find_map(|line| {
        let plain = plain(line.text);
        let (before, numbers) =
            plain.split_once(" tests run: ").or_else(|| plain.split_once(" test run: "))?;
        before.contains("Summary").then_some(())?;
        let of = |word: &str| {
            counted(numbers)
                .flatten()
                .filter(|(_, found)| found.split(' ').next() == Some(word))
                .map(|(count, _)| count)
                .sum()
        };
        let failed = of("failed") + labelled(numbers, "timed out").unwrap_or(0);
        let counts = TestCounts { passed: of("passed"), failed, skipped: of("skipped") };
        Some(Verdict {
            framework: "cargo nextest",
            green: failed == 0,
            counts: Some(counts),
            line: line.range(),
        })
    })
}

/// `FAIL [ 0.1s] crate module::name`, `PASS`, `SKIP`, `TIMEOUT`.
pub(super) fn nextest_test(line: &str) -> Option<(TestColour, &str)> {
    let (word, rest) = line.trim().split_once(" [")?;
    let colour = match word {
        "PASS" | "LEAK" => Green,
        "FAIL" | "TIMEOUT" | "SIGSEGV" | "SIGABRT" => Red,
        "SKIP" => Skipped,
        _ => return None,
    };
    Some((colour, rest.split_once("] ")?.1.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{brief, run};

    #[test]
    fn all_binaries_count() {
        let text = "test a::b ... FAILED\ntest result: FAILED. 3 passed; 1 failed; 2 ignored; 0 measured\n\ntest result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n";
        assert_eq!(brief(text), ("cargo test".into(), false, 7, 1, 2));
        let run = run(text);
        assert_eq!(run.failing, ["a::b".into()]);
        assert!(run.quote.unwrap().text.starts_with("test result: FAILED"));
    }

    #[test]
    fn nextest_summary() {
        let text = "        FAIL [   0.010s] app tests::bad\n     Summary [   0.512s] 10 tests run: 9 passed (1 slow), 1 failed, 2 skipped\n";
        assert_eq!(brief(text), ("cargo nextest".into(), false, 9, 1, 2));
        assert_eq!(run(text).failing, ["app tests::bad".into()]);
    }
}
