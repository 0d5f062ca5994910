use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::prelude::*;

use super::ClientSlot;
use super::taking_in::Heard;
use crate::engine::report::{ErrorText, LeftOut, RunReport};
use crate::engine::score::Profile;
use crate::protocol::{Catalog, RunKey, WeightsText};
use crate::ui::browser::EngineClient;
use crate::view_model::mutes::Mutes;
use crate::view_model::notes::Notes;
use crate::view_model::palette::Choice;
use crate::view_model::place::Place;

/// What the page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Screen {
    #[default]
    Landing,
    Runs,
    Run(RunKey),
}

/// How far a file has got.
#[derive(Debug, Clone)]
pub enum FileState {
    /// Not looked at yet, or waiting for a worker; with its format's title once that is known.
    Waiting {
        title: Option<String>,
    },
    Reading {
        title: Option<String>,
        done: u64,
        total: u64,
    },
    Read {
        title: Option<String>,
        read: Arc<ReadFile>,
    },
    /// An archive: its files have lines of their own.
    Unpacked {
        title: Option<String>,
        files: u32,
        traces: u32,
        /// What was skipped and why, a sentence each.
        skipped: Arc<[String]>,
    },
    /// Read together with the traces beside it.
    Sidecar {
        title: String,
    },
    Failed(ErrorText),
}

impl FileState {
    pub fn is_settled(&self) -> bool {
        !matches!(self, Self::Waiting { .. } | Self::Reading { .. })
    }

    /// The person did not wait for it.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Failed(error) if error.kind == "cancelled")
    }

    /// Nothing could be read from it.
    pub fn is_failed(&self) -> bool {
        matches!(self, Self::Failed(_)) && !self.is_cancelled()
    }

    pub fn title(&self) -> Option<String> {
        match self {
            Self::Waiting { title }
            | Self::Reading { title, .. }
            | Self::Read { title, .. }
            | Self::Unpacked { title, .. } => title.clone(),
            Self::Sidecar { title } => Some(title.clone()),
            Self::Failed(_) => None,
        }
    }
}

/// What came of a file.
#[derive(Debug, Clone, Default)]
pub struct ReadFile {
    pub runs: u32,
    pub steps: u64,
    pub warnings: u64,
    pub first_warning: Option<String>,
    /// It only tells of runs: their steps are in other files. And what it told of no run.
    pub told: Option<LeftOut>,
}

/// A file a person has opened.
#[derive(Clone)]
pub struct OpenedFile {
    pub id: u32,
    pub name: Arc<str>,
    pub bytes: u64,
    /// On its own, so that progress on one file leaves the list alone.
    pub state: ArcRwSignal<FileState>,
}

#[derive(Clone)]
pub struct OpenedRun {
    pub key: RunKey,
    pub report: Arc<RunReport>,
}

/// Everything that was opened in this visit. The lists only grow, or are emptied; of a report only what
/// depends on the weights changes.
#[derive(Clone, Copy)]
pub struct Session {
    pub files: RwSignal<Vec<OpenedFile>>,
    pub runs: RwSignal<Vec<OpenedRun>>,
    /// Files that are still being read.
    pub unsettled: RwSignal<usize>,
    /// Files nothing could be read from, in the order in which that turned out.
    pub failed: RwSignal<Vec<u32>>,
    /// Files that a person did not wait for.
    pub cancelled: RwSignal<usize>,
    pub screen: RwSignal<Screen>,
    /// Where the address says to go, until what it names has been opened.
    pub wanted: RwSignal<Option<Place>>,
    /// Something went wrong that belongs to no file.
    pub notice: RwSignal<Option<String>>,
    pub keys_shown: RwSignal<bool>,
    pub palette_shown: RwSignal<bool>,
    /// What was chosen in the palette, until the open run has done it.
    pub asked: RwSignal<Option<Choice>>,
    /// The file of which the format doctor's words are shown.
    pub examined: RwSignal<Option<u32>>,
    /// Formats and detectors, as the engine describes them.
    pub catalog: RwSignal<Option<Arc<Catalog>>>,
    /// What scores are made by.
    pub profile: RwSignal<Profile>,
    /// What rewards are made by.
    pub reward_weights: RwSignal<WeightsText>,
    /// Findings that are said to be no problem, of all visits.
    pub mutes: RwSignal<Mutes>,
    /// What was noted about runs, of all visits.
    pub notes: RwSignal<Notes>,
    /// Whether the weights are shown over the table of runs.
    pub weights_shown: RwSignal<bool>,
    /// What is searched for in the list of detectors; `None` while that is closed.
    pub rules_shown: RwSignal<Option<String>>,
    /// Counts the wishes to weigh everything anew.
    pub(super) weighings: StoredValue<u32>,
    pub(super) heard: StoredValue<Heard, LocalStorage>,
    /// Files that only tell of runs.
    pub(super) told: StoredValue<BTreeSet<u32>>,
    /// The first file of what was opened last.
    pub(super) first_fresh: StoredValue<u32>,
    pub(super) client: ClientSlot,
}

impl Session {
    pub fn new() -> Self {
        Self {
            files: RwSignal::new(Vec::new()),
            runs: RwSignal::new(Vec::new()),
            unsettled: RwSignal::new(0),
            failed: RwSignal::new(Vec::new()),
            cancelled: RwSignal::new(0),
            screen: RwSignal::new(Screen::Landing),
            wanted: RwSignal::new(None),
            notice: RwSignal::new(None),
            keys_shown: RwSignal::new(false),
            palette_shown: RwSignal::new(false),
            asked: RwSignal::new(None),
            examined: RwSignal::new(None),
            catalog: RwSignal::new(None),
            profile: RwSignal::default(),
            reward_weights: RwSignal::default(),
            mutes: RwSignal::default(),
            notes: RwSignal::default(),
            weights_shown: RwSignal::new(false),
            rules_shown: RwSignal::new(None),
            weighings: StoredValue::new(0),
            heard: StoredValue::new_local(Heard::default()),
            told: StoredValue::default(),
            first_fresh: StoredValue::new(0),
            client: StoredValue::new_local(None),
        }
    }

    pub fn expect() -> Self {
        expect_context()
    }

    pub fn client(self) -> Option<EngineClient> {
        self.client.get_value()
    }

    pub fn run(self, key: RunKey) -> Option<Arc<RunReport>> {
        self.runs.with(|runs| runs.iter().find(|run| run.key == key).map(|run| Arc::clone(&run.report)))
    }

    pub fn has_many_runs(self) -> bool {
        self.runs.with(Vec::len) > 1
    }

    /// Whether a dialog lies over the page and has the keys.
    pub fn dialog_shown(self) -> bool {
        self.keys_shown.get_untracked()
            || self.palette_shown.get_untracked()
            || self.weights_shown.get_untracked()
            || self.examined.get_untracked().is_some()
            || self.rules_shown.get_untracked().is_some()
    }

    /// Files nothing was read from.
    pub fn unread_count(self) -> usize {
        self.failed.with(Vec::len) + self.cancelled.get()
    }

    /// Whether a file only tells of runs, whose steps are in other files.
    pub fn is_told(self, file: u32) -> bool {
        self.told.with_value(|told| told.contains(&file))
    }

    pub(super) fn file_state(self, id: u32) -> Option<ArcRwSignal<FileState>> {
        self.files.with_untracked(|files| file_of(files, id).map(|file| file.state.clone()))
    }
}

/// Files are numbered one after the other.
pub fn file_of(files: &[OpenedFile], id: u32) -> Option<&OpenedFile> {
    let place = id.checked_sub(files.first()?.id)?;
    files.get(place as usize)
}
