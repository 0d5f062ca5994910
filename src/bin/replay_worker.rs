//! The entry of the worker that reconstructs the files of a run: a program of its own, fetched by who looks at
//! them.
//!
//! A message is `[id, request]`; the answer is `[id, reply]`.

mod answering;

use tracebench::protocol::{ReplayHost, ReplayReply, decode, encode};

fn main() {
    let mut host = ReplayHost::default();
    answering::answer_all(move |message| {
        let reply = match decode(&js_sys::Uint8Array::new(&message.get(1)).to_vec()) {
            Ok(request) => host.handle(request),
            Err(error) => ReplayReply::Refused(format!("not a request: {error}")),
        };
        js_sys::Array::of2(&message.get(0), &js_sys::Uint8Array::from(encode(&reply).as_slice()))
    });
}
