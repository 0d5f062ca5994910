use leptos::prelude::*;

use crate::ui::components::{Glyph, Icon};
use crate::ui::state::RunState;
use crate::view_model::format::{count, step_number};

/// Moves through the run.
#[component]
pub(super) fn Player() -> impl IntoView {
    let run = RunState::expect();
    let steps = run.step_count();
    let last = steps.saturating_sub(1);
    let has_findings = run.report.with_untracked(|report| !report.findings.is_empty());
    let scrub = move |event| {
        if let Ok(step) = event_target_value(&event).parse::<u32>() {
            run.step_to(step);
        }
    };
    let share = move || {
        let share = f64::from(run.selected.get()) / f64::from(last.max(1));
        format!("{:.2}%", share * 100.0)
    };
    view! {
        <footer class="player">
            <button class="icon-button" aria-label="First step" title="First step" on:click=move |_| run.step_to(0)>
                <Icon glyph=Glyph::First />
            </button>
            <button class="icon-button" aria-label="Previous step" title="Previous step (h)" on:click=move |_| run.step_by(-1)>
                <Icon glyph=Glyph::Previous />
            </button>
            <button class="icon-button" aria-label="Next step" title="Next step (l)" on:click=move |_| run.step_by(1)>
                <Icon glyph=Glyph::Next />
            </button>
            <input
                class="player__scrub"
                type="range"
                min="0"
                max=last.to_string()
                aria-label="Step"
                aria-valuetext=move || format!("step {} of {}", step_number(run.selected.get()), steps)
                style=("--share", share)
                prop:value=move || run.selected.get().to_string()
                on:input=scrub
            />
            <span class="player__place">
                {move || count(u64::from(step_number(run.selected.get())))}
                " / "
                {count(u64::from(steps))}
            </span>
            <button class="button button--small" disabled=!has_findings on:click=move |_| run.next_finding()>
                "Next finding"
            </button>
            <span class="player__keys" aria-hidden="true">
                <span><kbd>"h"</kbd> <kbd>"l"</kbd> " step"</span>
                <span><kbd>"n"</kbd> " finding"</span>
                <span><kbd>"t"</kbd> " failed check"</span>
                <span><kbd>"v"</kbd> " verdict"</span>
                <span><kbd>"?"</kbd> " keys"</span>
            </span>
        </footer>
    }
}
