use leptos::html;
use leptos::prelude::*;

use crate::engine::report::Mark;
use crate::ui::state::RunState;
use crate::view_model::format::{count, duration_ms, step_number};
use crate::view_model::words;

/// Rows that are drawn at most.
const ROWS: usize = 200;

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
        let (shade, agent, span, mark) = run
            .with_map(|map| {
                let agent =
                    map.agents.get(step).and_then(|agent| map.participants.get(usize::from(*agent))).cloned();
                let marks = map.marks.iter().filter(|(at, _)| *at == number).map(|(_, mark)| *mark);
                (
                    map.shades.get(step).copied(),
                    agent,
                    map.spans.get(step).copied().flatten(),
                    marks.collect::<Vec<Mark>>(),
                )
            })
            .unwrap_or_default();
        let mut marks: Vec<&str> = mark.into_iter().map(words::mark).collect();
        marks.extend(
            run.flagged.with(|flagged| flagged.iter().any(|(at, _)| *at == number)).then_some("finding"),
        );
        view! {
            <tr>
                <td><button class="link" on:click=move |_| run.open_step(number)>{step_number(number)}</button></td>
                <td>{shade.map(words::shade)}</td>
                <td>{agent}</td>
                <td>{span.map(|span| duration_ms(span.start_ms))}</td>
                <td>{marks.join(", ")}</td>
            </tr>
        }
    };
    view! {
        <div class="twin__scroll" tabindex="0" role="region" aria-label="Steps in sight">
            <table>
                <thead><tr><th>"Step"</th><th>"Kind"</th><th>"Agent"</th><th>"At"</th><th>"Marks"</th></tr></thead>
                <tbody>{move || in_sight().into_iter().take(ROWS).map(row).collect_view()}</tbody>
            </table>
            {move || {
                let more = in_sight().len().saturating_sub(ROWS);
                (more > 0).then(|| view! { <p>{count(more as u64)} " more in sight: zoom in to see them"</p> })
            }}
        </div>
    }
}
