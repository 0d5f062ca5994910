use std::sync::Arc;

use leptos::prelude::*;

use super::query_bar::QueryBar;
use crate::engine::detect::Severity;
use crate::engine::report::{Mark, StepRow};
use crate::engine::trace::Span;
use crate::ui::components::{HitText, VirtualList};
use crate::ui::state::{RunState, Session};
use crate::view_model::format::{duration_ms, step_number};
use crate::view_model::words;

/// The token `--row`.
const ROW: f64 = 30.0;

/// All steps, one line each.
#[component]
pub(super) fn StepList() -> impl IntoView {
    let run = RunState::expect();
    let is_selected = Selector::new(move || run.selected.get());
    let row = move |step: u32, y: f64| view! { <Row step y is_selected=is_selected.clone() /> };
    view! {
        <section class="steps" aria-label="Steps">
            {move || run.rows.error.get().map(|message| view! { <p class="empty" role="alert">{message}</p> })}
            <QueryBar />
            <VirtualList
                label="Steps"
                count=Signal::derive(move || run.step_count())
                row_height=ROW
                selected=run.selected
                only=Signal::derive(move || run.query.narrows())
                picked=run.query.hits
                on_window=move |first, end| run.rows.want(first, end)
                row
            />
        </section>
    }
}

#[component]
fn Row(step: u32, y: f64, is_selected: Selector<u32>) -> impl IntoView {
    let run = RunState::expect();
    let row = Memo::new(move |_| run.rows.row(step));
    let starts_turn = Memo::new(move |_| {
        run.map.with(|map| match map {
            Some(Ok(map)) => step > 0 && map.turns.get(step as usize) != map.turns.get(step as usize - 1),
            _ => false,
        })
    });
    let severity = Memo::new(move |_| {
        run.flagged.with(|flagged| flagged.iter().find(|(at, _)| *at == step).map(|(_, severity)| *severity))
    });
    let is = move |level: Severity| move || severity.get() == Some(level);
    let selected = {
        let is_selected = is_selected.clone();
        move || is_selected.selected(&step)
    };
    let aria_selected = move || is_selected.selected(&step).to_string();
    view! {
        <div
            id=format!("row-{step}")
            class="step"
            class=("step--error", is(Severity::Error))
            class=("step--warning", is(Severity::Warning))
            class=("step--note", is(Severity::Note))
            class=("step--on", selected)
            class=("step--turn", starts_turn)
            class=("step--hit", move || run.query.is_on() && run.query.is_hit(step))
            class=("step--abandoned", move || row.with(|row| row.as_ref().is_some_and(|row| row.abandoned)))
            role="option"
            aria-selected=aria_selected
            aria-setsize=run.step_count().to_string()
            aria-posinset=step_number(step).to_string()
            style=("--row-y", format!("{y}px"))
            on:click=move |_| run.open_step(step)
        >
            <span class="step__number">{step_number(step)}</span>
            {move || row.get().map(|row| view! { <RowContent row severity /> })}
        </div>
    }
}

#[component]
fn RowContent(row: Arc<StepRow>, severity: Memo<Option<Severity>>) -> impl IntoView {
    let run = RunState::expect();
    let kind = format!("step__kind kind--{}", words::shade_token(row.shade));
    let check = match row.mark {
        Some(Mark::GreenCheck) => Some(("step__good", "✓", "check passed")),
        Some(Mark::RedCheck) => Some(("step__bad", "✕", "check failed")),
        Some(Mark::Error) => Some(("step__bad", "!", "error")),
        Some(Mark::Edit) | None => None,
    };
    let edited = row.edited.map(|(added, removed)| {
        view! {
            <span class="step__good">"+" {added}</span>
            <span class="step__bad">"−" {removed}</span>
        }
    });
    let (session, step) = (Session::expect(), row.step);
    let has_note = Memo::new(move |_| run.notes(session).iter().any(|note| note.is_about(step)));
    let is_action = row.tool.is_some();
    view! {
        <i class=kind></i>
        <span class="step__text" title=row.label.clone()>
            <span class="step__verb">{row.verb.clone()}</span>
            " "
            <span class="step__label" class=("step__label--code", is_action)><HitText text=row.label.clone() /></span>
        </span>
        <span class="step__aside">
            {move || severity.get().map(|severity| view! { <span class="step__flag" title=words::severity(severity)>"⚑"</span> })}
            {move || has_note.get().then(|| view! { <span class="step__note" title="has a note">"✎"</span> })}
            {check.map(|(class, sign, word)| view! { <span class=class title=word>{sign}</span> })}
            {edited}
            {row.span.map(Span::duration_ms).filter(|ms| *ms > 0).map(duration_ms)}
        </span>
    }
}
