use leptos::prelude::*;

use crate::ui::state::RunState;
use crate::view_model::evidence::link_steps;

/// A sentence of the engine in which mentions of steps lead there.
#[component]
pub fn StepText(text: String) -> impl IntoView {
    let run = RunState::expect();
    let pieces = link_steps(&text, run.step_count()).into_iter();
    pieces
        .map(|piece| {
            let text = piece.text.to_owned();
            match piece.step {
                Some(step) => {
                    view! { <button class="link" on:click=move |_| run.open_step(step)>{text}</button> }
                        .into_any()
                }
                None => text.into_any(),
            }
        })
        .collect_view()
}
