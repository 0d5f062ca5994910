use leptos::prelude::*;

use crate::engine::report::ReasonReport;
use crate::ui::components::{Meter, Weights};
use crate::ui::state::{RunState, Session};
use crate::view_model::format::{points, score, step_number};

/// Links that a single reason shows.
const LINKS: usize = 6;

/// The number with its reasons, and the weights it was made with.
#[component]
pub(super) fn ScoreReasons() -> impl IntoView {
    let run = RunState::expect();
    let session = Session::expect();
    let total = move || {
        let result = run.report.with(|report| report.score.clone());
        let Some(result) = result else {
            return view! { <p class="empty">"Unscored: nothing in this trace gives a score a basis."</p> }
                .into_any();
        };
        let has_parts = result.outcome.is_some() || result.process.is_some() || result.efficiency.is_some();
        let parts = has_parts.then(|| {
            view! {
                <Meter label="Outcome" value=result.outcome />
                <Meter label="Process" value=result.process />
                <Meter label="Efficiency" value=result.efficiency />
            }
        });
        let reasons = result.reasons.into_iter().map(|reason| view! { <Reason reason /> });
        view! {
            <p class="reasons__total"><b>{score(result.total)}</b> " of 100, by the profile “" {result.profile} "”"</p>
            {parts}
            <ul class="reasons__list">{reasons.collect_view()}</ul>
        }
        .into_any()
    };
    view! {
        <div class="reasons">
            <div class="reasons__now" aria-live="polite">{total}</div>
            <details class="reasons__weights">
                <summary>"Weights"</summary>
                <Weights />
            </details>
            <button
                class="link"
                title="Per step and for the run, as JSON lines to train with"
                on:click=move |_| session.save_rewards(vec![run.key])
            >
                "Export rewards"
            </button>
        </div>
    }
}

#[component]
fn Reason(reason: ReasonReport) -> impl IntoView {
    let run = RunState::expect();
    let blamed = run.report.with_untracked(|report| {
        let findings = reason.findings.iter().filter_map(|place| report.findings.get(*place as usize));
        findings.map(|finding| finding.step).collect::<Vec<u32>>()
    });
    let steps: Vec<u32> = blamed.into_iter().chain(reason.steps).take(LINKS).collect();
    let class = if reason.points < 0.0 { "reasons__points reasons__points--bad" } else { "reasons__points" };
    let link = move |step: u32| {
        view! { " " <button class="link" on:click=move |_| run.open_evidence(step)>"step " {step_number(step)}</button> }
    };
    view! {
        <li class="reasons__reason">
            <span class=class>{points(reason.points)}</span>
            <span>
                {reason.text}
                {steps.into_iter().map(link).collect_view()}
                <small>{reason.part}</small>
            </span>
        </li>
    }
}
