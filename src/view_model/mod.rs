//! What the screen shows, as plain data: layout, windows, formatting. Pure, without any web type.
//!
//! May use result types of the engine (`trace`, `report`), profiles, and the protocol's plain data; `ui` draws what is
//! computed here.
#![forbid(unsafe_code)]

pub mod axis;
pub mod body_text;
pub mod collection;
pub mod evidence;
pub mod file_tree;
pub mod finding_filter;
pub mod fold;
pub mod format;
pub mod jumps;
pub mod keys;
pub mod kinship;
pub mod lanes;
pub mod ledger;
pub mod many;
pub mod mutes;
pub mod notes;
pub mod page_pieces;
pub mod palette;
pub mod part_reading;
pub mod percent;
pub mod place;
pub mod playback;
pub mod query;
pub mod quote;
pub mod rows;
pub mod scene;
pub mod scrub;
pub mod shapes;
pub mod step_facts;
pub mod story;
#[cfg(test)]
mod testing;
pub mod view_range;
pub mod weights;
pub mod words;
