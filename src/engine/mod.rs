//! What went wrong in a run: pure functions from bytes to a report. No IO, no clock, no thread.
#![forbid(unsafe_code)]

pub mod cluster;
pub mod compare;
pub mod detect;
pub mod facts;
pub mod import;
pub mod query;
pub mod record;
pub mod replay;
pub mod report;
pub mod score;
#[doc(hidden)]
pub mod testing;
pub mod trace;

mod analyze;
mod order;

pub use analyze::{Options, Run, analyze};
