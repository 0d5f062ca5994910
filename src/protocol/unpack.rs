use serde::{Deserialize, Serialize};

/// What the worker that unpacks archives says.
///
/// It is a program of its own, fetched when the first archive is dropped; it is sent one archive and is done
/// when that is unpacked. The entries travel beside [`UnpackReply::Unpacked`] as files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnpackReply {
    /// The worker listens.
    Ready,
    /// Bytes of the archive read so far.
    Progress { done: u64 },
    Unpacked {
        /// The names of the entries, in the order of the files: `runs.zip/case-7/trajectory.json`.
        names: Vec<String>,
        /// What was passed over or lost, and why: a sentence each.
        skipped: Vec<String>,
    },
    /// The worker is about to die of a defect. Says where.
    Crashed { message: String },
}
