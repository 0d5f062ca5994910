//! The entry of the worker that reconstructs the files of a run: a program of its own, fetched by who looks at
//! them.
//!
//! A message is `[id, request]`; the answer is `[id, reply]`. Before the first it says `[]`: it listens.

use tracebench::protocol::{ReplayHost, ReplayReply, decode, encode};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

fn main() {
    console_error_panic_hook::set_once();
    let mut host = ReplayHost::default();
    let listen = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let message = js_sys::Array::from(&event.data());
        let reply = match decode(&js_sys::Uint8Array::new(&message.get(1)).to_vec()) {
            Ok(request) => host.handle(request),
            Err(error) => ReplayReply::Refused(format!("not a request: {error}")),
        };
        let reply = js_sys::Uint8Array::from(encode(&reply).as_slice());
        post(&js_sys::Array::of2(&message.get(0), &reply));
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
