//! A worker that is asked one thing after the other: `[id, …]` is answered with `[id, …]`. Before the first it
//! says `[]`: it listens.

use tracebench::protocol::encode;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Answers every question, as long as the worker lives. What `answer` gives is sent as it is.
pub(crate) fn answer_all(mut answer: impl FnMut(js_sys::Array) -> js_sys::Array + 'static) {
    console_error_panic_hook::set_once();
    let listen = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        post(&answer(js_sys::Array::from(&event.data())));
    });
    scope().set_onmessage(Some(listen.as_ref().unchecked_ref()));
    // It lives as long as the worker.
    listen.forget();
    post(&js_sys::Array::new());
}

/// Answers every question that is bytes with bytes: `[id, request]` with `[id, reply]`.
#[allow(dead_code, reason = "one of the workers speaks in numbers and texts")]
pub(crate) fn answer_bytes<T: serde::Serialize>(mut answer: impl FnMut(&[u8]) -> T + 'static) {
    answer_all(move |message| {
        let reply = answer(&js_sys::Uint8Array::new(&message.get(1)).to_vec());
        js_sys::Array::of2(&message.get(0), &js_sys::Uint8Array::from(encode(&reply).as_slice()))
    });
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn post(message: &js_sys::Array) {
    if let Err(error) = scope().post_message(message) {
        web_sys::console::error_1(&error);
    }
}
