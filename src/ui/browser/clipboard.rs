//! The clipboard.

/// Copies a text. The browser may refuse without a word; nothing depends on it.
pub fn copy(text: &str) {
    drop(gloo::utils::window().navigator().clipboard().write_text(text));
}
