//! Where the cursor stands in a field.

use web_sys::HtmlInputElement;

/// The cursor as a byte of the field's text.
pub fn cursor(input: &HtmlInputElement) -> usize {
    let value = input.value();
    let units = input.selection_start().ok().flatten().unwrap_or(u32::MAX);
    let mut passed = 0;
    let place = value.char_indices().find(|(_, sign)| {
        let is_there = passed >= units;
        passed += u32::try_from(sign.len_utf16()).unwrap_or(1);
        is_there
    });
    place.map_or(value.len(), |(place, _)| place)
}

/// Puts a text into the field and the cursor behind so many of its bytes.
pub fn put(input: &HtmlInputElement, text: &str, cursor: usize) {
    input.set_value(text);
    let before = text.get(..cursor).unwrap_or(text);
    let units = u32::try_from(before.encode_utf16().count()).unwrap_or(u32::MAX);
    // A field that takes no cursor keeps it at its end.
    drop(input.set_selection_range(units, units));
}
