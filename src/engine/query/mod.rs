//! A small language that finds steps in a run, and runs among many: `op:run exit:!=0 file:src/** "ImportError"`.
//!
//! May use `trace`, `facts`, `detect`, and of `import` what turns a step's bytes back into its text. What can be
//! told from columns is asked first; text is searched in the bytes of the source, and only what may hold it is
//! decoded. The page uses the same parser for its messages, its completion and the table of runs.

mod bodies;
mod fields;
mod glob;
mod needle;
mod number;
mod parse;
mod search;
mod steps;
mod tree;
mod unescape;

pub use fields::{Field, FieldSpec, RUN_FIELDS, STEP_FIELDS, Takes, Unit};
pub use glob::{is_named, is_path};
pub use needle::Needle;
pub use number::NumberTest;
pub use parse::QueryError;
pub use search::{Found, search};
pub use steps::Searched;
pub use tree::{Node, Query, Term, Test};
