//! Many runs: what happened over all, what keeps going wrong, and a table to choose from.

use std::sync::Arc;

use leptos::prelude::*;

use super::ViewSpec;
use crate::engine::query::{Query, QueryError, RUN_FIELDS};
use crate::engine::report::RunReport;
use crate::engine::trace::OutcomeValue;
use crate::protocol::ClusterView;
use crate::ui::components::{QueryBox, QueryField};
use crate::ui::state::{OpenedRun, Screen, Session};
use crate::view_model::collection::{BUCKETS, Grade, Overview, SortKey, histogram, name, sorted};
use crate::view_model::format::{
    count, counted, duration_seconds, money, percent_of, score, short_count, step_number,
};
use crate::view_model::query::{is_match, known};
use crate::view_model::story;

pub(super) const VIEW: ViewSpec =
    ViewSpec { applies: |screen| screen == Screen::Runs, render: |_| view! { <Runs /> }.into_any() };

/// Rows of the table that are drawn at first and added by each "show more".
const PAGE: usize = 200;

/// What the table shows and how; lives as long as the screen.
#[derive(Clone, Copy)]
struct Table {
    cluster: RwSignal<Option<String>>,
    sort: RwSignal<(SortKey, bool)>,
    shown: RwSignal<usize>,
    /// What is looked for among the runs.
    query: RwSignal<String>,
    parsed: Memo<Result<Option<Query>, QueryError>>,
}

#[component]
fn Runs() -> impl IntoView {
    let query = RwSignal::new(String::new());
    provide_context(Table {
        query,
        parsed: Memo::new(move |_| query.with(|query| Query::parse(query, RUN_FIELDS))),
        cluster: RwSignal::new(None),
        sort: RwSignal::new((SortKey::Score, false)),
        shown: RwSignal::new(PAGE),
    });
    view! {
        <main class="runs">
            <h1 class="hidden">"All runs"</h1>
            <Tiles />
            <div class="runs__work">
                <Clusters />
                <RunTable />
            </div>
        </main>
    }
}

#[component]
fn Tiles() -> impl IntoView {
    let session = Session::expect();
    let overview =
        Memo::new(move |_| session.runs.with(|runs| Overview::new(runs.iter().map(|run| &*run.report))));
    let tiles = move || {
        let overview = overview.get();
        let known = overview.resolved + overview.failed;
        let median = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), score);
        let resolved = if known == 0 { "–".to_owned() } else { count(overview.resolved as u64) };
        let share = (known > 0).then(|| percent_of(overview.resolved as u64, known as u64));
        let rest = format!("{} failed · {} unknown", overview.failed, overview.unknown);
        let shown = percent_of(overview.with_verdict as u64, overview.runs as u64);
        let medians = format!(
            "failed {} · resolved {}",
            median(overview.median_failed),
            median(overview.median_resolved)
        );
        view! {
            <Tile title="Resolved" value=resolved aside=share note=rest />
            <Tile
                title="Failure shown"
                value=count(overview.with_verdict as u64)
                note=format!("{shown} of the runs · {} certain", overview.certain)
            />
            <Tile title="Median score" value=median(overview.median_score) note=medians />
            <Tile
                title="Steps"
                value=short_count(overview.steps)
                note=overview.cost_usd.map_or_else(|| "cost unknown".to_owned(), |cost| format!("{} in all", money(cost)))
            />
        }
    };
    view! {
        <section class="tiles" aria-label="Over all runs">
            {tiles}
            <Histogram />
        </section>
    }
}

#[component]
fn Tile(
    title: &'static str,
    value: String,
    #[prop(optional_no_strip)] aside: Option<String>,
    note: String,
) -> impl IntoView {
    view! {
        <div class="tile">
            <span class="tile__title">{title}</span>
            <b class="tile__value">{value} {aside.map(|aside| view! { <em>{aside}</em> })}</b>
            <span class="tile__note">{note}</span>
        </div>
    }
}

#[component]
fn Histogram() -> impl IntoView {
    let session = Session::expect();
    let bars = move || {
        let buckets = session.runs.with(|runs| histogram(runs.iter().map(|run| &*run.report)));
        let most = buckets.iter().map(|bucket| bucket.iter().sum::<u32>()).max().unwrap_or(0).max(1);
        let height = |count: u32| f64::from(count) / f64::from(most) * 46.0;
        let bar = |(place, bucket): (usize, [u32; 3])| {
            let mut top = 48.0;
            let classes = ["histogram__bar--bad", "histogram__bar", "histogram__bar--good"];
            let rects = bucket.into_iter().zip(classes).map(|(count, class)| {
                let height = height(count);
                top -= height;
                let x = (place * 10).to_string();
                view! { <rect class=class x=x width="9" y=top.to_string() height=height.to_string() /> }
            });
            rects.collect_view()
        };
        buckets.into_iter().enumerate().map(bar).collect_view()
    };
    view! {
        <div class="tile histogram">
            <span class="tile__title">
                "Scores from 0 to 100"
                <i class="histogram__key histogram__key--bad"></i>
                "failed"
                <i class="histogram__key"></i>
                "unknown"
                <i class="histogram__key histogram__key--good"></i>
                "resolved"
            </span>
            <svg
                class="histogram__bars"
                viewBox=format!("0 0 {} 48", BUCKETS * 10)
                preserveAspectRatio="none"
                role="img"
                aria-label="How many runs have which score"
            >
                {bars}
            </svg>
        </div>
    }
}

#[component]
fn Clusters() -> impl IntoView {
    let session = Session::expect();
    // What one run alone has is shown only where no two runs share anything.
    let shared = Memo::new(move |_| {
        let is_shared = |cluster: &&ClusterView| cluster.runs.len() > 1;
        session.clusters.with(|clusters| {
            let any = clusters.iter().any(|cluster| is_shared(&cluster));
            clusters.iter().filter(|cluster| !any || is_shared(cluster)).cloned().collect::<Vec<_>>()
        })
    });
    let is_empty = move || shared.with(Vec::is_empty);
    view! {
        <section class="clusters" aria-label="Clusters of the same failure">
            <Show
                when=move || !is_empty()
                fallback=move || {
                    view! {
                        <p class="empty">
                            "No failure was found in these runs. Clusters are made of findings with the same \
                            detector and the same masked error."
                        </p>
                    }
                }
            >
                <For each=move || shared.get() key=|cluster| cluster.id.clone() let:cluster>
                    <Cluster cluster />
                </For>
            </Show>
        </section>
    }
}

#[component]
fn Cluster(cluster: ClusterView) -> impl IntoView {
    let table = expect_context::<Table>();
    let id = StoredValue::new(cluster.id);
    let is_on = Memo::new(move |_| {
        table.cluster.with(|chosen| id.with_value(|id| chosen.as_deref() == Some(id.as_str())))
    });
    let toggle = move |_| table.cluster.set((!is_on.get_untracked()).then(|| id.get_value()));
    let runs = cluster.runs.len() as u64;
    let known = u64::from(cluster.failed + cluster.resolved);
    let story = match known {
        0 => "outcomes unknown".to_owned(),
        _ if u64::from(cluster.failed) == runs => "all failed".to_owned(),
        _ => format!("{} failed · {} resolved", cluster.failed, cluster.resolved),
    };
    let template = (cluster.template != "-").then_some(cluster.template);
    let phase = (cluster.phase != "-").then(|| format!(" · {} phase", cluster.phase));
    let share = |part: u32| format!("{:.1}%", f64::from(part) / runs.max(1) as f64 * 100.0);
    view! {
        <button class="cluster" class=("cluster--on", is_on) aria-pressed=move || is_on.get().to_string() on:click=toggle>
            <span class="cluster__head">
                <b>{cluster.name}</b>
                <span>{counted(runs, "run", "runs")}</span>
            </span>
            {template.map(|template| view! { <code class="cluster__template">{template}</code> })}
            {(known > 0)
                .then(|| {
                    view! {
                        <span class="cluster__bar">
                            <i class="cluster__failed" style=("--share", share(cluster.failed))></i>
                            <i class="cluster__resolved" style=("--share", share(cluster.resolved))></i>
                        </span>
                    }
                })}
            <small>{story} {phase}</small>
        </button>
    }
}

#[component]
fn RunTable() -> impl IntoView {
    let session = Session::expect();
    let table = expect_context::<Table>();
    let places = Memo::new(move |_| {
        let (key, descending) = table.sort.get();
        let order = session.runs.with(|runs| {
            let reports: Vec<&RunReport> = runs.iter().map(|run| &*run.report).collect();
            sorted(&reports, key, descending)
        });
        let chosen = table.cluster.get();
        let members = session.clusters.with(|clusters| {
            let cluster = clusters.iter().find(|cluster| Some(&cluster.id) == chosen.as_ref());
            cluster.map(|cluster| cluster.runs.clone())
        });
        let mut order = match members {
            Some(members) => order.into_iter().filter(|place| members.contains(place)).collect(),
            None => order,
        };
        if let Ok(Some(query)) = table.parsed.get() {
            session.runs.with(|runs| {
                let fits = |run: &OpenedRun| is_match(&query.root, &run.report);
                order.retain(|place| runs.get(*place as usize).is_some_and(fits));
            });
        }
        order
    });
    let shown = move || {
        session.runs.with(|runs| {
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
    let session = Session::expect();
    let table = expect_context::<Table>();
    let field = QueryBox {
        text: table.query,
        error: Signal::derive(move || table.parsed.with(|parsed| parsed.as_ref().err().cloned())),
        fields: RUN_FIELDS,
        known: Signal::derive(move || {
            session.runs.with(|runs| known(&mut runs.iter().map(|run| &*run.report)))
        }),
        go: Callback::new(|_| ()),
        shelf: "run-queries",
        label: "Find runs",
    };
    let story = move || {
        let all = session.runs.with(Vec::len);
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
    let session = Session::expect();
    view! {
        <p class="runs__weights">
            "Scored by the profile “"
            {move || session.profile.with(|profile| profile.name.clone())}
            "” "
            <button class="link" on:click=move |_| session.weights_shown.set(true)>"Edit weights"</button>
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
    let session = Session::expect();
    let OpenedRun { key, report } = run;
    let open = move || session.show(Screen::Run(key));
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
