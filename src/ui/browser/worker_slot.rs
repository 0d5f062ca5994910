use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::{DroppedFile, set_member};
use crate::protocol::{Envelope, ReplyEnvelope, decode, encode};

/// What a worker's messages and failures are told to.
pub(super) enum FromWorker {
    Reply(ReplyEnvelope),
    /// An uncaught error; the worker is of no more use.
    Died(String),
}

/// One worker of the pool and what has been said to it before it was ready.
pub(super) struct WorkerSlot {
    worker: Worker,
    waiting: Option<Vec<JsValue>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

/// Written by Trunk beside the page: loads the worker's code.
const LOADER: &str = "./engine_worker_loader.js";

impl WorkerSlot {
    pub(super) fn start(tell: impl Fn(FromWorker) + Clone + 'static) -> Result<Self, String> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(LOADER, &options)
            .map_err(|error| format!("the engine's worker could not be started: {error:?}"))?;
        let said = tell.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            match decode(&js_sys::Uint8Array::new(&event.data()).to_vec()) {
                Ok(reply) => said(FromWorker::Reply(reply)),
                Err(error) => said(FromWorker::Died(format!("the worker said something odd: {error}"))),
            }
        });
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            event.prevent_default();
            let message = event.message();
            tell(FromWorker::Died(if message.is_empty() {
                "the engine's code could not be loaded".to_owned()
            } else {
                message
            }));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self { worker, waiting: Some(Vec::new()), _on_message: on_message, _on_error: on_error })
    }

    pub(super) fn is_ready(&self) -> bool {
        self.waiting.is_none()
    }

    /// The worker listens now: says what has been waiting.
    pub(super) fn set_ready(&mut self) {
        for message in self.waiting.take().unwrap_or_default() {
            self.post(&message);
        }
    }

    /// What is posted before the worker's code has loaded would be lost, so it waits here.
    pub(super) fn send(&mut self, envelope: &Envelope, files: &[DroppedFile]) {
        let entries = js_sys::Array::new();
        for file in files {
            entries.push(&file.entry());
        }
        let message = js_sys::Object::new();
        set_member(&message, "envelope", &js_sys::Uint8Array::from(encode(envelope).as_slice()));
        set_member(&message, "files", &entries);
        match &mut self.waiting {
            Some(waiting) => waiting.push(message.into()),
            None => self.post(&message),
        }
    }

    fn post(&self, message: &JsValue) {
        if let Err(error) = self.worker.post_message(message) {
            web_sys::console::error_1(&error);
        }
    }
}

impl Drop for WorkerSlot {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}
