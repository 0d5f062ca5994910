//! The part of the address behind `#`: where in which run the person is.

use gloo::events::EventListener;
use gloo::utils::{history, window};
use wasm_bindgen::JsValue;

/// What stands behind the `#`.
pub fn read() -> String {
    window().location().hash().unwrap_or_default().trim_start_matches('#').to_owned()
}

/// Replaces the fragment without a new entry in the history.
pub fn write(fragment: &str) {
    set(fragment, false);
}

/// Sets the fragment as a new place to come back to.
pub fn push(fragment: &str) {
    set(fragment, true);
}

fn set(fragment: &str, as_new_entry: bool) {
    if fragment == read() {
        return;
    }
    let url = if fragment.is_empty() { ".".to_owned() } else { format!("#{fragment}") };
    let done = if as_new_entry {
        history().push_state_with_url(&JsValue::NULL, "", Some(&url))
    } else {
        history().replace_state_with_url(&JsValue::NULL, "", Some(&url))
    };
    // Browsers refuse when a page does this too often; the next change sets it right.
    drop(done);
}

/// Calls back when the person goes back, forward, or edits the address, until the listener is dropped.
pub fn on_change(callback: impl Fn(String) + 'static) -> EventListener {
    EventListener::new(&window(), "popstate", move |_| callback(read()))
}
