//! Two runs side by side, from their reports alone.

mod build;
mod markdown;
mod sections;
mod text;
mod types;

pub use build::{compare, separation};
pub use markdown::markdown_comparison;
pub use text::text_comparison;
pub use types::{
    Agreement, ComparedRun, Comparison, FindingDifferences, FirstGreen, NumberDifference, TestDifference,
};
