//! What each step DID, whatever the format: operation, command, files, edits, test results, errors, claims.
//!
//! May use `trace` only. Facts are drawn while the importer walks the file: [`FactsCollector`] is the
//! observer that sees every text once. Detectors read facts, never text, so their cost does not grow with it.

mod announced;
mod arguments;
mod call;
mod claims;
mod collect;
mod edits;
mod error;
mod exit;
mod finder;
mod gist;
mod mask;
mod metrics;
mod operation;
mod operation_name;
mod outcome;
pub mod paths;
mod plan;
mod problems;
mod quote;
mod refusal;
mod requirements;
mod result;
mod risk;
mod run_kind;
mod shell;
mod sketch;
mod targets;
mod test_run;
mod tone;
mod tool;
pub mod touch;
mod types;
mod unmade;
mod vocabulary;

pub use collect::FactsCollector;
pub use gist::gist;
#[cfg(test)]
pub(in crate::engine) use mask::template as masked;
pub use requirements::{Measurement, Requirement};
pub use sketch::Sketch;
pub use test_run::test_key;
pub use types::{
    ActionFacts, ActionOutcome, Announcement, Claim, ClaimKind, Edit, EditKind, EditSigns, ErrorClass,
    ErrorSignature, Operation, PlanState, Quote, Risk, RunFacts, RunKind, StepFacts, TestColour, TestCounts,
    TestRun, Tone,
};
