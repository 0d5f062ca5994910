//! Files that a person takes away.

/// An address that holds a text itself: a link to it, marked as a download, saves the text.
pub fn address_of(text: &str) -> String {
    format!("data:application/json;charset=utf-8,{}", js_sys::encode_uri_component(text))
}
