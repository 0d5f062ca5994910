use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::protocol::RunKey;
use crate::ui::state::{Appearance, Screen, Session};
use crate::view_model::collection;
use crate::view_model::format::counted;

/// Where one is, the way back, and what is the same everywhere.
#[component]
pub fn TopBar() -> impl IntoView {
    let session = Session::expect();
    view! {
        <header class="bar">
            <button class="bar__logo" on:click=move |_| session.show(Screen::Landing)>
                <Icon glyph=Glyph::Logo />
                "TraceBench"
            </button>
            <Trail />
            <span class="bar__badge">
                <i class="bar__dot"></i>
                "Nothing leaves this tab"
            </span>
            <Show when=move || session.screen.get() != Screen::Landing>
                <button class="button bar__open" on:click=move |_| session.show(Screen::Landing)>
                    "Open more"
                </button>
            </Show>
            <button
                class="button bar__rules"
                aria-label="What is looked for"
                on:click=move |_| session.rules_shown.set(Some(String::new()))
            >
                <Icon glyph=Glyph::Search />
                <span class="bar__words">"What is looked for"</span>
            </button>
            <button class="icon-button bar__keys" aria-label="Show the keys" on:click=move |_| session.keys_shown.set(true)>
                <kbd>"?"</kbd>
            </button>
            <ThemeButton />
        </header>
    }
}

#[component]
fn ThemeButton() -> impl IntoView {
    let appearance = Appearance::expect();
    let label = move || if appearance.is_dark() { "Use light colours" } else { "Use dark colours" };
    let glyph = move || if appearance.is_dark() { Glyph::Light } else { Glyph::Dark };
    view! {
        <button class="icon-button" aria-label=label title=label on:click=move |_| appearance.toggle()>
            {move || view! { <Icon glyph=glyph() /> }}
        </button>
    }
}

/// From all runs to the one that is open.
#[component]
fn Trail() -> impl IntoView {
    let session = Session::expect();
    let count = move || session.runs.with(Vec::len);
    view! {
        <nav class="trail" aria-label="Where you are">
            {move || match session.screen.get() {
                Screen::Landing => {
                    view! {
                        <Show when=move || count() != 0>
                            <button class="link" on:click=move |_| session.show_results()>
                                "Back to the results"
                            </button>
                        </Show>
                    }
                        .into_any()
                }
                Screen::Runs => view! { <RunsTrail /> }.into_any(),
                Screen::Run(run) => view! { <RunTrail run /> }.into_any(),
            }}
        </nav>
    }
}

/// How many runs there are, and how many files gave none.
#[component]
fn RunsTrail() -> impl IntoView {
    let session = Session::expect();
    let unread = move || session.unread_count() as u64;
    view! {
        <b class="trail__here">{move || session.runs.with(Vec::len)} " runs"</b>
        <Show when=move || unread() != 0>
            <button class="link" on:click=move |_| session.show(Screen::Landing)>
                {move || counted(unread(), "file", "files")}
                " not read"
            </button>
        </Show>
    }
}

#[component]
fn RunTrail(run: RunKey) -> impl IntoView {
    let session = Session::expect();
    let report = untrack(move || session.run(run));
    let title = report.as_deref().map(collection::name);
    let tip = title.clone();
    let agent = report.map(|report| report.agent.clone().unwrap_or_else(|| report.format.clone()));
    view! {
        <Show when=move || session.has_many_runs()>
            <button class="link trail__up" on:click=move |_| session.show(Screen::Runs)>
                {move || session.runs.with(Vec::len)}
                " runs"
            </button>
            <span aria-hidden="true">"›"</span>
        </Show>
        <b class="trail__here" title=tip>{title}</b>
        {agent.map(|agent| view! { <span class="chip chip--plain trail__agent">{agent}</span> })}
    }
}
