//! What the page and its workers say to each other, and the plain function that answers.
//!
//! A worker says [`EngineReply::Ready`] before it is sent anything. Each request bears an id; all replies to
//! it bear the same id, and the page drops replies whose id it no longer waits for. File handles travel
//! beside the request, in the order of its `files`.
//!
//! Messages go as bytes ([`encode`], [`decode`]), so a member is always there: none is left out when it is empty.
#![forbid(unsafe_code)]

mod catalog;
mod collection;
mod host;
mod moment;
mod replay;
mod told;
mod unpack;
mod wire;

pub use catalog::{Catalog, DetectorText, FormatText};
pub use collection::{
    CollectedRun, CollectionReply, CollectionRequest, FromCollection, ToCollection, collection_reply,
};
pub use host::Host;
pub use moment::MomentView;
pub use replay::{FileState, FileView, ReplayHost, ReplayReply, ReplayRequest};
pub use told::{TOLD_FORMAT, tell_reports};
pub use unpack::UnpackReply;
pub use wire::{decode, encode};

use serde::{Deserialize, Serialize};

use crate::engine::report::{Diagnosis, ErrorText, LeftOut, RunReport, StepMap, StepRow, Weighing};
use crate::engine::score::Profile;
use crate::engine::trace::PartKind;

/// Ties a reply to its request.
pub type RequestId = u32;

/// A file as the page knows it: its number in the page's list, and its name with its folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    pub id: u32,
    pub name: String,
}

/// An opened run: which file, and which run in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RunKey {
    pub file: u32,
    pub index: u32,
}

/// Findings of a run that are no problem there: those of a detector at a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Muted {
    /// Which run of the file.
    pub index: u32,
    pub detector: String,
    pub step: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineRequest {
    /// Say what each of these files is. Those with a format in `known`, in their order, were looked at before.
    Plan { files: Vec<FileEntry>, known: Vec<String> },
    /// Look at the heads of these files and say which are traces by themselves, and of what format.
    Look { files: Vec<FileEntry> },
    /// Import and analyse the first of these files; the others belong to it. The worker keeps the
    /// handles and answers for its runs from then on. `format` is what the plan said of it; a file of reports
    /// only tells of its runs.
    Analyze { files: Vec<FileEntry>, format: String, profile: Box<Profile> },
    /// Make verdict and score of a file's runs anew, without reading it again.
    Weigh { file: u32, profile: Box<Profile>, muted: Vec<Muted> },
    /// The columns of a run, for the timeline.
    Map { run: RunKey },
    /// Rows of the step list.
    Rows { run: RunKey, start: u32, count: u32 },
    /// The whole body of one step.
    Body { run: RunKey, step: u32 },
    /// The steps from `from` on that a query holds for, until about `effort` bytes were looked at. To be
    /// asked again until all were.
    Query { run: RunKey, query: String, from: u32, effort: u32 },
    /// The tests, the terminal and what was used, as they stood at a step.
    Moment { run: RunKey, step: u32 },
    /// What the steps from `from` on did to files, until their texts are `effort` bytes. To be asked again until
    /// all were; another worker makes files of it.
    Acts { run: RunKey, from: u32, effort: u32 },
    /// What the format doctor says of a file that was analysed.
    Diagnose { file: u32 },
    /// The rewards of a run, read from a file of that name, by weights as
    /// [`RewardWeights`](crate::engine::report::RewardWeights) writes them; an empty text is the built-in ones.
    Rewards { run: RunKey, name: String, weights: String },
    /// Understand these weights of rewards; of an empty text, the built-in ones.
    RewardWeights { text: String },
    /// What users read about formats and detectors.
    Catalog,
    /// Forget a file and its runs.
    Close { file: u32 },
}

/// What a file turned out to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlannedRole {
    /// Its format's id and title, and the files that belong to it: sidecars, and the parts of a run that is
    /// kept in many files.
    Trace {
        format: String,
        title: String,
        belongings: Vec<u32>,
    },
    /// Belongs to the run that begins in that file.
    Part {
        of: u32,
    },
    Sidecar {
        title: String,
    },
    /// Holds other files: to be unpacked first.
    Container {
        title: String,
    },
    Unreadable {
        error: ErrorText,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedFile {
    pub id: u32,
    pub role: PlannedRole,
}

/// One part of a step's body, decoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyPart {
    pub part: PartKind,
    pub text: String,
}

/// Everything a person may read of one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepBody {
    pub row: StepRow,
    pub parts: Vec<BodyPart>,
    /// The bytes of the source this step was read from, as they stand there, one text per segment.
    pub raw: Vec<String>,
    /// Pictures that lie in those bytes, as addresses that are the picture itself.
    pub pictures: Vec<String>,
}

/// Weights of rewards as they are kept: who only passes them on need not take them apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeightsText {
    pub name: String,
    /// As [`RewardWeights`](crate::engine::report::RewardWeights) writes them; empty for the built-in ones.
    pub text: String,
}

impl Default for WeightsText {
    fn default() -> Self {
        Self { name: "default".to_owned(), text: String::new() }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineReply {
    /// The worker listens.
    Ready,
    Planned {
        files: Vec<PlannedFile>,
    },
    /// The format of each file; empty for what is no trace by itself.
    Looked {
        formats: Vec<String>,
    },
    /// Bytes read so far.
    Progress {
        file: u32,
        done: u64,
        total: u64,
    },
    Analyzed {
        file: u32,
        reports: Vec<RunReport>,
    },
    /// Some of the runs that a file of reports tells of; `first` is the number of the first in that file.
    Told {
        file: u32,
        first: u32,
        reports: Vec<RunReport>,
    },
    /// All of them were told; and what was left out.
    ToldAll {
        file: u32,
        left_out: LeftOut,
    },
    Weighed {
        file: u32,
        runs: Vec<Weighing>,
    },
    /// Nothing could be read of the file.
    Failed {
        file: u32,
        error: ErrorText,
    },
    Map {
        run: RunKey,
        map: Box<StepMap>,
    },
    Rows {
        run: RunKey,
        start: u32,
        rows: Vec<StepRow>,
    },
    Body {
        run: RunKey,
        body: Box<StepBody>,
    },
    /// All of `from..next` were looked at.
    Hits {
        run: RunKey,
        steps: Vec<u32>,
        next: u32,
    },
    Moment {
        moment: Box<MomentView>,
    },
    /// All of `from..next`, for [`ReplayRequest::Take`].
    Acts {
        acts: Vec<u8>,
        next: u32,
    },
    Diagnosed {
        file: u32,
        diagnosis: Box<Diagnosis>,
    },
    /// JSON lines: the run, and each of its steps.
    Rewards {
        lines: String,
    },
    RewardWeights {
        weights: WeightsText,
    },
    Catalog {
        catalog: Box<Catalog>,
    },
    Closed {
        file: u32,
    },
    /// The request made no sense: the run is not open here, say.
    Refused {
        message: String,
    },
    /// The worker is about to die of a defect. Says where.
    Crashed {
        message: String,
    },
}

/// A request on its way to a worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    pub id: RequestId,
    pub request: EngineRequest,
}

/// A reply on its way to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplyEnvelope {
    pub id: RequestId,
    pub reply: EngineReply,
}
