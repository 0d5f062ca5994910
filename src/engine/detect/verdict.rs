use serde::{Deserialize, Serialize};

use crate::engine::trace::StepId;

/// A step that may be the first wrong one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub step: StepId,
    /// A full sentence.
    pub why: String,
    /// The finding it rests on: its place in the run's list.
    pub finding: Option<u32>,
}

/// What went wrong and where first, or that nothing defensible was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// No failure signal was found. Does not say that the run succeeded.
    pub abstained: bool,
    /// One line for a person: "Claimed success while the last check had failed".
    pub headline: String,
    /// One or two sentences below it.
    pub explanation: String,
    /// Most decisive first, at most three.
    pub candidates: Vec<Candidate>,
    /// The last step at which a check was green.
    pub last_good: Option<StepId>,
}
