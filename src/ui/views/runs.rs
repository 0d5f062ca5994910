//! Many runs: the place where the program of the collection draws them.

use leptos::prelude::*;

use crate::ui::state::{Screen, Session};

/// It stays when another screen is shown, and with it what was chosen there.
#[component]
pub fn RunsPlace() -> impl IntoView {
    let session = Session::expect();
    view! { <div id="collection" class="collection" hidden=move || session.screen.get() != Screen::Runs></div> }
}
