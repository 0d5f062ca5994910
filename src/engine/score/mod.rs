//! Findings and outcome → a number with its reasons.
//!
//! May use `trace`, `facts` and `detect`. How much each thing counts is data: see [`Profile`].

mod classic;
mod profile;
mod proof;
mod weighted;

pub use classic::kinds_found;
pub use profile::{Method, Profile, UnknownProfile};

use crate::engine::detect::Finding;
use crate::engine::facts::RunFacts;
use crate::engine::trace::{OutcomeValue, Trace};

/// A score is made of three parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Whether the task was done.
    Outcome,
    /// Whether the way there was sound: checked, with working tools, told honestly.
    Process,
    /// Whether effort went round in circles. How long a run is does not count.
    Efficiency,
}

impl Part {
    pub fn name(self) -> &'static str {
        match self {
            Self::Outcome => "outcome",
            Self::Process => "process",
            Self::Efficiency => "efficiency",
        }
    }
}

/// One thing that raised or lowered a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// Of the total; negative where it costs.
    pub points: f64,
    pub part: Part,
    /// For a person.
    pub text: String,
    /// Places in the run's findings. Empty where the reason is a fact: the text then names it.
    pub findings: Vec<u32>,
}

/// A number with its reasons: 100 and the points of all reasons add up to the total.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// The name of the profile.
    pub profile: String,
    /// 0 to 100.
    pub total: f64,
    /// Each part 0 to 100 as well; `None` where the profile has no such part or nothing speaks to it.
    pub outcome: Option<f64>,
    pub process: Option<f64>,
    pub efficiency: Option<f64>,
    pub reasons: Vec<Reason>,
}

/// Scores a run, or gives `None` where there is no basis: nothing was done that could be judged, nothing
/// was found, and nobody said how it ended.
pub fn score(trace: &Trace, facts: &RunFacts, findings: &[Finding], profile: &Profile) -> Option<Score> {
    let acted = trace.live_steps().any(|(_, step)| step.is_action());
    let known = trace.head.outcome.value != OutcomeValue::Unknown;
    if !acted && findings.is_empty() && !known {
        return None;
    }
    Some(match profile.method {
        Method::Classic => classic::score(trace, findings, profile),
        Method::Weighted => weighted::score(trace, facts, findings, profile),
    })
}
