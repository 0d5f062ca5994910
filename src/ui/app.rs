use leptos::prelude::*;
use wasm_bindgen::JsCast as _;

use super::browser::{fragment, media};
use super::components::{
    DoctorDialog, KeysDialog, NoticeBar, PaletteDialog, RulesDialog, TopBar, WeightsDialog,
};
use super::state::{Appearance, Session, provide_state};
use super::views;
use crate::view_model::keys::{Command, command};
use crate::view_model::place::Place;

/// Puts the page in the place of the static shell that stands in `index.html`.
pub fn mount() {
    let Some(root) = document().get_element_by_id("page") else { return };
    root.set_text_content(None);
    leptos::mount::mount_to(root.unchecked_into(), App).forget();
}

#[component]
fn App() -> impl IntoView {
    provide_state();
    let session = Session::expect();
    follow_the_address(session);
    follow_the_system_theme();
    follow_general_keys(session);
    paste_anywhere(session);
    let view = Memo::new(move |_| session.screen.get());
    view! {
        <div
            class="app"
            data-load-state=move || if session.unsettled.get() == 0 { "ready" } else { "loading" }
            on:dragover=|event| event.prevent_default()
            on:drop=move |event| session.open_dropped(&event)
        >
            <TopBar />
            <NoticeBar />
            {move || views::render(view.get())}
            <views::RunsPlace />
            <KeysDialog />
            <PaletteDialog />
            <DoctorDialog />
            <RulesDialog />
            <WeightsDialog />
        </div>
    }
}

fn follow_the_address(session: Session) {
    session.wanted.set(Some(Place::parse(&fragment::read())));
    let listener = fragment::on_change(move |fragment| session.go_to(Place::parse(&fragment)));
    keep_until_cleanup(listener);
}

fn follow_the_system_theme() {
    let appearance = Appearance::expect();
    keep_until_cleanup(media::on_scheme_change(move || appearance.repaint.update(|count| *count += 1)));
}

/// Keys that work on every screen.
fn follow_general_keys(session: Session) {
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if media::asks_for_palette(&event) {
            event.prevent_default();
            session.palette_shown.update(|shown| *shown = !*shown);
            return;
        }
        if media::is_typing(&event) {
            return;
        }
        if command(&event.key()) == Some(Command::Help) {
            event.prevent_default();
            session.keys_shown.update(|shown| *shown = !*shown);
        }
    });
    on_cleanup(move || listener.remove());
}

fn paste_anywhere(session: Session) {
    let listener = window_event_listener(leptos::ev::paste, move |event| session.open_pasted(&event));
    on_cleanup(move || listener.remove());
}

/// Listeners end when what holds them is dropped.
fn keep_until_cleanup<T: 'static>(listener: T) {
    let kept = StoredValue::new_local(Some(listener));
    on_cleanup(move || drop(kept.try_update_value(Option::take)));
}
