//! What a person notes of steps and of the run, and how the detectors fare with it.

use leptos::prelude::*;

use crate::engine::detect::Severity;
use crate::ui::browser::download;
use crate::ui::components::{ImportButton, SeverityChip};
use crate::ui::state::{RunState, Session};
use crate::view_model::finding_filter::SEVERITIES;
use crate::view_model::format::{counted, percent_of};
use crate::view_model::notes::{Confusion, Judged, Note, Notes, place_words, typed_steps};
use crate::view_model::words;

/// Which note is being changed, if none is being made.
type Editing = RwSignal<Option<usize>>;

#[component]
pub(super) fn NotesTab() -> impl IntoView {
    let (run, session) = (RunState::expect(), Session::expect());
    let editing: Editing = RwSignal::new(None);
    let notes = Memo::new(move |_| run.notes(session));
    view! {
        {move || {
            let note = editing.get().and_then(|place| notes.with_untracked(|notes| notes.get(place).cloned()));
            view! { <NoteForm editing note /> }
        }}
        <ul class="notes" aria-label="Notes">
            {move || {
                let notes = notes.get().into_iter().enumerate();
                notes.map(|(place, note)| view! { <NoteCard place note editing /> }).collect_view()
            }}
        </ul>
        <ConfusionTable />
        <NoteFiles />
    }
}

/// Makes a note, or changes one.
#[component]
fn NoteForm(editing: Editing, note: Option<Note>) -> impl IntoView {
    let (run, session) = (RunState::expect(), Session::expect());
    let is_old = note.is_some();
    let note = note.unwrap_or(Note { steps: None, severity: Severity::Warning, text: String::new() });
    let number = |step: u32| (u64::from(step) + 1).to_string();
    // While nothing else was typed a note is about the step that is open.
    let typed = RwSignal::new(note.steps.map(|(first, last)| (number(first), number(last))));
    let whole = RwSignal::new(is_old && note.steps.is_none());
    let severity = RwSignal::new(note.severity);
    let text = RwSignal::new(note.text);
    let numbers = move || {
        typed.get().unwrap_or_else(|| {
            let here = number(run.selected.get());
            (here.clone(), here)
        })
    };
    let steps = move || {
        let (first, last) = numbers();
        typed_steps(&first, &last, run.step_count())
    };
    let is_ready = move || text.with(|text| !text.trim().is_empty()) && (whole.get() || steps().is_some());
    let save = move |_| {
        if !untrack(is_ready) {
            return;
        }
        let steps = if whole.get_untracked() { None } else { untrack(steps) };
        let text_now = text.with_untracked(|text| text.trim().to_owned());
        let note = Note { steps, severity: severity.get_untracked(), text: text_now };
        session.change_notes(|notes| notes.put(&run.report(), editing.get_untracked(), note));
        typed.set(None);
        whole.set(false);
        text.set(String::new());
        editing.set(None);
    };
    let type_in = move |is_last: bool| {
        move |event| {
            let value = event_target_value(&event);
            let (first, last) = untrack(numbers);
            typed.set(Some(if is_last { (first, value) } else { (value, last) }));
        }
    };
    let option = move |level: Severity| {
        view! { <option selected=move || severity.get() == level>{words::severity(level)}</option> }
    };
    let choose = move |event| {
        let word = event_target_value(&event);
        if let Some(level) = SEVERITIES.into_iter().find(|level| words::severity(*level) == word) {
            severity.set(level);
        }
    };
    view! {
        <div class="note-form" role="group" aria-label="Note">
            <div class="note-form__line">
                <label>
                    "Steps "
                    <input
                        class="field note-form__step"
                        inputmode="numeric"
                        aria-label="First step"
                        disabled=whole
                        prop:value=move || numbers().0
                        on:input=type_in(false)
                    />
                </label>
                <label>
                    "to "
                    <input
                        class="field note-form__step"
                        inputmode="numeric"
                        aria-label="Last step"
                        aria-invalid=move || (!whole.get() && steps().is_none()).to_string()
                        disabled=whole
                        prop:value=move || numbers().1
                        on:input=type_in(true)
                    />
                </label>
                <label>
                    <input type="checkbox" prop:checked=whole on:change=move |event| whole.set(event_target_checked(&event)) />
                    " whole run"
                </label>
                <select class="field" aria-label="Severity" on:change=choose>
                    {SEVERITIES.into_iter().map(option).collect_view()}
                </select>
            </div>
            <textarea
                class="field note-form__text"
                aria-label="Text of the note"
                placeholder="What is worth noting here?"
                rows="3"
                prop:value=text
                on:input=move |event| text.set(event_target_value(&event))
            ></textarea>
            <div class="note-form__line">
                <button class="button button--small button--primary" disabled=move || !is_ready() on:click=save>
                    {if is_old { "Save" } else { "Add note" }}
                </button>
                {is_old
                    .then(|| {
                        view! { <button class="button button--small" on:click=move |_| editing.set(None)>"Cancel"</button> }
                    })}
            </div>
        </div>
    }
}

#[component]
fn NoteCard(place: usize, note: Note, editing: Editing) -> impl IntoView {
    let (run, session) = (RunState::expect(), Session::expect());
    let about = place_words(note.steps);
    let heading = match note.steps {
        Some((first, _)) => {
            view! { <button class="link" on:click=move |_| run.open_step(first)>{about.clone()}</button> }
                .into_any()
        }
        None => view! { <b>{about.clone()}</b> }.into_any(),
    };
    let remove = move |_| {
        editing.set(None);
        session.change_notes(|notes| notes.remove(&run.report(), place));
    };
    view! {
        <li class="note">
            <header class="note__head">
                {heading}
                <SeverityChip severity=note.severity />
                <button class="link" aria-label=format!("Change the note: {about}") on:click=move |_| editing.set(Some(place))>
                    "Change"
                </button>
                <button class="link" aria-label=format!("Delete the note: {about}") on:click=remove>
                    "Delete"
                </button>
            </header>
            <p class="note__text">{note.text}</p>
        </li>
    }
}

/// The notes that are about a step, where its text is read, and the way to add one.
#[component]
pub(super) fn StepNotes(step: u32) -> impl IntoView {
    let (run, session) = (RunState::expect(), Session::expect());
    move || {
        let notes = run.notes(session).into_iter().filter(|note| note.is_about(step));
        let line = |note: Note| {
            view! {
                <p class="note note__text">
                    <SeverityChip severity=note.severity />
                    " "
                    {note.text}
                </p>
            }
        };
        notes.map(line).collect_view()
    }
}

/// Whether a finding is right.
#[component]
pub(super) fn Judge(place: u32) -> impl IntoView {
    let (run, session) = (RunState::expect(), Session::expect());
    let opinion = move || session.notes.with(|notes| notes.opinion(&run.report(), place));
    let button = move |agrees: bool, label: &'static str| {
        let is_on = move || opinion() == Some(agrees);
        let toggle = move |_| {
            let next = (!untrack(is_on)).then_some(agrees);
            session.change_notes(|notes| notes.judge(&run.report(), place, next));
        };
        view! {
            <button class="toggle" class=("toggle--on", is_on) aria-pressed=move || is_on().to_string() on:click=toggle>
                {label}
            </button>
        }
    };
    view! {
        <span class="judge" role="group" aria-label="Is this finding right?">
            {button(true, "Agree")} {button(false, "Disagree")}
        </span>
    }
}

/// The detectors against what was said of their findings, over all runs that are open.
#[component]
fn ConfusionTable() -> impl IntoView {
    let session = Session::expect();
    let confusion = Memo::new(move |_| {
        session.runs.with(|runs| {
            session.notes.with(|notes| Confusion::of(notes, &mut runs.iter().map(|run| &*run.report)))
        })
    });
    let row = |judged: Judged| {
        let said = u64::from(judged.agreed + judged.disagreed);
        let share = if said == 0 { "–".to_owned() } else { percent_of(u64::from(judged.agreed), said) };
        view! {
            <tr>
                <th scope="row">{judged.title}</th>
                <td>{judged.agreed}</td>
                <td>{judged.disagreed}</td>
                <td>{judged.open}</td>
                <td>{share}</td>
            </tr>
        }
    };
    let missed = move || {
        let missed = u64::from(confusion.with(|confusion| confusion.missed));
        format!(
            "{} at steps that no finding blames: missed by all detectors.",
            counted(missed, "error was noted", "errors were noted")
        )
    };
    view! {
        <table class="confusion">
            <caption>"Detectors against what you say, over all open runs"</caption>
            <thead>
                <tr>
                    <th scope="col">"Finding"</th>
                    <th scope="col">"agreed"</th>
                    <th scope="col">"disagreed"</th>
                    <th scope="col">"open"</th>
                    <th scope="col">"right"</th>
                </tr>
            </thead>
            <tbody>{move || confusion.get().detectors.into_iter().map(row).collect_view()}</tbody>
        </table>
        <p class="confusion__missed" role="status">{missed}</p>
    }
}

/// Takes notes out as a file and in again.
#[component]
fn NoteFiles() -> impl IntoView {
    let session = Session::expect();
    let told = RwSignal::new(None::<String>);
    let take = move |text: &str| {
        let theirs = Notes::read(text)?;
        session.change_notes(|notes| notes.merge(theirs));
        Ok(None)
    };
    let address = move || session.notes.with(|notes| download::address_of(&notes.write()));
    view! {
        <p class="note-form__line">
            <a class="button button--small" href=address download="tracebench-notes.json">"Export notes"</a>
            <ImportButton caption="Import notes…" label="File of notes" told take />
        </p>
        <p class="notes__hint">"Notes of all runs are kept in this browser, and nowhere else."</p>
        {move || told.get().map(|told| view! { <p class="notes__told" role="alert">{told}</p> })}
    }
}
