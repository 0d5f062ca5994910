//! The only part of the page that talks to the browser: workers, dropped files, the address, storage.

mod archives;
pub mod clipboard;
mod collector;
pub mod download;
pub mod drop;
pub mod engine_client;
pub mod fragment;
mod lazy_worker;
mod looking;
pub mod media;
mod opening;
mod planning;
mod pool;
pub mod programs;
mod reader;
mod replayer;
mod stopping;
pub mod storage;
pub mod surface;
pub mod text_field;
mod unpacker;
mod worker_slot;

pub use collector::Collector;
pub use drop::DroppedFile;
pub use engine_client::{EngineClient, EngineEvent};
pub use reader::Reader;
pub use replayer::Replayer;

use wasm_bindgen::JsValue;

fn set_member(object: &js_sys::Object, name: &str, value: &JsValue) {
    // Setting a member of a fresh object cannot fail.
    drop(js_sys::Reflect::set(object, &JsValue::from_str(name), value));
}
