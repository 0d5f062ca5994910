//! The table of runs. Only rows in sight exist.

use std::sync::Arc;
use std::time::Duration;

use leptos::html;
use leptos::prelude::*;

use super::state::{Many, open};
use crate::engine::report::RunReport;
use crate::engine::trace::OutcomeValue;
use crate::protocol::FromCollection;
use crate::ui::browser::media::{self, SizeWatch};
use crate::ui::browser::programs::FROM_COLLECTION;
use crate::ui::state::OpenedRun;
use crate::view_model::collection::{Grade, SortKey, name, sorted};
use crate::view_model::format::{count, counted, duration_seconds, money, score, step_number};
use crate::view_model::rows::{OVERSCAN, scroll_to_row, visible_rows};
use crate::view_model::story;

/// Pixels; the same as the token `--row`.
const ROW: f64 = 30.0;

/// How the table is sorted; and descending.
type Sort = RwSignal<(SortKey, bool)>;

#[component]
pub(super) fn RunTable() -> impl IntoView {
    let many = Many::expect();
    let sort: Sort = RwSignal::new((SortKey::Score, false));
    let places = Memo::new(move |_| {
        let (key, descending) = sort.get();
        let shown = many.facets.with(|facets| facets.runs.clone());
        many.runs.with(|runs| {
            let reports: Vec<&RunReport> =
                shown.iter().filter_map(|place| runs.get(*place as usize)).map(|run| &*run.report).collect();
            let order = sorted(&reports, key, descending);
            order.into_iter().filter_map(|at| shown.get(at as usize).copied()).collect::<Vec<u32>>()
        })
    });
    let frame = NodeRef::<html::Section>::new();
    let scroll_top = RwSignal::new(0.0);
    let height = RwSignal::new(0.0);
    watch_height(frame, height);
    let total = Memo::new(move |_| places.with(Vec::len));
    let window = Memo::new(move |_| visible_rows(scroll_top.get(), height.get(), ROW, total.get(), OVERSCAN));
    let rows = move || {
        let window = window.get();
        let first = window.start;
        let shown = places.with(|places| places.get(window).unwrap_or_default().to_vec());
        (first..).zip(shown).filter_map(|(at, place)| Some((at, many.run_at(place)?))).collect::<Vec<_>>()
    };
    let space = move |before: bool| {
        let window = window.get();
        let rows = if before { window.start } else { total.get().saturating_sub(window.end) };
        format!("{}px", rows as f64 * ROW)
    };
    let scroll = move |_| {
        if let Some(frame) = frame.get_untracked() {
            scroll_top.set(f64::from(frame.scroll_top()));
        }
    };
    let go = move |at: usize| {
        let Some(frame) = frame.get_untracked() else { return };
        if at >= total.get_untracked() {
            return;
        }
        if let Some(top) = scroll_to_row(at, f64::from(frame.scroll_top()), height.get_untracked(), ROW) {
            #[expect(clippy::cast_possible_truncation, reason = "whole pixels are enough")]
            frame.set_scroll_top(top as i32);
            scroll_top.set(f64::from(frame.scroll_top()));
        }
        // The row may have to be drawn first.
        set_timeout(
            move || {
                media::focus(&row_id(at));
            },
            Duration::ZERO,
        );
    };
    view! {
        <section class="runs__table" aria-label="Runs" tabindex="0" node_ref=frame on:scroll=scroll>
            <WeightsLine />
            <table class="run-table" aria-rowcount=move || (total.get() + 1).to_string()>
                <TableHead sort />
                <tbody>
                    <tr class="run-table__space" aria-hidden="true" style=("--rows-height", move || space(true))></tr>
                    // The report of a run is another one once it was weighed anew.
                    <For each=rows key=|(at, run)| (*at, run.key, Arc::as_ptr(&run.report).addr()) let((at, run))>
                        <RunRow run at go=Callback::new(go) />
                    </For>
                    <tr class="run-table__space" aria-hidden="true" style=("--rows-height", move || space(false))></tr>
                </tbody>
            </table>
            <Show when=move || total.get() == 0>
                <p class="empty">"No run fits all that was chosen."</p>
            </Show>
        </section>
    }
}

fn row_id(at: usize) -> String {
    format!("run-row-{at}")
}

fn watch_height(frame: NodeRef<html::Section>, height: RwSignal<f64>) {
    let watch = StoredValue::new_local(None);
    Effect::new(move |_| {
        let Some(frame) = frame.get() else { return };
        let start = SizeWatch::start(&frame, move |_, now| {
            let _gone = height.try_set(now);
        });
        watch.set_value(start);
    });
}

/// By what the runs are scored, and the way to change it.
#[component]
fn WeightsLine() -> impl IntoView {
    let many = Many::expect();
    // Reports may have been made by other weights; without the trace they keep their score.
    let others = Memo::new(move |_| {
        let own = many.profile.get();
        let differs = |run: &&OpenedRun| run.report.score.as_ref().is_some_and(|score| score.profile != own);
        many.runs.with(|runs| runs.iter().filter(differs).count() as u64)
    });
    view! {
        <p class="runs__weights">
            "Scored by the profile “"
            {move || many.profile.get()}
            "” "
            <Show when=move || others.get() != 0>
                "("
                {move || counted(others.get(), "run", "runs")}
                " as reported, by another) "
            </Show>
            <button class="link" on:click=|_| FROM_COLLECTION.say(&FromCollection::EditWeights)>
                "Edit weights"
            </button>
            " · "
            <button
                class="link"
                title="Per step and per run, as JSON lines to train with"
                on:click=move |_| FROM_COLLECTION.say(&FromCollection::SaveRewards(many.shown_keys()))
            >
                "Export rewards"
            </button>
        </p>
    }
}

#[component]
fn TableHead(sort: Sort) -> impl IntoView {
    view! {
        <thead>
            <tr>
                <th>
                    <span class="hidden">"Picked"</span>
                </th>
                <th>
                    <span class="hidden">"Outcome"</span>
                </th>
                <SortHead sort title="Task" key_of_column=SortKey::Task />
                <SortHead sort title="Agent" key_of_column=SortKey::Agent />
                <SortHead sort title="Score" key_of_column=SortKey::Score />
                <th>"First wrong step"</th>
                <SortHead sort title="Steps" key_of_column=SortKey::Steps is_number=true />
                <SortHead sort title="Time" key_of_column=SortKey::Time is_number=true />
                <SortHead sort title="Cost" key_of_column=SortKey::Cost is_number=true />
            </tr>
        </thead>
    }
}

#[component]
fn SortHead(
    sort: Sort,
    title: &'static str,
    key_of_column: SortKey,
    #[prop(optional)] is_number: bool,
) -> impl IntoView {
    let direction = move || {
        let (key, descending) = sort.get();
        (key == key_of_column).then_some(descending)
    };
    let turn = move |_| {
        sort.update(|(key, descending)| {
            *descending = *key == key_of_column && !*descending;
            *key = key_of_column;
        });
    };
    let aria = move || match direction() {
        None => "none",
        Some(false) => "ascending",
        Some(true) => "descending",
    };
    let arrow = move || match direction() {
        None => "",
        Some(false) => " ↑",
        Some(true) => " ↓",
    };
    view! {
        <th aria-sort=aria class=("run-table__number", is_number)>
            <button on:click=turn>{title}{arrow}</button>
        </th>
    }
}

#[component]
fn RunRow(run: OpenedRun, at: usize, go: Callback<usize>) -> impl IntoView {
    let many = Many::expect();
    let OpenedRun { key, report } = run;
    let is_picked = move || many.picked.with(|picked| picked.contains(&key));
    let pick = move |_| {
        many.picked.update(|picked| {
            if !picked.remove(&key) {
                picked.insert(key);
            }
        });
    };
    let keys = move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "ArrowDown" => {
            event.prevent_default();
            go.run(at + 1);
        }
        "ArrowUp" if at > 0 => {
            event.prevent_default();
            go.run(at - 1);
        }
        _ => {}
    };
    let (sign, class, word) = match report.outcome.value {
        OutcomeValue::Resolved => ("✓", "run-table__good", "resolved"),
        OutcomeValue::Failed => ("✕", "run-table__bad", "failed"),
        OutcomeValue::Unknown => ("·", "run-table__faint", "unknown"),
    };
    let agent = report.agent.clone().unwrap_or_else(|| report.format.clone());
    let title = name(&report);
    view! {
        <tr on:click=move |_| open(key, None) aria-rowindex=(at + 2).to_string() class:run-table__row--picked=is_picked>
            <td on:click=|event| event.stop_propagation()>
                <label class="run-table__pick">
                    <input
                        type="checkbox"
                        aria-label=format!("Pick {title}")
                        prop:checked=is_picked
                        on:change=pick
                    />
                </label>
            </td>
            <td class=class title=word>
                {sign}
                <span class="hidden">{word}</span>
            </td>
            <td>
                <button class="run-table__name" id=row_id(at) title=report.file.clone() on:keydown=keys>
                    {title}
                </button>
            </td>
            <td>{agent}</td>
            <td>
                <ScoreCell report=Arc::clone(&report) />
            </td>
            <td>
                <FirstWrong report=Arc::clone(&report) />
            </td>
            <td class="run-table__number">{count(u64::from(report.steps))}</td>
            <td class="run-table__number">{report.totals.seconds.map(duration_seconds)}</td>
            <td class="run-table__number">{report.totals.cost_usd.map(money)}</td>
        </tr>
    }
}

#[component]
fn ScoreCell(report: Arc<RunReport>) -> impl IntoView {
    let Some(total) = report.score.as_ref().map(|score| score.total) else {
        return view! { <span class="run-table__faint">"unscored"</span> }.into_any();
    };
    let class = format!("spark spark--{}", Grade::of(total).token());
    view! {
        <span class=class style=("--share", format!("{total:.0}%"))></span>
        {score(total)}
    }
    .into_any()
}

#[component]
fn FirstWrong(report: Arc<RunReport>) -> impl IntoView {
    let Some(suspect) = story::suspects(&report).into_iter().next() else {
        return view! { <span class="run-table__faint">"no failure signal"</span> }.into_any();
    };
    view! {
        <b class="run-table__step">{step_number(suspect.step)}</b>
        " "
        {suspect.title}
    }
    .into_any()
}
