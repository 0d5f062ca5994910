//! How messages travel: as bytes, each member by its place and not by its name.
//!
//! Page and workers are always of one build, so nothing needs to be told from anything else. Code that reads
//! members by their names would be a twelfth of what a first visit downloads.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The bytes of a message; none for what has no form, which no message of ours is.
pub fn encode(message: &impl Serialize) -> Vec<u8> {
    postcard::to_allocvec(message).unwrap_or_default()
}

/// Reads a message back. What is wrong with bytes that are none is of no use to anyone.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    postcard::from_bytes(bytes).map_err(|_unnamed| "its bytes are no message of this build".to_owned())
}
