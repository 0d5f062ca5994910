use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{Event, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::reading::{Page, Shape};

/// Written by Trunk beside the page: loads the code that lays out texts.
const LOADER: &str = "./reading_worker_loader.js";

/// After so many breakdowns texts stay plain.
const MAX_DEATHS: u32 = 3;

/// Lays out texts in a worker, which is fetched when the first text asks for it.
///
/// Where it cannot be had or breaks down nobody is answered, and what asked goes on showing plain text.
#[derive(Clone, Default)]
pub struct Reader {
    inner: Rc<RefCell<Inner>>,
}

type Answer = Box<dyn FnOnce(Page)>;

#[derive(Default)]
struct Inner {
    slot: Option<Slot>,
    last_id: u32,
    answers: BTreeMap<u32, Answer>,
    deaths: u32,
    buried: Option<Slot>,
}

struct Slot {
    worker: Worker,
    /// What was asked before the worker listened.
    waiting: Option<Vec<JsValue>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(Event)>,
}

impl Reader {
    /// Asks for the page of a text.
    pub fn read(&self, text: &str, shape: Shape, name: &str, split: usize, answer: Answer) {
        let mut inner = self.inner.borrow_mut();
        if inner.slot.is_none() && inner.deaths < MAX_DEATHS {
            inner.slot = self.start();
        }
        inner.last_id += 1;
        let id = inner.last_id;
        let Some(slot) = &mut inner.slot else { return };
        let message = js_sys::Array::of5(
            &JsValue::from(id),
            &JsValue::from(shape.number()),
            &JsValue::from_str(name),
            &JsValue::from(u32::try_from(split).unwrap_or(u32::MAX)),
            &JsValue::from_str(text),
        );
        match &mut slot.waiting {
            Some(waiting) => waiting.push(message.into()),
            None => post(&slot.worker, &message),
        }
        inner.answers.insert(id, answer);
    }

    fn start(&self) -> Option<Slot> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(LOADER, &options).ok()?;
        let reader = self.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            reader.hear(&js_sys::Array::from(&event.data()));
        });
        let reader = self.clone();
        let on_error = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            event.prevent_default();
            reader.mourn();
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Some(Slot { worker, waiting: Some(Vec::new()), _on_message: on_message, _on_error: on_error })
    }

    fn hear(&self, message: &js_sys::Array) {
        if message.length() == 0 {
            if let Some(slot) = &mut self.inner.borrow_mut().slot {
                for waiting in slot.waiting.take().unwrap_or_default() {
                    post(&slot.worker, &waiting);
                }
            }
            return;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a u32 when it was sent")]
        let id = message.get(0).as_f64().map_or(0, |id| id as u32);
        // What answers may ask again.
        let answer = self.inner.borrow_mut().answers.remove(&id);
        if let Some(answer) = answer {
            let numbers = js_sys::Uint32Array::from(message.get(1)).to_vec();
            answer(Page::decode(&numbers, message.get(2).as_string().unwrap_or_default()));
        }
    }

    /// The next question starts another worker.
    fn mourn(&self) {
        let mut inner = self.inner.borrow_mut();
        inner.deaths += 1;
        inner.answers.clear();
        let Some(slot) = inner.slot.take() else { return };
        slot.worker.terminate();
        // This very function is called by one of its closures: they must outlive it.
        inner.buried = Some(slot);
    }
}

fn post(worker: &Worker, message: &JsValue) {
    if let Err(error) = worker.post_message(message) {
        web_sys::console::error_1(&error);
    }
}
