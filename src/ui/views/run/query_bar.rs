use leptos::prelude::*;

use crate::engine::query::{Field, STEP_FIELDS};
use crate::ui::components::{Glyph, Icon, QueryBox, QueryField};
use crate::ui::state::RunState;
use crate::view_model::format::count;
use crate::view_model::query::Known;

/// What the named queries for steps are kept under.
const SHELF: &str = "queries";

/// Looks for steps: how many there are, and the way from one to the next.
#[component]
pub(super) fn QueryBar() -> impl IntoView {
    let run = RunState::expect();
    let query = run.query;
    let field = QueryBox {
        text: query.text,
        error: Signal::derive(move || query.parsed.with(|parsed| parsed.as_ref().err().cloned())),
        fields: STEP_FIELDS,
        known: Signal::derive(move || known(run)),
        go: Callback::new(move |back| run.go_to_hit(back)),
        shelf: SHELF,
        label: "Find steps",
        example: "op:run exit:!=0 \"ImportError\"",
    };
    let story = move || {
        let looked_at = query.looked_at.get()?;
        let hits = count(query.hits.with(Vec::len) as u64);
        let all = count(u64::from(run.step_count()));
        Some(if looked_at < run.step_count() {
            format!("{hits} in the first {} of {all} steps…", count(u64::from(looked_at)))
        } else {
            format!("{hits} of {all} steps")
        })
    };
    let none = move || query.hits.with(Vec::is_empty);
    view! {
        <div class="query-bar" role="search" aria-label="Find steps">
            <QueryField field />
            {move || query.failure.get().map(|message| view! { <p class="query__error" role="alert">{message}</p> })}
            <Show when=move || query.is_on() && field.error.with(Option::is_none)>
                <p class="query-bar__hits">
                    <span role="status">{story}</span>
                    <button
                        class="icon-button"
                        aria-label="Previous hit"
                        title="Previous hit (Shift-Enter in the field)"
                        disabled=none
                        on:click=move |_| run.go_to_hit(true)
                    >
                        <Icon glyph=Glyph::Fold />
                    </button>
                    <button
                        class="icon-button"
                        aria-label="Next hit"
                        title="Next hit (Enter in the field)"
                        disabled=none
                        on:click=move |_| run.go_to_hit(false)
                    >
                        <Icon glyph=Glyph::Unfold />
                    </button>
                    <button
                        class="toggle"
                        class=("toggle--on", query.only)
                        aria-pressed=move || query.only.get().to_string()
                        on:click=move |_| query.only.update(|only| *only = !*only)
                    >
                        "Only hits"
                    </button>
                </p>
            </Show>
        </div>
    }
}

/// Names that occur in this run.
fn known(run: RunState) -> Known {
    let mut detectors: Vec<String> =
        run.report.with(|report| report.findings.iter().map(|finding| finding.detector.clone()).collect());
    detectors.sort_unstable();
    detectors.dedup();
    detectors.insert(0, "any".to_owned());
    let agents = run.with_map(|map| map.participants.clone()).unwrap_or_default();
    vec![(Field::Finding, detectors), (Field::Agent, agents), (Field::Tool, run.rows.tools())]
}
