//! The entry of the worker that reconstructs the files of a run: a program of its own, fetched by who looks at
//! them.
//!
//! A message is `[id, request]`; the answer is `[id, reply]`.

mod answering;
mod answering_bytes;

use tracebench::protocol::{ReplayHost, ReplayReply, decode};

fn main() {
    let mut host = ReplayHost::default();
    answering_bytes::answer_bytes(move |message| match decode(message) {
        Ok(request) => host.handle(request),
        Err(error) => ReplayReply::Refused(format!("not a request: {error}")),
    });
}
