//! The files of a run at a step, asked of a worker of its own, so that only who looks at them pays for it.

use serde::{Deserialize, Serialize};

use crate::engine::replay::workspace::{
    Act, Against, Doubt, FileLine, FileRow, Knowledge, Setting, Workspace,
};
use crate::engine::trace::StepId;

/// What a run did to files, as far as one answer goes: what the engine tells of it, for [`ReplayRequest::Take`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Acts {
    pub(super) setting: Setting,
    pub(super) acts: Vec<Act>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReplayRequest {
    /// The next part of [`EngineReply::Acts`](super::EngineReply::Acts), in order.
    Take { acts: Vec<u8> },
    /// All files as they were at a step.
    Files { step: u32 },
    /// One file as it was at a step.
    File { step: u32, name: String, against: Against },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReplayReply {
    Taken,
    Files(Vec<FileView>),
    File(Vec<FileRow>),
    Refused(String),
}

/// How much of a file is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileState {
    Known,
    Partly,
    Unknown,
    Gone,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileView {
    pub name: String,
    pub state: FileState,
    /// Why not all of it is known, in a sentence; empty where it is.
    pub why: String,
    /// The run made it; `None` where that cannot be told.
    pub is_new: Option<bool>,
    pub known_lines: u32,
    pub lines: Option<u32>,
    pub added: u32,
    pub removed: u32,
    /// Whether all that differs from the start is known.
    pub change_known: bool,
    pub last_change: Option<u32>,
}

/// Reconstructs the files of one run and answers for them. A worker runs one; tests call it as it is.
#[derive(Default)]
pub struct ReplayHost(Option<Workspace>);

impl ReplayHost {
    pub fn handle(&mut self, request: ReplayRequest) -> ReplayReply {
        match request {
            ReplayRequest::Take { acts } => match super::decode::<Acts>(&acts) {
                Ok(Acts { setting, acts }) => {
                    let workspace = self.0.get_or_insert_with(|| Workspace::new(setting));
                    for act in &acts {
                        workspace.add(act);
                    }
                    ReplayReply::Taken
                }
                Err(error) => ReplayReply::Refused(format!("not a part of a run: {error}")),
            },
            ReplayRequest::Files { step } => {
                let files = self.0.as_ref().map(|workspace| workspace.files_at(StepId(step)));
                ReplayReply::Files(files.unwrap_or_default().iter().map(file_view).collect())
            }
            ReplayRequest::File { step, name, against } => {
                let rows = self.0.as_ref().map(|workspace| workspace.rows(&name, StepId(step), against));
                ReplayReply::File(rows.unwrap_or_default())
            }
        }
    }
}

fn file_view(line: &FileLine<'_>) -> FileView {
    FileView {
        name: line.name.to_owned(),
        state: match line.text {
            _ if !line.exists => FileState::Gone,
            Knowledge::Known => FileState::Known,
            Knowledge::Partly => FileState::Partly,
            Knowledge::Unknown => FileState::Unknown,
        },
        why: why(line),
        is_new: line.was_there.map(|was| !was),
        known_lines: line.known_lines,
        lines: line.lines,
        added: line.added,
        removed: line.removed,
        change_known: line.change_known,
        last_change: line.last_change.map(|step| step.0),
    }
}

fn why(line: &FileLine<'_>) -> String {
    let at = |step: &StepId| u64::from(step.0) + 1;
    match line.doubt {
        Some(Doubt::Unseen(step, command)) => {
            format!("Changed at step {} by `{command}`, whose effect is not shown.", at(step))
        }
        Some(Doubt::Pattern(step)) => {
            format!("The pattern of step {} may also have matched lines that nothing showed.", at(step))
        }
        Some(Doubt::Place(step)) => {
            format!("Step {} replaced a text that nothing had shown: where it stands is not known.", at(step))
        }
        Some(Doubt::Contradicted(step)) => {
            format!(
                "Step {} shows something else than what was known before: something changed it unseen.",
                at(step)
            )
        }
        None if line.text != Knowledge::Known => "The run was shown only a part of it.".to_owned(),
        None => String::new(),
    }
}
