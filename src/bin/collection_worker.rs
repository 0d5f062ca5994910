//! The entry of the worker that finds what many runs have in common: a program of its own, fetched with the
//! program that draws them.
//!
//! A message is `[id, request]`; the answer is `[id, reply]`.

mod answering;
mod answering_bytes;

use tracebench::protocol::{CollectionReply, collection_reply, decode};

fn main() {
    answering_bytes::answer_bytes(|message| match decode(message) {
        Ok(request) => collection_reply(request),
        Err(error) => CollectionReply::Refused(format!("not a request: {error}")),
    });
}
