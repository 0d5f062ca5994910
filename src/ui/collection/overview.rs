//! What happened over the runs that are looked at.

use leptos::prelude::*;

use super::state::Many;
use crate::view_model::collection::{BUCKETS, Overview, histogram};
use crate::view_model::format::{count, money, percent_of, score, short_count};

#[component]
pub(super) fn Tiles() -> impl IntoView {
    let many = Many::expect();
    let overview = Memo::new(move |_| many.with_shown(|shown| Overview::new(shown.iter().copied())));
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
        let buckets = many.with_shown(|shown| histogram(shown.iter().copied()));
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
