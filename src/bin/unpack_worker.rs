//! The entry of the worker that unpacks archives: a program of its own, so that only who drops an archive
//! pays for it.
//!
//! The message is `{name, file}`; a reply is `{reply: bytes, files: [File]}`. What is unpacked is put
//! into files of the browser piece by piece, and the browser keeps large ones on the disk.

mod dropped_files;

use dropped_files::{DroppedFiles, Recent, describe};
use tracebench::engine::import::unpack::{Limits, Sink, Skipped, unpack};
use tracebench::engine::trace::SourceId;
use tracebench::protocol::{UnpackReply, encode};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, DedicatedWorkerGlobalScope, File, MessageEvent};

fn main() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        post(&UnpackReply::Crashed { message: info.to_string() }, &js_sys::Array::new());
    }));
    let listen = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| receive(&event.data()));
    scope().set_onmessage(Some(listen.as_ref().unchecked_ref()));
    // It lives as long as the worker.
    listen.forget();
    post(&UnpackReply::Ready, &js_sys::Array::new());
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn post(reply: &UnpackReply, files: &js_sys::Array) {
    let message = js_sys::Object::new();
    let set = |name: &str, value: &JsValue| {
        // Setting a member of a fresh object cannot fail.
        drop(js_sys::Reflect::set(&message, &JsValue::from_str(name), value));
    };
    set("reply", &js_sys::Uint8Array::from(encode(reply).as_slice()));
    set("files", files);
    if let Err(error) = scope().post_message(&message) {
        web_sys::console::error_1(&error);
    }
}

fn receive(message: &JsValue) {
    let archive = js_sys::Array::of1(message);
    let sources = match DroppedFiles::new(&archive, &Recent::default()) {
        Ok(sources) => sources,
        Err(message) => return post(&UnpackReply::Crashed { message }, &js_sys::Array::new()),
    };
    let mut entries = Entries::default();
    let mut progress = |done| {
        post(&UnpackReply::Progress { done }, &js_sys::Array::new());
        true
    };
    let unpacked = unpack(&sources, SourceId(0), Limits::default(), &mut progress, &mut entries);
    let mut skipped: Vec<String> = unpacked.skipped.iter().map(Skipped::sentence).collect();
    skipped.extend(unpacked.stopped);
    post(&UnpackReply::Unpacked { names: entries.names, skipped }, &entries.files);
}

/// So much of an entry is held here before it is given to the browser.
const PART: usize = 4 << 20;

/// The entries as files of the browser.
#[derive(Default)]
struct Entries {
    names: Vec<String>,
    files: js_sys::Array,
    open: Option<Open>,
}

struct Open {
    name: String,
    parts: js_sys::Array,
    held: Vec<u8>,
}

impl Open {
    fn give(&mut self) -> Result<(), String> {
        let bytes = js_sys::Array::of1(&js_sys::Uint8Array::from(self.held.as_slice()));
        let blob = Blob::new_with_u8_array_sequence(&bytes).map_err(|error| no_room(&error))?;
        self.parts.push(&blob);
        self.held.clear();
        Ok(())
    }
}

fn no_room(error: &JsValue) -> String {
    format!("the browser could not keep what was unpacked: {}", describe(error))
}

impl Sink for Entries {
    fn begin(&mut self, name: &str) {
        self.open = Some(Open { name: name.to_owned(), parts: js_sys::Array::new(), held: Vec::new() });
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        let Some(open) = &mut self.open else { return Ok(()) };
        open.held.extend_from_slice(bytes);
        if open.held.len() >= PART { open.give() } else { Ok(()) }
    }

    fn end(&mut self, keep: bool) -> Result<(), String> {
        let Some(mut open) = self.open.take().filter(|_| keep) else { return Ok(()) };
        open.give()?;
        let name = open.name.rsplit('/').next().unwrap_or(&open.name);
        let file = File::new_with_blob_sequence(&open.parts, name).map_err(|error| no_room(&error))?;
        self.files.push(&file);
        self.names.push(open.name);
        Ok(())
    }
}
