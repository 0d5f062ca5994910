//! How runs fare, group by group: by agent, version, model, prompt, task, date.

use leptos::prelude::*;

use super::plot::Plot;
use super::rate::RateBar;
use super::state::Many;
use crate::engine::report::{Field, Followed, Group, Quartiles, Rate, Trend, trend};
use crate::view_model::format::{count, duration_seconds, money, score};
use crate::view_model::many::{TrendPlot, field_name};

/// Groups that are drawn at first and added by each "show more".
const PAGE: usize = 60;

#[component]
pub(super) fn Trends() -> impl IntoView {
    let many = Many::expect();
    let trend = Memo::new(move |_| {
        let by = many.by.get();
        many.subset.with(|subset| trend(&subset.digests, &subset.clusters, by))
    });
    let limit = RwSignal::new(PAGE);
    let choice = move |field: Field| {
        let is_on = move || many.by.get() == field;
        view! {
            <button
                class="toggle"
                class:toggle--on=is_on
                aria-pressed=move || is_on().to_string()
                on:click=move |_| many.by.set(field)
            >
                {field_name(field).1}
            </button>
        }
    };
    let groups = move || trend.with(|trend| trend.groups.len());
    let by = move || field_name(many.by.get()).1;
    view! {
        <section class="trends" aria-labelledby="trends-title">
            <header class="failures__head">
                <h2 id="trends-title">"How runs fare by " {move || by().to_lowercase()}</h2>
                <p>"Shares with 95 % intervals; scores from the lower to the upper quarter, with the median."</p>
            </header>
            <div class="tasks__kept" role="group" aria-label="Group the runs by">{Field::GROUPING.into_iter().map(choice).collect_view()}</div>
            {move || {
                let is_line = matches!(many.by.get(), Field::Day | Field::Week | Field::AgentVersion);
                let plot = trend.with(|trend| TrendPlot::new(trend).filter(|_| is_line));
                plot.map(|plot| view! { <Plot plot /> })
            }}
            <div class="tasks__frame" tabindex="0" role="region" aria-label="Groups of runs">
                <table class="trends__table">
                    <thead>
                        <tr>
                            <th scope="col">{by}</th>
                            <th scope="col" class="run-table__number">"Runs"</th>
                            <th scope="col">"Resolved"</th>
                            <th scope="col">"Score"</th>
                            <th scope="col" class="run-table__number">"Steps"</th>
                            <th scope="col" class="run-table__number">"Time"</th>
                            <th scope="col" class="run-table__number">"Cost"</th>
                            {move || trend.with(|trend| trend.detectors.iter().map(head).collect_view())}
                        </tr>
                    </thead>
                    <tbody>
                        {move || trend.with(|trend| rows(many, trend, limit.get()))}
                    </tbody>
                </table>
            </div>
            <Show when=move || limit.get() < groups()>
                <button class="button" on:click=move |_| limit.update(|limit| *limit += PAGE)>
                    "Show more of " {move || count(groups() as u64)} " groups"
                </button>
            </Show>
        </section>
    }
}

fn head(followed: &Followed) -> impl IntoView + use<> {
    view! {
        <th scope="col" class="trends__kind">
            <small>{followed.name.clone()}</small>
        </th>
    }
}

fn rows(many: Many, trend: &Trend, limit: usize) -> impl IntoView + use<> {
    let field = trend.field;
    let groups: Vec<Group> = trend.groups.iter().take(limit).cloned().collect();
    groups.into_iter().map(|group| row(many, field, group)).collect_view()
}

fn row(many: Many, field: Field, group: Group) -> impl IntoView {
    let Group {
        value,
        runs,
        resolved,
        score,
        median_cost_usd,
        median_seconds,
        median_steps,
        detector_rates,
        ..
    } = group;
    let label = if value.key.is_none() { "not said".to_owned() } else { value.label };
    let key = value.key;
    let can_choose = Field::FACETS.contains(&field);
    let name = if can_choose {
        let title = format!("Show only these runs: {label}");
        view! {
            <button class="link trends__name" title=title on:click=move |_| many.toggle(field, key.as_ref())>
                {label}
            </button>
        }
        .into_any()
    } else {
        let title = label.clone();
        view! {
            <span class="trends__name" title=title>
                {label}
            </span>
        }
        .into_any()
    };
    let steps = median_steps.map(|steps| format!("{steps:.0}"));
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td class="run-table__number">{count(runs.len() as u64)}</td>
            <td>
                <RateBar rate=resolved class="rate--good" />
            </td>
            <td>{score.map(|quartiles| view! { <ScoreBox quartiles /> })}</td>
            <td class="run-table__number">{steps}</td>
            <td class="run-table__number">{median_seconds.map(duration_seconds)}</td>
            <td class="run-table__number">{median_cost_usd.map(money)}</td>
            {detector_rates.into_iter().map(heat).collect_view()}
        </tr>
    }
}

/// Quarter, middle and three quarters of the scores, on a line from 0 to 100.
#[component]
fn ScoreBox(quartiles: Quartiles) -> impl IntoView {
    let Quartiles { lower, median, upper } = quartiles;
    let told = format!("median {}, from {} to {}", score(median), score(lower), score(upper));
    let title = told.clone();
    view! {
        <span class="rate score-box" title=title>
            <b>{score(median)}</b>
            <span class="rate__line" aria-hidden="true">
                <i class="score-box__box" style=("--from", format!("{lower:.1}%")) style=("--to", format!("{:.1}%", 100.0 - upper))></i>
                <i class="rate__dot" style=("--at", format!("{median:.1}%"))></i>
            </span>
            <span class="hidden">{told}</span>
        </span>
    }
}

/// How often a kind of failure is met in a group, the darker the more often.
fn heat(rate: Rate) -> impl IntoView {
    let share = rate.share.unwrap_or_default();
    let words = if rate.count == 0 { "–".to_owned() } else { format!("{:.0} %", share * 100.0) };
    let told = format!("{} of {}", rate.count, rate.of);
    view! {
        <td class="trends__heat" style=("--share", format!("{:.0}%", share * 100.0)) title=told>
            {words}
        </td>
    }
}
