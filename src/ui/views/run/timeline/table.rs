use leptos::html;
use leptos::prelude::*;

use crate::ui::state::RunState;
use crate::view_model::format::{count, step_number};
use crate::view_model::step_facts::StepFacts;

/// Rows that are drawn at most.
const ROWS: usize = 200;
const COLUMNS: [&str; 8] = ["Step", "Kind", "Agent", "Phase", "At", "Took", "Context", "Marks"];

/// The same as a table, for those who cannot see a drawing, limited to what is in sight.
#[component]
pub(super) fn TimelineTable() -> impl IntoView {
    let is_open = RwSignal::new(false);
    let details = NodeRef::<html::Details>::new();
    let toggle = move |_| {
        if let Some(details) = details.get_untracked() {
            is_open.set(details.open());
        }
    };
    view! {
        <details class="twin" node_ref=details on:toggle=toggle>
            <summary>"Show as table"</summary>
            <Show when=move || is_open.get()>
                <Rows />
            </Show>
        </details>
    }
}

#[component]
fn Rows() -> impl IntoView {
    let run = RunState::expect();
    let in_sight = move || {
        let range = run.shown_range();
        let is_in = |step: &usize| {
            let (from, to) = run.axis.with(|axis| axis.extent(*step));
            to >= range.start && from < range.end
        };
        (0..run.step_count() as usize).filter(is_in).collect::<Vec<usize>>()
    };
    let row = move |step: usize| {
        let number = u32::try_from(step).unwrap_or(u32::MAX);
        let facts = run.with_map(|map| run.flagged.with(|flagged| StepFacts::new(map, flagged, number)));
        let facts = facts.unwrap_or_default();
        let cells = [facts.agent, facts.phase.to_owned(), facts.at, facts.took, facts.context, facts.marks];
        view! {
            <tr>
                <td><button class="link" on:click=move |_| run.open_step(number)>{step_number(number)}</button></td>
                <td>{facts.kind}</td>
                {cells.into_iter().map(|cell| view! { <td>{cell}</td> }).collect_view()}
            </tr>
        }
    };
    let heads = COLUMNS.into_iter().map(|name| view! { <th>{name}</th> }).collect_view();
    view! {
        <div class="twin__scroll" tabindex="0" role="region" aria-label="Steps in sight">
            <table>
                <thead><tr>{heads}</tr></thead>
                <tbody>{move || in_sight().into_iter().take(ROWS).map(row).collect_view()}</tbody>
            </table>
            {move || {
                let more = in_sight().len().saturating_sub(ROWS);
                (more > 0).then(|| view! { <p>{count(more as u64)} " more in sight: zoom in to see them"</p> })
            }}
        </div>
    }
}
