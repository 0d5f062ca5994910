//! The entry of the worker that reads a file of reports: a program of its own, started by the engine's worker,
//! which passes everything on, and ended when the file is read.
//!
//! A message is `{envelope: bytes, files: [File]}`; a reply is bytes.

mod dropped_files;
mod replies;

use dropped_files::{DroppedFiles, Recent, get};
use replies::{post, scope};
use tracebench::protocol::{EngineReply, EngineRequest, Envelope, ReplyEnvelope, decode, tell_reports};
use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;

fn main() {
    console_error_panic_hook::set_once();
    let listen = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| {
        receive(&event.data());
        scope().close();
    });
    scope().set_onmessage(Some(listen.as_ref().unchecked_ref()));
    // It lives as long as the worker.
    listen.forget();
    post(&ReplyEnvelope { id: 0, reply: EngineReply::Ready });
}

fn receive(message: &JsValue) {
    let bytes = js_sys::Uint8Array::new(&get(message, "envelope")).to_vec();
    let Ok(Envelope { id, request: EngineRequest::Analyze { files, .. } }) = decode(&bytes) else { return };
    let Some(file) = files.first().map(|file| file.id) else { return };
    let handles = js_sys::Array::from(&get(message, "files"));
    let last = match DroppedFiles::new(&handles, &Recent::default()) {
        Ok(files) => tell_reports(file, &files, &mut |reply| post(&ReplyEnvelope { id, reply })),
        Err(message) => EngineReply::Refused { message },
    };
    post(&ReplyEnvelope { id, reply: last });
}
