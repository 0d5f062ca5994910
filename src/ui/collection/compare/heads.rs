//! The two runs: what each is and how it ended.

use std::sync::Arc;

use leptos::prelude::*;

use super::Comparing;
use super::choose::Chooser;
use crate::engine::report::{NumberDifference, RunReport};
use crate::ui::collection::state::open;
use crate::ui::components::OutcomeChip;
use crate::view_model::collection::name;
use crate::view_model::format::{points, score};
use crate::view_model::many::compare::{Side, note, numbers};

#[component]
pub(super) fn Heads() -> impl IntoView {
    let comparing = Comparing::expect();
    let is_pair = move || comparing.many.pair.with(Option::is_some);
    view! {
        <div class="compare__heads">
            <Head side=Side::A />
            <button
                class="icon-button compare__swap"
                aria-label="Swap A and B"
                title="Swap A and B"
                disabled=move || !is_pair()
                on:click=move |_| comparing.swap()
            >
                "⇄"
            </button>
            <Head side=Side::B />
        </div>
    }
}

#[component]
fn Head(side: Side) -> impl IntoView {
    let comparing = Comparing::expect();
    let about = move || {
        let Some(report) = comparing.report(side) else {
            let what = match comparing.chosen(side) {
                Some(_) => "This run is not open.",
                None => "No run chosen yet.",
            };
            return view! { <p class="head__none">{what}</p> }.into_any();
        };
        let key = comparing.chosen(side);
        // B is told by how it differs from A.
        let other = (side == Side::B).then(|| comparing.report(Side::A)).flatten();
        let title = name(&report);
        view! {
            <h2 class="head__name">
                <button
                    title="Open this run"
                    on:click=move |_| {
                        if let Some(key) = key {
                            open(key, None);
                        }
                    }
                >
                    {title}
                </button>
            </h2>
            <p class="head__note">{note(&report)}</p>
            <p class="head__verdict" title=report.verdict.headline.clone()>{report.verdict.headline.clone()}</p>
            <Facts report other />
        }
        .into_any()
    };
    let label = format!("Run {}", side.name());
    view! {
        <section class=format!("head head--{}", side.name().to_lowercase()) aria-label=label>
            <span class="head__side" aria-hidden="true">{side.name()}</span>
            <div class="head__about">{about}</div>
            <Chooser side />
        </section>
    }
}

/// Outcome, score, steps, time and cost; of the second run with what it has more or less.
#[component]
fn Facts(report: Arc<RunReport>, #[prop(optional_no_strip)] other: Option<Arc<RunReport>>) -> impl IntoView {
    let total = |report: &RunReport| Some(report.score.as_ref()?.total);
    let its_score =
        total(&report).map_or_else(|| "unscored".to_owned(), |known| format!("score {}", score(known)));
    let than = other.as_deref().and_then(total).zip(total(&report)).map(|(a, b)| b.round() - a.round());
    let than = than.filter(|points| *points != 0.0).map(points);
    let number = |name: &str, of: fn(&RunReport) -> Option<f64>| {
        let own = of(&report)?;
        let number =
            NumberDifference { name: name.to_owned(), a: other.as_deref().and_then(of), b: Some(own) };
        let told = numbers(&number);
        let unit = if name == "steps" { " steps" } else { "" };
        Some((format!("{}{unit}", told.b), told.difference))
    };
    let all = [
        Some((its_score, than)),
        number("steps", |report| Some(f64::from(report.steps))),
        number("seconds", |report| report.totals.seconds),
        number("cost (USD)", |report| report.totals.cost_usd),
    ];
    let fact = |(value, difference): (String, Option<String>)| {
        let difference = difference.map(|by| {
            view! {
                <small title="Compared with A">
                    {by}
                    <span class="hidden">" against A"</span>
                </small>
            }
        });
        view! { <li>{value} " " {difference}</li> }
    };
    view! {
        <ul class="head__facts">
            <li>
                <OutcomeChip value=report.outcome.value />
            </li>
            {all.into_iter().flatten().map(fact).collect_view()}
        </ul>
    }
}
