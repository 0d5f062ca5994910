//! Walks a source in large blocks and hands out records: lines, glued objects, elements of lists inside a
//! document. Holds one block and one record at a time, whatever the size of the source.

mod lines;
mod records;
mod value;
mod walk;
mod window;

pub use value::{ValueEnd, value_end};
pub use walk::{Key, Visit};
pub(super) use window::BLOCK_SIZE;
