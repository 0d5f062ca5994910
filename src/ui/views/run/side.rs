use leptos::prelude::*;

use super::files::Files;
use super::finding::Findings;
use super::ledger::Ledger;
use super::notes::NotesTab;
use super::score::ScoreReasons;
use crate::engine::report::Mark;
use crate::engine::trace::{Position, Warning};
use crate::ui::state::{RunState, Session};
use crate::view_model::format::{count, duration_seconds, money, step_number};
use crate::view_model::place::Tab;
use crate::view_model::words;

/// Checks that are listed.
const CHECKS: usize = 300;

/// What is said about the run as a whole, in tabs.
#[component]
pub(super) fn Side() -> impl IntoView {
    let run = RunState::expect();
    let findings = run.report.with_untracked(|report| report.findings.len());
    let tab_button = move |tab: Tab| {
        let is_on = move || run.tab.get() == tab;
        let number = (tab == Tab::Findings && findings > 0).then_some(findings);
        view! {
            <button
                id=format!("tab-{}", tab.id())
                role="tab"
                aria-selected=move || is_on().to_string()
                aria-controls="side-panel"
                class="tabs__tab"
                class=("tabs__tab--on", is_on)
                on:click=move |_| run.tab.set(tab)
            >
                {tab.title()}
                {number.map(|number| view! { <sup>{number}</sup> })}
            </button>
        }
    };
    // Files are made of the steps.
    let tabs = Tab::ALL.into_iter().filter(move |tab| !(run.is_told && *tab == Tab::Files));
    view! {
        <aside class="side" aria-label="About the run">
            <div class="tabs" role="tablist" aria-label="About the run">{tabs.map(tab_button).collect_view()}</div>
            <div
                id="side-panel"
                class="side__panel"
                role="tabpanel"
                tabindex="0"
                aria-labelledby=move || format!("tab-{}", run.tab.get().id())
            >
                {move || match run.tab.get() {
                    Tab::Findings => view! { <Findings /> }.into_any(),
                    Tab::Files if run.is_told => view! { <Findings /> }.into_any(),
                    Tab::Files => view! { <Files /> }.into_any(),
                    Tab::Score => view! { <ScoreReasons /> }.into_any(),
                    Tab::Checks => view! { <Checks /> }.into_any(),
                    Tab::Notes => view! { <NotesTab /> }.into_any(),
                    Tab::About => view! { <About /> }.into_any(),
                }}
            </div>
        </aside>
    }
}

#[component]
fn Checks() -> impl IntoView {
    let run = RunState::expect();
    let checks = move || {
        run.map.with(|map| match map {
            Some(Ok(map)) => {
                let is_check = |mark: &Mark| matches!(mark, Mark::GreenCheck | Mark::RedCheck);
                map.marks.iter().filter(|(_, mark)| is_check(mark)).copied().collect::<Vec<_>>()
            }
            _ => Vec::new(),
        })
    };
    let row = move |(step, mark): (u32, Mark)| {
        run.rows.want(step, step + 1);
        let label = move || run.rows.row(step).map(|row| row.label.clone());
        let (class, sign) =
            if mark == Mark::GreenCheck { ("step__good", "✓") } else { ("step__bad", "✕") };
        view! {
            <li>
                <button class="checks__check" on:click=move |_| run.open_step(step)>
                    <span class=class title=words::mark(mark)>{sign}</span>
                    <span class="checks__step">{step_number(step)}</span>
                    <code>{label}</code>
                </button>
            </li>
        }
    };
    move || {
        let checks = checks();
        if run.is_told && run.report.with(|report| report.tests.is_some()) {
            return view! { <Ledger /> }.into_any();
        }
        if checks.is_empty() {
            return view! {
                <p class="empty">"No test, build or linter was run in this trace, or none whose result tells."</p>
            }
            .into_any();
        }
        let green = checks.iter().filter(|(_, mark)| *mark == Mark::GreenCheck).count();
        let story =
            format!("{} passed · {} failed", count(green as u64), count((checks.len() - green) as u64));
        view! {
            <Ledger />
            <p class="checks__story">{story}</p>
            <ol class="checks">{checks.into_iter().take(CHECKS).map(row).collect_view()}</ol>
        }
        .into_any()
    }
}

#[component]
fn About() -> impl IntoView {
    let report = RunState::expect().report();
    let session = Session::expect();
    let totals = &report.totals;
    let unknown = || "unknown".to_owned();
    let bound = if totals.out_is_lower_bound { "≥ " } else { "" };
    let tokens = |value: Option<u64>| value.map_or_else(unknown, count);
    let facts = [
        ("File", report.file.clone()),
        ("Run in the file", (report.index + 1).to_string()),
        ("Agent", report.agent.clone().unwrap_or_else(unknown)),
        ("Model", report.model.clone().unwrap_or_else(unknown)),
        ("Task", report.task.clone().unwrap_or_else(unknown)),
        ("Tokens in", tokens(totals.tokens_in)),
        ("of these cached", tokens(totals.tokens_cached)),
        ("Tokens out", format!("{bound}{}", tokens(totals.tokens_out))),
        ("Cost", totals.cost_usd.map_or_else(unknown, money)),
        ("Wall time", totals.seconds.map_or_else(unknown, duration_seconds)),
    ];
    let id = report.format.clone();
    let format = move || {
        let format = session.catalog.get().and_then(|catalog| catalog.format(&id).cloned());
        let title = format.as_ref().map_or_else(|| id.clone(), |format| format.title.clone());
        let lacks = format.map(|format| format.lacks).filter(|lacks| !lacks.is_empty());
        view! {
            <p class="about__format"><b>{title}</b></p>
            {lacks.map(|lacks| view! { <p class="about__lacks">{lacks}</p> })}
        }
    };
    let rows =
        facts.into_iter().map(|(name, value)| view! { <dt>{name}</dt> <dd>{value}</dd> }).collect_view();
    let warnings = report.warnings.clone();
    let has_warnings = !warnings.is_empty();
    view! {
        <div class="about">
            {format}
            <dl class="about__facts">{rows}</dl>
            {has_warnings
                .then(|| {
                    view! {
                        <h3>"Skipped or guessed on the way in"</h3>
                        <ul class="about__warnings">{warnings.into_iter().map(warning_line).collect_view()}</ul>
                    }
                })}
        </div>
    }
}

fn warning_line(warning: Warning) -> impl IntoView {
    let place = warning.position.map(|position| match position {
        Position::Line(line) => format!(" · first at line {line}"),
        Position::Record(record) => format!(" · first at record {record}"),
        Position::Byte(byte) => format!(" · first at byte {byte}"),
    });
    let times = (warning.count > 1).then(|| format!(" · {} times", count(warning.count)));
    view! {
        <li>
            <b>{words::warning(warning.kind)}</b>
            ": "
            {warning.text}
            <small>{place} {times}</small>
        </li>
    }
}
