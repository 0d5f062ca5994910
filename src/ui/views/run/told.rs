//! A run that a report tells of: its steps are in another file.

use leptos::prelude::*;

use super::finding::FindingCard;
use crate::ui::state::RunState;
use crate::view_model::format::step_number;

/// In place of the selected step: what was reported of it, and how to see it.
#[component]
pub(super) fn ToldStep() -> impl IntoView {
    let run = RunState::expect();
    let findings = move || {
        let step = run.selected.get();
        let places = run.report.with(|report| {
            let here = (0u32..).zip(&report.findings).filter(|(_, finding)| finding.step == step);
            here.map(|(place, _)| place).collect::<Vec<_>>()
        });
        if places.is_empty() {
            return view! { <p class="empty">"Nothing was reported of this step."</p> }.into_any();
        }
        places.into_iter().map(|place| view! { <FindingCard place /> }).collect_view().into_any()
    };
    view! {
        <section class="detail" aria-label="Selected step" tabindex="0">
            <article class="detail__body">
                <p class="told" role="note">
                    "Only the report of this run was opened: its steps are not in that file. Drop the trace itself, "
                    <code>{run.report().file.clone()}</code>
                    ", to replay it. Score and verdict stay as they were reported."
                </p>
                <header class="detail__head">
                    <h2>"Step " <span class="detail__number">{move || step_number(run.selected.get())}</span></h2>
                </header>
                {findings}
            </article>
        </section>
    }
}
