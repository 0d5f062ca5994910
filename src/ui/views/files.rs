//! What became of each file that was opened: all in one line, then one by one, as far as a person wants to look.

use std::sync::Arc;

use leptos::prelude::*;

use crate::protocol::RunKey;
use crate::ui::state::{FileState, OpenedFile, ReadFile, Screen, Session, file_of};
use crate::view_model::format::{bytes, count, counted, percent_of};

/// Lines that are drawn at first and added by each "show more"; a folder may hold thousands.
const PAGE: usize = 100;

#[component]
pub(super) fn FileLines() -> impl IntoView {
    let session = Session::expect();
    let limit = RwSignal::new(PAGE);
    // What went wrong comes first: among thousands nobody would find it.
    let shown = move || {
        let limit = limit.get();
        session.failed.with(|failed| {
            session.files.with(|files| {
                let first = failed.iter().filter_map(|id| file_of(files, *id));
                let others = files.iter().filter(|file| !file.state.read_untracked().is_failed());
                first.chain(others).take(limit).cloned().collect::<Vec<_>>()
            })
        })
    };
    let more = move || session.files.with(Vec::len).saturating_sub(limit.get());
    let is_reading = move || session.unsettled.get() > 0;
    view! {
        <section class="files" aria-label="Opened files" class:files--empty=move || session.files.with(Vec::is_empty)>
            <header class="files__head">
                <h2>"Opened"</h2>
                <FileCount />
                <Show when=is_reading>
                    <button class="link" on:click=move |_| session.cancel_all()>"Cancel all"</button>
                </Show>
                <button class="link" on:click=move |_| session.close_all()>"Close all"</button>
                <Show when=move || session.has_many_runs()>
                    <button class="button button--primary button--small" on:click=move |_| session.show_results()>
                        "Show all "
                        {move || count(session.runs.with(Vec::len) as u64)}
                        " runs"
                    </button>
                </Show>
            </header>
            <ul class="files__list">
                <For each=shown key=|file| file.id let:file>
                    <FileLine file />
                </For>
            </ul>
            <Show when=move || more() != 0>
                <p class="files__more">
                    "and " {move || counted(more() as u64, "more file", "more files")} " · "
                    <button class="link" on:click=move |_| limit.update(|limit| *limit += PAGE)>"Show more files"</button>
                </p>
            </Show>
        </section>
    }
}

/// How many are read, and how many are not and why.
#[component]
fn FileCount() -> impl IntoView {
    let session = Session::expect();
    let all = move || session.files.with(Vec::len);
    let read = move || all().saturating_sub(session.unsettled.get());
    let said = move || {
        let files = |number| counted(number as u64, "file read", "files read");
        let read = match (session.unsettled.get(), all()) {
            (_, 0) => return String::new(),
            (0, all) => files(all - session.cancelled.get().min(all)),
            (_, all) => format!("{} of {}", count(read() as u64), files(all)),
        };
        let part =
            |number: usize, what: &str| (number > 0).then(|| format!(" · {} {what}", count(number as u64)));
        let failed = part(session.failed.with(Vec::len), "failed");
        let cancelled = part(session.cancelled.get(), "cancelled");
        [Some(read), failed, cancelled].into_iter().flatten().collect()
    };
    let is_shown = move || session.unsettled.get() > 0 && all() > 1;
    view! {
        <span class="files__count" aria-live="polite">{said}</span>
        <Show when=is_shown>
            <progress
                class="files__progress"
                aria-label="Files read"
                max=move || all().to_string()
                prop:value=move || read().to_string()
            ></progress>
        </Show>
    }
}

#[component]
fn FileLine(file: OpenedFile) -> impl IntoView {
    let state = file.state.clone();
    let size = bytes(file.bytes);
    let id = file.id;
    view! {
        <li class="file">
            {move || match state.get() {
                FileState::Waiting { .. } => view! { <span class="file__sign">"◔"</span> }.into_any(),
                FileState::Reading { .. } => view! { <span class="file__sign file__sign--busy">"◔"</span> }.into_any(),
                FileState::Read { .. } => view! { <span class="file__sign file__sign--good">"✓"</span> }.into_any(),
                FileState::Unpacked { .. } => view! { <span class="file__sign">"▤"</span> }.into_any(),
                FileState::Sidecar { .. } => view! { <span class="file__sign">"+"</span> }.into_any(),
                FileState::Failed(_) => view! { <span class="file__sign file__sign--bad">"✕"</span> }.into_any(),
            }}
            <span class="file__name" title=file.name.to_string()>{file.name.to_string()}</span>
            <FileStory id state=file.state size />
        </li>
    }
}

#[component]
fn FileStory(id: u32, state: ArcRwSignal<FileState>, size: String) -> impl IntoView {
    let session = Session::expect();
    move || {
        match state.get() {
        FileState::Waiting { title } => view! {
            <span class="file__format">{title}</span>
            <span class="file__steps">{size.clone()}</span>
            <span class="file__note">"waiting"</span>
        }
        .into_any(),
        FileState::Reading { title, done, total } => view! {
            <span class="file__format">{title}</span>
            <span class="file__steps">
                <progress max=total.to_string() prop:value=done.to_string() aria-label="Read so far"></progress>
            </span>
            <span class="file__note">
                {percent_of(done, total)} " of " {size.clone()} " · "
                <button class="link" on:click=move |_| session.cancel(id)>"Cancel"</button>
            </span>
        }
        .into_any(),
        FileState::Read { title, read } => view! { <ReadStory id title read /> }.into_any(),
        FileState::Unpacked { title, files, traces, skipped } => view! {
            <span class="file__format">{title}</span>
            <span class="file__steps">{size.clone()}</span>
            <span class="file__note">
                {counted(u64::from(files), "file", "files")} ", " {counted(u64::from(traces), "trace", "traces")}
            </span>
            <Skipped skipped />
        }
        .into_any(),
        FileState::Sidecar { title } => view! {
            <span class="file__format">{title}</span>
            <span class="file__steps"></span>
            <span class="file__note">"read with the traces beside it"</span>
        }
        .into_any(),
        FileState::Failed(error) => view! { <span class="file__reason">{error.message}</span> }.into_any(),
    }
    }
}

/// What was passed over in an archive, and why.
#[component]
fn Skipped(skipped: Arc<[String]>) -> impl IntoView {
    /// More sentences than that are counted only.
    const SHOWN: usize = 8;
    let more = skipped.len().saturating_sub(SHOWN);
    (!skipped.is_empty()).then(|| {
        let lines = skipped.iter().take(SHOWN).map(|why| view! { <li>{why.clone()}</li> }).collect_view();
        view! {
            <ul class="file__skipped" aria-label="Skipped">
                {lines}
                {(more > 0).then(|| view! { <li>{format!("and {} more", count(more as u64))}</li> })}
            </ul>
        }
    })
}

#[component]
fn ReadStory(id: u32, title: Option<String>, read: Arc<ReadFile>) -> impl IntoView {
    let session = Session::expect();
    let said = match read.warnings {
        0 => "details".to_owned(),
        some => counted(some, "warning", "warnings"),
    };
    let runs = read.runs;
    let open = move |_| match runs {
        1 => session.show(Screen::Run(RunKey { file: id, index: 0 })),
        _ => session.show(Screen::Runs),
    };
    // Of what only tells of runs nothing can be examined.
    let examine = read.told.is_none().then(|| {
        view! {
            <button
                class="link"
                aria-label=format!("What was read: {said}")
                on:click=move |_| session.examined.set(Some(id))
            >
                {said.clone()}
            </button>
            " · "
        }
    });
    view! {
        <span class="file__format">{title}</span>
        <span class="file__steps">
            {if runs > 1 { counted(u64::from(runs), "run", "runs") } else { counted(read.steps, "step", "steps") }}
        </span>
        <span class="file__note" title=read.first_warning.clone()>
            {examine}
            <button class="link" on:click=open>{if runs > 1 { "Show runs" } else { "Open" }}</button>
        </span>
        {read.told.as_ref().map(|left_out| {
            let all = [
                (left_out.broken, "line is no report", "lines are no reports"),
                (left_out.unread, "file could not be read then", "files could not be read then"),
                (left_out.repeated, "run was told of twice", "runs were told of twice"),
            ];
            let counts = all.into_iter().filter(|(number, ..)| *number > 0);
            let counts = counts.map(|(number, one, many)| counted(u64::from(number), one, many));
            let sentences: Vec<String> = counts.chain(left_out.why.iter().cloned()).collect();
            view! { <Skipped skipped=sentences.into() /> }
        })}
    }
}
