use leptos::prelude::*;

use crate::engine::query::Needle;
use crate::engine::trace::PartKind;
use crate::protocol::BodyPart;
use crate::reading::Shape;
use crate::ui::components::{CopyButton, Glyph, HitText, Icon, ReadText};
use crate::ui::state::{Reading, RunState};
use crate::view_model::body_text::{Field, FieldStyle, call_fields, is_short};
use crate::view_model::fold::line_count;
use crate::view_model::format::{bytes, counted};
use crate::view_model::part_reading::{Edit, marks_in, reading_of, take_edits};
use crate::view_model::quote::Highlight;
use crate::view_model::{evidence, query, words};

/// A part with what findings rest on and what the query looks for. Parts of a kind close and open together.
#[component]
pub(super) fn Part(
    part: BodyPart,
    step: u32,
    /// The file that the step is about, where its call names one.
    file: String,
    /// What came back was written for a reader.
    is_prose: bool,
) -> impl IntoView {
    let (run, reading) = (RunState::expect(), Reading::expect());
    let kind = part.part;
    let title = words::part(kind);
    // Proof is not hidden by what was closed elsewhere.
    let holds_proof = !evidence::highlights(&run.report(), step, kind).is_empty();
    let kept_open = RwSignal::new(holds_proof);
    let is_open = Memo::new(move |_| kept_open.get() || !reading.is_closed(kind));
    let toggle = move |_| {
        let was_open = is_open.get_untracked();
        kept_open.set(false);
        if was_open != untrack(move || reading.is_closed(kind)) {
            reading.toggle(kind);
        }
    };
    let copied = part.text.clone();
    let size = size(&copied);
    let content = move || {
        let needles = run.query.needles.get();
        let marks = evidence::highlights(&run.report(), step, kind);
        draw(&part, marks, &needles, &file, is_prose)
    };
    let content = StoredValue::new(content);
    view! {
        <section class="part">
            <header class="part__head">
                <h3 class="part__title">
                    <button aria-expanded=move || is_open.get().to_string() on:click=toggle>
                        {move || view! { <Icon glyph=if is_open.get() { Glyph::Unfold } else { Glyph::Next } /> }}
                        {title}
                    </button>
                </h3>
                <span class="part__size">{size}</span>
                <CopyButton label=format!("Copy: {title}") text=copied />
            </header>
            {move || is_open.get().then(|| content.with_value(|content| content()))}
        </section>
    }
}

fn size(text: &str) -> String {
    let lines = counted(line_count(text) as u64, "line", "lines");
    match text.len() {
        0..10_000 => lines,
        length => format!("{lines} · {}", bytes(length as u64)),
    }
}

fn draw(
    part: &BodyPart,
    mut marks: Vec<Highlight>,
    needles: &[Needle],
    file: &str,
    is_prose: bool,
) -> AnyView {
    let text = part.text.clone();
    if part.part == PartKind::Call {
        return call(&text, &marks, needles, file);
    }
    marks.extend(query::marks(&text, needles));
    match part.part {
        PartKind::Result if !is_prose => frame(text, Shape::Output, file, marks),
        _ => view! { <div class="part__prose"><ReadText text shape=Shape::Prose marks /></div> }.into_any(),
    }
}

/// A text in a frame of its own.
fn frame(text: String, shape: Shape, name: &str, marks: Vec<Highlight>) -> AnyView {
    let name = name.to_owned();
    view! { <div class="block"><ReadText text shape name marks /></div> }.into_any()
}

/// The members of a call. Byte ranges hold for the text as it stands: that is shown as well where a member does not
/// have what is quoted.
fn call(text: &str, proof: &[Highlight], needles: &[Needle], file: &str) -> AnyView {
    let mut fields = call_fields(text);
    let edits = take_edits(&mut fields);
    if let ([field], []) = (fields.as_slice(), edits.as_slice())
        && field.name.is_empty()
    {
        let is_whole = field.text == text;
        let mut marks = if is_whole { proof.to_vec() } else { marks_in(&field.text, text, proof) };
        marks.extend(query::marks(&field.text, needles));
        return frame(field.text.clone(), Shape::Output, "sh", marks);
    }
    let mut found = 0;
    let mut marks = |member: &str| {
        let mut marks = marks_in(member, text, proof);
        found += marks.len();
        marks.extend(query::marks(member, needles));
        marks
    };
    let edits: Vec<AnyView> = edits
        .into_iter()
        .map(|edit| (marks(&edit.text), edit))
        .map(|(marks, edit)| changed(edit, marks))
        .collect();
    let fields = fields.into_iter().map(|field| (marks(&field.text), field));
    let is_command = |field: &Field| matches!(field.name.as_str(), "command" | "cmd" | "code" | "");
    // What holds proof is shown in a frame, where it can be marked.
    let (short, long): (Vec<_>, Vec<_>) =
        fields.partition(|(marks, field)| is_short(field) && !is_command(field) && !is_proof(marks));
    let (commands, long): (Vec<_>, Vec<_>) = long.into_iter().partition(|(_, field)| is_command(field));
    let draw = |fields: Vec<(Vec<Highlight>, Field)>| {
        fields.into_iter().map(|(marks, field)| member(field, marks, file)).collect_view().into_any()
    };
    let rows = short
        .into_iter()
        .map(|(_, field)| view! { <dt>{field.name}</dt> <dd><HitText text=field.text /></dd> });
    let rows = rows.collect_view();
    let whole = (found < proof.len()).then(|| frame(text.to_owned(), Shape::Output, "json", proof.to_vec()));
    view! {
        {whole}
        {draw(commands)}
        {(!rows.is_empty()).then(|| view! { <dl class="call">{rows}</dl> })}
        {edits}
        {draw(long)}
    }
    .into_any()
}

fn is_proof(marks: &[Highlight]) -> bool {
    marks.iter().any(|mark| mark.finding != Highlight::HIT)
}

/// A title over a frame, and a button that copies what is in it.
fn titled(title: String, copied: String, content: AnyView) -> AnyView {
    view! {
        <section class="block">
            <header class="block__head">
                <b>{title.clone()}</b>
                <span>{size(&copied)}</span>
                <CopyButton label=format!("Copy: {title}") text=copied />
            </header>
            {content}
        </section>
    }
    .into_any()
}

fn member(field: Field, marks: Vec<Highlight>, file: &str) -> AnyView {
    let (shape, name) = reading_of(&field, file);
    let (text, name) = (field.text.clone(), name.to_owned());
    let content = match field.style {
        FieldStyle::Code => view! { <ReadText text shape name marks /> }.into_any(),
        side => {
            let class = if side == FieldStyle::Removed { "edit__side--removed" } else { "edit__side--added" };
            view! { <div class=class><ReadText text shape name marks /></div> }.into_any()
        }
    };
    titled(field.name, field.text, content)
}

fn changed(edit: Edit, marks: Vec<Highlight>) -> AnyView {
    let copied = edit.new_text().to_owned();
    let Edit { text, split } = edit;
    let content = view! { <ReadText text shape=Shape::Edit split marks /> }.into_any();
    titled("Edit".to_owned(), copied, content)
}
