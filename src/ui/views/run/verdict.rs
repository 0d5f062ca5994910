use std::sync::Arc;

use leptos::prelude::*;

use crate::engine::report::RunReport;
use crate::ui::components::{Glyph, Icon, Meter, OutcomeChip, QuoteCards, Ring, StepText};
use crate::ui::state::{RunState, Session};
use crate::view_model::format::{counted, duration_seconds, money, short_count, step_number};
use crate::view_model::story::{self, Link, Suspect};
use crate::view_model::{evidence, words};

/// What went wrong, where first, and the proof.
#[component]
pub(super) fn Verdict() -> impl IntoView {
    let run = RunState::expect();
    let report = run.report();
    let outcome = report.outcome.clone();
    let fold_label = move || if run.folded.get() { "Unfold the verdict (v)" } else { "Fold the verdict (v)" };
    let fold_glyph = move || if run.folded.get() { Glyph::Unfold } else { Glyph::Fold };
    view! {
        <section class="verdict" aria-label="Verdict">
            <div class="verdict__main">
                <div class="verdict__chips">
                    <OutcomeChip value=outcome.value />
                    {(!outcome.source.is_empty())
                        .then(|| view! { <span class="chip chip--plain verdict__source">"from " {outcome.source}</span> })}
                    <FormatChip />
                    <button
                        class="icon-button verdict__fold"
                        aria-label=fold_label
                        title=fold_label
                        aria-expanded=move || (!run.folded.get()).to_string()
                        on:click=move |_| run.folded.update(|folded| *folded = !*folded)
                    >
                        {move || view! { <Icon glyph=fold_glyph() /> }}
                    </button>
                </div>
                {move || view! { <Told report=run.report.get() /> }}
            </div>
            {move || view! { <Score report=run.report.get() /> }}
        </section>
    }
}

/// The format the run was read from, and the way to what was not read of it.
#[component]
fn FormatChip() -> impl IntoView {
    let session = Session::expect();
    let run = RunState::expect();
    let report = run.report();
    let warnings: u64 = report.warnings.iter().map(|warning| warning.count).sum();
    let format = report.format.clone();
    let title = move || {
        let catalog = session.catalog.get();
        let known = catalog.iter().flat_map(|catalog| &catalog.formats).find(|known| known.id == format);
        known.map_or_else(|| format.clone(), |known| known.title.clone())
    };
    if run.is_told {
        return view! { <span class="chip chip--plain">{title} " · report only"</span> }.into_any();
    }
    view! {
        <button
            class="chip chip--plain chip--button"
            title="What was read of the file, and what could not be"
            on:click=move |_| session.examined.set(Some(run.key.file))
        >
            {title}
            {(warnings > 0).then(|| format!(" · {}", counted(warnings, "warning", "warnings")))}
        </button>
    }
    .into_any()
}

/// What changes when the run is weighed anew.
#[component]
fn Told(report: Arc<RunReport>) -> impl IntoView {
    let quotes = evidence::verdict_quotes(&report);
    view! {
        <h1 class="verdict__headline">{report.verdict.headline.clone()}</h1>
        <p class="verdict__why">
            <StepText text=report.verdict.explanation.clone() />
            {report
                .verdict
                .last_good
                .map(|step| view! { " Last green check: " <StepLink step /> "." })}
        </p>
        <QuoteCards quotes />
        <Suspects report=Arc::clone(&report) />
        <Chain report />
    }
}

#[component]
fn StepLink(step: u32) -> impl IntoView {
    let run = RunState::expect();
    view! { <button class="link" on:click=move |_| run.open_evidence(step)>"step " {step_number(step)}</button> }
}

/// Where it may have gone wrong first. A phone shows the likeliest, and the others when asked.
#[component]
fn Suspects(report: Arc<RunReport>) -> impl IntoView {
    let suspects = story::suspects(&report);
    if suspects.is_empty() {
        return ().into_any();
    }
    let others = suspects.len() - 1;
    let is_open = RwSignal::new(false);
    let line = |(rank, suspect): (usize, Suspect)| {
        view! {
            <li class="suspects__step">
                <StepLink step=suspect.step />
                " "
                {(others > 0 || suspect.why.is_some()).then(|| view! { <b>{suspect.title}</b> })}
                {(rank == 0 && others > 0)
                    .then(|| view! { " " <span class="chip chip--plain">"most likely"</span> })}
                {suspect.why.map(|why| view! { " " <StepText text=why /> })}
            </li>
        }
    };
    let lines = suspects.into_iter().enumerate().map(line).collect_view();
    view! {
        <section class="suspects" class=("suspects--open", is_open) aria-label="First wrong step">
            <h2 class="verdict__label">{story::suspects_label(&report)}</h2>
            <ol class="suspects__steps">{lines}</ol>
            {(others > 0)
                .then(|| {
                    view! {
                        <button
                            class="link suspects__more"
                            aria-expanded=move || is_open.get().to_string()
                            on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)
                        >
                            {move || if is_open.get() { "Only the likeliest" } else { "Other candidates" }}
                        </button>
                    }
                })}
        </section>
    }
    .into_any()
}

/// What followed from the first wrong step.
#[component]
fn Chain(report: Arc<RunReport>) -> impl IntoView {
    let run = RunState::expect();
    story::chain(&report).map(|chain| {
        let link = move |link: Link| {
            let step = link.step;
            view! {
                <li class="chain__link">
                    <button on:click=move |_| run.open_evidence(step)>
                        <span class="link">"step " {step_number(step)}</span>
                        " "
                        {link.title}
                        {(link.times > 1).then(|| format!(" ×{}", link.times))}
                    </button>
                </li>
            }
        };
        let left_out = chain.left_out as u64;
        view! {
            <section class="chain" aria-label="What followed">
                <h2 class="verdict__label">"It went on"</h2>
                <ol class="chain__links">
                    {chain.links.into_iter().map(link).collect_view()}
                    {(left_out > 0).then(|| view! { <li class="chain__link">{left_out} " more"</li> })}
                </ol>
            </section>
        }
    })
}

#[component]
fn Score(report: Arc<RunReport>) -> impl IntoView {
    let score = report.score.clone().map(|score| {
        view! {
            <div class="score">
                <Ring value=score.total />
                <div class="score__parts">
                    <Meter label="Outcome" value=score.outcome />
                    <Meter label="Process" value=score.process />
                    <Meter label="Efficiency" value=score.efficiency />
                </div>
            </div>
        }
    });
    let facts = facts(&report).into_iter();
    let facts = facts.map(|(name, value)| view! { <dt>{name}</dt> <dd>{value}</dd> }).collect_view();
    view! {
        <div class="verdict__score">
            {score.map_or_else(
                || view! { <p class="empty">"Unscored: nothing in this trace gives a score a basis."</p> }.into_any(),
                IntoAny::into_any,
            )}
            <dl class="verdict__facts">{facts}</dl>
        </div>
    }
}

/// What is worth knowing at a glance, and known.
fn facts(report: &RunReport) -> Vec<(&'static str, String)> {
    let totals = &report.totals;
    let mut facts = vec![("Findings", words::finding_counts(&report.findings))];
    let waste = &report.verdict.waste;
    if waste.steps > 0 {
        let parts = [
            Some(counted(u64::from(waste.steps), "step", "steps")),
            waste.seconds.filter(|seconds| *seconds >= 1.0).map(duration_seconds),
            waste.cost_usd.filter(|cost| *cost > 0.0).map(money),
        ];
        facts.push(("Wasted, at least", parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")));
    }
    let steps =
        [Some(counted(u64::from(report.steps), "step", "steps")), totals.seconds.map(duration_seconds)];
    facts.push(("Run", steps.into_iter().flatten().collect::<Vec<_>>().join(" · ")));
    let tokens = totals.tokens_in.map(|tokens| tokens.saturating_add(totals.tokens_out.unwrap_or(0)));
    let bound = if totals.out_is_lower_bound { "≥ " } else { "" };
    let usage =
        [tokens.map(|tokens| format!("{bound}{} tokens", short_count(tokens))), totals.cost_usd.map(money)];
    let usage = usage.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    if !usage.is_empty() {
        facts.push(("Used", usage));
    }
    if let Some(model) = &report.model {
        facts.push(("Model", model.clone()));
    }
    facts
}
