use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use super::QueryBox;
use crate::engine::query::FieldSpec;
use crate::ui::browser::storage;
use crate::view_model::query::{GRAMMAR, Saved, example};

/// Closes what opened below the field.
fn close(menu: NodeRef<html::Details>) {
    if let Some(menu) = menu.get_untracked() {
        menu.set_open(false);
    }
}

fn close_on_escape(event: &KeyboardEvent, menu: NodeRef<html::Details>) {
    if event.key() == "Escape" && menu.get_untracked().is_some_and(|menu| menu.open()) {
        event.stop_propagation();
        close(menu);
    }
}

/// The language, one line for each field.
#[component]
pub(super) fn QueryHelp(fields: &'static [FieldSpec]) -> impl IntoView {
    let grammar =
        GRAMMAR.iter().map(|(written, meant)| view! { <dt><code>{*written}</code></dt> <dd>{*meant}</dd> });
    let lines =
        fields.iter().map(|spec| view! { <dt><code>{example(spec)}</code></dt> <dd>{spec.what}</dd> });
    let menu = NodeRef::<html::Details>::new();
    view! {
        <details class="query__menu" node_ref=menu on:keydown=move |event| close_on_escape(&event, menu)>
            <summary aria-label="What can be asked" title="What can be asked">"?"</summary>
            <div class="query__panel" tabindex="0" role="region" aria-label="What can be asked">
                <dl class="query__help">{grammar.collect_view()} {lines.collect_view()}</dl>
            </div>
        </details>
    }
}

/// Queries that were given names, and the way to name the one that stands in the field.
#[component]
pub(super) fn SavedQueries(field: QueryBox) -> impl IntoView {
    let saved = RwSignal::new(storage::get(field.shelf).map(|kept| Saved::read(&kept)).unwrap_or_default());
    let change = move |change: &dyn Fn(&mut Saved)| {
        saved.update(change);
        storage::set(field.shelf, &saved.with_untracked(Saved::write));
    };
    let menu = NodeRef::<html::Details>::new();
    let name = NodeRef::<html::Input>::new();
    let keep = move || {
        let Some(name) = name.get_untracked() else { return };
        let query = field.text.get_untracked();
        change(&|saved| saved.keep(&name.value(), &query));
        name.set_value("");
    };
    let line = move |(name, query): (String, String)| {
        let (forgotten, label) = (name.clone(), format!("Forget {name}"));
        let shown = query.clone();
        let open = move |_| {
            field.text.set(query.clone());
            close(menu);
        };
        view! {
            <li>
                <button class="link" on:click=open>{name}</button>
                <code>{shown}</code>
                <button
                    class="icon-button"
                    aria-label=label
                    on:click=move |_| change(&|saved| saved.forget(&forgotten))
                >
                    "✕"
                </button>
            </li>
        }
    };
    view! {
        <details class="query__menu" node_ref=menu on:keydown=move |event| close_on_escape(&event, menu)>
            <summary aria-label="Saved queries" title="Saved queries">"☆"</summary>
            <div class="query__panel">
                <p class="query__save">
                    <input
                        class="field"
                        aria-label="Name of this query"
                        placeholder="Name…"
                        node_ref=name
                        on:keydown=move |event| {
                            if event.key() == "Enter" {
                                keep();
                            }
                        }
                    />
                    <button
                        class="button button--small"
                        disabled=move || field.text.with(|text| text.trim().is_empty())
                        on:click=move |_| keep()
                    >
                        "Save query"
                    </button>
                </p>
                <ul class="query__saved">{move || saved.get().list().into_iter().map(line).collect_view()}</ul>
            </div>
        </details>
    }
}
