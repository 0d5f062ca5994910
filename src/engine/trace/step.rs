use super::{NameId, Part, PartKind, Span, Usage};

/// The 0-based place of a step in its trace. Means nothing in another trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct StepId(pub u32);

impl StepId {
    pub fn from_index(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The place of a participant in [`super::Trace::participants`]; 0 is the main agent.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct AgentId(pub u16);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    System,
    User,
    Assistant,
}

/// Something that happened to the run rather than in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// Control passed to another agent.
    HandOff,
    /// The context was summarised or cut; what came before is no longer seen by the model.
    Compaction,
    /// A budget ended the run or a turn: steps, time, tokens, cost.
    LimitReached,
    /// The agent or its environment broke down.
    Crash,
    /// The agent handed in its work.
    Submission,
    /// Someone stopped the run.
    Interrupted,
    /// Anything else worth a row: a retry of the API, a hook, a notice of the harness.
    Notice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    Message(Role),
    Thought,
    /// One tool call with its result. Parallel calls are several actions of one turn.
    Action,
    Event(EventKind),
}

/// The smallest thing a person would point at.
#[derive(Debug, Clone)]
pub struct Step {
    pub kind: StepKind,
    pub agent: AgentId,
    /// Counts the model's answers, from 1; 0 before the first. Steps of one answer share it.
    pub turn: u32,
    /// The action that started the sub-agent this step belongs to, or the step it answers.
    pub parent: Option<StepId>,
    /// The step's number in the original file's own terms: for message lists the 0-based index of the
    /// message, for line formats the 1-based line, for formats that number their steps that number.
    pub source_step: u32,
    pub time: Option<Span>,
    /// Only on actions.
    pub tool: Option<NameId>,
    /// At most [`Step::LABEL_CHARS`] characters, one line, never empty: what the row shows.
    pub label: Box<str>,
    pub usage: Option<Box<Usage>>,
    /// On a branch that was rewound, edited away or superseded: kept, but not part of what replays.
    pub abandoned: bool,
    pub parts: Box<[Part]>,
}

impl Step {
    pub const LABEL_CHARS: usize = 120;

    pub fn part(&self, kind: PartKind) -> Option<&Part> {
        self.parts.iter().find(|part| part.kind == kind)
    }

    pub fn is_action(&self) -> bool {
        self.kind == StepKind::Action
    }
}
