use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use super::finding::FindingCard;
use super::kinship::Kinship;
use super::notes::StepNotes;
use super::part::Part;
use crate::engine::report::StepRow;
use crate::engine::trace::PartKind;
use crate::protocol::{BodyPart, StepBody};
use crate::reading::is_shown;
use crate::ui::browser::media;
use crate::ui::components::{Fold, Glyph, Icon, MarkedText};
use crate::ui::state::{BodyState, Reading, RunState};
use crate::view_model::format::{duration_ms, money, short_count, step_number};
use crate::view_model::part_reading::file_of;
use crate::view_model::place::Tab;
use crate::view_model::words;

/// The selected step: what was thought, called and answered, and what is wrong with it.
#[component]
pub(super) fn StepDetail() -> impl IntoView {
    let run = RunState::expect();
    let frame = NodeRef::<html::Section>::new();
    show_from_the_top(run, frame);
    keep_the_proof_in_sight(run, frame);
    view! {
        <section class="detail" aria-label="Selected step" tabindex="0" node_ref=frame>
            <button class="button detail__back" on:click=move |_| run.reading.set(false)>
                <Icon glyph=Glyph::Back />
                "All steps"
            </button>
            {move || match run.body.get() {
                BodyState::Loading => view! { <Skeleton /> }.into_any(),
                BodyState::Failed(message) => {
                    view! { <p class="empty" role="alert">"This step could not be read: " {message}</p> }.into_any()
                }
                BodyState::Ready(body) => view! { <Body body /> }.into_any(),
            }}
        </section>
    }
}

/// A new step begins at its top, or at the proof when that is what was asked for.
fn show_from_the_top(run: RunState, frame: NodeRef<html::Section>) {
    Effect::new(move |before: Option<u32>| {
        run.body.track();
        let asked = run.show_evidence.get();
        let Some(frame) = frame.get() else { return asked };
        let wants_evidence = before.is_some_and(|before| before != asked) || run.evidence_pending.get_value();
        let is_here = run.body.with_untracked(|body| match body {
            BodyState::Ready(body) => body.row.step == run.selected.get_untracked(),
            _ => false,
        });
        run.evidence_pending.set_value(wants_evidence && !is_here);
        let is_shown = wants_evidence && is_here && media::scroll_to_mark(&frame, run.wants_hit.get_value());
        run.evidence_at.set_value(is_shown.then(|| run.selected.get_untracked()));
        if !is_shown {
            frame.set_scroll_top(0);
        }
        asked
    });
}

/// Texts move when they are laid out: what was brought into sight before is brought there again.
fn keep_the_proof_in_sight(run: RunState, frame: NodeRef<html::Section>) {
    let reading = Reading::expect();
    Effect::new(move |_| {
        reading.moved.track();
        if run.evidence_at.get_value() == Some(run.selected.get_untracked())
            && let Some(frame) = frame.get()
        {
            media::scroll_to_mark(&frame, run.wants_hit.get_value());
        }
    });
}

#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="skeleton" role="status" aria-label="Loading">
            <i></i>
            <i></i>
            <i></i>
        </div>
    }
}

#[component]
fn Body(body: Arc<StepBody>) -> impl IntoView {
    let report = RunState::expect().report();
    let step = body.row.step;
    let findings = report.findings.iter().enumerate().filter(|(_, finding)| finding.step == step);
    let findings = findings
        .filter_map(|(place, _)| u32::try_from(place).ok())
        .map(|place| view! { <FindingCard place is_here=true /> })
        .collect_view();
    let mut parts: Vec<BodyPart> = body.parts.iter().filter(|part| !part.text.is_empty()).cloned().collect();
    parts.sort_by_key(|part| reading_order(part.part));
    let call = parts.iter().find(|part| part.part == PartKind::Call);
    let file = call.map(|call| file_of(&call.text)).unwrap_or_default();
    let is_prose = matches!(body.row.verb.as_str(), "Delegate" | "Ask" | "Submit");
    let parts = parts.into_iter();
    let parts = parts.map(|part| view! { <Part part step file=file.clone() is_prose /> }).collect_view();
    let is_bare = body.parts.iter().all(|part| part.text.is_empty());
    view! {
        <article class="detail__body">
            <Head row=body.row.clone() />
            <Kinship step />
            {findings}
            <StepNotes step />
            {parts}
            {is_bare.then(|| view! { <p class="empty">"This step has no text of its own in the file."</p> })}
            {pictures(&body.pictures)}
            <Raw raw=body.raw.clone() />
        </article>
    }
}

/// What came first in the agent's mind comes first on the page, whatever the format's order.
fn reading_order(part: PartKind) -> u8 {
    match part {
        PartKind::Thought => 0,
        PartKind::Message => 1,
        PartKind::Call => 2,
        PartKind::Result => 3,
    }
}

#[component]
fn Head(row: StepRow) -> impl IntoView {
    let run = RunState::expect();
    let trouble = words::trouble(row.outcome);
    let exit = row.exit_code.filter(|code| *code != 0).map(|code| format!("exit {code}"));
    let trouble = [exit, trouble.map(str::to_owned)].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let mut facts: Vec<String> = Vec::new();
    if let Some(span) = row.span.filter(|span| span.duration_ms() > 0) {
        let bound = if span.bound { "≤ " } else { "" };
        facts.push(format!("{bound}{}", duration_ms(span.duration_ms())));
    }
    facts.extend((row.turn > 0).then(|| format!("turn {}", row.turn)));
    facts.extend(row.tokens_in.map(|tokens| format!("{} tokens in", short_count(tokens))));
    facts.extend(row.tokens_out.map(|tokens| format!("{} out", short_count(tokens))));
    facts.extend(row.cost_usd.map(money));
    facts.push(format!("in the file: {}", row.source_step));
    facts.extend(row.abandoned.then(|| "on an abandoned branch".to_owned()));
    view! {
        <header class="detail__head">
            <h2>
                <span class="detail__number">{step_number(row.step)}</span>
                <i class=format!("step__kind kind--{}", words::shade_token(row.shade))></i>
                {row.verb}
            </h2>
            {row.tool.map(|tool| view! { <span class="chip chip--plain">{tool}</span> })}
            {(!trouble.is_empty()).then(|| view! { <span class="chip chip--bad">{trouble}</span> })}
            <span class="detail__facts">{facts.join(" · ")}</span>
            <Layout />
            <button class="link detail__note" on:click=move |_| run.tab.set(Tab::Notes)>"Add a note"</button>
        </header>
    }
}

/// The pictures that the step's texts hold as data.
fn pictures(addresses: &[String]) -> AnyView {
    // Asked here as well, where an address is set.
    let shown = addresses.iter().filter(|address| is_shown(address)).enumerate();
    let shown = shown.map(|(place, address)| {
        let alt = format!("Picture {} of this step", place + 1);
        view! { <img class="page__image" src=address.clone() alt=alt /> }
    });
    shown.collect_view().into_any()
}

/// Whether texts are laid out, or shown as they stand.
#[component]
fn Layout() -> impl IntoView {
    let reading = Reading::expect();
    let choice = move |wanted: bool, label: &'static str| {
        let is_on = move || reading.is_rendered() == wanted;
        view! {
            <button
                aria-pressed=move || is_on().to_string()
                class=("segments__on", is_on)
                on:click=move |_| reading.set_rendered(wanted)
            >
                {label}
            </button>
        }
    };
    view! {
        <span class="segments" role="group" aria-label="Texts">
            {choice(true, "Rendered")}
            {choice(false, "Plain")}
        </span>
    }
}

/// The bytes of the file that this step was read from.
#[component]
fn Raw(raw: Vec<String>) -> impl IntoView {
    if raw.is_empty() {
        return ().into_any();
    }
    let summary = "As it stands in the file".into_any();
    let draw = move || {
        let texts = raw.clone().into_iter();
        texts.map(|text| view! { <div class="block"><MarkedText text /></div> }).collect_view().into_any()
    };
    view! { <Fold class="raw" summary draw=Box::new(draw) /> }.into_any()
}
