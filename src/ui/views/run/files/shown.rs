use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;

use super::tree::sign;
use crate::engine::replay::workspace::{Against, FileRow, RowKind};
use crate::protocol::{FileState, FileView};
use crate::ui::browser::Replayer;
use crate::ui::components::StepText;
use crate::ui::state::RunState;
use crate::view_model::format::{count, counted, step_number};

/// Lines of a file that are drawn at first, and more at each asking.
const LINES: usize = 600;

const WAYS: [(Against, &str); 3] =
    [(Against::Nothing, "Text"), (Against::Start, "Since the start"), (Against::Before, "Last change")];

/// The file that is shown: how much of it is known and why, and its text or a diff.
#[component]
pub(super) fn FileShown(
    shown: Memo<Option<FileView>>,
    step: Memo<Option<u32>>,
    replayer: StoredValue<Option<Rc<Replayer>>, LocalStorage>,
) -> impl IntoView {
    let against = RwSignal::new(Against::Start);
    let text: RwSignal<Option<Result<Vec<FileRow>, String>>> = RwSignal::new(None);
    let limit = RwSignal::new(LINES);
    Effect::new(move |_| {
        let (file, step, against) = (shown.get(), step.get(), against.get());
        let (Some(file), Some(step), Some(replayer)) = (file, step, replayer.get_value()) else { return };
        spawn_local_scoped_with_cancellation(async move {
            let found = replayer.file(step, file.name, against).await;
            let _gone = text.try_set(Some(found));
            let _gone = limit.try_set(LINES);
        });
    });
    let way = move |(way, title): (Against, &'static str)| {
        let is_on = move || against.get() == way;
        view! {
            <button
                aria-pressed=move || is_on().to_string()
                class=("segments__on", is_on)
                on:click=move |_| against.set(way)
            >
                {title}
            </button>
        }
    };
    let rows = move || match text.get() {
        None => ().into_any(),
        Some(Err(message)) => view! { <p role="alert">{message}</p> }.into_any(),
        Some(Ok(rows)) if rows.is_empty() => {
            let said = if against.get() == Against::Nothing {
                "The file is empty, or not there at this step."
            } else {
                "Nothing differs, as far as it is known."
            };
            view! { <p class="space__note">{said}</p> }.into_any()
        }
        Some(Ok(rows)) => {
            let more = rows.len().saturating_sub(limit.get());
            let rows = rows.into_iter().take(limit.get()).map(code_row).collect_view();
            let label = format!("Show {} more lines", count(more.min(LINES) as u64));
            view! {
                <div class="code" role="region" tabindex="0" aria-label="Lines of the file">
                    <table>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                {(more > 0)
                    .then(|| {
                        view! { <button class="link" on:click=move |_| limit.update(|limit| *limit += LINES)>{label}</button> }
                    })}
            }
            .into_any()
        }
    };
    let head = move || shown.get().map(|file| view! { <FileHead file /> });
    view! {
        <section class="space__shown" aria-label="The file" hidden=move || shown.with(Option::is_none)>
            {head}
            <span class="segments" role="group" aria-label="Show">{WAYS.into_iter().map(way).collect_view()}</span>
            {rows}
        </section>
    }
}

#[component]
fn FileHead(file: FileView) -> impl IntoView {
    let run = RunState::expect();
    let (sign, word) = sign(file.state);
    let of = match (file.state, file.lines) {
        (FileState::Gone, _) => String::new(),
        (_, Some(lines)) => {
            format!(" · {} of {}", count(file.known_lines.into()), counted(lines.into(), "line", "lines"))
        }
        (_, None) => format!(" · {}", counted(file.known_lines.into(), "line known", "lines known")),
    };
    let change = file.last_change;
    view! {
        <h3 class="space__title">
            <code>{file.name}</code>
        </h3>
        <p class="space__why">
            <b>{sign} " " {word}</b>
            {of}
            " "
            {change
                .map(|step| {
                    view! {
                        <button class="link" on:click=move |_| run.open_step(step)>
                            "changed at step "
                            {step_number(step)}
                        </button>
                    }
                })}
        </p>
        {(!file.why.is_empty()).then(|| view! { <p class="space__why"><StepText text=file.why /></p> })}
    }
}

fn code_row(row: FileRow) -> impl IntoView {
    let number = |line: Option<u32>| line.map(|line| line.to_string());
    let lines = counted(row.count.into(), "line", "lines");
    let said = match (row.kind, row.count) {
        (RowKind::Skipped, 0) => Some("the rest is the same".to_owned()),
        (RowKind::Skipped, _) => Some(format!("{lines} the same")),
        (RowKind::Gap, 0) => Some("the rest was never shown".to_owned()),
        (RowKind::Gap, _) => Some(format!("{lines} never shown")),
        (RowKind::GapRemoved, 0) => Some("removed: the rest, never shown".to_owned()),
        (RowKind::GapRemoved, _) => Some(format!("removed: {lines}, never shown")),
        (RowKind::GapAdded, 0) => Some("added: an unknown number of lines, never shown".to_owned()),
        (RowKind::GapAdded, _) => Some(format!("added: {lines}, never shown")),
        _ => None,
    };
    if let Some(said) = said {
        return view! { <tr class="code__gap"><td colspan="3"></td><td>"⋯ " {said}</td></tr> }.into_any();
    }
    let (class, sign, word) = match row.kind {
        RowKind::Added => ("code__row code__row--added", "+", "added: "),
        RowKind::Removed => ("code__row code__row--removed", "−", "removed: "),
        _ => ("code__row", "", ""),
    };
    view! {
        <tr class=class>
            <td class="code__number">{number(row.old)}</td>
            <td class="code__number">{number(row.new)}</td>
            <td class="code__sign"><span aria-hidden="true">{sign}</span><span class="hidden">{word}</span></td>
            <td class="code__text">{marked(&row)}</td>
        </tr>
    }
    .into_any()
}

/// The text of a line, the words that differ in marks.
fn marked(row: &FileRow) -> AnyView {
    let piece = |start: u32, end: u32| row.text.get(start as usize..end as usize).unwrap_or("").to_owned();
    let end = u32::try_from(row.text.len()).unwrap_or(u32::MAX);
    let mut at = 0;
    let mut pieces: Vec<AnyView> = Vec::new();
    for (start, stop) in &row.marks {
        pieces.push(piece(at, *start).into_any());
        pieces.push(view! { <b class="code__word">{piece(*start, *stop)}</b> }.into_any());
        at = *stop;
    }
    pieces.push(piece(at, end).into_any());
    pieces.into_any()
}
