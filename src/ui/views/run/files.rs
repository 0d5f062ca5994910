use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;

use crate::engine::replay::workspace::{Against, FileRow, RowKind};
use crate::protocol::{FileState, FileView, MomentView};
use crate::ui::browser::Replayer;
use crate::ui::components::StepText;
use crate::ui::state::{RunState, Session};
use crate::view_model::body_text::strip_ansi;
use crate::view_model::file_tree::{TreeLine, tree};
use crate::view_model::format::{count, counted, money, short_count, step_number};

/// Lines of a file that are drawn at first, and more at each asking.
const LINES: usize = 600;
/// Names of failing tests that are listed.
const TESTS: usize = 8;

const WAYS: [(Against, &str); 3] =
    [(Against::Nothing, "Text"), (Against::Start, "Since the start"), (Against::Before, "Last change")];

/// What stood there at a step.
#[derive(Clone)]
struct Space {
    moment: MomentView,
    files: Vec<FileView>,
}

/// The files, the tests, the terminal and what was used, as they stood at the selected step.
#[component]
pub(super) fn Files() -> impl IntoView {
    let run = RunState::expect();
    let session = Session::expect();
    let replayer = session.client().map(|client| Rc::new(Replayer::new(run.key, client)));
    let replayer = StoredValue::new_local(replayer);
    let space: RwSignal<Option<Result<Space, String>>> = RwSignal::new(None);
    let picked: RwSignal<Option<String>> = RwSignal::new(None);
    let all = RwSignal::new(false);
    Effect::new(move |_| {
        let step = run.selected.get();
        let (Some(client), Some(replayer)) = (session.client(), replayer.get_value()) else { return };
        spawn_local_scoped_with_cancellation(async move {
            let view = async {
                let moment = client.moment(run.key, step).await?;
                Ok(Space { moment, files: replayer.files(run.step_count(), step).await? })
            };
            let view = view.await;
            if run.selected.try_get_untracked() == Some(step) {
                let _gone = space.try_set(Some(view));
            }
        });
    });
    // What a person picked, as long as it is there; else the file that says most.
    let shown = Memo::new(move |_| {
        let picked = picked.get();
        space.with(|space| match space {
            Some(Ok(space)) => {
                let own = picked.and_then(|name| space.files.iter().find(|file| file.name == name));
                own.or_else(|| space.files.iter().max_by_key(|file| weight(file, space.moment.step))).cloned()
            }
            _ => None,
        })
    });
    let step = Memo::new(move |_| {
        space.with(|space| if let Some(Ok(space)) = space { Some(space.moment.step) } else { None })
    });
    let state = move || match space.get() {
        None => view! { <p class="empty">"Reading the files…"</p> }.into_any(),
        Some(Err(message)) => view! { <p class="empty" role="alert">{message}</p> }.into_any(),
        Some(Ok(view)) => view! { <State space=view all picked shown /> }.into_any(),
    };
    view! {
        <div class="space">
            {state}
            <FileShown shown step replayer />
            {move || space.get().and_then(Result::ok).map(|space| view! { <Beside moment=space.moment /> })}
        </div>
    }
}

/// A file that is changed at the step comes first, then one that differs from the start, then the latest.
fn weight(file: &FileView, step: u32) -> (bool, bool, Option<u32>) {
    let differs = file.state != FileState::Gone && file.added + file.removed > 0;
    (file.last_change == Some(step), differs, file.last_change)
}

/// What was used and how the tests stand, then the tree.
#[component]
fn State(
    space: Space,
    all: RwSignal<bool>,
    picked: RwSignal<Option<String>>,
    shown: Memo<Option<FileView>>,
) -> impl IntoView {
    let moment = &space.moment;
    let unknown = || "unknown".to_owned();
    let facts = [
        ("Context tokens", moment.context.map_or_else(unknown, short_count)),
        ("Tokens out", moment.tokens_out.map_or_else(unknown, short_count)),
        ("Cost so far", moment.cost_usd.map_or_else(unknown, money)),
        ("Actions", format!("{}, {} failed", count(moment.actions.into()), count(moment.errors.into()))),
    ];
    let fact = |(name, value)| view! { <div><dt>{name}</dt> <dd>{value}</dd></div> };
    let facts = facts.into_iter().map(fact).collect_view();
    let step = moment.step;
    let changed = space.files.iter().filter(|file| file.last_change.is_some()).count();
    let total = space.files.len();
    let title = format!("Files at step {}", step_number(step));
    let story = format!("{} changed of {} named so far", count(changed as u64), count(total as u64));
    let files = StoredValue::new(space.files);
    let lines = move || {
        files.with_value(|files| {
            let files: Vec<&FileView> =
                files.iter().filter(|file| all.get() || file.last_change.is_some()).collect();
            let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
            let line = |line: TreeLine| {
                let file = line.file.and_then(|index| files.get(index)).map(|file| (*file).clone());
                view! { <TreeRow line file step picked shown /> }
            };
            tree(&names).into_iter().map(line).collect_view()
        })
    };
    view! {
        <dl class="space__facts">{facts}</dl>
        <div class="space__head">
            <h3>{title}</h3>
            <span class="space__story">{story}</span>
            <button
                class="toggle"
                class=("toggle--on", all)
                aria-pressed=move || all.get().to_string()
                on:click=move |_| all.update(|all| *all = !*all)
            >
                "Also those only read"
            </button>
        </div>
        <ul class="space__tree" aria-label="Files">
            {lines}
        </ul>
        {(changed == 0).then(|| view! { <p class="space__note">"No file was changed up to this step."</p> })}
    }
}

/// A sign and a word for how much of a file is known.
fn sign(state: FileState) -> (&'static str, &'static str) {
    match state {
        FileState::Known => ("●", "known"),
        FileState::Partly => ("◐", "partly known"),
        FileState::Unknown => ("○", "unknown"),
        FileState::Gone => ("✕", "removed"),
    }
}

#[component]
fn TreeRow(
    line: TreeLine,
    file: Option<FileView>,
    step: u32,
    picked: RwSignal<Option<String>>,
    shown: Memo<Option<FileView>>,
) -> impl IntoView {
    let indent = format!("{}ch", line.depth * 2);
    let Some(file) = file else {
        return view! { <li class="space__folder" style=("--indent", indent)>{line.label}</li> }.into_any();
    };
    let (sign, word) = sign(file.state);
    let here = file.last_change == Some(step);
    let mark = if here {
        "✎ changed here"
    } else if file.is_new == Some(true) {
        "new"
    } else {
        ""
    };
    let numbers = (file.added + file.removed > 0)
        .then(|| format!("{}+{} −{}", if file.change_known { "" } else { "≥ " }, file.added, file.removed));
    let name = file.name.clone();
    let own = file.name;
    let is_on = Memo::new(move |_| shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.name == own)));
    view! {
        <li style=("--indent", indent)>
            <button
                class="space__file"
                class=("space__file--on", is_on)
                aria-current=move || is_on.get().then_some("true")
                title=format!("{name}: {word}")
                on:click=move |_| picked.set(Some(name.clone()))
            >
                <span class="space__sign" aria-hidden="true">{sign}</span>
                <span class="space__name">{line.label}</span>
                <span class="hidden">{word}</span>
                <small>{mark}</small>
                <small class="space__numbers">{numbers}</small>
            </button>
        </li>
    }
    .into_any()
}

/// The file that is shown: how much of it is known and why, and its text or a diff.
#[component]
fn FileShown(
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

/// Tests, plan and terminal.
#[component]
fn Beside(moment: MomentView) -> impl IntoView {
    let run = RunState::expect();
    let to = move |step: u32| {
        view! {
            <button class="link" on:click=move |_| run.open_step(step)>"step " {step_number(step)}</button>
        }
    };
    let check = moment.check.map(|(step, green)| {
        let (class, said) = if green {
            ("step__good", "✓ The last check passed, ")
        } else {
            ("step__bad", "✕ The last check failed, ")
        };
        view! { <p><span class=class>{said}</span> {to(step)}</p> }
    });
    let none = moment.check.is_none().then_some("Nothing was checked up to this step.");
    let hidden = (moment.failing_count as usize).saturating_sub(TESTS);
    let failing = moment.failing.into_iter().take(TESTS).map(|name| view! { <li><code>{name}</code></li> });
    let failing = failing.collect_view();
    let [call, answer] = moment.terminal;
    view! {
        <section class="space__beside" aria-label="Tests at this step">
            <h3>"Tests"</h3>
            {check}
            {none.map(|said| view! { <p class="space__note">{said}</p> })}
            <ul>{failing}</ul>
            {(hidden > 0).then(|| view! { <p class="space__note">"and " {count(hidden as u64)} " more that fail"</p> })}
        </section>
        {moment
            .plan
            .map(|step| {
                view! {
                    <details class="space__beside">
                        <summary>"Plan, as left at step " {step_number(step)}</summary>
                        <p>{to(step)}</p>
                        <pre tabindex="0" role="region" aria-label="Plan">{moment.plan_text}</pre>
                    </details>
                }
            })}
        {moment
            .command
            .map(|step| {
                view! {
                    <details class="space__beside">
                        <summary>"Terminal, as left at step " {step_number(step)}</summary>
                        <p>{to(step)}</p>
                        <pre tabindex="0" role="region" aria-label="Terminal">
                            <b>"$ " {call}</b>
                            "\n"
                            {strip_ansi(&answer).into_owned()}
                        </pre>
                    </details>
                }
            })}
    }
}
