//! TraceBench says what went wrong in a coding agent's run, where first, and with what proof.

#[cfg(not(target_family = "wasm"))]
pub mod cli;
mod difference;
pub mod engine;
pub mod protocol;
pub mod reading;
#[cfg(feature = "ui")]
pub mod ui;
pub mod view_model;
