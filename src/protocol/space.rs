//! What the page is told of the files of a run at a step.

use serde::{Deserialize, Serialize};

use crate::engine::Run;
use crate::engine::import;
use crate::engine::replay::workspace::{Against, Doubt, FileLine, FileRow, Knowledge, Workspace};
use crate::engine::trace::{BodySource, PartKind, StepId};

/// Tests that are named.
const MAX_TESTS: usize = 50;
/// What a terminal printed last, and a plan, in characters.
const MAX_TEXT: usize = 20_000;

/// How much of a file is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileState {
    Known,
    Partly,
    Unknown,
    Gone,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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

/// A text of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileText {
    pub step: u32,
    pub rows: Vec<FileRow>,
}

/// The state of a run at a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpaceView {
    pub step: u32,
    pub files: Vec<FileView>,
    /// Where a check last said yes or no, and which.
    pub check: Option<(u32, bool)>,
    /// The tests that fail, by name.
    pub failing: Vec<String>,
    pub failing_count: u32,
    /// The last command of a terminal: its step, and what it was given and answered.
    pub command: Option<u32>,
    pub terminal: [String; 2],
    pub plan: Option<u32>,
    pub plan_text: String,
    /// What the model was last shown, in tokens.
    pub context: Option<u64>,
    pub tokens_in: Option<u64>,
    pub tokens_out: Option<u64>,
    pub cost_usd: Option<f64>,
    pub actions: u32,
    pub errors: u32,
}

/// Reconstructs the files of a run.
pub(super) fn space_of(run: &Run, sources: &dyn BodySource) -> Workspace {
    Workspace::new(&run.trace, &run.facts, &mut |step, kind| text_of(run, sources, step, kind))
}

fn text_of(run: &Run, sources: &dyn BodySource, step: StepId, kind: PartKind) -> Option<String> {
    let part = run.trace.step(step)?.part(kind)?;
    import::read_part(&run.trace, part, sources).ok()
}

pub(super) fn space_view(run: &Run, sources: &dyn BodySource, space: &Workspace, step: StepId) -> SpaceView {
    let moment = space.moment(step);
    let text = |step: Option<StepId>, kind| {
        let mut text = step.and_then(|step| text_of(run, sources, step, kind)).unwrap_or_default();
        let end = text.char_indices().nth(MAX_TEXT).map_or(text.len(), |(at, _)| at);
        text.truncate(end);
        text
    };
    let command = moment.command.and_then(|step| run.facts.action(step)?.command.as_deref());
    let call = match command {
        // Facts keep so many characters of a longer one.
        Some(command) if command.chars().count() < 400 => command.to_owned(),
        _ => text(moment.command, PartKind::Call),
    };
    SpaceView {
        step: step.0,
        files: space.files_at(step).into_iter().map(|line| file_view(&line)).collect(),
        check: moment.last_check.map(|check| (check.step.0, check.green)),
        failing: moment.failing.iter().take(MAX_TESTS).map(ToString::to_string).collect(),
        failing_count: u32::try_from(moment.failing.len()).unwrap_or(u32::MAX),
        command: moment.command.map(|step| step.0),
        terminal: [call, text(moment.command, PartKind::Result)],
        plan: moment.plan.map(|step| step.0),
        plan_text: text(moment.plan, PartKind::Call),
        context: moment.context,
        tokens_in: moment.sums.tokens_in,
        tokens_out: moment.sums.tokens_out,
        cost_usd: moment.sums.cost_usd,
        actions: moment.sums.actions,
        errors: moment.sums.errors,
    }
}

pub(super) fn file_text(space: &Workspace, name: &str, step: u32, against: Against) -> FileText {
    FileText { step, rows: space.rows(name, StepId(step), against) }
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
