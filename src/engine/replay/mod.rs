//! The state of a run at step N: what was known and done up to it.
//!
//! May use `trace` and `facts`. [`Replay`] is made once per run and answers for any step in the time it takes
//! to search its lists; the [`Cursor`] moves over the steps that replay.

mod cursor;
mod files;
mod ledger;
mod moment;
mod sums;
pub mod workspace;
mod worktree;

pub use cursor::Cursor;
pub use files::FileState;
pub use ledger::{Broken, LedgerRun, LedgerTest, Standing, TestLedger, TestState};
pub use moment::{Moment, Moments};
pub use sums::Sums;
pub use worktree::{Work, Worktree, changes_source};

use self::files::Files;
use self::sums::SumLine;
use crate::engine::facts::{Operation, RunFacts};
use crate::engine::trace::{StepId, Trace};

/// Whether a check said yes, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckState {
    pub step: StepId,
    pub green: bool,
}

/// What was known and done up to a step, that step included.
#[derive(Debug, Clone, PartialEq)]
pub struct State<'a> {
    pub step: StepId,
    /// Files that were read or changed, by name.
    pub files: Vec<FileState<'a>>,
    /// The last check that said yes or no.
    pub last_check: Option<CheckState>,
    /// Tests seen failing so far, by name, and how each stands.
    pub tests: Vec<TestState<'a>>,
    /// The last step that wrote a plan or a list of what is to do.
    pub plan: Option<StepId>,
    pub sums: Sums,
}

/// A run made ready to be asked for its state at any step. Abandoned branches do not replay.
#[derive(Debug)]
pub struct Replay<'a> {
    steps: Vec<StepId>,
    files: Files<'a>,
    checks: Vec<CheckState>,
    tests: TestLedger<'a>,
    plans: Vec<StepId>,
    sums: SumLine,
}

impl<'a> Replay<'a> {
    pub fn new(trace: &Trace, facts: &'a RunFacts) -> Self {
        let mut replay = Self {
            steps: Vec::new(),
            files: Files::default(),
            checks: Vec::new(),
            tests: TestLedger::of(trace, facts),
            plans: Vec::new(),
            sums: SumLine::default(),
        };
        for (id, step) in trace.live_steps() {
            replay.steps.push(id);
            let action = facts.action(id);
            replay.sums.add(id, step, action);
            let Some(action) = action else { continue };
            replay.files.add(id, action);
            if action.is_red_check() || action.is_green_check() {
                replay.checks.push(CheckState { step: id, green: action.is_green_check() });
            }
            if action.operation == Operation::Plan {
                replay.plans.push(id);
            }
        }
        replay
    }

    /// The steps that replay, in order.
    pub fn steps(&self) -> &[StepId] {
        &self.steps
    }

    /// What was known and done up to `step`. Behind the last step it is the state at the end.
    pub fn state_at(&self, step: StepId) -> State<'_> {
        State {
            step,
            files: self.files.at(step),
            last_check: last_until(&self.checks, step, |check| check.step).copied(),
            tests: self.tests.at(step),
            plan: last_until(&self.plans, step, |plan| *plan).copied(),
            sums: self.sums.at(step),
        }
    }

    /// Every run of tests and what became of each test.
    pub fn tests(&self) -> &TestLedger<'a> {
        &self.tests
    }

    pub fn cursor(&self) -> Cursor<'_> {
        Cursor::new(&self.steps)
    }
}

/// The last of the items, sorted by step, that is not later than `step`.
fn last_until<T>(items: &[T], step: StepId, step_of: impl Fn(&T) -> StepId) -> Option<&T> {
    let count = items.partition_point(|item| step_of(item) <= step);
    items.get(count.checked_sub(1)?)
}

#[cfg(test)]
mod tests {
    use super::{CheckState, Replay};
    use crate::engine::facts::EditKind;
    use crate::engine::testing::script::Script;
    use crate::engine::trace::StepId;

    #[test]
    fn the_state_is_that_of_the_step_asked_for() {
        let run = Script::read(
            "
            read      a.py            tokens 10
            test      pytest          tests red 2/9  failing test_a,test_b  tokens 10
            edit      a.py            tokens 10
            create    b.py            tokens 10
            test      pytest          tests red 1/9  failing test_b  tokens 10
            delete    b.py
            plan      finish
            test      pytest          tests green 0/9
            ",
        );
        let replay = Replay::new(&run.trace, &run.facts);

        let early = replay.state_at(StepId(0));
        assert_eq!(early.files.len(), 1);
        assert_eq!((early.files[0].reads, early.files[0].edits), (1, 0));
        assert_eq!((early.last_check, early.plan), (None, None));
        assert!(early.tests.is_empty());

        let middle = replay.state_at(StepId(4));
        let names: Vec<&str> = middle.files.iter().map(|file| file.name).collect();
        assert_eq!(names, ["a.py", "b.py"]);
        assert_eq!(middle.files[1].last_change, Some((StepId(3), EditKind::Create)));
        assert_eq!(middle.last_check, Some(CheckState { step: StepId(4), green: false }));
        let standing: Vec<(&str, bool)> = middle.tests.iter().map(|test| (test.name, test.failing)).collect();
        assert_eq!(standing, [("test_a", false), ("test_b", true)]);
        assert_eq!((middle.sums.tokens_out, middle.sums.errors), (Some(50), 2));

        let end = replay.state_at(StepId(99));
        assert_eq!(end.files[1].last_change, Some((StepId(5), EditKind::Delete)));
        assert_eq!(end.last_check, Some(CheckState { step: StepId(7), green: true }));
        assert_eq!(end.plan, Some(StepId(6)));
        assert!(end.tests.iter().all(|test| !test.failing));
    }

    #[test]
    fn the_cursor_stays_inside_the_run() {
        let run = Script::read("read  a\nread  b");
        let replay = Replay::new(&run.trace, &run.facts);
        let mut cursor = replay.cursor();
        assert_eq!(cursor.step(), Some(StepId(0)));
        assert_eq!(cursor.back(), None);
        assert_eq!(cursor.forward(), Some(StepId(1)));
        assert_eq!(cursor.forward(), None);
        assert_eq!(cursor.seek(StepId(7)), Some(StepId(1)));
        assert_eq!(cursor.seek(StepId(0)), Some(StepId(0)));
    }

    #[test]
    fn an_empty_run_has_a_state_too() {
        let run = Script::read("");
        let replay = Replay::new(&run.trace, &run.facts);
        assert_eq!(replay.cursor().step(), None);
        assert!(replay.state_at(StepId(0)).files.is_empty());
    }
}
