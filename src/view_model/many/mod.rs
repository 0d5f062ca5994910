//! Many runs: where a person is among them.

mod place;

pub use place::{ManyPlace, ManyTab, field_name};
