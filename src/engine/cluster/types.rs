use serde::{Deserialize, Serialize};

use super::Signature;
use crate::engine::trace::OutcomeValue;

/// What clustering needs to know of a run: far less than its report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterInput {
    /// Names the run the same wherever it stands in the list; decides ties.
    pub id: (String, String, u32),
    pub agent: Option<String>,
    pub model: Option<String>,
    pub outcome: OutcomeValue,
    /// How it went about its work: see [`super::shape`].
    pub shape: Vec<String>,
    /// Of the findings that count.
    pub signatures: Vec<Signature>,
    /// The blamed step of each finding, of those that do not count too.
    pub steps: Vec<u32>,
}

/// A finding of a cluster: the run's place in the list, and the blamed step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Member {
    pub run: u32,
    pub step: u32,
}

/// How many runs have that name; `null` for those that do not say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub name: Option<String>,
    pub runs: u32,
}

/// One of the exact signatures that a cluster is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// Made of the signature alone: the same in every collection, unless other errors there widen its template.
    pub id: String,
    pub operation: String,
    /// The masked error; `<*>` where near ones differ.
    pub template: String,
    pub phase: String,
    pub finding_count: u32,
    pub run_count: u32,
}

/// Findings that are the same failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// That of the commonest variant.
    pub id: String,
    /// For a person; unlike that of every other cluster of the same result.
    pub name: String,
    pub detector: String,
    /// Operation, error and phase are those of the commonest variant.
    pub operation: String,
    pub template: String,
    pub phase: String,
    pub finding_count: u32,
    /// Places of the runs, in order, without repeats.
    pub runs: Vec<u32>,
    /// The finding to show: that of the run most like the others.
    pub example: Member,
    /// That of the run least like the others, where three runs or more tell.
    pub boundary: Option<Member>,
    /// How many of the runs are known to have failed, and to have solved their task.
    pub failed: u32,
    pub resolved: u32,
    /// The runs by agent and by model, most first.
    pub agents: Vec<Tally>,
    pub models: Vec<Tally>,
    /// The signatures that are told as one here, commonest first; never empty.
    pub variants: Vec<Variant>,
}
