//! The entry of the worker that lays out texts: a program of its own, so that the page itself stays small.
//!
//! A message is `[id, shape, name, split, text]`; the answer is `[id, numbers, additions]`.

mod answering;

use tracebench::reading::{Shape, read};
use wasm_bindgen::JsValue;

fn main() {
    answering::answer_all(|message| {
        let text = |place| message.get(place).as_string().unwrap_or_default();
        let number = |place| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a u32 when it was sent"
            )]
            message.get(place).as_f64().map_or(0, |number| number as u32)
        };
        let page = read(&text(4), Shape::from_number(number(1)), &text(2), number(3) as usize);
        let numbers = js_sys::Uint32Array::from(page.encode().as_slice());
        js_sys::Array::of3(&message.get(0), &numbers, &JsValue::from_str(&page.additions))
    });
}
