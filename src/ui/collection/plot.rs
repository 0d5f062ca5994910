use leptos::prelude::*;

use crate::view_model::many::TrendPlot;

/// How scores and resolved shares move from group to group. The table says the same in numbers.
#[component]
pub(super) fn Plot(plot: TrendPlot) -> impl IntoView {
    let TrendPlot { score, band, resolved, ends } = plot;
    let [first, last] = ends;
    let told = format!("Scores and resolved shares from {first} to {last}; the table below has the numbers");
    view! {
        <figure class="plot">
            <figcaption>
                <i class="plot__key plot__key--score"></i>
                "median score, with its middle half "
                <i class="plot__key plot__key--resolved"></i>
                "share resolved"
            </figcaption>
            <div class="plot__frame">
                <span class="plot__scale" aria-hidden="true">
                    <i>"100"</i>
                    <i>"50"</i>
                    <i>"0"</i>
                </span>
                <svg class="plot__lines" viewBox="0 -2 1000 104" preserveAspectRatio="none" role="img" aria-label=told>
                    <path class="plot__grid" d="M0 0H1000M0 50H1000M0 100H1000" />
                    <path class="plot__band" d=band />
                    <path class="plot__score" d=score />
                    <path class="plot__resolved" d=resolved />
                </svg>
            </div>
            <div class="plot__ends" aria-hidden="true">
                <span>{first}</span>
                <span>{last}</span>
            </div>
        </figure>
    }
}
