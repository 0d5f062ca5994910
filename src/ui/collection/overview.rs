//! What happened over all runs, and what keeps going wrong.

use leptos::prelude::*;

use super::Table;
use super::state::Many;
use crate::engine::cluster::Cluster;
use crate::view_model::collection::{BUCKETS, Overview, histogram};
use crate::view_model::format::{count, counted, money, percent_of, score, short_count};

#[component]
pub(super) fn Tiles() -> impl IntoView {
    let many = Many::expect();
    let overview =
        Memo::new(move |_| many.runs.with(|runs| Overview::new(runs.iter().map(|run| &*run.report))));
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
    let many = Many::expect();
    let bars = move || {
        let buckets = many.runs.with(|runs| histogram(runs.iter().map(|run| &*run.report)));
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
pub(super) fn Clusters() -> impl IntoView {
    let many = Many::expect();
    // What one run alone has is shown only where no two runs share anything.
    let shared = Memo::new(move |_| {
        let is_shared = |cluster: &&Cluster| cluster.runs.len() > 1;
        many.clusters.with(|clusters| {
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
                    <ClusterCard cluster />
                </For>
            </Show>
        </section>
    }
}

#[component]
fn ClusterCard(cluster: Cluster) -> impl IntoView {
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
