//! Passes a message on to a worker of the worker, and its replies back.

use wasm_bindgen::prelude::*;
use web_sys::{Event, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::replies::scope;

/// Written by Trunk beside the page: loads the code that reads files of reports.
const LOADER: &str = "./report_worker_loader.js";

/// Starts that worker for this message. `failed` is called if its code cannot be had or breaks down.
pub(crate) fn pass_on(message: JsValue, failed: impl Fn() + 'static) {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let Ok(worker) = Worker::new_with_options(LOADER, &options) else { return failed() };
    let reader = worker.clone();
    let mut waiting = Some(message);
    let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        // The first thing it says is that it listens.
        let sent = match waiting.take() {
            Some(message) => reader.post_message(&message),
            None => scope().post_message(&event.data()),
        };
        if let Err(error) = sent {
            web_sys::console::error_1(&error);
        }
    });
    let mourn = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        event.prevent_default();
        failed();
    });
    worker.set_onmessage(Some(hear.as_ref().unchecked_ref()));
    worker.set_onerror(Some(mourn.as_ref().unchecked_ref()));
    // They live as long as what calls them, which ends itself.
    hear.forget();
    mourn.forget();
}
