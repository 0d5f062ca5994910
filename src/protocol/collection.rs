//! The page is drawn by two programs: one for what everyone needs at once, and one, fetched when there is more
//! than one run, for what is shown of many. What they say to each other.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::RunKey;
use crate::engine::cluster::{Cluster, ClusterInput, cluster};
use crate::engine::report::{Comparison, RunReport, Separation, compare, separation};

/// A run as the page has opened it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollectedRun {
    pub key: RunKey,
    #[serde(with = "shared")]
    pub report: Arc<RunReport>,
}

/// A report travels as itself, however many hold it.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use crate::engine::report::RunReport;

    pub(super) fn serialize<S: Serializer>(report: &Arc<RunReport>, out: S) -> Result<S::Ok, S::Error> {
        report.as_ref().serialize(out)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<RunReport>, D::Error> {
        RunReport::deserialize(from).map(Arc::new)
    }
}

/// What the page says to the program of the collection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToCollection {
    /// Runs that are new, or were weighed anew.
    Runs(Vec<CollectedRun>),
    /// So many files are still being read.
    Unsettled(u32),
    /// The name of the profile that scores are made by.
    Profile(String),
    /// The collection is on the screen, at the place that this fragment of the address names; or is no longer.
    Shown(Option<String>),
    /// Everything was closed.
    Clear,
}

/// What that program says to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromCollection {
    /// It listens.
    Ready,
    /// Show a run, at a step.
    Open { run: RunKey, step: Option<u32> },
    /// Show the weights.
    EditWeights,
    /// Save the rewards of these runs.
    SaveRewards(Vec<RunKey>),
}

/// What the program of the collection asks its worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum CollectionRequest {
    /// Clusters over these runs.
    Clusters { runs: Vec<ClusterInput> },
    /// Two runs side by side.
    Compare { a: Box<RunReport>, b: Box<RunReport> },
    /// What tells the runs of one task that solved it from those that failed.
    Separate { runs: Vec<RunReport> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum CollectionReply {
    Clusters(Vec<Cluster>),
    Comparison(Box<Comparison>),
    /// `None` unless there are runs of both kinds.
    Separation(Option<Box<Separation>>),
    /// The request made no sense.
    Refused(String),
}

/// Answers; needs nothing but what it is asked.
pub fn collection_reply(request: CollectionRequest) -> CollectionReply {
    match request {
        CollectionRequest::Clusters { runs } => {
            CollectionReply::Clusters(cluster(&runs.iter().collect::<Vec<_>>()))
        }
        CollectionRequest::Separate { runs } => {
            let runs: Vec<&RunReport> = runs.iter().collect();
            CollectionReply::Separation(separation(&runs).map(Box::new))
        }
        CollectionRequest::Compare { a, b } => CollectionReply::Comparison(Box::new(compare(&a, &b))),
    }
}
