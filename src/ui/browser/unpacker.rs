use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, File, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::DroppedFile;
use crate::protocol::{UnpackReply, decode};

/// Written by Trunk beside the page: loads the code that unpacks.
const LOADER: &str = "./unpack_worker_loader.js";

/// What is heard of an archive that is being unpacked.
pub(super) enum FromUnpacker {
    /// Bytes of it read so far.
    Progress(u64),
    /// Its entries, and a sentence on each thing that was skipped.
    Unpacked { entries: Vec<DroppedFile>, skipped: Vec<String> },
    /// The worker broke down or could not be loaded.
    Died(String),
}

/// A worker that unpacks one archive. Dropping it stops the work.
pub(super) struct Unpacker {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Unpacker {
    pub(super) fn start(
        archive: &DroppedFile,
        tell: impl Fn(FromUnpacker) + Clone + 'static,
    ) -> Result<Self, String> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(LOADER, &options)
            .map_err(|error| format!("the worker that unpacks archives could not be started: {error:?}"))?;
        let request = archive.entry();
        let (target, said) = (worker.clone(), tell.clone());
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let data = event.data();
            match decode(&js_sys::Uint8Array::new(&get(&data, "reply")).to_vec()) {
                // What is posted before the worker listens would be lost.
                Ok(UnpackReply::Ready) => {
                    if let Err(error) = target.post_message(&request) {
                        said(FromUnpacker::Died(format!("the archive could not be handed over: {error:?}")));
                    }
                }
                Ok(UnpackReply::Progress { done }) => said(FromUnpacker::Progress(done)),
                Ok(UnpackReply::Unpacked { names, skipped }) => {
                    let files = js_sys::Array::from(&get(&data, "files"));
                    let entries = names
                        .into_iter()
                        .zip(files.iter())
                        .map(|(name, file)| DroppedFile::new(name, file.unchecked_into::<File>()))
                        .collect();
                    said(FromUnpacker::Unpacked { entries, skipped });
                }
                Ok(UnpackReply::Crashed { message }) => said(FromUnpacker::Died(message)),
                Err(error) => said(FromUnpacker::Died(format!("the worker said something odd: {error}"))),
            }
        });
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            event.prevent_default();
            let message = event.message();
            tell(FromUnpacker::Died(if message.is_empty() {
                "the code that unpacks archives could not be loaded".to_owned()
            } else {
                message
            }));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self { worker, _on_message: on_message, _on_error: on_error })
    }
}

impl Drop for Unpacker {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

fn get(object: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}
