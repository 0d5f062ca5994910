//! Signatures → groups of findings that are the same, in one run and across many.
//!
//! May use `trace`, `facts` and `detect`. Two findings are the same when detector, operation, masked error
//! and phase are; the result does not depend on the order of the runs.

mod clusters;
mod name;
mod phase;
mod signature;

pub use clusters::{Cluster, ClusterInput, Member, cluster};
pub use phase::{Phase, phases};
pub use signature::{NONE, Signature, signatures};
