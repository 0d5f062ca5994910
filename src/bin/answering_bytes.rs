//! A worker that is asked in bytes and answers in bytes: `[id, request]` with `[id, reply]`.

use serde::Serialize;
use tracebench::protocol::encode;

use crate::answering::answer_all;

/// Answers every question, as long as the worker lives.
pub(crate) fn answer_bytes<T: Serialize>(mut answer: impl FnMut(&[u8]) -> T + 'static) {
    answer_all(move |message| {
        let reply = answer(&js_sys::Uint8Array::new(&message.get(1)).to_vec());
        js_sys::Array::of2(&message.get(0), &js_sys::Uint8Array::from(encode(&reply).as_slice()))
    });
}
