//! The page's second program: how it is fetched, and how the two speak. Both live in the same window, so a
//! message is an event on it that bears bytes.

use gloo::events::EventListener;
use gloo::utils::{document, window};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast as _;
use web_sys::{CustomEvent, CustomEventInit};

use crate::protocol::{decode, encode};

/// Written by Trunk beside the page: loads the code of the program that draws many runs.
const COLLECTION_LOADER: &str = "./collection_loader.js";

/// To whom a message goes: the name of its event.
#[derive(Debug, Clone, Copy)]
pub struct Line(&'static str);

pub const TO_COLLECTION: Line = Line("tracebench-to-collection");
pub const FROM_COLLECTION: Line = Line("tracebench-from-collection");

impl Line {
    /// Says something to whoever listens; they have heard it when this returns.
    pub fn say(self, message: &impl Serialize) {
        let init = CustomEventInit::new();
        init.set_detail(&js_sys::Uint8Array::from(encode(message).as_slice()));
        let sent = CustomEvent::new_with_event_init_dict(self.0, &init)
            .and_then(|event| window().dispatch_event(&event));
        if let Err(error) = sent {
            web_sys::console::error_1(&error);
        }
    }

    /// Hears everything that is said, until the listener is dropped.
    pub fn listen<T: DeserializeOwned>(self, hear: impl Fn(T) + 'static) -> EventListener {
        EventListener::new(&window(), self.0, move |event| {
            let Some(event) = event.dyn_ref::<CustomEvent>() else { return };
            match decode(&js_sys::Uint8Array::new(&event.detail()).to_vec()) {
                Ok(message) => hear(message),
                Err(error) => web_sys::console::error_1(&error.into()),
            }
        })
    }
}

/// Fetches and starts the program that draws many runs. Calls back if that fails.
pub fn load_collection(failed: impl FnOnce() + 'static) {
    let Ok(script) = document().create_element("script") else { return failed() };
    let attributes = [("type", "module"), ("src", COLLECTION_LOADER)];
    let set = attributes.into_iter().all(|(name, value)| script.set_attribute(name, value).is_ok());
    let head = document().head().filter(|head| set && head.append_child(&script).is_ok());
    if head.is_none() {
        return failed();
    }
    // The script stays as long as the page.
    EventListener::once(&script, "error", move |_| failed()).forget();
}
