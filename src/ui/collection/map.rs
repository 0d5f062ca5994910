//! The map of failures: a tile for each kind, as large as it is met in runs, with its clusters as blocks.

use leptos::prelude::*;

use super::state::Many;
use crate::engine::report::{ClusterMap, Field, MapBlock, MapTile, Outcomes, Rect, cluster_map};
use crate::view_model::format::counted;

/// How many times as wide as high the map is drawn.
const ASPECT: f64 = 3.2;

#[component]
pub(super) fn FailureMap() -> impl IntoView {
    let many = Many::expect();
    let map =
        Memo::new(move |_| many.subset.with(|subset| cluster_map(&subset.digests, &subset.clusters, ASPECT)));
    let tiles = move || {
        let ClusterMap { tiles } = map.get();
        tiles.into_iter().map(|tile| view! { <Tile tile /> }).collect_view()
    };
    view! {
        <section class="failure-map" aria-labelledby="failure-map-title">
            <header class="failures__head">
                <h2 id="failure-map-title">"Map of failures"</h2>
                <p>
                    "Each kind as large as it is met in runs, each block a cluster. "
                    <i class="failure-map__key failure-map__key--bad"></i>
                    "failed "
                    <i class="failure-map__key failure-map__key--good"></i>
                    "resolved "
                    <i class="failure-map__key"></i>
                    "unknown"
                </p>
            </header>
            <ul class="failure-map__area">{tiles}</ul>
        </section>
    }
}

#[component]
fn Tile(tile: MapTile) -> impl IntoView {
    let many = Many::expect();
    let MapTile { detector, title, outcomes, blocks, more, rect } = tile;
    let Rect { x, y, width, height } = rect;
    let at = |part: f64| format!("{:.2}%", part * 100.0);
    let story = spoken(outcomes);
    let tip = format!("{title}: {story}");
    let head = match detector {
        Some(id) => {
            let choose = move |_| many.toggle(Field::Detector, Some(&id));
            view! {
                <button class="failure-map__kind" title=tip on:click=choose>
                    {title}
                </button>
            }
            .into_any()
        }
        None => view! { <b class="failure-map__kind">{title}</b> }.into_any(),
    };
    let blocks = blocks.into_iter().map(|block| view! { <Block block /> }).collect_view();
    view! {
        <li
            class="failure-map__tile"
            style=("--x", at(x))
            style=("--y", at(y))
            style=("--w", at(width))
            style=("--h", at(height))
        >
            <div class="failure-map__body">
                {head}
                <small class="failure-map__story">{story}</small>
                <ul class="failure-map__blocks" aria-label="Clusters">
                    {blocks}
                    {(more > 0).then(|| view! { <li class="failure-map__more">{format!("+{more}")}<span class="hidden">" clusters more"</span></li> })}
                </ul>
            </div>
        </li>
    }
}

#[component]
fn Block(block: MapBlock) -> impl IntoView {
    let many = Many::expect();
    let MapBlock { cluster, name, outcomes } = block;
    let runs = outcomes.runs();
    let label = format!("{name}: {}", spoken(outcomes));
    let title = label.clone();
    let id = StoredValue::new(cluster);
    let is_on = move || id.with_value(|id| many.cluster.with(|chosen| chosen.as_ref() == Some(id)));
    let choose = move |_| many.cluster.set((!is_on()).then(|| id.get_value()));
    let share = |part: u32| format!("{:.1}%", f64::from(part) / f64::from(runs.max(1)) * 100.0);
    view! {
        <li class="failure-map__cell" style=("--runs", runs.to_string())>
            <button
                class="failure-map__block"
                class:failure-map__block--on=is_on
                aria-pressed=move || is_on().to_string()
                aria-label=label
                title=title
                style=("--failed", share(outcomes.failed))
                style=("--known", share(outcomes.failed + outcomes.resolved))
                on:click=choose
            >
                {runs}
            </button>
        </li>
    }
}

fn spoken(outcomes: Outcomes) -> String {
    let runs = counted(u64::from(outcomes.runs()), "run", "runs");
    match (outcomes.failed, outcomes.resolved) {
        (0, 0) => format!("{runs}, outcomes unknown"),
        (failed, 0) if failed == outcomes.runs() => format!("{runs}, all failed"),
        (0, resolved) if resolved == outcomes.runs() => format!("{runs}, all resolved"),
        (failed, resolved) => format!("{runs}, {failed} failed, {resolved} resolved"),
    }
}
