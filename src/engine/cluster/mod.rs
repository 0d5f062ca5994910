//! Signatures → groups of findings that are the same, in one run and across many.
//!
//! May use `trace`, `facts` and `detect`. Two findings are the same when detector, operation, error and phase
//! are. Errors are compared by templates: masked by `facts`, then those that differ in a few words made one.
//! Signatures that a person would call the same failure are then told as one. The result does not depend on the
//! order of the runs.

mod clusters;
mod error;
mod exact;
mod name;
mod near;
mod phase;
mod shape;
mod signature;
mod template;
mod types;
mod typical;
mod union;

pub use clusters::cluster;
pub use phase::{Phase, phases};
pub use shape::shape;
pub use signature::{NONE, Signature, signature_at, signatures};
pub use types::{Cluster, ClusterInput, Member, Tally, Variant};
