//! The start: drop files, see what became of each, try a sample.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use super::ViewSpec;
use super::samples::{SAMPLES, Sample};
use crate::engine::report::RunReport;
use crate::protocol::RunKey;
use crate::ui::components::{Glyph, Icon};
use crate::ui::state::{FileState, OpenedFile, Screen, Session};
use crate::view_model::format::{bytes, count, counted, percent_of};

pub(super) const VIEW: ViewSpec =
    ViewSpec { applies: |screen| screen == Screen::Landing, render: |_| view! { <Landing /> }.into_any() };

/// Lines of files that are drawn; a folder may hold thousands.
const SHOWN_FILES: usize = 200;

#[component]
fn Landing() -> impl IntoView {
    view! {
        <main class="landing">
            <div class="landing__inner">
                <div class="landing__hero">
                    <h1>"See what went wrong in an agent's run."</h1>
                    <p>
                        "Drop the trace your coding agent already wrote. You get the first wrong step with the proof, "
                        "a score with its reasons, and what keeps failing across runs. It all happens in this tab."
                    </p>
                </div>
                <DropZone />
                <FileLines />
                <Samples />
                <Formats />
            </div>
        </main>
    }
}

#[component]
fn DropZone() -> impl IntoView {
    let session = Session::expect();
    let is_over = RwSignal::new(false);
    let files = NodeRef::<html::Input>::new();
    let folder = NodeRef::<html::Input>::new();
    let pick = move |input: NodeRef<html::Input>| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let picked = move |input: NodeRef<html::Input>| {
        if let Some(input) = input.get_untracked() {
            session.open_picked(&input);
        }
    };
    view! {
        <section
            class="drop"
            class=("drop--over", is_over)
            aria-label="Open traces"
            on:dragover=move |_| is_over.set(true)
            on:dragleave=move |_| is_over.set(false)
            on:drop=move |event| {
                is_over.set(false);
                session.open_dropped(&event);
            }
        >
            <span class="drop__icon"><Icon glyph=Glyph::Upload /></span>
            <strong>"Drop trace files, folders or archives"</strong>
            <span class="drop__hint">"zip, tar, gz and zst are opened; or paste with "<kbd>"Ctrl V"</kbd></span>
            <div class="drop__buttons">
                <button class="button button--primary" on:click=move |_| pick(files)>"Choose files…"</button>
                <button class="button" on:click=move |_| pick(folder)>"Choose a folder…"</button>
            </div>
            <input node_ref=files type="file" multiple hidden aria-label="Trace files" on:change=move |_| picked(files) />
            <input
                node_ref=folder
                type="file"
                multiple
                hidden
                prop:webkitdirectory=true
                aria-label="Folder of traces"
                on:change=move |_| picked(folder)
            />
        </section>
    }
}

#[component]
fn FileLines() -> impl IntoView {
    let session = Session::expect();
    let shown =
        move || session.files.with(|files| files.iter().take(SHOWN_FILES).cloned().collect::<Vec<_>>());
    let more = move || session.files.with(Vec::len).saturating_sub(SHOWN_FILES);
    let said = move || match (session.unsettled.get(), session.files.with(Vec::len)) {
        (_, 0) => String::new(),
        (0, all) => counted(all as u64, "file read", "files read"),
        (left, all) => format!(
            "{} of {}",
            count((all - left.min(all)) as u64),
            counted(all as u64, "file read", "files read")
        ),
    };
    view! {
        <section class="files" aria-label="Opened files" class:files--empty=move || session.files.with(Vec::is_empty)>
            <header class="files__head">
                <h2>"Opened"</h2>
                <span class="files__count" aria-live="polite">{said}</span>
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
                <p class="files__more">"and " {move || count(more() as u64)} " more files"</p>
            </Show>
        </section>
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
        FileState::Read { title, reports } => view! { <ReadStory id title reports /> }.into_any(),
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
fn ReadStory(id: u32, title: Option<String>, reports: Arc<[Arc<RunReport>]>) -> impl IntoView {
    let session = Session::expect();
    let steps: u64 = reports.iter().map(|report| u64::from(report.steps)).sum();
    let warnings: u64 = reports.iter().flat_map(|report| &report.warnings).map(|warning| warning.count).sum();
    let first = reports.iter().flat_map(|report| &report.warnings).next().map(|warning| warning.text.clone());
    let format = title.or_else(|| reports.first().map(|report| report.format.clone()));
    let said = match warnings {
        0 => "details".to_owned(),
        some => counted(some, "warning", "warnings"),
    };
    let runs = reports.len();
    let open = move |_| match runs {
        1 => session.show(Screen::Run(RunKey { file: id, index: 0 })),
        _ => session.show(Screen::Runs),
    };
    view! {
        <span class="file__format">{format}</span>
        <span class="file__steps">
            {if runs > 1 { counted(runs as u64, "run", "runs") } else { counted(steps, "step", "steps") }}
        </span>
        <span class="file__note" title=first>
            <button
                class="link"
                aria-label=format!("What was read: {said}")
                on:click=move |_| session.examined.set(Some(id))
            >
                {said.clone()}
            </button>
            " · "
            <button class="link" on:click=open>{if runs > 1 { "Show runs" } else { "Open" }}</button>
        </span>
    }
}

#[component]
fn Samples() -> impl IntoView {
    let session = Session::expect();
    let card = move |sample: &'static Sample| {
        view! {
            <button class="card" on:click=move |_| session.open_sample(sample.file)>
                <b>{sample.title}</b>
                <span>{sample.story}</span>
            </button>
        }
    };
    view! {
        <section class="samples">
            <h2>"Or open a sample"</h2>
            <div class="samples__cards">{SAMPLES.iter().map(card).collect_view()}</div>
        </section>
    }
}

#[component]
fn Formats() -> impl IntoView {
    let session = Session::expect();
    let chips = move || {
        session.catalog.get().map(|catalog| {
            let chip = |format: &crate::protocol::FormatText| {
                view! { <li title=format.written_by.clone()>{format.title.clone()}</li> }
            };
            catalog.formats.iter().map(chip).collect_view()
        })
    };
    view! {
        <section class="formats">
            <h2>"Reads"</h2>
            <ul class="formats__list">{chips}</ul>
        </section>
    }
}
