//! The table of runs, and what is looked for in it.

use std::sync::Arc;

use leptos::prelude::*;

use super::state::{Many, open as open_run};
use super::{PAGE, Table};
use crate::engine::query::RUN_FIELDS;
use crate::engine::report::RunReport;
use crate::engine::trace::OutcomeValue;
use crate::protocol::FromCollection;
use crate::ui::browser::programs::FROM_COLLECTION;
use crate::ui::components::{QueryBox, QueryField};
use crate::ui::state::OpenedRun;
use crate::view_model::collection::{Grade, SortKey, name, sorted};
use crate::view_model::format::{count, duration_seconds, money, score, step_number};
use crate::view_model::query::{is_match, known};
use crate::view_model::story;

#[component]
pub(super) fn RunTable() -> impl IntoView {
    let many = Many::expect();
    let table = expect_context::<Table>();
    let places = Memo::new(move |_| {
        let (key, descending) = table.sort.get();
        let order = many.runs.with(|runs| {
            let reports: Vec<&RunReport> = runs.iter().map(|run| &*run.report).collect();
            sorted(&reports, key, descending)
        });
        let chosen = table.cluster.get();
        let members = many.clusters.with(|clusters| {
            let cluster = clusters.iter().find(|cluster| Some(&cluster.id) == chosen.as_ref());
            cluster.map(|cluster| cluster.runs.clone())
        });
        let mut order = match members {
            Some(members) => order.into_iter().filter(|place| members.contains(place)).collect(),
            None => order,
        };
        if let Ok(Some(query)) = table.parsed.get() {
            many.runs.with(|runs| {
                let fits = |run: &OpenedRun| is_match(&query.root, &run.report);
                order.retain(|place| runs.get(*place as usize).is_some_and(fits));
            });
        }
        order
    });
    let shown = move || {
        many.runs.with(|runs| {
            let places = places.read();
            let rows = places.iter().take(table.shown.get()).filter_map(|place| runs.get(*place as usize));
            rows.cloned().collect::<Vec<OpenedRun>>()
        })
    };
    let more = move || places.with(Vec::len).saturating_sub(table.shown.get());
    view! {
        <section class="runs__table" aria-label="Runs" tabindex="0">
            <RunQuery found=Signal::derive(move || places.with(Vec::len)) />
            <WeightsLine />
            <table class="run-table">
                <TableHead />
                <tbody>
                    // The report of a run is another one once it was weighed anew.
                    <For each=shown key=|run| (run.key, Arc::as_ptr(&run.report).addr()) let:run>
                        <RunRow run />
                    </For>
                </tbody>
            </table>
            <Show when=move || more() != 0>
                <button class="button run-table__more" on:click=move |_| table.shown.update(|shown| *shown += PAGE)>
                    "Show more of " {move || count(more() as u64)} " runs"
                </button>
            </Show>
        </section>
    }
}

/// Looks for runs in the same language as for steps.
#[component]
fn RunQuery(found: Signal<usize>) -> impl IntoView {
    let many = Many::expect();
    let table = expect_context::<Table>();
    let field = QueryBox {
        text: table.query,
        error: Signal::derive(move || table.parsed.with(|parsed| parsed.as_ref().err().cloned())),
        fields: RUN_FIELDS,
        known: Signal::derive(move || many.runs.with(|runs| known(&mut runs.iter().map(|run| &*run.report)))),
        go: Callback::new(|_| ()),
        shelf: "run-queries",
        label: "Find runs",
        example: "outcome:failed score:<50 finding:retry-loop",
    };
    let story = move || {
        let all = many.runs.with(Vec::len);
        (found.get() < all).then(|| format!("{} of {} runs", count(found.get() as u64), count(all as u64)))
    };
    view! {
        <div class="runs__query" role="search" aria-label="Find runs">
            <QueryField field />
            <span role="status">{story}</span>
        </div>
    }
}

/// By what the runs are scored, and the way to change it.
#[component]
fn WeightsLine() -> impl IntoView {
    let many = Many::expect();
    view! {
        <p class="runs__weights">
            "Scored by the profile “"
            {move || many.profile.get()}
            "” "
            <button class="link" on:click=|_| FROM_COLLECTION.say(&FromCollection::EditWeights)>"Edit weights"</button>
        </p>
    }
}

#[component]
fn TableHead() -> impl IntoView {
    view! {
        <thead>
            <tr>
                <th><span class="hidden">"Outcome"</span></th>
                <SortHead title="Task" key_of_column=SortKey::Task />
                <SortHead title="Agent" key_of_column=SortKey::Agent />
                <SortHead title="Score" key_of_column=SortKey::Score />
                <th>"First wrong step"</th>
                <SortHead title="Steps" key_of_column=SortKey::Steps is_number=true />
                <SortHead title="Time" key_of_column=SortKey::Time is_number=true />
                <SortHead title="Cost" key_of_column=SortKey::Cost is_number=true />
            </tr>
        </thead>
    }
}

#[component]
fn SortHead(title: &'static str, key_of_column: SortKey, #[prop(optional)] is_number: bool) -> impl IntoView {
    let table = expect_context::<Table>();
    let direction = move || {
        let (key, descending) = table.sort.get();
        (key == key_of_column).then_some(descending)
    };
    let sort = move |_| {
        table.sort.update(|(key, descending)| {
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
            <button on:click=sort>{title}{arrow}</button>
        </th>
    }
}

#[component]
fn RunRow(run: OpenedRun) -> impl IntoView {
    let OpenedRun { key, report } = run;
    let open = move || open_run(key, None);
    let (sign, class, word) = match report.outcome.value {
        OutcomeValue::Resolved => ("✓", "run-table__good", "resolved"),
        OutcomeValue::Failed => ("✕", "run-table__bad", "failed"),
        OutcomeValue::Unknown => ("·", "run-table__faint", "unknown"),
    };
    let agent = report.agent.clone().unwrap_or_else(|| report.format.clone());
    view! {
        <tr on:click=move |_| open()>
            <td class=class title=word>{sign}<span class="hidden">{word}</span></td>
            <td>
                <button class="run-table__name" title=report.file.clone()>{name(&report)}</button>
            </td>
            <td>{agent}</td>
            <td><ScoreCell report=Arc::clone(&report) /></td>
            <td><FirstWrong report=Arc::clone(&report) /></td>
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
