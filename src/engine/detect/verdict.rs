use serde::{Deserialize, Serialize};

use super::Finding;
use crate::engine::facts::RunFacts;
use crate::engine::trace::{StepId, Trace};

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

impl Verdict {
    /// Names the most severe finding.
    pub fn of(_trace: &Trace, _facts: &RunFacts, findings: &[Finding]) -> Self {
        let worst = findings.iter().max_by_key(|finding| (finding.certain, finding.severity));
        Self {
            abstained: worst.is_none(),
            headline: worst.map_or("No failure signal found", |finding| &finding.message).to_owned(),
            explanation: String::new(),
            candidates: Vec::new(),
            last_good: None,
        }
    }
}
