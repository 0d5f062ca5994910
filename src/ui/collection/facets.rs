//! What runs can be chosen by, each value with how many runs would be left.

use leptos::prelude::*;

use super::state::Many;
use crate::engine::report::{Facet, FacetValue, Field};
use crate::ui::browser::media;
use crate::view_model::format::{count, counted};
use crate::view_model::many::field_name;

/// Values of a facet that are shown at first.
const FEW: usize = 6;

#[component]
pub(super) fn FacetColumn() -> impl IntoView {
    let many = Many::expect();
    let chosen =
        move || many.choices.with(|choices| choices.iter().map(|choice| choice.any_of.len()).sum::<usize>());
    let facet = move |field: Field| {
        let facet = Memo::new(move |_| {
            many.facets.with(|facets| facets.facets.iter().find(|facet| facet.field == field).cloned())
        });
        view! { <FacetList field facet /> }
    };
    view! {
        <details class="facets" open=!media::is_narrow()>
            <summary>
                "Choose runs"
                {move || (chosen() > 0).then(|| format!(" · {}", counted(chosen() as u64, "choice", "choices")))}
            </summary>
            <ClusterChoice />
            {Field::FACETS.into_iter().map(facet).collect_view()}
        </details>
    }
}

/// The cluster that was chosen, to be taken back.
#[component]
fn ClusterChoice() -> impl IntoView {
    let many = Many::expect();
    let name = move || {
        let id = many.cluster.get()?;
        many.subset.with(|subset| {
            subset.clusters.iter().find(|cluster| cluster.id == id).map(|cluster| cluster.name.clone())
        })
    };
    view! {
        <Show when=move || many.cluster.with(Option::is_some)>
            <fieldset class="facet">
                <legend>"Cluster"</legend>
                <button class="facet__chosen" on:click=move |_| many.cluster.set(None) title="Show runs outside this cluster as well">
                    <span>{name}</span>
                    <b aria-hidden="true">"×"</b>
                </button>
            </fieldset>
        </Show>
    }
}

#[component]
fn FacetList(field: Field, facet: Memo<Option<Facet>>) -> impl IntoView {
    let many = Many::expect();
    let all = RwSignal::new(false);
    let values =
        move || facet.with(|facet| facet.as_ref().map(|facet| facet.values.clone()).unwrap_or_default());
    // A field in which all runs are alike is nothing to choose by.
    let is_telling = move || {
        facet.with(|facet| {
            facet
                .as_ref()
                .is_some_and(|facet| facet.values.len() > 1 || facet.values.iter().any(|value| value.chosen))
        })
    };
    let shown = move || {
        let mut values = values();
        if !all.get() {
            let mut place = 0;
            values.retain(|value| {
                place += 1;
                place <= FEW || value.chosen
            });
        }
        let most = values.iter().map(|value| value.runs).max().unwrap_or(1).max(1);
        values.into_iter().map(|value| (value, most)).collect::<Vec<_>>()
    };
    let more = move || values().len().saturating_sub(FEW);
    let line = move |(value, most): (FacetValue, u32)| {
        let FacetValue { value, runs, chosen } = value;
        let label = if value.key.is_none() { "not said".to_owned() } else { value.label };
        let title = label.clone();
        let key = value.key;
        let share = format!("{:.0}%", f64::from(runs) / f64::from(most) * 100.0);
        view! {
            <label class="facet__value" class:facet__value--none=runs == 0>
                <input type="checkbox" prop:checked=chosen on:change=move |_| many.toggle(field, key.as_ref()) />
                <span class="facet__label" title=title>{label}</span>
                <span class="facet__count">{count(u64::from(runs))}</span>
                <i class="facet__bar" style=("--share", share) aria-hidden="true"></i>
            </label>
        }
    };
    view! {
        <Show when=is_telling>
            <fieldset class="facet">
                <legend>{field_name(field).1}</legend>
                {move || shown().into_iter().map(line).collect_view()}
                <Show when=move || more() != 0>
                    <button class="link facet__more" on:click=move |_| all.update(|all| *all = !*all)>
                        {move || if all.get() { "Fewer".to_owned() } else { format!("{} more", more()) }}
                    </button>
                </Show>
            </fieldset>
        </Show>
    }
}
