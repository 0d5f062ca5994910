//! What each step DID, whatever the format: operation, command, files, edits, test results, errors, claims.
//!
//! May use `trace` only. Facts are drawn while the importer walks the file: [`FactsCollector`] is the
//! observer that sees every text once. Detectors read facts, never text, so their cost does not grow with it.

mod collect;
mod types;

pub use collect::FactsCollector;
pub use types::{
    ActionFacts, ActionOutcome, Claim, ClaimKind, Edit, EditKind, ErrorClass, ErrorSignature, Operation,
    Quote, RunFacts, RunKind, StepFacts, TestCounts, TestRun,
};
