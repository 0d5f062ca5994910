//! The worker's entry: reads dropped files where they lie and passes messages to and from the engine.
//!
//! A message is `{envelope: JSON text, files: [File]}`; a reply is JSON text.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use tracebench::engine::trace::{BodyError, BodySource, SourceId};
use tracebench::protocol::{EngineReply, Envelope, Host, ReplyEnvelope};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, File, FileReaderSync, MessageEvent};

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
    let Ok(text) = serde_json::to_string(reply) else { return };
    if let Err(error) = scope().post_message(&JsValue::from_str(&text)) {
        web_sys::console::error_1(&error);
    }
}

fn receive(host: &mut Host, message: &JsValue, recent: &Recent) {
    let envelope = get(message, "envelope").as_string().unwrap_or_default();
    match serde_json::from_str::<Envelope>(&envelope) {
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

fn get(object: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// A file of at most so many bytes is read in one go: each read of a slice costs a round trip, and telling a
/// format, its tail and its records apart takes several.
const SMALL: u64 = 4 << 20;

/// The small file that was read last, by any of the worker's requests.
type Recent = Rc<RefCell<Option<(File, Vec<u8>)>>>;

/// Handles of dropped files, read slice by slice. Their bytes never pass through the page's thread.
struct DroppedFiles {
    files: Vec<(String, File)>,
    reader: FileReaderSync,
    recent: Recent,
}

impl DroppedFiles {
    /// `files` holds pairs of a name with its folder and a handle.
    fn new(files: &js_sys::Array, recent: &Recent) -> Result<Self, String> {
        let reader =
            FileReaderSync::new().map_err(|error| format!("files cannot be read here: {error:?}"))?;
        let files = files
            .iter()
            .map(|entry| {
                let name = get(&entry, "name").as_string().unwrap_or_default();
                (name, get(&entry, "file").unchecked_into::<File>())
            })
            .collect();
        Ok(Self { files, reader, recent: Rc::clone(recent) })
    }

    fn file(&self, source: SourceId) -> Option<&(String, File)> {
        self.files.get(usize::from(source.0))
    }
}

impl DroppedFiles {
    fn slice(&self, file: &File, range: Range<u64>) -> Result<Vec<u8>, BodyError> {
        let bytes = file
            .slice_with_f64_and_f64(range.start as f64, range.end as f64)
            .and_then(|slice| self.reader.read_as_array_buffer(&slice))
            .map_err(|error| BodyError::Io(describe(&error)))?;
        Ok(js_sys::Uint8Array::new(&bytes).to_vec())
    }
}

impl BodySource for DroppedFiles {
    fn source_count(&self) -> usize {
        self.files.len()
    }

    fn name(&self, source: SourceId) -> &str {
        self.file(source).map_or("", |(name, _)| name)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a file's size is a whole number"
    )]
    fn len(&self, source: SourceId) -> u64 {
        self.file(source).map_or(0, |(_, file)| file.size() as u64)
    }

    fn read(&self, source: SourceId, range: Range<u64>) -> Result<Cow<'_, [u8]>, BodyError> {
        let (_, file) = self.file(source).ok_or(BodyError::NoSource(source.0))?;
        let len = self.len(source);
        if range.end > len || range.start > range.end {
            return Err(BodyError::OutOfRange { start: range.start, end: range.end, len });
        }
        if len > SMALL {
            return self.slice(file, range).map(Cow::Owned);
        }
        let mut recent = self.recent.borrow_mut();
        let whole = match recent.take() {
            Some((known, bytes)) if known == *file => bytes,
            _ => self.slice(file, 0..len)?,
        };
        let piece = usize::try_from(range.start)
            .ok()
            .zip(usize::try_from(range.end).ok())
            .and_then(|(start, end)| whole.get(start..end))
            .map(<[u8]>::to_vec);
        *recent = Some((file.clone(), whole));
        piece.map(Cow::Owned).ok_or(BodyError::OutOfRange { start: range.start, end: range.end, len })
    }
}

/// `NotReadableError: …` rather than `[object DOMException]`.
fn describe(error: &JsValue) -> String {
    let name = get(error, "name").as_string().unwrap_or_default();
    let message = get(error, "message").as_string().unwrap_or_default();
    format!("{name}: {message}")
}
