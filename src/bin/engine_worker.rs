//! The worker's entry: reads dropped files where they lie and passes messages to and from the engine.
//!
//! A message is `{envelope: bytes, files: [File]}`; a reply is bytes.

mod dropped_files;

use dropped_files::{DroppedFiles, Recent, get};
use tracebench::protocol::{EngineReply, Envelope, Host, ReplyEnvelope, decode, encode};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

fn main() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        post(&ReplyEnvelope { id: 0, reply: EngineReply::Crashed { message: info.to_string() } });
    }));
    let mut host = Host::default();
    let recent = Recent::default();
    let listen = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        receive(&mut host, &event.data(), &recent);
    });
    scope().set_onmessage(Some(listen.as_ref().unchecked_ref()));
    // It lives as long as the worker.
    listen.forget();
    post(&ReplyEnvelope { id: 0, reply: EngineReply::Ready });
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn post(reply: &ReplyEnvelope) {
    let bytes = js_sys::Uint8Array::from(encode(reply).as_slice());
    if let Err(error) = scope().post_message(&bytes) {
        web_sys::console::error_1(&error);
    }
}

fn receive(host: &mut Host, message: &JsValue, recent: &Recent) {
    let envelope = js_sys::Uint8Array::new(&get(message, "envelope")).to_vec();
    match decode::<Envelope>(&envelope) {
        Ok(envelope) => {
            let files = js_sys::Array::from(&get(message, "files"));
            match DroppedFiles::new(&files, recent) {
                Ok(files) => host.handle(envelope, Box::new(files), &mut |reply| post(&reply)),
                Err(message) => refuse(envelope.id, message),
            }
        }
        Err(error) => refuse(0, format!("not a request: {error}")),
    }
}

fn refuse(id: u32, message: String) {
    post(&ReplyEnvelope { id, reply: EngineReply::Refused { message } });
}
