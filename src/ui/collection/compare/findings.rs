//! What was found in only one of the runs.

use std::sync::Arc;

use leptos::prelude::*;

use super::Comparing;
use crate::engine::report::FindingReport;
use crate::ui::collection::state::open;
use crate::ui::components::SeverityChip;
use crate::view_model::format::{counted, step_number};
use crate::view_model::many::compare::{Side, SideBySide};

#[component]
pub(super) fn Findings(runs: Arc<SideBySide>) -> impl IntoView {
    let found = &runs.comparison.findings;
    let shared = (found.same.len() + found.similar.len()) as u64;
    let alone = |side: Side, places: &[u32]| {
        let report = runs.report(side);
        let found = places.iter().filter_map(|place| report.findings.get(*place as usize));
        let found: Vec<_> = found.map(|finding| finding_line(side, finding)).collect();
        view! {
            <section class="beside" aria-labelledby=format!("compare-found-{}", side.name())>
                <h2 id=format!("compare-found-{}", side.name())>"Found only in " {side.name()}</h2>
                {if found.is_empty() {
                    view! { <p class="beside__empty">"Nothing."</p> }.into_any()
                } else {
                    view! { <ul class="beside__findings">{found}</ul> }.into_any()
                }}
            </section>
        }
    };
    view! {
        {alone(Side::A, &found.only_a)}
        {alone(Side::B, &found.only_b)}
        {(shared > 0)
            .then(|| {
                view! {
                    <p class="beside__shared">
                        {counted(shared, "finding is", "findings are")}
                        " of both runs."
                    </p>
                }
            })}
    }
}

fn finding_line(side: Side, finding: &FindingReport) -> impl IntoView + use<> {
    let comparing = Comparing::expect();
    let step = finding.step;
    let go = move |_| {
        if let Some(run) = untrack(|| comparing.chosen(side)) {
            open(run, Some(step));
        }
    };
    view! {
        <li>
            <button class="beside__finding" on:click=go>
                <span class="beside__where">
                    <b>"Step " {step_number(step)}</b>
                    <SeverityChip severity=finding.severity />
                    <span>{finding.title.clone()}</span>
                </span>
                <span class="beside__message">{finding.message.clone()}</span>
            </button>
        </li>
    }
}
