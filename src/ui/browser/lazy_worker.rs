//! A worker that is fetched when it is first asked for something, and asked one thing after the other.
//!
//! A question is `[id, …]`, its answer `[id, …]`. Before the first the worker says `[]`: it listens.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use futures_channel::oneshot;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use web_sys::{Event, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::protocol::{decode, encode};

/// After so many breakdowns nothing is asked any more.
const MAX_DEATHS: u32 = 3;

type Answer = Box<dyn FnOnce(js_sys::Array)>;

/// A handle; cheap to clone. Where the worker cannot be had or breaks down the answers are dropped unheard.
#[derive(Clone)]
pub(super) struct LazyWorker {
    /// Written by Trunk beside the page: loads the worker's code.
    loader: &'static str,
    inner: Rc<RefCell<Inner>>,
}

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

impl LazyWorker {
    pub(super) fn new(loader: &'static str) -> Self {
        Self { loader, inner: Rc::default() }
    }

    /// Asks: what stands behind the id.
    pub(super) fn ask(&self, question: &[JsValue], answer: Answer) {
        let mut inner = self.inner.borrow_mut();
        if inner.slot.is_none() && inner.deaths < MAX_DEATHS {
            inner.slot = self.start();
        }
        inner.last_id += 1;
        let id = inner.last_id;
        let Some(slot) = &mut inner.slot else { return };
        let message: js_sys::Array = std::iter::once(&JsValue::from(id)).chain(question).collect();
        match &mut slot.waiting {
            Some(waiting) => waiting.push(message.into()),
            None => post(&slot.worker, &message),
        }
        inner.answers.insert(id, answer);
    }

    /// Asks in bytes, answered in bytes; nothing where the worker broke down or could not be had.
    pub(super) async fn ask_bytes<T: DeserializeOwned>(
        &self,
        request: &impl Serialize,
    ) -> Option<Result<T, String>> {
        let (sender, receiver) = oneshot::channel();
        let question = [js_sys::Uint8Array::from(encode(request).as_slice()).into()];
        let hear = move |message: js_sys::Array| {
            // The one who asked may have lost interest.
            drop(sender.send(js_sys::Uint8Array::new(&message.get(1)).to_vec()));
        };
        self.ask(&question, Box::new(hear));
        receiver.await.ok().map(|bytes| decode(&bytes))
    }

    fn start(&self) -> Option<Slot> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(self.loader, &options).ok()?;
        // The worker's closures must not keep alive what ends it.
        let weak = Rc::downgrade(&self.inner);
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(inner) = weak.upgrade() {
                hear(&inner, js_sys::Array::from(&event.data()));
            }
        });
        let weak = Rc::downgrade(&self.inner);
        let on_error = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            event.prevent_default();
            if let Some(inner) = weak.upgrade() {
                mourn(&inner);
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Some(Slot { worker, waiting: Some(Vec::new()), _on_message: on_message, _on_error: on_error })
    }
}

fn hear(inner: &RefCell<Inner>, message: js_sys::Array) {
    if message.length() == 0 {
        if let Some(slot) = &mut inner.borrow_mut().slot {
            for waiting in slot.waiting.take().unwrap_or_default() {
                post(&slot.worker, &waiting);
            }
        }
        return;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a u32 when it was sent")]
    let id = message.get(0).as_f64().map_or(0, |id| id as u32);
    // What answers may ask again.
    let answer = inner.borrow_mut().answers.remove(&id);
    if let Some(answer) = answer {
        answer(message);
    }
}

/// The next question starts another worker.
fn mourn(inner: &RefCell<Inner>) {
    let mut inner = inner.borrow_mut();
    inner.deaths += 1;
    let unheard = std::mem::take(&mut inner.answers);
    let Some(slot) = inner.slot.take() else { return };
    // This very function is called by one of its closures: they must outlive it.
    inner.buried = Some(slot);
    drop(inner);
    // Who waits for them may ask again.
    drop(unheard);
}

fn post(worker: &Worker, message: &JsValue) {
    if let Err(error) = worker.post_message(message) {
        web_sys::console::error_1(&error);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}
