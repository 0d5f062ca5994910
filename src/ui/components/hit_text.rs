use leptos::prelude::*;

use crate::ui::state::RunState;
use crate::view_model::query::label_pieces;

/// A short text in which what the query looks for is highlighted.
#[component]
pub fn HitText(text: String) -> impl IntoView {
    let run = RunState::expect();
    move || {
        let needles = run.query.needles.get();
        if needles.is_empty() {
            return text.clone().into_any();
        }
        let pieces = label_pieces(&text, &needles).into_iter().map(|piece| {
            let text = piece.text.to_owned();
            match piece.mark {
                Some(_) => view! { <mark class="mark--hit">{text}</mark> }.into_any(),
                None => text.into_any(),
            }
        });
        pieces.collect_view().into_any()
    }
}
