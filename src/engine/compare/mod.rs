//! Two runs side by side, and the runs of one task: where they part, and what tells those that pass.
//!
//! May use `trace`, `facts` and `detect`. Everything is built from [`Track`]s, which reports carry: a run
//! need not be at hand to be compared.

mod draw;
mod root;
mod track;

pub use draw::track;
pub use track::{Act, Track, TrackEdit};
