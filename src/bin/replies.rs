//! How the workers of the engine answer the page: a reply is bytes.

use tracebench::protocol::{ReplyEnvelope, encode};
use wasm_bindgen::prelude::*;
use web_sys::DedicatedWorkerGlobalScope;

pub(crate) fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

pub(crate) fn post(reply: &ReplyEnvelope) {
    let bytes = js_sys::Uint8Array::from(encode(reply).as_slice());
    if let Err(error) = scope().post_message(&bytes) {
        web_sys::console::error_1(&error);
    }
}
