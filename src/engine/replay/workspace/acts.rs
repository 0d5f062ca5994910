//! What the reconstruction is told: the texts of the steps that may have touched files.

use serde::{Deserialize, Serialize};

use super::Reader;
use super::names::Names;
use crate::engine::facts::touch::Texts;
use crate::engine::facts::{ActionFacts, Operation, RunFacts, RunKind};
use crate::engine::trace::{PartKind, StepId, Trace};

/// Formats whose agents start each command in the folder of the run.
const FRESH_SHELL: &[&str] = &["mini-swe-agent", "codex", "codex-exec"];

/// What holds for all of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// The folder that the run works in, which calls name or leave out.
    pub root: String,
    /// A folder that a call changes into is where the next one works.
    pub keeps_folder: bool,
}

impl Setting {
    pub fn of(trace: &Trace, facts: &RunFacts) -> Self {
        Self { root: Names::root(trace, facts), keeps_folder: !FRESH_SHELL.contains(&trace.format) }
    }
}

/// A step that may have touched files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    pub step: StepId,
    pub operation: Operation,
    /// It failed and, as far as the facts know, changed nothing.
    pub refused: bool,
    pub tool: String,
    pub call: String,
    pub result: Option<String>,
}

impl Act {
    /// The act of a step, where its texts need be looked at.
    pub fn of(trace: &Trace, facts: &RunFacts, id: StepId, read: Reader<'_>) -> Option<Self> {
        let step = trace.step(id).filter(|step| !step.abandoned)?;
        let action = facts.action(id).filter(|action| may_touch(action))?;
        Some(Self {
            step: id,
            operation: action.operation,
            refused: action.outcome.is_error() && action.edits.is_empty(),
            tool: trace.tool(step).unwrap_or("").to_owned(),
            call: read(id, PartKind::Call)?,
            result: read(id, PartKind::Result),
        })
    }

    /// How many bytes its texts are.
    pub fn size(&self) -> usize {
        self.call.len() + self.result.as_ref().map_or(0, String::len)
    }

    pub(super) fn texts(&self) -> Texts<'_> {
        Texts {
            operation: self.operation,
            refused: self.refused,
            tool: &self.tool,
            call: &self.call,
            result: self.result.as_deref(),
        }
    }
}

fn may_touch(action: &ActionFacts) -> bool {
    !action.edits.is_empty()
        || action.operation.is_edit()
        || matches!(
            action.operation,
            Operation::Read | Operation::Search | Operation::Run(RunKind::VersionControl)
        )
        || action.command.as_deref().is_some_and(|command| {
            ["cd ", "cat ", "git ", "[File"].iter().any(|word| command.contains(word))
                || command.starts_with("open ")
                || command.starts_with("create ")
                || command.starts_with("goto ")
                || command.starts_with("scroll")
        })
}
