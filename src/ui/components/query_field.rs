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
    /// A query that makes sense here.
    pub example: &'static str,
}

/// What the field offers below it.
#[derive(Clone, Copy)]
struct Offer {
    field: QueryBox,
    input: NodeRef<html::Input>,
    completion: RwSignal<Completion>,
    /// The choice that the keys are at.
    active: RwSignal<Option<usize>>,
}

impl Offer {
    fn count(self) -> usize {
        self.completion.with(|completion| completion.choices.len())
    }

    fn close(self) {
        self.completion.set(Completion::default());
        self.active.set(None);
    }

    fn open(self) {
        let Some(input) = self.input.get_untracked() else { return };
        self.active.set(None);
        let cursor = text_field::cursor(&input);
        let known = self.field.known.get_untracked();
        self.completion.set(complete(&input.value(), cursor, self.field.fields, &known));
    }

    fn take(self, place: usize) {
        let Some(input) = self.input.get_untracked() else { return };
        let completion = self.completion.get_untracked();
        let Some(choice) = completion.choices.get(place) else { return };
        let (text, cursor) = completion.take(&input.value(), choice);
        text_field::put(&input, &text, cursor);
        self.field.text.set(text);
        self.open();
    }

    fn step(self, back: bool) {
        let count = untrack(move || self.count());
        self.active.update(|active| {
            *active = match (*active, back) {
                _ if count == 0 => None,
                (None, false) => Some(0),
                (None, true) => Some(count - 1),
                (Some(at), false) => Some((at + 1) % count),
                (Some(at), true) => Some((at + count - 1) % count),
            };
        });
    }

    /// Whether the key was one for the field.
    fn obey(self, event: &KeyboardEvent) -> bool {
        let is_open = untrack(move || self.count()) > 0;
        match (event.key().as_str(), self.active.get_untracked()) {
            ("ArrowDown" | "ArrowUp", _) => {
                if !is_open {
                    self.open();
                }
                self.step(event.key() == "ArrowUp");
            }
            ("Enter" | "Tab", Some(place)) => self.take(place),
            ("Enter", None) => {
                self.close();
                self.field.go.run(event.shift_key());
            }
            ("Escape", _) if is_open => self.close(),
            _ => return false,
        }
        true
    }
}

/// A field for the query language: it completes, points at mistakes, explains itself and remembers.
#[component]
pub fn QueryField(field: QueryBox) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let offer = Offer { field, input, completion: RwSignal::default(), active: RwSignal::new(None) };
    let is_open = move || offer.count() > 0;
    let active_id = move || offer.active.get().map(|place| format!("query-choice-{place}"));
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
                    placeholder=field.example
                    prop:value=field.text
                    node_ref=input
                    on:input=move |event| {
                        field.text.set(event_target_value(&event));
                        offer.open();
                    }
                    on:keydown=move |event| {
                        if offer.obey(&event) {
                            event.prevent_default();
                            event.stop_propagation();
                        }
                    }
                    on:blur=move |_| offer.close()
                />
                <SavedQueries field />
                <QueryHelp fields=field.fields />
            </div>
            <ul id="query-choices" class="query__choices" role="listbox" aria-label="Completions" hidden=move || !is_open()>
                {move || {
                    let choices = offer.completion.with(|completion| completion.choices.clone());
                    let choices = choices.into_iter().enumerate();
                    choices.map(|(place, choice)| view! { <ChoiceLine place choice offer /> }).collect_view()
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

#[component]
fn ChoiceLine(place: usize, choice: Choice, offer: Offer) -> impl IntoView {
    let is_active = move || offer.active.get() == Some(place);
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
                offer.take(place);
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
