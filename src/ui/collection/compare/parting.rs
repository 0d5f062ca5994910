//! Where the runs part, in words.

use std::sync::Arc;

use leptos::prelude::*;

use super::list::RowsState;
use crate::view_model::format::count;
use crate::view_model::many::compare::{SideBySide, quoted, shares};

#[component]
pub(super) fn Parting(runs: Arc<SideBySide>, state: RowsState) -> impl IntoView {
    let comparison = &runs.comparison;
    let text = comparison.divergence.as_ref().map_or_else(
        || "Nowhere: both did the same, if perhaps in another order.".to_owned(),
        |parting| parting.text.clone(),
    );
    let after = comparison.divergence.as_ref().map(|parting| match parting.common_after {
        0 => "After that they have nothing in common. ".to_owned(),
        1 => "After that they share one more act. ".to_owned(),
        more => format!("After that they share {} more acts. ", count(u64::from(more))),
    });
    let row = runs.parting();
    view! {
        <section class="parting" aria-labelledby="parting-title">
            <header class="parting__head">
                <h2 id="parting-title">"Where they part"</h2>
                {row
                    .map(|row| {
                        view! {
                            <button class="button button--small" on:click=move |_| state.show(row)>
                                "Go there"
                                <kbd aria-hidden="true">"d"</kbd>
                            </button>
                        }
                    })}
            </header>
            <p class="parting__text">{pieces(&text)}</p>
            <p class="parting__shares">{after} {shares(comparison)}</p>
        </section>
    }
}

/// A sentence with its names set as code.
pub(super) fn pieces(text: &str) -> impl IntoView + use<> {
    let piece = |(is_name, piece): (bool, &str)| {
        let piece = piece.to_owned();
        if is_name { view! { <code>{piece}</code> }.into_any() } else { piece.into_any() }
    };
    quoted(text).into_iter().map(piece).collect_view()
}
