//! What went wrong in a run: pure functions from bytes to a report.
#![forbid(unsafe_code)]

pub mod import;
pub mod trace;
