use leptos::prelude::*;

use crate::engine::report::Rate;

/// A share with its interval, as a number and as a line.
#[component]
pub(super) fn RateBar(rate: Rate, class: &'static str) -> impl IntoView {
    let Rate { count: some, of, share, low, high } = rate;
    let words = share.map_or_else(|| "none".to_owned(), |share| format!("{:.0} %", share * 100.0));
    let told = format!("{some} of {of}; 95 % interval {:.0} to {:.0} %", low * 100.0, high * 100.0);
    view! {
        <span class=format!("rate {class}")>
            <b>{words}</b>
            <span class="rate__line" aria-hidden="true">
                <i class="rate__reach" style=("--from", percent(low)) style=("--to", percent(1.0 - high))></i>
                {share.map(|share| view! { <i class="rate__dot" style=("--at", percent(share))></i> })}
            </span>
            <small>{format!("{some}/{of}")}</small>
            <span class="hidden">{told}</span>
        </span>
    }
}

fn percent(part: f64) -> String {
    format!("{:.1}%", part * 100.0)
}
