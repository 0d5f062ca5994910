//! TraceBench says what went wrong in a coding agent's run, where first, and with what proof.

pub mod engine;
pub mod protocol;
#[cfg(feature = "ui")]
pub mod ui;
pub mod view_model;
