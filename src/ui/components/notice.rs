use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::ui::state::Session;

/// What went wrong and belongs to no file, until it is closed.
#[component]
pub fn NoticeBar() -> impl IntoView {
    let session = Session::expect();
    let bar = move |text| {
        view! {
            <div class="notice">
                <span>{text}</span>
                <button class="icon-button" aria-label="Close this message" on:click=move |_| session.notice.set(None)>
                    <Icon glyph=Glyph::Close />
                </button>
            </div>
        }
    };
    view! { <div role="alert">{move || session.notice.get().map(bar)}</div> }
}
