use leptos::prelude::*;

use super::MarkedText;
use crate::ui::state::RunState;
use crate::view_model::evidence::ShownQuote;
use crate::view_model::format::step_number;
use crate::view_model::quote::Highlight;
use crate::view_model::words;

/// Quotes side by side, each with the way to where it stands.
#[component]
pub fn QuoteCards(quotes: Vec<ShownQuote>) -> impl IntoView {
    let cards = quotes.into_iter().map(|quote| view! { <QuoteCard quote /> }).collect_view();
    view! { <div class="quotes">{cards}</div> }
}

#[component]
fn QuoteCard(quote: ShownQuote) -> impl IntoView {
    let run = RunState::expect();
    let ShownQuote { heading, evidence } = quote;
    let step = evidence.step;
    let mark = Highlight { range: 0..evidence.quote.len(), finding: 0 };
    let place = format!("step {}", step_number(step));
    view! {
        <figure class="quote">
            <figcaption class="quote__head">
                <span>
                    {heading.map(|heading| view! { <b>{heading}</b> " · " })}
                    {heading.is_none().then(|| view! { {words::part(evidence.part)} " · " })} {place.clone()}
                </span>
                <button class="link" aria-label=format!("Show there: {place}") on:click=move |_| run.open_evidence(step)>
                    "Show there"
                </button>
            </figcaption>
            <MarkedText text=evidence.quote marks=vec![mark] />
        </figure>
    }
}
