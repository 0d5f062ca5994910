//! The rows of both runs as one list, so that both sides scroll as one. Only rows in sight exist.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use super::Comparing;
use super::row::{FoldedRow, PairRow, cell_id};
use super::strip::Strip;
use crate::ui::browser::media::SizeWatch;
use crate::ui::collection::state::open;
use crate::view_model::format::{count, counted};
use crate::view_model::many::compare::{Line, Side, SideBySide, line_of};
use crate::view_model::rows::{OVERSCAN, scroll_to_row, visible_rows};

/// Pixels of a row with its sides beside each other, and of one with A above B. The style sheet has the same.
const ROW: f64 = 30.0;
const STACKED_ROW: f64 = 54.0;
/// A narrower list has A above B.
const STACKED_BELOW: f64 = 640.0;

/// What is shown of the rows, and where one stands among them.
#[derive(Clone, Copy)]
pub(super) struct RowsState {
    runs: StoredValue<Arc<SideBySide>>,
    pub(super) only_differences: RwSignal<bool>,
    pub(super) lines: Memo<Vec<Line>>,
    /// The line and side that has the focus.
    pub(super) at: RwSignal<(usize, Side)>,
    frame: NodeRef<html::Div>,
    scroll_top: RwSignal<f64>,
    width: RwSignal<f64>,
    height: RwSignal<f64>,
}

impl RowsState {
    pub(super) fn new(runs: Arc<SideBySide>) -> Self {
        let runs = StoredValue::new(runs);
        let only_differences = RwSignal::new(false);
        Self {
            runs,
            only_differences,
            lines: Memo::new(move |_| runs.with_value(|runs| runs.lines(only_differences.get()))),
            at: RwSignal::new((0, Side::A)),
            frame: NodeRef::new(),
            scroll_top: RwSignal::new(0.0),
            width: RwSignal::new(0.0),
            height: RwSignal::new(0.0),
        }
    }

    pub(super) fn is_stacked(self) -> bool {
        self.width.get() < STACKED_BELOW
    }

    fn row_height(self) -> f64 {
        if self.is_stacked() { STACKED_ROW } else { ROW }
    }

    /// Goes to a line of the list.
    pub(super) fn go(self, line: usize) {
        let last = self.lines.with_untracked(Vec::len).saturating_sub(1);
        let line = line.min(last);
        self.at.update(|at| at.0 = line);
        let Some(frame) = self.frame.get_untracked() else { return };
        let (height, row) = (self.height.get_untracked(), untrack(|| self.row_height()));
        if let Some(top) = scroll_to_row(line, f64::from(frame.scroll_top()), height, row) {
            #[expect(clippy::cast_possible_truncation, reason = "whole pixels are enough")]
            frame.set_scroll_top(top as i32);
        }
    }

    /// Goes to a row of the comparison, wherever it is listed, with the focus.
    pub(super) fn show(self, row: u32) {
        self.go_to_row(Some(row));
        if let Some(frame) = self.frame.get_untracked() {
            drop(frame.focus());
        }
    }

    fn go_to_row(self, row: Option<u32>) {
        if let Some(line) = row.and_then(|row| self.lines.with_untracked(|lines| line_of(lines, row))) {
            self.go(line);
        }
    }

    /// Shows what a fold left out.
    pub(super) fn unfold(self, row: u32) {
        self.only_differences.set(false);
        self.show(row);
    }

    /// The row at which a line begins.
    pub(super) fn row_of(self, line: usize) -> Option<u32> {
        self.lines.with_untracked(|lines| {
            lines.get(line).map(|line| match line {
                Line::Row(row) | Line::Same { first: row, .. } => *row,
            })
        })
    }

    fn press(self, key: &str) -> bool {
        let (line, side) = self.at.get_untracked();
        let page =
            visible_rows(0.0, self.height.get_untracked(), untrack(|| self.row_height()), usize::MAX, 0)
                .len();
        let to_difference = |forward: bool| {
            let next = self.runs.with_value(|runs| runs.next_difference(self.row_of(line)?, forward));
            self.go_to_row(next);
        };
        match key {
            "ArrowDown" | "j" => self.go(line + 1),
            "ArrowUp" | "k" => self.go(line.saturating_sub(1)),
            "PageDown" => self.go(line + page.saturating_sub(2)),
            "PageUp" => self.go(line.saturating_sub(page.saturating_sub(2))),
            "Home" => self.go(0),
            "End" => self.go(usize::MAX),
            "ArrowLeft" => self.at.set((line, Side::A)),
            "ArrowRight" => self.at.set((line, Side::B)),
            "n" => to_difference(true),
            "p" => to_difference(false),
            "d" => self.go_to_row(self.runs.with_value(|runs| runs.parting())),
            "Enter" | " " => self.enter(line, side),
            _ => return false,
        }
        true
    }

    fn enter(self, line: usize, side: Side) {
        match self.lines.with_untracked(|lines| lines.get(line).copied()) {
            Some(Line::Row(row)) => self.open(row, side),
            Some(Line::Same { first, .. }) => self.unfold(first),
            None => {}
        }
    }

    /// Opens the run of a side at the step it has in a row.
    pub(super) fn open(self, row: u32, side: Side) {
        let step = self.runs.with_value(|runs| runs.step(row, side));
        let run = untrack(|| Comparing::expect().chosen(side));
        if let (Some(run), Some(step)) = (run, step) {
            open(run, Some(step));
        }
    }
}

#[component]
pub(super) fn Rows(runs: Arc<SideBySide>, state: RowsState) -> impl IntoView {
    let comparing = Comparing::expect();
    let RowsState { lines, at, frame, scroll_top, width, height, .. } = state;
    watch_size(frame, width, height);
    let total = move || lines.with(Vec::len);
    let window = Memo::new(move |_| {
        visible_rows(scroll_top.get(), height.get(), state.row_height(), total(), OVERSCAN)
    });
    let shown = move || {
        let window = window.get();
        let first = window.start;
        let shown = lines.with(|lines| lines.get(window).unwrap_or_default().to_vec());
        (first..).zip(shown).collect::<Vec<_>>()
    };
    let all = Arc::clone(&runs);
    let line = move |at: usize, line: Line| match line {
        Line::Row(row) => all.row(row).map(|pair| view! { <PairRow state at row pair /> }.into_any()),
        Line::Same { first, rows } => Some(view! { <FoldedRow state at first rows /> }.into_any()),
    };
    let scroll = move |_| {
        if let Some(frame) = frame.get_untracked() {
            scroll_top.set(f64::from(frame.scroll_top()));
        }
    };
    let keys = move |event: leptos::ev::KeyboardEvent| {
        let ours = !(event.ctrl_key() || event.meta_key() || event.alt_key());
        if ours && state.press(&event.key()) {
            event.prevent_default();
            event.stop_propagation();
        }
    };
    let focused = move || {
        let (line, side) = at.get();
        cell_id(line, side)
    };
    view! {
        <section class="side-by-side" aria-labelledby="side-by-side-title">
            <Tools state />
            <div class="side-by-side__body">
                <div
                    class="pairs"
                    class:pairs--stacked=move || state.is_stacked()
                    role="grid"
                    aria-label="Steps side by side"
                    aria-readonly="true"
                    aria-rowcount=move || (total() + 1).to_string()
                    aria-colcount="3"
                    aria-activedescendant=focused
                    tabindex="0"
                    node_ref=frame
                    on:scroll=scroll
                    on:keydown=keys
                >
                    <div class="pairs__head" role="row" aria-rowindex="1">
                        <span role="columnheader">"A" <small>{heading(comparing, Side::A)}</small></span>
                        <span role="columnheader" class="pairs__sign"><span class="hidden">"How they go together"</span></span>
                        <span role="columnheader">"B" <small>{heading(comparing, Side::B)}</small></span>
                    </div>
                    <div class="pairs__all" role="rowgroup" style=("--pairs-height", move || format!("{}px", total() as f64 * state.row_height()))>
                        <For each=shown key=|one| *one let((at, one))>
                            {line(at, one)}
                        </For>
                    </div>
                </div>
                <Strip runs state />
            </div>
        </section>
    }
}

/// Who a side is, in the head of the list.
fn heading(comparing: Comparing, side: Side) -> impl Fn() -> Option<String> {
    move || comparing.report(side).map(|report| report.agent.clone().unwrap_or_else(|| report.format.clone()))
}

/// Filters, what the signs mean, and the keys.
#[component]
fn Tools(state: RowsState) -> impl IntoView {
    let only = state.only_differences;
    let choice = move |title: &'static str, value: bool| {
        view! {
            <button
                class=("segments__on", move || only.get() == value)
                aria-pressed=move || (only.get() == value).to_string()
                on:click=move |_| {
                    let row = state.row_of(state.at.get_untracked().0);
                    only.set(value);
                    state.go_to_row(row);
                }
            >
                {title}
            </button>
        }
    };
    let agreement = state.runs.with_value(|runs| runs.comparison.agreement);
    let key = |sign: &'static str, class: &'static str, number: u32, what: &'static str| {
        view! {
            <li>
                <b class=class aria-hidden="true">{sign}</b>
                {count(u64::from(number))}
                " "
                {what}
            </li>
        }
    };
    let rows = move || counted(state.lines.with(Vec::len) as u64, "row", "rows");
    view! {
        <header class="side-by-side__tools">
            <h2 id="side-by-side-title">"Step by step"</h2>
            <div class="segments" role="group" aria-label="Which rows to show">
                {choice("All", false)} {choice("Differences", true)}
            </div>
            <span class="side-by-side__count" role="status">{rows}</span>
            <ul class="side-by-side__key" aria-label="Signs">
                {key("=", "", agreement.same, "same")}
                {key("≈", "pairs__sign--similar", agreement.similar, "similar")}
                {key("A", "pairs__sign--a", agreement.only_a, "only in A")}
                {key("B", "pairs__sign--b", agreement.only_b, "only in B")}
            </ul>
            <span class="side-by-side__keys">
                <kbd>"n"</kbd> <kbd>"p"</kbd> " differences " <kbd>"d"</kbd> " where they part " <kbd>"Enter"</kbd>
                " opens the step"
            </span>
        </header>
    }
}

fn watch_size(frame: NodeRef<html::Div>, width: RwSignal<f64>, height: RwSignal<f64>) {
    let watch = StoredValue::new_local(None);
    Effect::new(move |_| {
        let Some(frame) = frame.get() else { return };
        let start = SizeWatch::start(&frame, move |now_wide, now_high| {
            let _gone = width.try_set(now_wide).or(height.try_set(now_high));
        });
        watch.set_value(start);
    });
}
