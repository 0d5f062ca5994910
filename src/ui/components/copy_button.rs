use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::ui::browser::clipboard;

/// Copies a text.
#[component]
pub fn CopyButton(#[prop(into)] label: String, text: String) -> impl IntoView {
    let text = StoredValue::new(text);
    view! {
        <button
            class="icon-button copy"
            aria-label=label
            title="Copy"
            on:click=move |_| text.with_value(|text| clipboard::copy(text))
        >
            <Icon glyph=Glyph::Copy />
        </button>
    }
}
