//! The start: drop files, see what became of each, try a sample.

use leptos::html;
use leptos::prelude::*;

use super::ViewSpec;
use super::files::FileLines;
use super::samples::{SAMPLES, Sample};
use crate::ui::components::{Glyph, Icon};
use crate::ui::state::{Screen, Session};

pub(super) const VIEW: ViewSpec =
    ViewSpec { applies: |screen| screen == Screen::Landing, render: |_| view! { <Landing /> }.into_any() };

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
