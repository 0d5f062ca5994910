//! The entry of the worker that lays out texts: a program of its own, so that the page itself stays small.
//!
//! A message is `[id, shape, name, split, text]`; the answer is `[id, numbers, additions]`. Before the first
//! it says `[]`: it listens.

use tracebench::reading::{Shape, read};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

fn main() {
    console_error_panic_hook::set_once();
    let listen = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| receive(&event.data()));
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

fn receive(message: &JsValue) {
    let message = js_sys::Array::from(message);
    let text = |place| message.get(place).as_string().unwrap_or_default();
    let number = |place| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a u32 when it was sent")]
        message.get(place).as_f64().map_or(0, |number| number as u32)
    };
    let page = read(&text(4), Shape::from_number(number(1)), &text(2), number(3) as usize);
    let numbers = js_sys::Uint32Array::from(page.encode().as_slice());
    let additions = JsValue::from_str(&page.additions);
    post(&js_sys::Array::of3(&message.get(0), &numbers, &additions));
}
