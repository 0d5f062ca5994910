use leptos::html;
use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::ui::state::Session;
use crate::view_model::keys::{KEYS, KeyLine, cap};

/// The list of keys, over everything else.
#[component]
pub fn KeysDialog() -> impl IntoView {
    let session = Session::expect();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if !session.keys_shown.get() {
            dialog.close();
        } else if !dialog.open() && dialog.show_modal().is_err() {
            session.keys_shown.set(false);
        }
    });
    view! {
        <dialog
            class="dialog"
            node_ref=dialog
            aria-labelledby="keys-title"
            on:close=move |_| session.keys_shown.set(false)
        >
            <header class="dialog__head">
                <h2 id="keys-title">"Keys"</h2>
                <button class="icon-button" aria-label="Close" on:click=move |_| session.keys_shown.set(false)>
                    <Icon glyph=Glyph::Close />
                </button>
            </header>
            <dl class="dialog__keys">{KEYS.iter().map(key_line).collect_view()}</dl>
        </dialog>
    }
}

fn key_line(line: &'static KeyLine) -> impl IntoView {
    let caps = line.keys.iter().map(|key| view! { <kbd>{cap(key)}</kbd> }).collect_view();
    view! {
        <dt>{caps}</dt>
        <dd>{line.does}</dd>
    }
}
