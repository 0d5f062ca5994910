use leptos::prelude::*;

use super::Space;
use crate::protocol::{FileState, FileView};
use crate::view_model::file_tree::{TreeLine, tree};
use crate::view_model::format::{count, money, short_count, step_number};

/// What was used and how the tests stand, then the tree.
#[component]
pub(super) fn State(
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

/// A sign and a word for how much of a file is known.
pub(super) fn sign(state: FileState) -> (&'static str, &'static str) {
    match state {
        FileState::Known => ("●", "known"),
        FileState::Partly => ("◐", "partly known"),
        FileState::Unknown => ("○", "unknown"),
        FileState::Gone => ("✕", "removed"),
    }
}
