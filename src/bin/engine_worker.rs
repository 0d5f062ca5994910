//! The worker's entry: reads dropped files where they lie and passes messages to and from the engine.
//!
//! A message is `{envelope: bytes, files: [File]}`; a reply is bytes.

mod dropped_files;
mod relay;
mod replies;

use dropped_files::{DroppedFiles, Recent, get};
use replies::{post, scope};
use tracebench::engine::report::ErrorText;
use tracebench::protocol::{EngineReply, EngineRequest, Envelope, Host, ReplyEnvelope, TOLD_FORMAT, decode};
use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;

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

fn receive(host: &mut Host, message: &JsValue, recent: &Recent) {
    let envelope = js_sys::Uint8Array::new(&get(message, "envelope")).to_vec();
    match decode::<Envelope>(&envelope) {
        Ok(envelope) => {
            let files = js_sys::Array::from(&get(message, "files"));
            match DroppedFiles::new(&files, recent) {
                Ok(files) => match &envelope.request {
                    EngineRequest::Analyze { files: entries, format, .. } if format == TOLD_FORMAT => {
                        let file = entries.first().map_or(0, |entry| entry.id);
                        read_reports(envelope.id, file, message.clone());
                    }
                    _ => host.handle(envelope, Box::new(files), &mut |reply| post(&reply)),
                },
                Err(message) => refuse(envelope.id, message),
            }
        }
        Err(error) => refuse(0, format!("not a request: {error}")),
    }
}

/// Has a file of reports read by the program for that.
fn read_reports(id: u32, file: u32, message: JsValue) {
    relay::pass_on(message, move || {
        let message = "what reads files of reports could not be loaded, or broke down".to_owned();
        let error = ErrorText { kind: "crashed".to_owned(), message };
        post(&ReplyEnvelope { id, reply: EngineReply::Failed { file, error } });
    });
}

fn refuse(id: u32, message: String) {
    post(&ReplyEnvelope { id, reply: EngineReply::Refused { message } });
}
