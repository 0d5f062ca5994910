use std::cell::OnceCell;

use rustc_hash::FxHashSet;

use super::paths::{FileRole, role};
use super::repeats::Repeats;
use super::{Evidence, Waste, ending, missing::missing};
use crate::engine::facts::{
    ActionFacts, Claim, ClaimKind, Edit, EditKind, Operation, Quote, RunFacts, RunKind, StepFacts,
};
use crate::engine::order;
use crate::engine::replay::{TestLedger, Work, Worktree};
use crate::engine::trace::{AgentId, PartKind, Role, Step, StepId, StepKind, Trace};

/// A run as detectors see it: trace, facts, and indexes computed once for all rules. Abandoned branches are
/// left out everywhere.
pub struct DetectContext<'a> {
    pub trace: &'a Trace,
    pub facts: &'a RunFacts,
    actions: Vec<StepId>,
    checks: Vec<StepId>,
    source_edits: Vec<StepId>,
    closing: Vec<StepId>,
    tests: TestLedger<'a>,
    /// Steps that others came from, in order.
    parents: Vec<StepId>,
    repeats: OnceCell<Repeats>,
}

/// Formats of agents that are given a task and work on it by themselves. In others people talk with the agent,
/// and an answer may begin with “let me …” or say that something was done without meaning any work.
const TASK_FORMATS: &[&str] = &[
    "claude-code-stream",
    "codex-exec",
    "gemini-cli-stream",
    "cursor-stream",
    "opencode-run",
    "swe-agent",
    "mini-swe-agent",
    "openhands-v0",
    "openhands-v1",
    "atif",
    "terminal-bench",
];

/// A last check that failed.
#[derive(Debug, Clone, Copy)]
pub struct FailedCheck {
    pub step: StepId,
    /// See [`DetectContext::is_contested`].
    pub contested: bool,
}

impl<'a> DetectContext<'a> {
    pub fn new(trace: &'a Trace, facts: &'a RunFacts) -> Self {
        let actions: Vec<StepId> = trace
            .live_steps()
            .filter(|(id, step)| step.is_action() && facts.action(*id).is_some())
            .map(|(id, _)| id)
            .collect();
        let mut ctx = Self {
            trace,
            facts,
            closing: closing(trace, facts),
            actions,
            checks: Vec::new(),
            source_edits: Vec::new(),
            tests: TestLedger::default(),
            parents: order::distinct(trace.live_steps().filter_map(|(_, step)| step.parent)),
            repeats: OnceCell::new(),
        };
        ctx.index_checks();
        ctx
    }

    /// Tells checks of the work from checks of the source with the work set aside, and draws the test ledger.
    fn index_checks(&mut self) {
        let mut worktree = Worktree::default();
        let mut known_files: FxHashSet<&str> = FxHashSet::default();
        for id in &self.actions {
            let Some(action) = self.facts.action(*id) else { continue };
            let work = worktree.follow(action);
            self.tests.add(*id, action, work);
            let is_verdict = action.is_red_check() || action.is_green_check();
            if is_verdict && work != Work::SetAside && missing(action).is_none() {
                self.checks.push(*id);
            }
            if action.edits.iter().any(|edit| is_source(edit) && !clears_up(edit, &known_files)) {
                self.source_edits.push(*id);
            }
            let changed = action.edits.iter().filter(|edit| edit.kind == EditKind::Modify);
            known_files.extend(changed.map(|edit| &*edit.file));
            if action.operation == Operation::Read {
                known_files.extend(action.targets.iter().map(AsRef::as_ref));
            }
        }
        self.tests.close();
    }

    /// Whether the run is in the original format, whose own rules apply to the letter.
    pub fn is_original(&self) -> bool {
        self.trace.format == "tracebench"
    }

    /// Whether the run reads, changes or runs anything, rather than talking and calling services alone.
    pub fn works_on_files(&self) -> bool {
        self.actions().any(|(_, action)| {
            let operation = action.operation;
            operation.is_edit() || matches!(operation, Operation::Read | Operation::Run(_))
        })
    }

    /// Whether the agent works on a task by itself, so that what looks like a person is its harness.
    pub fn works_alone(&self) -> bool {
        TASK_FORMATS.contains(&self.trace.format)
    }

    /// Whether a person goes on talking with the agent: such a run ends when the person leaves.
    pub fn is_dialogue(&self) -> bool {
        let Some(first) = self.actions.first().filter(|_| !self.works_alone()) else { return false };
        self.trace.live_steps().any(|(id, step)| id > *first && step.kind == StepKind::Message(Role::User))
    }

    /// The name of the tool that was called at a step.
    pub fn tool(&self, step: StepId) -> Option<&'a str> {
        self.trace.step(step).and_then(|step| self.trace.tool(step))
    }

    /// The live steps with their facts.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = (StepId, &'a Step, &'a StepFacts)> {
        let facts = self.facts;
        self.trace.live_steps().filter_map(move |(id, step)| Some((id, step, facts.step(id)?)))
    }

    /// The live actions, in order.
    pub fn actions(&self) -> impl DoubleEndedIterator<Item = (StepId, &'a ActionFacts)> + '_ {
        self.resolve(&self.actions)
    }

    /// The live actions behind a step, in order.
    pub fn actions_after(&self, step: StepId) -> impl Iterator<Item = (StepId, &'a ActionFacts)> + '_ {
        let start = self.actions.partition_point(|action| *action <= step);
        self.resolve(self.actions.get(start..).unwrap_or_default())
    }

    pub fn action_count(&self) -> usize {
        self.actions.len()
    }

    /// The actions of the main agent alone: those of sub-agents are delegated work.
    pub fn main_actions(&self) -> impl DoubleEndedIterator<Item = (StepId, &'a ActionFacts)> + '_ {
        self.actions().filter(|(id, _)| self.is_main(*id))
    }

    /// Checks of the agent's work that said yes or no, in order. Those of the source as it was before are
    /// not among them, except reproductions made before the first edit; nor are those that never ran,
    /// because their program is not installed.
    pub fn checks(&self) -> impl DoubleEndedIterator<Item = (StepId, &'a ActionFacts)> + '_ {
        self.resolve(&self.checks)
    }

    pub fn last_check(&self) -> Option<(StepId, &'a ActionFacts)> {
        self.checks().next_back()
    }

    /// The last test run of the agent's work.
    pub fn last_test(&self) -> Option<(StepId, &'a ActionFacts)> {
        self.checks()
            .rev()
            .find(|(_, check)| check.tests.is_some() || check.operation == Operation::Run(RunKind::Test))
    }

    /// The last check, if it failed and judged what was handed in: no edit came after it, it was no
    /// reproduction before the first edit, and it does not fail in the same way without the work. The
    /// original format does not show edits, so nothing can be said there.
    pub fn failed_last_check(&self) -> Option<FailedCheck> {
        if self.is_original() {
            return None;
        }
        let (step, check) = self.last_check()?;
        let judges_the_work = self.last_work_edit().is_none_or(|edit| edit <= step);
        let failed = check.is_red_check() && judges_the_work && !self.failed_before(check);
        failed.then(|| FailedCheck { step, contested: self.is_contested(step, check) })
    }

    /// Whether a red check may be no fault of the work: some of its tests pass and nothing in the trace says
    /// that the others passed before; or it is a program run by hand while the tests are green.
    pub fn is_contested(&self, step: StepId, check: &ActionFacts) -> bool {
        let mut earlier = self.checks().take_while(|(other, _)| *other < step);
        if let Some(tests) = &check.tests {
            let some_pass = tests.counts.is_some_and(|counts| counts.passed > 0);
            let was_green =
                earlier.any(|(_, other)| other.call_hash == check.call_hash && other.is_green_check());
            return some_pass && !was_green && !self.tests.has_baseline(step);
        }
        let edit = self.source_edits().map(|(edit, _)| edit).take_while(|edit| *edit < step).last();
        edit.is_some_and(|edit| {
            earlier.any(|(other, test)| edit < other && test.tests.as_ref().is_some_and(|tests| tests.green))
        })
    }

    /// Every run of tests and what became of each test.
    pub fn tests(&self) -> &TestLedger<'a> {
        &self.tests
    }

    /// The agent's claim of success, in its closing words, that a failed last check contradicts. None where it
    /// also says there that it could not do something. A contested check contradicts only what is said about
    /// the tests.
    pub fn contradicted(&self, check: StepId, contested: bool) -> Option<(StepId, &'a Claim)> {
        let claims = || self.closing_claims().filter(|(at, _)| *at > check);
        if claims().any(|(_, claim)| claim.kind == ClaimKind::GaveUp) {
            return None;
        }
        let ran_tests = self.facts.action(check).is_some_and(|action| action.tests.is_some());
        claims().find(|(_, claim)| match claim.kind {
            ClaimKind::TestsPass => ran_tests || !contested,
            kind => kind.is_success() && !contested,
        })
    }

    /// Whether a limit or a crash ended the run.
    pub fn was_cut_off(&self) -> bool {
        let by_status = self.trace.head.exit_status.as_deref().and_then(ending::of_status);
        by_status.is_some() || ending::cutting_event(self.trace).is_some()
    }

    /// Actions that changed a file of the product itself: no test, document or scratch file.
    pub fn source_edits(&self) -> impl DoubleEndedIterator<Item = (StepId, &'a ActionFacts)> + '_ {
        self.resolve(&self.source_edits)
    }

    /// Taking edits back is none.
    pub fn is_source_edit(&self, action: &ActionFacts) -> bool {
        action.edits.iter().any(is_source)
    }

    /// The last change to what is handed in: the product or its tests.
    fn last_work_edit(&self) -> Option<StepId> {
        let is_work = |edit: &Edit| {
            let role = role(&edit.file);
            edit.kind != EditKind::Delete && !matches!(role, FileRole::Doc | FileRole::Scratch)
        };
        let other = self.actions().rev().find(|(_, action)| action.edits.iter().any(is_work));
        other.map(|(step, _)| step).max(self.last_source_edit())
    }

    pub fn last_source_edit(&self) -> Option<StepId> {
        self.source_edits.last().copied()
    }

    /// Whether every test that failed here also failed on the untouched source. `false` where names are
    /// not known.
    pub fn failed_before(&self, check: &ActionFacts) -> bool {
        check.tests.as_ref().is_some_and(|tests| {
            !tests.failing.is_empty() && tests.failing.iter().all(|name| self.tests.failed_before(name))
        })
    }

    /// Calls and rounds of calls that came again.
    pub(super) fn repeats(&self) -> &Repeats {
        self.repeats.get_or_init(|| Repeats::of(self))
    }

    /// Whether the trace shows what came out of a step: the work of a sub-agent it called.
    pub fn has_children(&self, step: StepId) -> bool {
        self.parents.binary_search(&step).is_ok()
    }

    /// What the agent says after its last piece of work: its final message, its submission.
    pub fn closing(&self) -> impl DoubleEndedIterator<Item = (StepId, &'a StepFacts)> + '_ {
        self.closing.iter().filter_map(|id| Some((*id, self.facts.step(*id)?)))
    }

    pub fn closing_claims(&self) -> impl DoubleEndedIterator<Item = (StepId, &'a Claim)> + '_ {
        self.closing().flat_map(|(id, facts)| facts.claims.iter().map(move |claim| (id, claim)))
    }

    /// The last live step of the main agent: what a failure of the whole run is pinned to.
    pub fn last_step(&self) -> Option<StepId> {
        let by_main = self.trace.live_steps().rev().find(|(id, step)| {
            self.is_main(*id) && !matches!(step.kind, StepKind::Message(Role::System | Role::User))
        });
        by_main.or_else(|| self.trace.live_steps().next_back()).map(|(id, _)| id)
    }

    /// The phrase that shows best what happened at a step.
    pub fn proof(&self, step: StepId) -> Evidence {
        let quote = self.facts.step(step).and_then(telling_quote).cloned();
        Evidence { step, quote: quote.unwrap_or_else(|| self.whole(step)) }
    }

    /// The call itself, where that is what matters.
    pub fn whole_call(&self, step: StepId) -> Evidence {
        Evidence { step, quote: self.whole(step) }
    }

    /// What the steps took, as far as the trace tells. Tokens are those of the prompt and of the answer.
    pub fn waste(&self, steps: &[StepId]) -> Waste {
        let mut waste = Waste { steps: u32::try_from(steps.len()).unwrap_or(u32::MAX), ..Waste::default() };
        for step in steps.iter().filter_map(|id| self.trace.step(*id)) {
            if let Some(span) = step.time {
                *waste.seconds.get_or_insert(0.0) += span.duration_ms() as f64 / 1000.0;
            }
            let Some(usage) = step.usage.as_deref() else { continue };
            if let Some(tokens) =
                usage.tokens_in.into_iter().chain(usage.tokens_out).reduce(u64::saturating_add)
            {
                *waste.tokens.get_or_insert(0) += tokens;
            }
            if let Some(cost) = usage.cost_usd {
                *waste.cost_usd.get_or_insert(0.0) += cost;
            }
        }
        waste
    }

    /// The waste of a run that came to nothing: all of it.
    pub fn waste_of_all(&self) -> Waste {
        let totals = &self.trace.totals;
        let steps = self.trace.live_steps().filter(|(_, step)| step.turn > 0).count();
        Waste {
            steps: u32::try_from(steps).unwrap_or(u32::MAX),
            tokens: totals.tokens_in.into_iter().chain(totals.tokens_out).reduce(u64::saturating_add),
            seconds: totals.seconds,
            cost_usd: totals.cost_usd,
        }
    }

    fn resolve<'b>(
        &'b self,
        list: &'b [StepId],
    ) -> impl DoubleEndedIterator<Item = (StepId, &'a ActionFacts)> + 'b {
        list.iter().filter_map(|id| Some((*id, self.facts.action(*id)?)))
    }

    /// Whether a step is the main agent's own.
    pub fn is_main(&self, id: StepId) -> bool {
        self.trace.step(id).is_some_and(|step| step.agent == AgentId::default())
    }

    /// The beginning of a step's main part, as its label has it; the empty range stands for the part.
    fn whole(&self, id: StepId) -> Quote {
        let step = self.trace.step(id);
        let part = match step.map(|step| step.kind) {
            Some(StepKind::Action) => PartKind::Call,
            Some(StepKind::Thought) => PartKind::Thought,
            _ => PartKind::Message,
        };
        Quote { part, start: 0, end: 0, text: step.map_or_else(Box::default, |step| step.label.clone()) }
    }
}

fn is_source(edit: &Edit) -> bool {
    edit.kind != EditKind::Revert && role(&edit.file) == FileRole::Source
}

/// Whether an edit deletes what the run has neither read nor changed: its own scripts and their output,
/// mostly. Nobody checks the work after that.
fn clears_up(edit: &Edit, known_files: &FxHashSet<&str>) -> bool {
    edit.kind == EditKind::Delete && !known_files.contains(&*edit.file)
}

fn telling_quote(facts: &StepFacts) -> Option<&Quote> {
    if let Some(action) = facts.action.as_deref() {
        let red = action.outcome.is_error() || action.is_red_check();
        let error = action.error.as_ref().filter(|_| red).map(|error| &error.quote);
        let tests = action.tests.as_ref().and_then(|tests| tests.quote.as_ref());
        return tests.or(error).or(action.result_quote.as_ref());
    }
    let reported = facts.reported_error.as_deref().map(|error| &error.quote);
    reported.or(facts.unmade_call.as_deref()).or(facts.claims.first().map(|claim| &claim.quote))
}

/// The main agent's steps after its last piece of work; a submission is among them.
fn closing(trace: &Trace, facts: &RunFacts) -> Vec<StepId> {
    let works = |id: StepId| {
        facts.action(id).is_some_and(|action| {
            !matches!(action.operation, Operation::Submit | Operation::Plan | Operation::Ask)
                && action.operation != Operation::Run(RunKind::VersionControl)
        })
    };
    let mut steps: Vec<StepId> = trace
        .live_steps()
        .rev()
        .take_while(|(id, _)| !works(*id))
        .filter(|(_, step)| step.agent == AgentId::default())
        .filter(|(_, step)| !matches!(step.kind, StepKind::Message(Role::System | Role::User)))
        .map(|(id, _)| id)
        .collect();
    steps.reverse();
    steps
}
