use leptos::prelude::*;

use crate::ui::components::StepText;
use crate::ui::state::RunState;
use crate::view_model::format::{counted, step_number};
use crate::view_model::kinship;

/// The sub-agents that a step started, who started its own, and what was lost where the context was cut.
#[component]
pub(super) fn Kinship(step: u32) -> impl IntoView {
    let run = RunState::expect();
    move || {
        let kin = run.with_map(|map| kinship::Kinship::new(map, step)).filter(|kin| !kin.is_empty())?;
        let children = kin.children.into_iter().map(|child| {
            let label = counted(child.steps, "step", "steps");
            link(
                run,
                format!("Started {}: {label}", child.agent),
                child.first,
                "Go to its first step",
                child.agent,
            )
        });
        let started_by = kin.started_by.map(|(parent, agent)| {
            let text = format!("A step of {agent}, which step {} started", step_number(parent));
            link(run, text, parent, "Go to the step that started it", agent)
        });
        let lost = kin.lost.into_iter().map(|text| view! { <p><span><StepText text /></span></p> });
        Some(view! {
            <div class="kinship" role="note" aria-label="How this step hangs together with others">
                {children.collect_view()}
                {started_by}
                {lost.collect_view()}
            </div>
        })
    }
}

fn link(run: RunState, text: String, step: u32, label: &'static str, agent: String) -> AnyView {
    let only = move |_| {
        run.query.text.set(kinship::only_of(&agent));
        run.query.only.set(true);
    };
    view! {
        <p>
            <span>{text}</span>
            <button class="link" on:click=move |_| run.open_step(step)>{label}</button>
            <button class="link" on:click=only>"Only its steps"</button>
        </p>
    }
    .into_any()
}
