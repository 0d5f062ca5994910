//! What happened over the runs that are looked at.

use leptos::prelude::*;

use super::state::Many;
use crate::view_model::collection::{BUCKETS, Histogram, Measure, Overview};
use crate::view_model::format::{count, duration_seconds, money, percent_of, score, short_count};

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
            <Plots />
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

/// How the runs spread over what they scored, took and cost.
#[component]
fn Plots() -> impl IntoView {
    view! {
        <div class="tile plots">
            <span class="plots__key">
                <i class="histogram__key histogram__key--bad"></i>
                "failed"
                <i class="histogram__key"></i>
                "unknown"
                <i class="histogram__key histogram__key--good"></i>
                "resolved"
            </span>
            <Bars by=Measure::Score title="Scores" words=score />
            <Bars by=Measure::Seconds title="Time" words=duration_seconds />
            <Bars by=Measure::CostUsd title="Cost" words=money />
        </div>
    }
}

#[component]
fn Bars(by: Measure, title: &'static str, words: fn(f64) -> String) -> impl IntoView {
    let many = Many::expect();
    let histogram = Memo::new(move |_| many.with_shown(|shown| Histogram::new(shown, by)));
    let draw = move || {
        let Some(histogram) = histogram.get() else {
            return view! { <small class="histogram__none">"not known"</small> }.into_any();
        };
        let most = f64::from(histogram.most().max(1));
        let bar = |(place, bucket): (usize, [u32; 3])| {
            let mut top = 40.0;
            let classes = ["histogram__bar--bad", "histogram__bar", "histogram__bar--good"];
            let rects =
                bucket.into_iter().zip(classes).filter(|(count, _)| *count > 0).map(|(count, class)| {
                    // A single run is still seen.
                    let height = (f64::from(count) / most * 40.0).max(1.0);
                    top -= height;
                    let x = (place * 10).to_string();
                    view! { <rect class=class x=x width="9" y=top.to_string() height=height.to_string() /> }
                });
            rects.collect_view()
        };
        let bars = histogram.buckets.into_iter().enumerate().map(bar).collect_view();
        let [from, to, median] = [histogram.from, histogram.to, histogram.median].map(words);
        let told = format!("{title} of the runs: from {from} to {to}, median {median}");
        view! {
            <svg
                class="histogram__bars"
                viewBox=format!("0 0 {} 40", BUCKETS * 10)
                preserveAspectRatio="none"
                role="img"
                aria-label=told
            >
                {bars}
            </svg>
            <small class="histogram__ends" aria-hidden="true">
                <span>{from}</span>
                <span>{to}</span>
            </small>
        }
        .into_any()
    };
    view! {
        <div class="histogram">
            <span class="tile__title">{title}</span>
            {draw}
        </div>
    }
}
