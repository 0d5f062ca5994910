//! Files that a person takes away.

use gloo::file::{Blob, ObjectUrl};
use gloo::utils::document;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

/// An address that holds a text itself: a link to it, marked as a download, saves the text.
pub fn address_of(text: &str) -> String {
    format!("data:application/json;charset=utf-8,{}", js_sys::encode_uri_component(text))
}

/// Saves a text of any length as a file of that name.
pub fn save(name: &str, text: &str) {
    let Ok(link) = document().create_element("a") else { return };
    let address = ObjectUrl::from(Blob::new_with_options(text, Some("application/jsonl")));
    let attributes = [("href", &*address), ("download", name)];
    if attributes.into_iter().all(|(key, value)| link.set_attribute(key, value).is_ok())
        && let Some(link) = link.dyn_ref::<HtmlElement>()
    {
        link.click();
    }
}
