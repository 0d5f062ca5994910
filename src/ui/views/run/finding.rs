use leptos::prelude::*;

use super::filter_bar::FilterBar;
use super::notes::Judge;
use crate::engine::detect::Severity;
use crate::engine::report::FindingReport;
use crate::ui::components::{QuoteCards, SeverityChip};
use crate::ui::state::{RunState, Session};
use crate::view_model::evidence;
use crate::view_model::format::step_number;

/// Findings that are drawn at first and added by each "show more": a long run may have thousands.
const PAGE: usize = 60;

/// The findings of the run, narrowed to what a person wants to see.
#[component]
pub(super) fn Findings() -> impl IntoView {
    let run = RunState::expect();
    let count = run.report.with_untracked(|report| report.findings.len());
    if count == 0 {
        return view! {
            <p class="empty">
                "No detector found its pattern. That is no proof of success: it says that nothing in this trace \
                shows a failure that could be proved."
            </p>
        }
        .into_any();
    }
    let places = Memo::new(move |_| {
        let filter = run.filter.get();
        run.report.with(|report| filter.places(&report.findings))
    });
    let shown = RwSignal::new(PAGE);
    let in_sight =
        move || places.with(|places| places.iter().copied().take(shown.get()).collect::<Vec<u32>>());
    view! {
        {(count > 1).then(|| view! { <FilterBar /> })}
        <For each=in_sight key=|place| *place let:place>
            <FindingCard place />
        </For>
        <Show when=move || places.with(Vec::is_empty)>
            <p class="empty" role="status">"No finding of this run is like that."</p>
        </Show>
        <Show when=move || places.with(|places| shown.get() < places.len())>
            <button class="button" on:click=move |_| shown.update(|shown| *shown += PAGE)>
                "Show more findings"
            </button>
        </Show>
    }
    .into_any()
}

/// One finding with its proof; `is_here` when it stands at its own step. Folded to a line once it is muted.
#[component]
pub(super) fn FindingCard(place: u32, #[prop(optional)] is_here: bool) -> impl IntoView {
    let run = RunState::expect();
    let Some(finding) = run.report.with_untracked(|report| report.findings.get(place as usize).cloned())
    else {
        return ().into_any();
    };
    let is_muted = Memo::new(move |_| {
        run.report.with(|report| report.findings.get(place as usize).is_some_and(|finding| finding.muted))
    });
    let finding = StoredValue::new(finding);
    (move || {
        let finding = finding.get_value();
        if is_muted.get() {
            view! { <MutedLine place finding is_here /> }.into_any()
        } else {
            view! { <Card place finding is_here /> }.into_any()
        }
    })
    .into_any()
}

#[component]
fn MutedLine(place: u32, finding: FindingReport, is_here: bool) -> impl IntoView {
    let (run, session) = (RunState::expect(), Session::expect());
    let step = finding.step;
    view! {
        <article class="finding finding--muted">
            <header class="finding__head">
                <span class="finding__title">{finding.title}</span>
                <span class="chip chip--plain">"muted"</span>
                <button class="link" on:click=move |_| session.mute(run.key, place, false)>"Undo"</button>
                {(!is_here).then(|| view! { <StepLink step /> })}
            </header>
        </article>
    }
}

#[component]
fn StepLink(step: u32) -> impl IntoView {
    let run = RunState::expect();
    view! {
        <button class="link finding__step" on:click=move |_| run.open_evidence(step)>
            "step "
            {step_number(step)}
        </button>
    }
}

#[component]
fn Card(place: u32, finding: FindingReport, is_here: bool) -> impl IntoView {
    let (run, session) = (RunState::expect(), Session::expect());
    let step = finding.step;
    let class = match finding.severity {
        Severity::Error => "finding finding--error",
        Severity::Warning => "finding finding--warning",
        Severity::Note => "finding",
    };
    let others: Vec<u32> = finding.steps.iter().copied().filter(|other| *other != step).take(8).collect();
    let link = move |step: u32| {
        view! { <button class="link" on:click=move |_| run.open_step(step)>{step_number(step)}</button> " " }
    };
    // At its own step the text itself is there with its marks: only the other side is wanted.
    let quotes =
        (!is_here || evidence::contradiction(&finding).is_some()).then(|| evidence::quotes(&finding));
    view! {
        <article class=class>
            <header class="finding__head">
                <b>{finding.title}</b>
                <SeverityChip severity=finding.severity />
                {finding
                    .certain
                    .then(|| {
                        view! { <span class="chip chip--plain" title="Does not occur in runs that solved their task">"certain"</span> }
                    })}
                {(!is_here).then(|| view! { <StepLink step /> })}
            </header>
            <p>{finding.message}</p>
            {quotes.map(|quotes| view! { <QuoteCards quotes /> })}
            {(!others.is_empty())
                .then(|| view! { <p class="finding__steps">"Also at " {others.into_iter().map(link).collect_view()}</p> })}
            <footer class="finding__foot">
                <Why detector=finding.detector />
                <Judge place />
                <button class="link finding__mute" on:click=move |_| session.mute(run.key, place, true)>
                    "Not a problem here"
                </button>
            </footer>
        </article>
    }
}

/// The words of the detector.
#[component]
fn Why(detector: String) -> impl IntoView {
    let session = Session::expect();
    let id = StoredValue::new(detector);
    move || {
        let text = session.catalog.get()?.detector(&id.get_value()).cloned()?;
        Some(view! {
            <details class="finding__why">
                <summary>"Why flagged"</summary>
                <p>{text.what}</p>
                <p>{text.why}</p>
                <p>{text.limits}</p>
                <button class="link" on:click=move |_| session.rules_shown.set(Some(id.get_value()))>
                    "More about this detector"
                </button>
            </details>
        })
    }
}
