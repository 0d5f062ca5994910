//! What is shown of the runs, and what is looked for among them.

use std::collections::BTreeSet;

use leptos::prelude::*;

use super::state::Many;
use crate::engine::query::RUN_FIELDS;
use crate::ui::browser::media;
use crate::ui::components::{QueryBox, QueryField};
use crate::view_model::format::{count, counted};
use crate::view_model::many::ManyTab;
use crate::view_model::query::known;

#[component]
pub(super) fn Bar() -> impl IntoView {
    view! {
        <div class="many__bar">
            <Tabs />
            <RunQuery />
            <Picked />
        </div>
    }
}

#[component]
fn Tabs() -> impl IntoView {
    let many = Many::expect();
    let step = move |by: usize| {
        let all = ManyTab::ALL;
        let at = all.iter().position(|tab| *tab == many.tab.get_untracked()).unwrap_or_default();
        if let Some(tab) = all.get((at + by) % all.len()) {
            many.tab.set(*tab);
            media::focus(&format!("many-tab-{}", tab.id()));
        }
    };
    let keys = move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "ArrowRight" => step(1),
        "ArrowLeft" => step(ManyTab::ALL.len() - 1),
        _ => {}
    };
    let tab = move |tab: ManyTab| {
        let is_on = move || many.tab.get() == tab;
        view! {
            <button
                role="tab"
                id=format!("many-tab-{}", tab.id())
                class="many__tab"
                aria-controls="many-view"
                aria-selected=move || is_on().to_string()
                tabindex=move || if is_on() { "0" } else { "-1" }
                on:click=move |_| many.tab.set(tab)
            >
                {tab.title()}
            </button>
        }
    };
    view! {
        <div class="many__tabs" role="tablist" aria-label="What to show of the runs" on:keydown=keys>
            {ManyTab::ALL.into_iter().map(tab).collect_view()}
        </div>
    }
}

/// Looks for runs in the same language as for steps.
#[component]
fn RunQuery() -> impl IntoView {
    let many = Many::expect();
    let field = QueryBox {
        text: many.query,
        error: Signal::derive(move || many.parsed.with(|parsed| parsed.as_ref().err().cloned())),
        fields: RUN_FIELDS,
        known: Signal::derive(move || many.runs.with(|runs| known(&mut runs.iter().map(|run| &*run.report)))),
        go: Callback::new(|_| ()),
        shelf: "run-queries",
        label: "Find runs",
        example: "outcome:failed score:<50 finding:retry-loop",
    };
    let story = move || {
        let all = many.runs.with(Vec::len) as u64;
        let left = many.facets.with(|facets| facets.runs.len()) as u64;
        if left < all {
            format!("{} of {} runs", count(left), count(all))
        } else {
            counted(all, "run", "runs")
        }
    };
    view! {
        <div class="many__query" role="search" aria-label="Find runs">
            <QueryField field />
            <span role="status">{story}</span>
            <Show when=move || many.is_narrowed()>
                <button class="link" on:click=move |_| many.show_all()>
                    "Show all"
                </button>
            </Show>
        </div>
    }
}

/// What can be done with the runs that were picked.
#[component]
fn Picked() -> impl IntoView {
    let many = Many::expect();
    let count = move || many.picked.with(BTreeSet::len);
    let pair = move || {
        let mut runs = many.picked.get_untracked().into_iter();
        Some((runs.next()?, runs.next()?))
    };
    view! {
        <div class="many__picked">
            <Show when=move || count() != 0>
                <span>{move || counted(count() as u64, "run picked", "runs picked")}</span>
                <button
                    class="button button--small"
                    disabled=move || count() != 2
                    title="Pick two runs to compare them"
                    on:click=move |_| {
                        if let Some((a, b)) = pair() {
                            many.compare(a, b);
                        }
                    }
                >
                    "Compare"
                </button>
                <label class="many__only">
                    <input
                        type="checkbox"
                        prop:checked=move || many.only_picked.get()
                        on:change=move |_| many.only_picked.update(|only| *only = !*only)
                    />
                    "Only these"
                </label>
                <button
                    class="link"
                    on:click=move |_| {
                        many.only_picked.set(false);
                        many.picked.set(BTreeSet::new());
                    }
                >
                    "Pick none"
                </button>
            </Show>
        </div>
    }
}
