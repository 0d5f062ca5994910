use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use super::finding::FindingCard;
use super::notes::StepNotes;
use crate::engine::query::Needle;
use crate::engine::report::StepRow;
use crate::engine::trace::PartKind;
use crate::protocol::{BodyPart, StepBody};
use crate::ui::browser::{clipboard, media};
use crate::ui::components::{Glyph, HitText, Icon, MarkedText};
use crate::ui::state::{BodyState, RunState};
use crate::view_model::body_text::{Field, FieldStyle, call_fields, is_short};
use crate::view_model::fold::line_count;
use crate::view_model::format::{bytes, counted, duration_ms, money, short_count, step_number};
use crate::view_model::place::Tab;
use crate::view_model::quote::Highlight;
use crate::view_model::{evidence, query, words};

/// The selected step: what was thought, called and answered, and what is wrong with it.
#[component]
pub(super) fn StepDetail() -> impl IntoView {
    let run = RunState::expect();
    let frame = NodeRef::<html::Section>::new();
    show_from_the_top(run, frame);
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
        if !(wants_evidence && is_here && media::scroll_to_mark(&frame, run.wants_hit.get_value())) {
            frame.set_scroll_top(0);
        }
        asked
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
    let parts = parts.into_iter().map(|part| view! { <Part part step /> }).collect_view();
    let is_bare = body.parts.iter().all(|part| part.text.is_empty());
    view! {
        <article class="detail__body">
            <Head row=body.row.clone() />
            {findings}
            <StepNotes step />
            {parts}
            {is_bare.then(|| view! { <p class="empty">"This step has no text of its own in the file."</p> })}
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
            <button class="link detail__note" on:click=move |_| run.tab.set(Tab::Notes)>"Add a note"</button>
        </header>
    }
}

/// A part with what findings rest on and what the query looks for.
#[component]
fn Part(part: BodyPart, step: u32) -> impl IntoView {
    let run = RunState::expect();
    move || {
        let needles = run.query.needles.get();
        let marks = evidence::highlights(&run.report(), step, part.part);
        draw(part.clone(), marks, &needles)
    }
}

fn draw(part: BodyPart, mut marks: Vec<Highlight>, needles: &[Needle]) -> AnyView {
    let is_bare = marks.is_empty();
    marks.extend(query::marks(&part.text, needles));
    match part.part {
        PartKind::Message | PartKind::Thought => view! {
            <section class="part">
                <h3 class="part__title">{words::part(part.part)}</h3>
                <div class="part__prose"><MarkedText text=part.text marks /></div>
            </section>
        }
        .into_any(),
        // Byte ranges hold for the text as it stands: fields are made only where nothing is highlighted.
        PartKind::Call if is_bare => view! { <Call text=part.text needles /> }.into_any(),
        PartKind::Call | PartKind::Result => view! {
            <Block title=words::part(part.part).to_owned() copied=part.text.clone()>
                <MarkedText text=part.text.clone() marks=marks.clone() />
            </Block>
        }
        .into_any(),
    }
}

/// A frame with a title around code, and a button that copies it.
#[component]
fn Block(title: String, copied: String, children: ChildrenFn) -> impl IntoView {
    let lines = line_count(&copied);
    let size = match copied.len() {
        0..10_000 => counted(lines as u64, "line", "lines"),
        length => format!("{} · {}", counted(lines as u64, "line", "lines"), bytes(length as u64)),
    };
    let label = format!("Copy: {title}");
    let copied = StoredValue::new(copied);
    view! {
        <section class="block">
            <header class="block__head">
                <b>{title}</b>
                <span>{size}</span>
                <button
                    class="icon-button block__copy"
                    aria-label=label
                    title="Copy"
                    on:click=move |_| copied.with_value(|text| clipboard::copy(text))
                >
                    <Icon glyph=Glyph::Copy />
                </button>
            </header>
            {children()}
        </section>
    }
}

#[component]
fn Call<'a>(text: String, needles: &'a [Needle]) -> impl IntoView + use<> {
    let (short, long): (Vec<Field>, Vec<Field>) = call_fields(&text).into_iter().partition(is_short);
    let only_text = short.iter().all(|field| field.name.is_empty());
    if only_text {
        let fields = short.into_iter().chain(long);
        return fields.map(|field| view! { <CallField field needles /> }).collect_view().into_any();
    }
    let (commands, short): (Vec<Field>, Vec<Field>) =
        short.into_iter().partition(|field| matches!(field.name.as_str(), "command" | "cmd" | "code" | ""));
    let rows =
        short.into_iter().map(|field| view! { <dt>{field.name}</dt> <dd><HitText text=field.text /></dd> });
    let rows = rows.collect_view();
    let has_rows = !rows.is_empty();
    view! {
        {commands.into_iter().map(|field| view! { <CallField field needles /> }).collect_view()}
        {has_rows.then(|| view! { <dl class="call">{rows}</dl> })}
        {long.into_iter().map(|field| view! { <CallField field needles /> }).collect_view()}
    }
    .into_any()
}

#[component]
fn CallField<'a>(field: Field, needles: &'a [Needle]) -> impl IntoView + use<> {
    let marks = query::marks(&field.text, needles);
    let title = if field.name.is_empty() { "Call".to_owned() } else { field.name };
    let class = match field.style {
        FieldStyle::Code => "call__field",
        FieldStyle::Removed => "call__field call__field--removed",
        FieldStyle::Added => "call__field call__field--added",
    };
    view! {
        <div class=class>
            <Block title copied=field.text.clone()>
                <MarkedText text=field.text.clone() marks=marks.clone() />
            </Block>
        </div>
    }
}

/// The bytes of the file that this step was read from.
#[component]
fn Raw(raw: Vec<String>) -> impl IntoView {
    if raw.is_empty() {
        return ().into_any();
    }
    let is_open = RwSignal::new(false);
    let details = NodeRef::<html::Details>::new();
    let toggle = move |_| {
        if let Some(details) = details.get_untracked() {
            is_open.set(details.open());
        }
    };
    let raw = StoredValue::new(raw);
    let blocks = move || {
        let texts = raw.get_value().into_iter();
        texts.map(|text| view! { <div class="block"><MarkedText text /></div> }).collect_view()
    };
    view! {
        <details class="raw" node_ref=details on:toggle=toggle>
            <summary>"As it stands in the file"</summary>
            {move || is_open.get().then(blocks)}
        </details>
    }
    .into_any()
}
