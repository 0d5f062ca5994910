//! The model of a run: what happened, in order, and where its text lies.
//!
//! A [`Trace`] is a *skeleton*: per step a few dozen bytes and a one-line label. The text itself stays in
//! the sources and is read on demand through a [`BodySource`]. A trace is made by a [`TraceBuilder`] and
//! never changes afterwards. This module uses nothing else of the engine.

mod body;
mod builder;
mod integrity;
mod label;
mod names;
mod observe;
mod outcome;
mod step;
mod time;
mod usage;
mod warning;

pub use body::{BodyError, BodySource, Decoder, MemorySources, Part, PartKind, Segment, SourceId};
pub use builder::{At, RunWriter, TextRef, TraceBuilder};
pub use integrity::check_integrity;
pub use names::{NameId, Names};
pub use observe::{CallInput, CallText, ResultText, RunIndex, TextObserver};
pub use outcome::{Outcome, OutcomeValue};
pub use step::{AgentId, EventKind, Role, Step, StepId, StepKind};
pub use time::{Span, parse_timestamp_ms, rfc3339, seconds_to_ms};
pub use usage::{Totals, Usage};
pub use warning::{Position, Warning, WarningKind, Warnings};

/// What a file says about a run as a whole.
#[derive(Debug, Clone, Default)]
pub struct RunHead {
    /// The run's own id where the file gives one. [`TraceBuilder::build`] makes one up from the bytes
    /// otherwise.
    pub id: String,
    /// The format's version as the file states it.
    pub format_version: Option<String>,
    pub agent: Option<String>,
    pub agent_version: Option<String>,
    /// Models in order of first use, without repeats: see [`RunHead::saw_model`].
    pub models: Vec<String>,
    /// The task's id in its benchmark or tracker, if the file names one.
    pub task_id: Option<String>,
    /// How the agent or its harness says the run ended: `submitted`, `exit_cost`, `error_max_turns`.
    pub exit_status: Option<String>,
    /// The patch the agent handed in, where the format keeps one: whether it is empty.
    pub submission_empty: Option<bool>,
    pub outcome: Outcome,
    /// What the file states for the whole run; each number given here replaces the sum over the steps.
    pub totals: Totals,
    /// Whether times count from the Unix epoch.
    pub absolute_times: bool,
    /// Files this run says it goes on in, or sub-agent runs it started: what to drop as well.
    pub links: Vec<String>,
}

impl RunHead {
    pub fn saw_model(&mut self, model: &str) {
        if !model.is_empty() && !self.models.iter().any(|known| known == model) {
            self.models.push(model.to_owned());
        }
    }
}

/// One agent run: steps in order, participants, task, outcome. Immutable once built.
#[derive(Debug, Clone)]
pub struct Trace {
    /// The id of the importer that read it; it also decodes the bodies.
    pub format: &'static str,
    /// Its number among the runs of its file, those without a step included: the observer knows it by that.
    pub run: RunIndex,
    pub head: RunHead,
    /// The step whose message states the task.
    pub task_step: Option<StepId>,
    /// Who takes part; [`AgentId`] points into it. Never empty: the first is the main agent.
    pub participants: Vec<String>,
    pub names: Names,
    pub steps: Vec<Step>,
    pub totals: Totals,
    /// Unix time in milliseconds of the earliest step, when the format has absolute times.
    pub started_at_ms: Option<i64>,
    pub warnings: Vec<Warning>,
}

impl Trace {
    pub fn step(&self, id: StepId) -> Option<&Step> {
        self.steps.get(id.index())
    }

    /// Steps with their ids, abandoned branches left out: what replays, and what detectors look at.
    pub fn live_steps(&self) -> impl DoubleEndedIterator<Item = (StepId, &Step)> {
        self.steps_with_ids().filter(|(_, step)| !step.abandoned)
    }

    pub fn steps_with_ids(&self) -> impl DoubleEndedIterator<Item = (StepId, &Step)> {
        self.steps.iter().enumerate().map(|(index, step)| (StepId::from_index(index), step))
    }

    /// The name of the tool an action called.
    pub fn tool(&self, step: &Step) -> Option<&str> {
        step.tool.and_then(|name| self.names.get(name))
    }

    pub fn participant(&self, agent: AgentId) -> &str {
        self.participants.get(usize::from(agent.0)).map_or("agent", String::as_str)
    }
}
