//! What a run did, in the form in which runs can be compared.

use serde::{Deserialize, Serialize};

/// The acts of a run: its actions, and the messages and events that matter to how it went.
///
/// Columns of equal length, one entry an act, so that it stays small as JSON; [`Track::act`] reads one. Texts
/// are places in `words`, whose first is empty and stands for "none".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Track {
    pub words: Vec<String>,
    /// The step of each act, rising.
    pub steps: Vec<u32>,
    /// `read`, `edit`, `run-test`, …; `message`, `user-message`; `submission`, `hand-off` and other events.
    pub operations: Vec<u32>,
    /// A file relative to the project's root, or what a command comes down to.
    pub targets: Vec<u32>,
    /// `green`, `red` of a check; else `ok`, `error`, `timeout`, `empty`; none where nothing tells.
    pub endings: Vec<u32>,
    /// The masked error.
    pub errors: Vec<u32>,
    /// Who acted, none for the main agent; left empty where that did everything.
    pub agents: Vec<u32>,
    /// Tokens, prompts included, spent since the act before; left empty where none are known.
    pub tokens: Vec<u32>,
    /// Millionths of a dollar spent since the act before; left empty where no cost is known.
    pub micro_usd: Vec<u32>,
    /// When each act ended, in milliseconds from the first step; left empty where no time is known.
    pub ends_ms: Vec<u32>,
    /// In the order of the acts.
    pub edits: Vec<TrackEdit>,
    /// Answers of the model.
    pub turns: u32,
    /// How many acts beyond [`Track::MOST`] were left out.
    pub more: u32,
}

/// A change to a file.
///
/// In order: the place of the act; what kind (`create`, `modify`, `delete`, `revert`) and of which file (none: of
/// all), as places in the words; lines added and removed, where the call shows them; and a hash of the change
/// itself, 0 where its text is not known.
pub type TrackEdit = (u32, u32, u32, Option<u32>, Option<u32>, u32);

/// One act of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Act<'a> {
    pub step: u32,
    pub operation: &'a str,
    pub target: &'a str,
    pub ending: &'a str,
    pub error: &'a str,
    /// Empty for the main agent.
    pub agent: &'a str,
}

impl Track {
    /// More acts than this are left out.
    pub const MOST: usize = 20_000;

    pub fn len(&self) -> usize {
        self.steps.len()
    }

    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    pub fn word(&self, place: u32) -> &str {
        self.words.get(place as usize).map_or("", String::as_str)
    }

    pub fn act(&self, place: usize) -> Option<Act<'_>> {
        let word = |column: &[u32]| self.word(column.get(place).copied().unwrap_or_default());
        Some(Act {
            step: *self.steps.get(place)?,
            operation: self.word(*self.operations.get(place)?),
            target: word(&self.targets),
            ending: word(&self.endings),
            error: word(&self.errors),
            agent: word(&self.agents),
        })
    }

    pub fn acts(&self) -> impl DoubleEndedIterator<Item = Act<'_>> {
        (0..self.len()).filter_map(|place| self.act(place))
    }

    /// The changes to files that an act made.
    pub fn edits_of(&self, place: usize) -> &[TrackEdit] {
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        let start = self.edits.partition_point(|edit| edit.0 < place);
        let end = self.edits.partition_point(|edit| edit.0 <= place);
        self.edits.get(start..end).unwrap_or_default()
    }
}
