//! The versioned result of one run and of a collection, and its exporters.
//!
//! May use all result types of the engine.

mod steps;
mod types;

pub use steps::{Mark, StepMap, StepRow, StepShade, step_map, step_row};
pub use types::{
    CandidateReport, ErrorText, EvidenceReport, FORMAT_VERSION, FileError, FindingReport, ReasonReport,
    RunReport, ScoreReport, SignatureReport, VerdictReport,
};
