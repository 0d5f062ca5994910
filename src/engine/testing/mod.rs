//! For tests only, inside the crate and in `tests/`: checks that hold for every format.

mod check_import;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod reported;
#[cfg(test)]
pub mod script;

pub use check_import::{
    InPieces, Seen, SeenResult, SeenText, check_import, observe, try_import, try_import_set,
};
#[cfg(test)]
pub use reading::{drawn, only, part};
#[cfg(test)]
pub use reported::{reported, tracked};
