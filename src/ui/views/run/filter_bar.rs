use leptos::prelude::*;

use crate::engine::detect::{Category, Severity};
use crate::ui::state::RunState;
use crate::view_model::finding_filter::{Facets, FindingFilter};
use crate::view_model::words;

/// What narrows the list of findings, each choice with what it would leave.
#[component]
pub(super) fn FilterBar() -> impl IntoView {
    let run = RunState::expect();
    let facets = Memo::new(move |_| {
        let filter = run.filter.get();
        run.report.with(|report| filter.facets(&report.findings))
    });
    let severities = facets.with_untracked(|facets| facets.severities.clone());
    let severities = severities.into_iter().map(|(severity, _)| view! { <SeverityToggle severity facets /> });
    let certain = Signal::derive(move || facets.with(|facets| facets.certain));
    let muted = Signal::derive(move || facets.with(|facets| facets.muted));
    let has_certain =
        run.report.with_untracked(|report| report.findings.iter().any(|finding| finding.certain));
    let has_muted = move || run.report.with(|report| report.findings.iter().any(|finding| finding.muted));
    view! {
        <div class="filter" role="search" aria-label="Filter the findings">
            <div class="filter__toggles">
                {severities.collect_view()} {has_certain
                    .then(|| {
                        view! {
                            <Toggle
                                label="certain"
                                count=certain
                                is_on=Signal::derive(move || run.filter.with(|filter| filter.certain))
                                toggle=move || run.filter.update(|filter| filter.certain = !filter.certain)
                            />
                        }
                    })}
                <Show when=move || has_muted() || run.filter.with(|filter| filter.muted)>
                    <Toggle
                        label="muted"
                        count=muted
                        is_on=Signal::derive(move || run.filter.with(|filter| filter.muted))
                        toggle=move || run.filter.update(|filter| filter.muted = !filter.muted)
                    />
                </Show>
            </div>
            <CategoryChoice facets />
            <DetectorChoice facets />
            <input
                class="field filter__text"
                type="search"
                aria-label="Search in the findings"
                placeholder="Search…"
                prop:value=move || run.filter.with(|filter| filter.text.clone())
                on:input=move |event| run.filter.update(|filter| filter.text = event_target_value(&event))
            />
            <Show when=move || run.filter.with(|filter| !filter.is_open())>
                <button class="link filter__clear" on:click=move |_| run.filter.set(FindingFilter::default())>
                    "Show all"
                </button>
            </Show>
        </div>
    }
}

#[component]
fn Toggle(
    label: &'static str,
    count: Signal<usize>,
    is_on: Signal<bool>,
    toggle: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <button
            class="toggle"
            class=("toggle--on", is_on)
            aria-pressed=move || is_on.get().to_string()
            on:click=move |_| toggle()
        >
            {label}
            " "
            <b>{count}</b>
        </button>
    }
}

#[component]
fn SeverityToggle(severity: Severity, facets: Memo<Facets>) -> impl IntoView {
    let run = RunState::expect();
    let count = move || {
        let of = |facets: &Facets| {
            facets.severities.iter().find(|(own, _)| *own == severity).map_or(0, |(_, count)| *count)
        };
        facets.with(of)
    };
    let is_on = move || run.filter.with(|filter| filter.severity == Some(severity));
    let toggle = move || {
        run.filter.update(|filter| {
            filter.severity = (filter.severity != Some(severity)).then_some(severity);
        });
    };
    view! {
        <Toggle
            label=words::severity(severity)
            count=Signal::derive(count)
            is_on=Signal::derive(is_on)
            toggle
        />
    }
}

#[component]
fn CategoryChoice(facets: Memo<Facets>) -> impl IntoView {
    let run = RunState::expect();
    let chosen = move || run.filter.with(|filter| filter.category.map_or("", Category::name));
    let choose = move |event| {
        let value = event_target_value(&event);
        let category = Category::ALL.into_iter().find(|category| category.name() == value);
        run.filter.update(|filter| filter.category = category);
    };
    let option = move |(category, count): (Category, usize)| {
        let name = category.name();
        view! {
            <option value=name selected=move || chosen() == name>
                {words::category(category)} " (" {count} ")"
            </option>
        }
    };
    view! {
        <select class="field" aria-label="Category" on:change=choose>
            <option value="" selected=move || chosen().is_empty()>"All categories"</option>
            {move || facets.with(|facets| facets.categories.iter().copied().map(option).collect_view())}
        </select>
    }
}

#[component]
fn DetectorChoice(facets: Memo<Facets>) -> impl IntoView {
    let run = RunState::expect();
    let is_chosen = move |id: &str| run.filter.with(|filter| filter.detector.as_deref().unwrap_or("") == id);
    let choose = move |event| {
        let value = event_target_value(&event);
        run.filter.update(|filter| filter.detector = (!value.is_empty()).then_some(value));
    };
    let option = move |(id, title, count): (String, String, usize)| {
        let value = id.clone();
        view! {
            <option value=value selected=move || is_chosen(&id)>{title} " (" {count} ")"</option>
        }
    };
    view! {
        <select class="field" aria-label="Detector" on:change=choose>
            <option value="" selected=move || is_chosen("")>"All detectors"</option>
            {move || facets.with(|facets| facets.detectors.iter().cloned().map(option).collect_view())}
        </select>
    }
}
