use std::collections::BTreeMap;

use super::worktree::is_source;
use super::{Work, Worktree};
use crate::engine::facts::paths::{FileRole, role};
use crate::engine::facts::{ActionFacts, RunFacts, TestColour, TestRun, test_key};
use crate::engine::order;
use crate::engine::trace::{StepId, Trace};

/// Names that one run tells at most: where a list is as long, others may have been cut off.
const MAX_NAMES: usize = 50;
/// More runs than this are a loop; of those of the work, the oldest are forgotten.
const MAX_RUNS: usize = 500;
const MAX_TESTS: usize = 500;

/// How a test that was seen failing stood at a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestState<'a> {
    pub name: &'a str,
    /// `false` once a later run says so, or leaves it out of what failed.
    pub failing: bool,
    /// Where that was seen.
    pub step: StepId,
}

/// One run of tests.
#[derive(Debug, Clone, Copy)]
pub struct LedgerRun<'a> {
    pub step: StepId,
    pub tests: &'a TestRun,
    pub work: Work,
    call: u64,
    command: Option<&'a str>,
}

impl LedgerRun<'_> {
    /// Told what the source was like before the work.
    pub fn is_baseline(&self) -> bool {
        self.work != Work::Changed
    }

    fn repeats(&self, other: &Self) -> bool {
        self.call == other.call || (self.command.is_some() && self.command == other.command)
    }
}

/// What a run said about one test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    /// Place in [`TestLedger::runs`].
    run: usize,
    colour: TestColour,
    /// `false` where the run only does not list it among what failed: it may have left it out.
    sure: bool,
}

/// A test that was red or skipped at some time. Those that were never anything but green are only counted.
#[derive(Debug, Clone)]
pub struct LedgerTest<'a> {
    pub name: &'a str,
    seen: Vec<Seen>,
    /// Steps at which the agent changed the file it stands in, as far as its name tells that file.
    pub edits: Vec<StepId>,
}

/// What became of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Green once, red at its last run, with an edit of the source between.
    Regression,
    /// Red at its last run, and never seen on the untouched source.
    Red,
    /// Red at its last run, as it was on the untouched source.
    PreExisting,
    Fixed,
    Skipped,
    Green,
}

impl Standing {
    pub fn name(self) -> &'static str {
        match self {
            Self::Regression => "regression",
            Self::Red => "red",
            Self::PreExisting => "pre-existing",
            Self::Fixed => "fixed",
            Self::Skipped => "skipped",
            Self::Green => "green",
        }
    }
}

/// Tests × runs of them: what was red and green when, and after which edit.
#[derive(Debug, Default)]
pub struct TestLedger<'a> {
    runs: Vec<LedgerRun<'a>>,
    tests: BTreeMap<u64, LedgerTest<'a>>,
    source_edits: Vec<StepId>,
    /// Edits of tests and of what stands beside them, with the file's name without folders and ending.
    test_edits: Vec<(StepId, &'a str)>,
}

impl<'a> TestLedger<'a> {
    pub fn of(trace: &Trace, facts: &'a RunFacts) -> Self {
        let mut ledger = Self::default();
        let mut worktree = Worktree::default();
        for (id, _) in trace.live_steps() {
            if let Some(action) = facts.action(id) {
                ledger.add(id, action, worktree.follow(action));
            }
        }
        ledger.close();
        ledger
    }

    /// Takes an action with what it had before it. The last one is followed by [`TestLedger::close`].
    pub fn add(&mut self, step: StepId, action: &'a ActionFacts, work: Work) {
        if action.edits.iter().any(is_source) {
            self.source_edits.push(step);
        }
        for edit in &action.edits {
            if matches!(role(&edit.file), FileRole::Test | FileRole::TestSupport) {
                self.test_edits.push((step, stem(&edit.file)));
            }
        }
        if let Some(tests) = &action.tests {
            let (call, command) = (action.call_hash, action.command.as_deref());
            self.runs.push(LedgerRun { step, tests, work, call, command });
            if self.runs.len() > MAX_RUNS {
                self.runs.remove(self.runs.iter().position(|run| !run.is_baseline()).unwrap_or(0));
            }
        }
    }

    /// Draws the line of each test through all runs.
    pub fn close(&mut self) {
        for run in &self.runs {
            for name in run.tests.failing.iter().chain(&run.tests.skipped) {
                let key = test_key(name);
                if self.tests.len() < MAX_TESTS || self.tests.contains_key(&key) {
                    self.tests.entry(key).or_insert_with(|| LedgerTest::new(name));
                }
            }
        }
        let Self { runs, tests, test_edits, .. } = self;
        for (place, run) in runs.iter().enumerate() {
            let mut told: BTreeMap<u64, TestColour> = BTreeMap::new();
            told.extend(run.tests.skipped.iter().map(|name| (test_key(name), TestColour::Skipped)));
            told.extend(run.tests.failing.iter().map(|name| (test_key(name), TestColour::Red)));
            for (key, test) in tests.iter_mut() {
                let passed = || run.tests.passing.binary_search(key).is_ok();
                let colour = told.get(key).copied().or_else(|| passed().then_some(TestColour::Green));
                if let Some(colour) = colour {
                    test.seen.push(Seen { run: place, colour, sure: true });
                } else if says_who_failed(run.tests) {
                    // Whether it took part is settled below.
                    test.seen.push(Seen { run: place, colour: TestColour::Green, sure: false });
                }
            }
        }
        for test in tests.values_mut() {
            test.edits = edits_of(test.name, test_edits);
            settle(test, runs);
        }
    }

    pub fn runs(&self) -> &[LedgerRun<'a>] {
        &self.runs
    }

    /// Tests that were red or skipped at some time.
    pub fn tests(&self) -> impl Iterator<Item = &LedgerTest<'a>> {
        self.tests.values()
    }

    /// Whether a test of that name failed on the untouched source.
    pub fn failed_before(&self, name: &str) -> bool {
        self.tests.get(&test_key(name)).is_some_and(|test| self.was_red_before(test))
    }

    /// Whether the run of tests at `step` was also made on the untouched source.
    pub fn has_baseline(&self, step: StepId) -> bool {
        let Some(run) = self.runs.iter().find(|run| run.step == step) else { return false };
        self.runs.iter().any(|other| other.is_baseline() && other.repeats(run))
    }

    fn step_of(&self, run: usize) -> Option<StepId> {
        self.runs.get(run).map(|run| run.step)
    }

    fn was_red_before(&self, test: &LedgerTest<'_>) -> bool {
        test.reds().any(|seen| self.runs.get(seen.run).is_some_and(LedgerRun::is_baseline))
    }

    /// The step of the last run that said something about a test.
    pub fn last_seen(&self, test: &LedgerTest<'_>) -> Option<StepId> {
        test.last_run().and_then(|run| self.step_of(run))
    }

    /// The last run that had the test red before `step`, if none until then said that it passed.
    pub fn red_at(&self, test: &LedgerTest<'_>, step: StepId) -> Option<StepId> {
        let until = self.runs.partition_point(|run| run.step < step);
        let seen = test.seen.iter().rfind(|seen| seen.run < until)?;
        if seen.colour == TestColour::Red { self.step_of(seen.run) } else { None }
    }

    pub fn standing(&self, test: &LedgerTest<'_>) -> Standing {
        let Some(last) = test.last() else { return Standing::Green };
        match last.colour {
            TestColour::Skipped => Standing::Skipped,
            TestColour::Green if test.reds().next().is_some() => Standing::Fixed,
            TestColour::Green => Standing::Green,
            // Green in between, it may be flaky.
            TestColour::Red if self.was_red_before(test) => Standing::PreExisting,
            TestColour::Red if self.broken_by(test).is_some() => Standing::Regression,
            TestColour::Red => Standing::Red,
        }
    }

    /// The source edits between the last run that surely had the test green and the red one after it: the
    /// step of that green run, of the first edit, and of the red run.
    pub fn broken_by(&self, test: &LedgerTest<'_>) -> Option<Broken> {
        let place = test.seen.iter().rposition(|seen| seen.colour == TestColour::Green && seen.sure)?;
        let green = self.step_of(test.seen.get(place)?.run)?;
        let red = test.seen.get(place + 1..)?.iter().find(|seen| seen.colour == TestColour::Red)?;
        let red_run = self.runs.get(red.run).filter(|run| !run.is_baseline())?;
        let edit = self.edit_after(green).filter(|edit| *edit < red_run.step)?;
        Some(Broken { green, edit, red: red_run.step })
    }

    /// The first source edit after the last run that surely had the test green.
    pub fn last_green_before_edit(&self, test: &LedgerTest<'_>) -> Option<StepId> {
        let green = test.seen.iter().rfind(|seen| seen.colour == TestColour::Green && seen.sure)?;
        self.edit_after(self.step_of(green.run)?)
    }

    fn edit_after(&self, step: StepId) -> Option<StepId> {
        self.source_edits.get(self.source_edits.partition_point(|edit| *edit <= step)).copied()
    }

    pub(super) fn at(&self, step: StepId) -> Vec<TestState<'_>> {
        let until = self.runs.partition_point(|run| run.step <= step);
        let states = self.tests.values().filter_map(|test| {
            let seen = test.seen.iter().take_while(|seen| seen.run < until);
            let known: Vec<&Seen> = seen.filter(|seen| seen.colour != TestColour::Skipped).collect();
            let first_red = known.iter().position(|seen| seen.colour == TestColour::Red)?;
            let last = known.get(first_red..)?.last()?;
            Some(TestState {
                name: test.name,
                failing: last.colour == TestColour::Red,
                step: self.step_of(last.run)?,
            })
        });
        let mut states: Vec<TestState<'_>> = states.collect();
        order::sort_by_key(&mut states, |state| state.name);
        states
    }
}

/// How a test went from green to red.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    pub green: StepId,
    /// The first edit of the source between the two.
    pub edit: StepId,
    pub red: StepId,
}

impl<'a> LedgerTest<'a> {
    fn new(name: &'a str) -> Self {
        Self { name, seen: Vec::new(), edits: Vec::new() }
    }

    fn last(&self) -> Option<&Seen> {
        self.seen.last()
    }

    fn reds(&self) -> impl Iterator<Item = &Seen> {
        self.seen.iter().filter(|seen| seen.colour == TestColour::Red)
    }

    /// The place of the last run that said something about it.
    pub fn last_run(&self) -> Option<usize> {
        self.last().map(|seen| seen.run)
    }

    /// The runs at which its colour changed, the first that saw it included.
    pub fn changes(&self) -> impl Iterator<Item = (usize, TestColour)> + '_ {
        let mut known = None;
        self.seen.iter().filter_map(move |seen| {
            let changed = known != Some(seen.colour);
            known = Some(seen.colour);
            changed.then_some((seen.run, seen.colour))
        })
    }
}

/// Whether the output tells all that failed, so that what it does not list did not fail.
fn says_who_failed(tests: &TestRun) -> bool {
    tests.green || (!tests.failing.is_empty() && tests.failing.len() < MAX_NAMES)
}

/// Keeps, of the runs that do not list a test, those that had it: surely where they repeat one that lists it,
/// and the test was not written or changed in between; likely where a green run came after a red one and
/// covers it.
fn settle(test: &mut LedgerTest<'_>, runs: &[LedgerRun<'_>]) {
    let told: Vec<&LedgerRun<'_>> =
        test.seen.iter().filter(|seen| seen.sure).filter_map(|seen| runs.get(seen.run)).collect();
    let LedgerTest { name, seen, edits } = test;
    let mut red: Option<&LedgerRun<'_>> = None;
    seen.retain_mut(|seen| {
        let Some(run) = runs.get(seen.run) else { return false };
        if seen.sure {
            red = (seen.colour == TestColour::Red).then_some(run);
            return true;
        }
        seen.sure = told.iter().any(|other| {
            let (from, to) = (run.step.min(other.step), run.step.max(other.step));
            run.repeats(other) && !edits.iter().any(|edit| from < *edit && *edit <= to)
        });
        let kept = seen.sure || red.is_some_and(|red| run.tests.green && covers(run, red, name));
        if kept {
            red = None;
        }
        kept
    });
}

/// Whether a green run most likely ran a test that an earlier one had red: its command names the test's file
/// or class, or it ran as many tests. Where its output gives no numbers, it is believed.
fn covers(green: &LedgerRun<'_>, red: &LedgerRun<'_>, name: &str) -> bool {
    let Some(counts) = green.tests.counts else { return true };
    let command = green.command.unwrap_or("");
    let all = red.tests.counts.map_or(0, |red| red.passed.saturating_add(red.failed));
    counts.passed >= all || words(name).any(|word| words(command).any(|other| word == other))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |character: char| character.is_alphanumeric() || character == '_' || character == '-';
    text.split(move |character| !is_word(character))
        .filter(|word| word.len() > 2 && !matches!(*word, "test" | "tests"))
}

/// `test_a` of `pkg/test_a.py`.
fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.split('.').next().unwrap_or(name)
}

/// The edits of the file that a test's name mentions.
fn edits_of(name: &str, edits: &[(StepId, &str)]) -> Vec<StepId> {
    let mentions = |stem: &str| words(name).any(|word| word == stem);
    let mut steps: Vec<StepId> =
        edits.iter().filter(|(_, stem)| mentions(stem)).map(|(step, _)| *step).collect();
    steps.dedup();
    steps
}

#[cfg(test)]
mod tests;
