//! The state of a run at step N: what was known and done up to it.
//!
//! May use `trace` and `facts`. [`Replay`] is made once per run and answers for any step in the time it takes
//! to search its lists; the [`Cursor`] moves over the steps that replay.

mod cursor;
mod files;
mod sums;
mod tests_known;

pub use cursor::Cursor;
pub use files::FileState;
pub use sums::Sums;
pub use tests_known::TestState;

use self::files::Files;
use self::sums::SumLine;
use self::tests_known::TestLedger;
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
            tests: TestLedger::default(),
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
            if let Some(tests) = &action.tests {
                replay.tests.add(id, tests);
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
    use crate::engine::facts::{
        ActionFacts, ActionOutcome, Edit, EditKind, Operation, RunFacts, RunKind, StepFacts, TestRun,
    };
    use crate::engine::trace::{
        At, CallInput, CallText, RunIndex, Segment, StepId, Trace, TraceBuilder, Usage,
    };

    fn action(operation: Operation, target: &str) -> ActionFacts {
        ActionFacts {
            operation,
            command: None,
            targets: vec![target.into()],
            call_hash: 0,
            result_hash: 0,
            outcome: ActionOutcome::Ok,
            exit_code: None,
            error: None,
            tests: None,
            edits: Vec::new(),
            waits: false,
            result_len: 0,
            result_quote: None,
        }
    }

    fn edit(file: &str, kind: EditKind) -> ActionFacts {
        let edit = Edit { file: file.into(), kind, added: None, removed: None, before: None, after: None };
        ActionFacts { edits: vec![edit], ..action(Operation::Edit, file) }
    }

    fn test(failing: &[&str]) -> ActionFacts {
        let run = TestRun {
            framework: "pytest".into(),
            green: failing.is_empty(),
            counts: None,
            failing: failing.iter().map(|name| (*name).into()).collect(),
            quote: None,
        };
        ActionFacts { tests: Some(run), ..action(Operation::Run(RunKind::Test), "tests") }
    }

    fn run(actions: Vec<ActionFacts>) -> (Trace, RunFacts) {
        let mut builder = TraceBuilder::new(RunIndex(0), "test");
        for _ in &actions {
            let call = CallText { tool: "tool", input: CallInput::None, cwd: None };
            let step = builder.writer(&mut ()).action(At::default(), &call, Segment::Inline("".into()));
            builder.set_usage(step, Usage { tokens_out: Some(10), ..Usage::default() });
        }
        let steps = actions
            .into_iter()
            .map(|action| StepFacts { action: Some(Box::new(action)), ..StepFacts::default() })
            .collect();
        (builder.build(0), RunFacts { steps })
    }

    #[test]
    fn the_state_is_that_of_the_step_asked_for() {
        let (trace, facts) = run(vec![
            action(Operation::Read, "a.py"),
            test(&["test_a", "test_b"]),
            edit("a.py", EditKind::Modify),
            edit("b.py", EditKind::Create),
            test(&["test_b"]),
            edit("b.py", EditKind::Delete),
            test(&[]),
        ]);
        let replay = Replay::new(&trace, &facts);

        let early = replay.state_at(StepId(0));
        assert_eq!(early.files.len(), 1);
        assert_eq!((early.files[0].reads, early.files[0].edits), (1, 0));
        assert_eq!(early.last_check, None);
        assert!(early.tests.is_empty());

        let middle = replay.state_at(StepId(4));
        let names: Vec<&str> = middle.files.iter().map(|file| file.name).collect();
        assert_eq!(names, ["a.py", "b.py"]);
        assert_eq!(middle.files[1].last_change, Some((StepId(3), EditKind::Create)));
        assert_eq!(middle.last_check, Some(CheckState { step: StepId(4), green: false }));
        let standing: Vec<(&str, bool)> = middle.tests.iter().map(|test| (test.name, test.failing)).collect();
        assert_eq!(standing, [("test_a", false), ("test_b", true)]);
        assert_eq!(middle.sums.tokens_out, Some(50));

        let end = replay.state_at(StepId(99));
        assert_eq!(end.files[1].last_change, Some((StepId(5), EditKind::Delete)));
        assert_eq!(end.last_check, Some(CheckState { step: StepId(6), green: true }));
        assert!(end.tests.iter().all(|test| !test.failing));
    }

    #[test]
    fn the_cursor_stays_inside_the_run() {
        let (trace, facts) = run(vec![action(Operation::Read, "a"), action(Operation::Read, "b")]);
        let replay = Replay::new(&trace, &facts);
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
        let (trace, facts) = run(Vec::new());
        let replay = Replay::new(&trace, &facts);
        assert_eq!(replay.cursor().step(), None);
        assert!(replay.state_at(StepId(0)).files.is_empty());
    }
}
