//! What a list row and a timeline show of each step, without its text.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::engine::cluster::{Phase, phases};
use crate::engine::detect::FindingPlaces;
use crate::engine::facts::{ActionFacts, ActionOutcome, Operation, RunFacts, RunKind};
use crate::engine::trace::{EventKind, Role, Span, Step, StepId, StepKind, Trace};

/// What a step is drawn as. The page has one colour and one word for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepShade {
    /// A message of the system, a person or a harness.
    Prompt,
    /// A message of the agent.
    Message,
    Thought,
    /// Reads, searches, lists, browses.
    Read,
    Edit,
    /// Runs a command that is no check.
    Run,
    /// Runs tests, a build or a linter.
    Test,
    /// Plans, delegates, asks, submits, or a tool of unknown work.
    Other,
    Event,
}

impl StepShade {
    /// All of them, in the order of the palette.
    pub const ALL: [Self; 9] = [
        Self::Prompt,
        Self::Message,
        Self::Thought,
        Self::Read,
        Self::Edit,
        Self::Run,
        Self::Test,
        Self::Other,
        Self::Event,
    ];
}

/// What is marked at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    GreenCheck,
    RedCheck,
    Edit,
    /// An error that is not a failed check.
    Error,
}

/// All steps of a run in columns of equal length: what the timeline draws.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StepMap {
    pub shades: Vec<StepShade>,
    pub agents: Vec<u16>,
    pub turns: Vec<u32>,
    /// `None` where the step has no time.
    pub spans: Vec<Option<Span>>,
    /// Sparse, in order of the steps.
    pub marks: Vec<(u32, Mark)>,
    /// Names of the participants; `agents` points into it.
    pub participants: Vec<String>,
    /// Steps on abandoned branches, in order.
    pub abandoned: Vec<u32>,
    /// Tokens in the prompt at steps that say so: how full the context was.
    pub context: Vec<(u32, u64)>,
    /// Steps that started a sub-agent, each with the first step of that.
    pub delegated: Vec<(u32, u32)>,
    /// Steps at which the context was summarised or cut.
    pub compactions: Vec<u32>,
    /// Steps at which another phase of the work begins.
    pub phases: Vec<(u32, Phase)>,
    pub started_at_ms: Option<i64>,
}

/// One row of the step list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRow {
    pub step: u32,
    pub source_step: u32,
    pub turn: u32,
    pub agent: u16,
    pub shade: StepShade,
    /// "Run", "Edit", "Thought", "User".
    pub verb: String,
    pub label: String,
    pub tool: Option<String>,
    pub outcome: ActionOutcome,
    pub exit_code: Option<i32>,
    pub mark: Option<Mark>,
    /// Lines added and removed by its edits, where the call shows them.
    pub edited: Option<(u32, u32)>,
    pub span: Option<Span>,
    pub tokens_in: Option<u64>,
    pub tokens_out: Option<u64>,
    pub cost_usd: Option<f64>,
    pub abandoned: bool,
    /// Places in the run's findings.
    pub findings: Vec<u32>,
}

/// Draws the columns of a whole run.
pub fn step_map(trace: &Trace, facts: &RunFacts) -> StepMap {
    let mut map = StepMap {
        participants: trace.participants.clone(),
        started_at_ms: trace.started_at_ms,
        ..StepMap::default()
    };
    let mut children = BTreeSet::new();
    for (id, step) in trace.steps_with_ids() {
        let action = facts.action(id);
        map.shades.push(shade(step, action));
        map.agents.push(step.agent.0);
        map.turns.push(step.turn);
        map.spans.push(step.time);
        if let Some(mark) = action.and_then(mark) {
            map.marks.push((id.0, mark));
        }
        if step.abandoned {
            map.abandoned.push(id.0);
        }
        if step.kind == StepKind::Event(EventKind::Compaction) {
            map.compactions.push(id.0);
        }
        if let Some(parent) = step.parent
            && trace.step(parent).is_some_and(|parent| parent.agent != step.agent)
            && children.insert((parent, step.agent))
        {
            map.delegated.push((parent.0, id.0));
        }
        if let Some(tokens) = step.usage.as_deref().and_then(|usage| usage.tokens_in) {
            map.context.push((id.0, tokens));
        }
    }
    map.phases = phase_starts(phases(trace, facts));
    map
}

fn phase_starts(phases: Vec<Phase>) -> Vec<(u32, Phase)> {
    let mut starts: Vec<(u32, Phase)> = (0u32..).zip(phases).collect();
    starts.dedup_by_key(|(_, phase)| *phase);
    starts
}

/// The row of one step; `None` if there is no such step.
pub fn step_row(trace: &Trace, facts: &RunFacts, findings: &FindingPlaces, id: StepId) -> Option<StepRow> {
    let step = trace.step(id)?;
    let action = facts.action(id);
    let usage = step.usage.as_deref();
    Some(StepRow {
        step: id.0,
        source_step: step.source_step,
        turn: step.turn,
        agent: step.agent.0,
        shade: shade(step, action),
        verb: verb(step, action).to_owned(),
        label: step.label.to_string(),
        tool: trace.tool(step).map(str::to_owned),
        outcome: action.map_or(ActionOutcome::Unknown, |action| action.outcome),
        exit_code: action.and_then(|action| action.exit_code),
        mark: action.and_then(mark),
        edited: action.and_then(edited),
        span: step.time,
        tokens_in: usage.and_then(|usage| usage.tokens_in),
        tokens_out: usage.and_then(|usage| usage.tokens_out),
        cost_usd: usage.and_then(|usage| usage.cost_usd),
        abandoned: step.abandoned,
        findings: findings.at(id).collect(),
    })
}

fn shade(step: &Step, action: Option<&ActionFacts>) -> StepShade {
    match step.kind {
        StepKind::Message(Role::Assistant) => StepShade::Message,
        StepKind::Message(_) => StepShade::Prompt,
        StepKind::Thought => StepShade::Thought,
        StepKind::Event(_) => StepShade::Event,
        StepKind::Action => match action.map(|action| action.operation) {
            Some(Operation::Read | Operation::Search | Operation::List | Operation::Browse) => {
                StepShade::Read
            }
            Some(Operation::Edit | Operation::Create | Operation::Delete) => StepShade::Edit,
            Some(Operation::Run(RunKind::Test | RunKind::Build | RunKind::Lint)) => StepShade::Test,
            Some(Operation::Run(_)) => StepShade::Run,
            _ => StepShade::Other,
        },
    }
}

fn verb(step: &Step, action: Option<&ActionFacts>) -> &'static str {
    match step.kind {
        StepKind::Message(Role::Assistant) => "Message",
        StepKind::Message(Role::User) => "User",
        StepKind::Message(Role::System) => "System",
        StepKind::Thought => "Thought",
        StepKind::Event(_) => "Event",
        StepKind::Action => match action.map_or(Operation::Other, |action| action.operation) {
            Operation::Read => "Read",
            Operation::Search => "Search",
            Operation::List => "List",
            Operation::Edit => "Edit",
            Operation::Create => "Create",
            Operation::Delete => "Delete",
            Operation::Run(RunKind::Test) => "Test",
            Operation::Run(RunKind::Build) => "Build",
            Operation::Run(RunKind::Lint) => "Lint",
            Operation::Run(RunKind::Install) => "Install",
            Operation::Run(_) => "Run",
            Operation::Browse => "Browse",
            Operation::Plan => "Plan",
            Operation::Delegate => "Delegate",
            Operation::Submit => "Submit",
            Operation::Ask => "Ask",
            Operation::Other => "Call",
        },
    }
}

fn mark(action: &ActionFacts) -> Option<Mark> {
    let is_test = action.tests.is_some()
        || matches!(action.operation, Operation::Run(RunKind::Test | RunKind::Build | RunKind::Lint));
    if is_test && action.is_red_check() {
        Some(Mark::RedCheck)
    } else if is_test && action.is_green_check() {
        Some(Mark::GreenCheck)
    } else if !action.edits.is_empty() {
        Some(Mark::Edit)
    } else if action.outcome.is_error() {
        Some(Mark::Error)
    } else {
        None
    }
}

fn edited(action: &ActionFacts) -> Option<(u32, u32)> {
    let known = action.edits.iter().filter_map(|edit| Some((edit.added?, edit.removed?)));
    known.reduce(|sum, next| (sum.0 + next.0, sum.1 + next.1))
}
