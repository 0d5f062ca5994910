use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use super::query_menu::{QueryHelp, SavedQueries};
use super::{Glyph, Icon};
use crate::engine::query::{FieldSpec, QueryError};
use crate::ui::browser::text_field;
use crate::view_model::query::{Choice, Completion, Known, complete, point};

/// What a field for queries is about.
#[derive(Clone, Copy)]
pub struct QueryBox {
    pub text: RwSignal<String>,
    pub error: Signal<Option<QueryError>>,
    pub fields: &'static [FieldSpec],
    /// Names that the fields may take here.
    pub known: Signal<Known>,
    /// Goes to the next hit, or to the one before.
    pub go: Callback<bool>,
    /// What the named queries are kept under.
    pub shelf: &'static str,
    pub label: &'static str,
}

/// A field for the query language: it completes, points at mistakes, explains itself and remembers.
#[component]
pub fn QueryField(field: QueryBox) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let offered = RwSignal::new(Completion::default());
    let active = RwSignal::new(None::<usize>);
    let close = move || {
        offered.set(Completion::default());
        active.set(None);
    };
    let offer = move || {
        let Some(input) = input.get_untracked() else { return };
        active.set(None);
        let cursor = text_field::cursor(&input);
        let known = field.known.get_untracked();
        offered.set(complete(&input.value(), cursor, field.fields, &known));
    };
    let take = move |place: usize| {
        let Some(input) = input.get_untracked() else { return };
        let completion = offered.get_untracked();
        let Some(choice) = completion.choices.get(place) else { return };
        let (text, cursor) = completion.take(&input.value(), choice);
        text_field::put(&input, &text, cursor);
        field.text.set(text);
        offer();
    };
    let count = move || offered.with(|offered| offered.choices.len());
    let step = move |back: bool| {
        let count = untrack(count);
        active.update(|active| {
            *active = match (*active, back) {
                _ if count == 0 => None,
                (None, false) => Some(0),
                (None, true) => Some(count - 1),
                (Some(at), false) => Some((at + 1) % count),
                (Some(at), true) => Some((at + count - 1) % count),
            };
        });
    };
    let on_key = move |event: KeyboardEvent| {
        let handled = match (event.key().as_str(), active.get_untracked()) {
            ("ArrowDown" | "ArrowUp", _) => {
                if untrack(count) == 0 {
                    offer();
                }
                step(event.key() == "ArrowUp");
                true
            }
            ("Enter" | "Tab", Some(place)) => {
                take(place);
                true
            }
            ("Enter", None) => {
                close();
                field.go.run(event.shift_key());
                true
            }
            ("Escape", _) if untrack(count) > 0 => {
                close();
                true
            }
            _ => false,
        };
        if handled {
            event.prevent_default();
            event.stop_propagation();
        }
    };
    let is_open = move || count() > 0;
    let active_id = move || active.get().map(|place| format!("query-choice-{place}"));
    view! {
        <div class="query">
            <div class="query__line">
                <span class="query__sign"><Icon glyph=Glyph::Search /></span>
                <input
                    id="query"
                    class="field query__input"
                    type="text"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    role="combobox"
                    aria-label=field.label
                    aria-autocomplete="list"
                    aria-controls="query-choices"
                    aria-expanded=move || is_open().to_string()
                    aria-activedescendant=active_id
                    aria-invalid=move || field.error.with(Option::is_some).to_string()
                    aria-describedby="query-error"
                    placeholder="op:run exit:!=0 \"ImportError\""
                    prop:value=field.text
                    node_ref=input
                    on:input=move |event| {
                        field.text.set(event_target_value(&event));
                        offer();
                    }
                    on:keydown=on_key
                    on:blur=move |_| close()
                />
                <SavedQueries field />
                <QueryHelp fields=field.fields />
            </div>
            <ul id="query-choices" class="query__choices" role="listbox" aria-label="Completions" hidden=move || !is_open()>
                {move || {
                    let choices = offered.with(|offered| offered.choices.clone()).into_iter().enumerate();
                    choices.map(|(place, choice)| choice_line(place, choice, active, take)).collect_view()
                }}
            </ul>
            <p id="query-error" class="query__error" role="status">
                {move || {
                    let error = field.error.get()?;
                    Some(view! { <Mistake query=field.text.get() error /> })
                }}
            </p>
        </div>
    }
}

fn choice_line(
    place: usize,
    choice: Choice,
    active: RwSignal<Option<usize>>,
    take: impl Fn(usize) + 'static,
) -> impl IntoView {
    let is_active = move || active.get() == Some(place);
    view! {
        <li
            id=format!("query-choice-{place}")
            class="query__choice"
            class=("query__choice--on", is_active)
            role="option"
            aria-selected=move || is_active().to_string()
            // Before the field loses the focus, with which the list goes.
            on:mousedown=move |event| {
                event.prevent_default();
                take(place);
            }
        >
            <code>{choice.label}</code>
            <span>{choice.what}</span>
        </li>
    }
}

/// The query again with its mistake marked, and what is wrong there.
#[component]
fn Mistake(query: String, error: QueryError) -> impl IntoView {
    let [before, wrong, after] = point(&query, &error).map(str::to_owned);
    let wrong = if wrong.is_empty() { "\u{a0}".to_owned() } else { wrong };
    view! {
        <code class="query__pointed" aria-hidden="true">{before}<span class="query__wrong">{wrong}</span>{after}</code>
        <span>{error.message}</span>
    }
}
