//! Two runs side by side, and the runs of one task: where they part, and what tells those that pass.
//!
//! May use `trace`, `facts` and `detect`. Everything is built from [`Track`]s, which reports carry: a run
//! need not be at hand to be compared.

mod align;
mod counts;
mod divergence;
mod draw;
mod features;
mod medoid;
mod names;
mod path;
mod root;
mod separate;
mod state;
mod tokens;
mod track;
mod words;

pub use align::{Row, RowKind, align};
pub use counts::{OperationCounts, operation_counts};
pub use divergence::{Divergence, divergence};
pub use draw::track;
pub use separate::{Separation, Separator, SeparatorPlace, TaskRun, separate};
pub use state::{FileChange, FileDifference, file_differences};
pub use track::{Act, Track, TrackEdit};
pub use words::told;
