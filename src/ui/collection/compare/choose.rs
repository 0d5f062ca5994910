//! The way to the two runs: a list for each side, and pairs that are worth a look.

use leptos::html;
use leptos::prelude::*;

use super::Comparing;
use crate::engine::report::RunReport;
use crate::engine::trace::OutcomeValue;
use crate::protocol::RunKey;
use crate::ui::browser::media;
use crate::ui::state::OpenedRun;
use crate::view_model::format::counted;
use crate::view_model::many::compare::{Candidate, Side, Suggestion, candidates, suggestions};
use crate::view_model::words;

/// So many runs are listed; the others are found by typing.
const LISTED: usize = 40;
/// So many pairs are offered.
const PAIRS: usize = 6;

/// Chooses the run of a side among those that are shown.
#[component]
pub(super) fn Chooser(side: Side) -> impl IntoView {
    let comparing = Comparing::expect();
    let is_open = RwSignal::new(false);
    let text = RwSignal::new(String::new());
    let details = NodeRef::<html::Details>::new();
    let close = move || {
        if let Some(details) = details.get_untracked() {
            details.set_open(false);
            media::focus(&summary_id(side));
        }
    };
    let found = move || {
        let beside = comparing.report(side.other());
        let chosen = [Side::A, Side::B].map(|side| comparing.chosen(side));
        with_shown(comparing, |runs| {
            let reports: Vec<&RunReport> = runs.iter().map(|run| &*run.report).collect();
            let all = text.with(|text| candidates(&reports, beside.as_deref(), text));
            let keyed = all.into_iter().filter_map(|one| Some((runs.get(one.place as usize)?.key, one)));
            keyed.filter(|(key, _)| !chosen.contains(&Some(*key))).collect::<Vec<_>>()
        })
    };
    let list = move || {
        let mut found = found();
        let more = found.len().saturating_sub(LISTED);
        found.truncate(LISTED);
        let none = found.is_empty();
        let (same, other): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, one)| one.same_task);
        let group = move |title: &'static str, runs: Vec<(RunKey, Candidate)>| {
            let pick = move |(key, run): (RunKey, Candidate)| {
                view! { <Choice run on_choose=Callback::new(move |()| { close(); comparing.choose(side, key); }) /> }
            };
            (!runs.is_empty()).then(|| {
                view! {
                    <li>
                        <b class="choose__title">{title}</b>
                        <ul>{runs.into_iter().map(pick).collect_view()}</ul>
                    </li>
                }
            })
        };
        let others = if same.is_empty() { "Runs" } else { "Runs of other tasks" };
        view! {
            <ul class="choose__list">{group("Other runs of this task", same)} {group(others, other)}</ul>
            {none.then(|| view! { <p class="choose__more">"No other run that is shown has all these words."</p> })}
            {(more > 0)
                .then(|| {
                    let more = counted(more as u64, "more run", "more runs");
                    view! { <p class="choose__more">{more} ": type to find them."</p> }
                })}
        }
    };
    let title = move || if comparing.chosen(side).is_some() { "Choose another run" } else { "Choose a run" };
    view! {
        <details
            class="choose"
            // Opening one closes the other.
            name="choose"
            node_ref=details
            on:toggle=move |_| is_open.set(details.get_untracked().is_some_and(|details| details.open()))
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    close();
                }
            }
        >
            <summary class="button button--small" id=summary_id(side)>{title} <span class="hidden">" for " {side.name()}</span></summary>
            <Show when=move || is_open.get()>
                <div class="choose__away" aria-hidden="true" on:click=move |_| close()></div>
                <div class="choose__pane">
                    <input
                        class="field"
                        type="search"
                        aria-label=format!("Find a run for {}", side.name())
                        placeholder="Task, agent, model, file"
                        autocomplete="off"
                        prop:value=move || text.get()
                        on:input=move |event| text.set(event_target_value(&event))
                    />
                    {list}
                </div>
            </Show>
        </details>
    }
}

fn summary_id(side: Side) -> String {
    format!("choose-{}", side.name())
}

#[component]
fn Choice(run: Candidate, on_choose: Callback<()>) -> impl IntoView {
    let (sign, class) = match run.outcome {
        OutcomeValue::Resolved => ("✓", "run-table__good"),
        OutcomeValue::Failed => ("✕", "run-table__bad"),
        OutcomeValue::Unknown => ("·", "run-table__faint"),
    };
    view! {
        <li>
            <button class="choose__run" on:click=move |_| on_choose.run(())>
                <span class=class aria-hidden="true">{sign}</span>
                <span>
                    <code>{run.name}</code>
                    <small>{run.note} <span class="hidden">", " {words::outcome(run.outcome)}</span></small>
                </span>
            </button>
        </li>
    }
}

/// What to do while nothing is chosen.
#[component]
pub(super) fn ChoosePair() -> impl IntoView {
    let comparing = Comparing::expect();
    let pairs = move || {
        with_shown(comparing, |runs| {
            let reports: Vec<&RunReport> = runs.iter().map(|run| &*run.report).collect();
            let key = |place: u32| runs.get(place as usize).map(|run| run.key);
            let keyed = suggestions(&reports, PAIRS).into_iter();
            keyed.filter_map(|pair| Some((key(pair.failed)?, key(pair.resolved)?, pair))).collect::<Vec<_>>()
        })
    };
    let offer = move |(failed, resolved, pair): (RunKey, RunKey, Suggestion)| {
        let [of_failed, of_resolved] = pair.notes;
        view! {
            <li>
                <button class="choose__run" on:click=move |_| comparing.many.compare(failed, resolved)>
                    <span aria-hidden="true">"⇄"</span>
                    <span>
                        <code><span class="hidden">"Task "</span> {pair.task}</code>
                        <small><span class="run-table__bad">"✕ failed"</span> " " {of_failed}</small>
                        <small><span class="run-table__good">"✓ resolved"</span> " " {of_resolved}</small>
                    </span>
                </button>
            </li>
        }
    };
    let offers = move || {
        let pairs = pairs();
        (!pairs.is_empty()).then(|| {
            view! {
                <section class="compare__pairs" aria-labelledby="compare-pairs">
                    <h2 id="compare-pairs">"Tasks that one run failed and another solved"</h2>
                    <ul>{pairs.into_iter().map(offer).collect_view()}</ul>
                </section>
            }
        })
    };
    view! {
        <div class="compare__start">
            <p>
                "Choose a run for A and one for B above, or pick two runs in the table and press Compare. They may be of "
                "different agents and formats; two runs of the same task tell most."
            </p>
            {offers}
        </div>
    }
}

/// The runs that fit all that was chosen.
fn with_shown<R>(comparing: Comparing, look: impl FnOnce(&[OpenedRun]) -> R) -> R {
    let many = comparing.many;
    let places = many.facets.with(|facets| facets.runs.clone());
    look(&places.into_iter().filter_map(|place| many.run_at(place)).collect::<Vec<_>>())
}
