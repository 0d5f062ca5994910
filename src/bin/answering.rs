//! A worker that is asked one thing after the other: `[id, …]` is answered with `[id, …]`. Before the first it
//! says `[]`: it listens.

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

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn post(message: &js_sys::Array) {
    if let Err(error) = scope().post_message(message) {
        web_sys::console::error_1(&error);
    }
}
