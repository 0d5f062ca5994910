use wasm_bindgen::prelude::*;

use super::lazy_worker::LazyWorker;
use crate::reading::{Page, Shape};

/// Lays out texts in a worker. Where it cannot be had, what asked goes on showing plain text.
#[derive(Clone)]
pub struct Reader(LazyWorker);

impl Default for Reader {
    fn default() -> Self {
        Self(LazyWorker::new("./reading_worker_loader.js"))
    }
}

impl Reader {
    /// Asks for the page of a text.
    pub fn read(
        &self,
        text: &str,
        shape: Shape,
        name: &str,
        split: usize,
        answer: impl FnOnce(Page) + 'static,
    ) {
        let question = [
            JsValue::from(shape.number()),
            JsValue::from_str(name),
            JsValue::from(u32::try_from(split).unwrap_or(u32::MAX)),
            JsValue::from_str(text),
        ];
        let hear = move |message: js_sys::Array| {
            let numbers = js_sys::Uint32Array::from(message.get(1)).to_vec();
            answer(Page::decode(&numbers, message.get(2).as_string().unwrap_or_default()));
        };
        self.0.ask(&question, Box::new(hear));
    }
}
