//! Rules over trace and facts → findings. One rule per file, under `rules/`.
//!
//! May use `trace`, `facts` and `replay`. To add a detector: write `rules/<name>.rs`, then its two adjacent
//! lines in `rules/mod.rs`.

mod context;
mod conversation;
mod delivery;
mod ending;
mod episodes;
mod finding;
mod measured;
mod missing;
mod places;
mod repeats;
mod rules;
mod verdict;
mod words;

pub use context::{DetectContext, FailedCheck};
pub use finding::{Category, Detector, DetectorInfo, Evidence, Finding, Findings, Severity, Status, Waste};
pub use measured::{MeasuredSet, Measurements, Runs, measurements};
pub use places::FindingPlaces;
pub use verdict::{Candidate, Verdict};

use crate::engine::facts::{RunFacts, paths};
use crate::engine::trace::Trace;

/// Every detector, in the order in which findings of equal rank are listed.
pub fn detectors() -> &'static [&'static dyn Detector] {
    rules::ALL
}

/// The text users read about every detector.
pub fn catalog() -> impl Iterator<Item = &'static DetectorInfo> {
    detectors().iter().map(|detector| detector.info())
}

/// The description of the detector of that id.
pub fn info(id: &str) -> Option<&'static DetectorInfo> {
    catalog().find(|info| info.id == id)
}

/// Runs every detector. Findings come sorted by the step they blame, then by severity, then by catalogue.
pub fn detect(trace: &Trace, facts: &RunFacts) -> Vec<Finding> {
    let ctx = DetectContext::new(trace, facts);
    let mut findings = Findings::default();
    for detector in detectors() {
        detector.detect(&ctx, &mut findings);
    }
    findings.into_sorted()
}
