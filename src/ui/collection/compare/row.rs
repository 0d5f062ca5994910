//! A row of both runs.

use leptos::prelude::*;

use super::list::RowsState;
use crate::engine::detect::Severity;
use crate::engine::report::RowKind;
use crate::view_model::format::{counted, step_number};
use crate::view_model::many::compare::{Cell, Side, SideRow};
use crate::view_model::words;

/// The id of a cell: what has the focus is named by it.
pub(super) fn cell_id(line: usize, side: Side) -> String {
    format!("pair-{line}-{}", side.name())
}

/// What stands between the two sides: a sign, its class, and what it says.
fn sign(kind: RowKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        RowKind::Same => ("=", "same", "the same"),
        RowKind::Similar => ("≈", "similar", "similar"),
        RowKind::OnlyA => ("A", "a", "only in A"),
        RowKind::OnlyB => ("B", "b", "only in B"),
    }
}

#[component]
pub(super) fn PairRow(state: RowsState, at: usize, row: u32, pair: SideRow) -> impl IntoView {
    let SideRow { kind, a, b, parts } = pair;
    let (sign, token, words) = sign(kind);
    view! {
        <div
            class=format!("pair pair--{token}")
            class:pair--parts=parts
            role="row"
            aria-rowindex=(at + 2).to_string()
            style=("--at", at.to_string())
        >
            <PairCell state at row side=Side::A cell=a />
            <span class=format!("pairs__sign pairs__sign--{token}") role="gridcell" title=words>
                <span aria-hidden="true">{sign}</span>
                <span class="hidden">{words} {parts.then_some(", the runs part here")}</span>
            </span>
            <PairCell state at row side=Side::B cell=b />
        </div>
    }
}

#[component]
fn PairCell(
    state: RowsState,
    at: usize,
    row: u32,
    side: Side,
    #[prop(optional_no_strip)] cell: Option<Cell>,
) -> impl IntoView {
    let is_at = move || state.at.get() == (at, side);
    let is_gap = cell.is_none();
    view! {
        <div
            class="pair__cell"
            class:pair__cell--gap=is_gap
            class:pair__cell--at=is_at
            role="gridcell"
            id=cell_id(at, side)
            data-side=side.name()
            aria-selected=move || is_at().to_string()
            on:click=move |_| {
                state.at.set((at, side));
                state.open(row, side);
            }
        >
            {match cell {
                Some(cell) => view! { <Act cell /> }.into_any(),
                None => view! { <span class="hidden">"nothing"</span> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Act(cell: Cell) -> impl IntoView {
    let Cell { step, shade, verb, target, agent, lines, ending, error, first_wrong, finding } = cell;
    let full =
        [target.as_str(), error.as_str()].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>();
    let full = full.join(": ");
    let wrong = first_wrong.map(|wrong| {
        if wrong == step {
            "first wrong step".to_owned()
        } else {
            format!("first wrong step {}", step_number(wrong))
        }
    });
    let has_wrong = wrong.is_some();
    view! {
        <i class=format!("pair__kind kind--{}", words::shade_token(shade)) aria-hidden="true"></i>
        <b class="pair__step">{step_number(step)}</b>
        <span class="pair__verb">{verb}</span>
        <code class="pair__target" title=full>
            {target}
            {(!error.is_empty()).then(|| view! { <span class="pair__error">" " {error}</span> })}
        </code>
        {(!agent.is_empty()).then(|| view! { <span class="pair__agent">{agent}</span> })}
        {lines
            .map(|(added, removed)| {
                view! {
                    <span class="pair__lines">
                        <span class="pair__added">"+" {added}</span>
                        " "
                        <span class="pair__removed">"−" {removed}</span>
                    </span>
                }
            })}
        {ending
            .map(|ending| {
                let class = if ending.is_good() { "pair__end pair__end--good" } else { "pair__end pair__end--bad" };
                view! { <span class=class>{ending.words()}</span> }
            })}
        {wrong.map(|wrong| view! { <span class="chip chip--bad pair__chip">{wrong}</span> })}
        {finding
            .filter(|_| !has_wrong)
            .map(|(severity, title)| {
                let class = match severity {
                    Severity::Error => "chip chip--bad pair__chip",
                    Severity::Warning => "chip chip--warn pair__chip",
                    Severity::Note => "chip chip--plain pair__chip",
                };
                let whole = title.clone();
                view! { <span class=class title=whole>{title}</span> }
            })}
    }
}

/// Rows in which both did the same, left out.
#[component]
pub(super) fn FoldedRow(state: RowsState, at: usize, first: u32, rows: u32) -> impl IntoView {
    let is_at = move || state.at.with(|(line, _)| *line == at);
    view! {
        <div class="pair pair--folded" role="row" aria-rowindex=(at + 2).to_string() style=("--at", at.to_string())>
            <div
                class="pair__cell"
                class:pair__cell--at=is_at
                role="gridcell"
                aria-colspan="3"
                id=move || cell_id(at, state.at.get().1)
                aria-selected=move || is_at().to_string()
                on:click=move |_| state.unfold(first)
            >
                "⋯ "
                {counted(u64::from(rows), "row", "rows")}
                " the same"
            </div>
        </div>
    }
}
