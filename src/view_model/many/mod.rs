//! Many runs: where a person is among them, and how a trend is drawn.

pub mod compare;
mod place;
mod plot;

pub use place::{ManyPlace, ManyTab, field_name};
pub use plot::TrendPlot;
