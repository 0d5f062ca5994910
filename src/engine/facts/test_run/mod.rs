//! Runs of tests: which commands are one, and what their output says.
//!
//! One file per family of runners. Each reads the runner's own closing lines; a verdict is never guessed
//! from words that only look like one.

mod dotted;
mod go;
mod javascript;
mod jvm;
mod key;
mod python;
mod recognise;
mod rust;
mod text;

use std::ops::Range;
use std::sync::LazyLock;

use super::finder::Finder;
use super::quote::{head, tail};
use super::{Quote, TestColour, TestCounts, TestRun};
use crate::engine::order;
use crate::engine::trace::PartKind;
pub use key::test_key;
pub(super) use recognise::{framework, is_test_command};
pub(super) use text::plain;

/// Verdicts stand at the end of an output, with at most so much behind them.
const TAIL: usize = 4096;
/// Names of tests are looked for in so much of the end.
const NAMES_TAIL: usize = 64 * 1024;
/// Of failing and of skipped tests each.
const MAX_NAMES: usize = 50;
/// Of passing tests only keys are kept.
const MAX_PASSING: usize = 1000;
/// Longer names are parameters spelled out.
const MAX_NAME: usize = 200;

/// What the closing lines of a runner say.
#[derive(Debug, Default)]
struct Verdict {
    framework: &'static str,
    green: bool,
    counts: Option<TestCounts>,
    /// Where the line stands.
    line: Range<usize>,
}

/// The output of a run, as its readers see it.
#[derive(Debug, Clone, Copy)]
struct Output<'a> {
    text: &'a str,
    /// The runner that the command names, if it does.
    hint: Option<&'static str>,
    tail_start: usize,
}

impl Output<'_> {
    fn tail(&self) -> Range<usize> {
        self.tail_start..self.text.len()
    }
}

/// A family of runners.
struct Family {
    /// One of these stands in every verdict.
    marks: &'static [&'static str],
    verdict: fn(Output<'_>) -> Option<Verdict>,
    /// The name of a test that a line tells, and how it went.
    test: fn(&str) -> Option<(TestColour, &str)>,
}

/// In the order in which they are asked.
static FAMILIES: &[Family] = &[
    Family {
        marks: &[" passed", " failed", " error", " skipped", " xfailed"],
        verdict: python::pytest,
        test: python::pytest_test,
    },
    Family { marks: &["OK", "FAILED ("], verdict: python::unittest, test: python::unittest_test },
    Family { marks: &["test result: "], verdict: rust::cargo, test: rust::cargo_test },
    Family { marks: &[" tests run: ", " test run: "], verdict: rust::nextest, test: rust::nextest_test },
    Family { marks: &["Tests", "# fail ", "ℹ fail "], verdict: javascript::jest, test: javascript::test },
    Family { marks: &[" passing", " pass"], verdict: javascript::mocha, test: javascript::test },
    Family { marks: &["Tests run: "], verdict: jvm::maven, test: jvm::maven_test },
    Family { marks: &[" tests completed, ", "BUILD "], verdict: jvm::gradle, test: jvm::gradle_test },
    Family { marks: &["tests failed out of"], verdict: dotted::ctest, test: dotted::ctest_test },
    Family { marks: &[" examples, ", " example, "], verdict: dotted::rspec, test: dotted::rspec_test },
    Family {
        marks: &["Assertions: ", " assertions)", " assertion)"],
        verdict: dotted::phpunit,
        test: dotted::numbered,
    },
    Family { marks: &[" runs, ", " assertions, "], verdict: dotted::minitest, test: dotted::minitest_test },
    Family { marks: &["!  - Failed: "], verdict: dotted::dotnet, test: dotted::dotnet_test },
    Family { marks: &["FAIL", "ok  ", "PASS"], verdict: go::go, test: go::test },
    Family { marks: &["\"Action\":\""], verdict: go::json, test: go::json_test },
    Family { marks: &["Executed "], verdict: dotted::bazel, test: dotted::bazel_test },
];

/// Finds the marks of all families at once; a pattern's number says whose it is.
static MARKS: LazyLock<Option<(Finder, Vec<usize>)>> = LazyLock::new(|| {
    let (owners, marks): (Vec<usize>, Vec<&str>) = FAMILIES
        .iter()
        .enumerate()
        .flat_map(|(owner, family)| family.marks.iter().map(move |mark| (owner, *mark)))
        .unzip();
    Some((Finder::of(marks)?, owners))
});

/// Reads the verdict of a test run off its output, if there is one.
pub(super) fn read(text: &str, hint: Option<&'static str>) -> Option<TestRun> {
    let (marks, owners) = MARKS.as_ref()?;
    let window = tail(text, TAIL);
    let mut present = 0_u32;
    for found in marks.find_overlapping_iter(text.get(window.clone())?) {
        let owner = owners.get(found.pattern().as_usize())?;
        present |= 1 << owner;
    }
    let output = Output { text, hint, tail_start: window.start };
    FAMILIES.iter().enumerate().filter(|(index, _)| present & (1 << index) != 0).find_map(|(_, family)| {
        let verdict = (family.verdict)(output)?;
        let Names { failing, skipped, passing } = Names::read(text, verdict.green, family.test);
        Some(TestRun {
            framework: verdict.framework.into(),
            green: verdict.green,
            counts: verdict.counts,
            failing,
            skipped,
            passing,
            quote: Some(Quote::of(PartKind::Result, text, verdict.line)),
        })
    })
}

/// The framework of a run whose verdict the format itself states.
pub(super) const STATED: &str = "tests";

/// A run whose verdict the format itself states.
pub(super) fn stated(passed: bool, text: &str) -> TestRun {
    const MEMBER: &str = "\"tests_passed\"";
    let quote = text.find(MEMBER).map(|start| {
        let after = start + MEMBER.len();
        let rest = text.get(after..).unwrap_or("");
        let len = rest.find([',', '}', '\n']).unwrap_or(rest.len());
        let end = after + rest.get(..len).unwrap_or("").trim_end().len();
        Quote::of(PartKind::Result, text, start..end)
    });
    let Names { failing, skipped, passing } = Names::default();
    TestRun { framework: STATED.into(), green: passed, counts: None, failing, skipped, passing, quote }
}

/// Whether a runner says that it found no test to run.
pub(super) fn ran_nothing(text: &str) -> bool {
    const MARKS: &[&str] = &[
        "Ran 0 tests",
        "no tests ran",
        "NO TESTS RAN",
        "No tests found",
        "running 0 tests",
        "[no test files]",
    ];
    let end = text.get(tail(text, TAIL)).unwrap_or("");
    MARKS.iter().any(|mark| end.contains(mark))
}

/// Whether a runner says that the tests it was sent to are not there.
pub(super) fn was_misdirected(text: &str) -> bool {
    const STARTS: &[&str] = &["ERROR: file or directory not found: ", "ERROR: not found: "];
    let mut end = text.get(tail(text, TAIL)).unwrap_or("").lines();
    end.any(|line| STARTS.iter().any(|start| line.starts_with(start)))
}

/// What an output says about single tests.
#[derive(Debug, Default)]
struct Names {
    failing: Vec<Box<str>>,
    skipped: Vec<Box<str>>,
    passing: Vec<u64>,
}

impl Names {
    /// `green`: the verdict. Names that look like failures in a green run are words of the tests' own output.
    fn read(text: &str, green: bool, told: fn(&str) -> Option<(TestColour, &str)>) -> Self {
        let mut names = Self::default();
        for line in text.get(tail(text, NAMES_TAIL)).unwrap_or("").lines() {
            let line = text::plain(line);
            let Some((colour, name)) =
                told(&line).map(|(colour, name)| (colour, head(name.trim(), MAX_NAME)))
            else {
                continue;
            };
            match colour {
                _ if name.is_empty() => {}
                TestColour::Green if names.passing.len() < MAX_PASSING => names.passing.push(test_key(name)),
                TestColour::Red if !green => add(&mut names.failing, name),
                TestColour::Skipped => add(&mut names.skipped, name),
                TestColour::Green | TestColour::Red => {}
            }
        }
        names.passing = order::distinct(names.passing);
        // What failed in one of several places has failed.
        let red: Vec<u64> = names.failing.iter().map(|name| test_key(name)).collect();
        names.passing.retain(|key| !red.contains(key));
        names.passing.shrink_to_fit();
        names
    }
}

/// Adds a name that is not there yet. Runners print a test first by its own name, then with that of its suite.
fn add(names: &mut Vec<Box<str>>, name: &str) {
    let within = |short: &str, long: &str| {
        long.strip_suffix(short).is_some_and(|suite| suite.is_empty() || suite.ends_with(" › "))
    };
    if names.iter().any(|known| within(name, known)) {
        return;
    }
    names.retain(|known| !within(known, name));
    if names.len() < MAX_NAMES {
        names.push(name.into());
    }
}

#[cfg(test)]
mod tests {
    use super::{TestCounts, TestRun, read, stated};

    /// The verdict of an output, for the tests of all families.
    pub(super) fn run(text: &str) -> TestRun {
        read(text, None).unwrap_or_else(|| panic!("no test run seen in:\n{text}"))
    }

    /// Framework, colour, passed, failed, skipped.
    pub(super) fn brief(text: &str) -> (String, bool, u32, u32, u32) {
        let run = run(text);
        let TestCounts { passed, failed, skipped } = run.counts.unwrap_or_default();
        (run.framework.into_string(), run.green, passed, failed, skipped)
    }

    #[test]
    fn the_verdict_of_a_format_is_quoted_as_it_stands() {
        let text = "{\"tests_passed\": false, \"x\": 1}";
        let run = stated(false, text);
        assert_eq!((&*run.framework, run.green), ("tests", false));
        assert_eq!(&*run.quote.unwrap().text, "\"tests_passed\": false");
    }

    #[test]
    fn prose_is_no_verdict() {
        for text in [
            "",
            "2 files changed, 10 insertions(+)",
            "All tests passed!",
            "OK",
            "FAILED (something)",
            "the request failed, 3 times",
            "1 error generated.",
            "BUILD FAILED",
            "PASS",
            "Build: 1 failed",
        ] {
            assert!(read(text, None).is_none(), "{text}");
        }
    }
}
