use leptos::prelude::*;

use super::super::keys::ZOOM;
use super::Stage;
use crate::engine::report::StepShade;
use crate::ui::components::{Glyph, Icon};
use crate::view_model::axis::AxisKind;
use crate::view_model::format::{counted, step_number};
use crate::view_model::words;

/// What the drawing shows, and how.
#[component]
pub(super) fn Tools(stage: Stage) -> impl IntoView {
    let run = stage.run;
    let is_time = move || run.axis.with(|axis| axis.kind() == AxisKind::Time);
    let no_times = move || run.has_times() == Some(false);
    let story = move || {
        if no_times() {
            return "This format records no times; showing order".to_owned();
        }
        match run.axis.with(|axis| axis.gaps().len()) {
            0 => String::new(),
            gaps => format!("{} folded", counted(gaps as u64, "idle gap", "idle gaps")),
        }
    };
    view! {
        <div class="timeline__tools">
            <span class="segments" role="group" aria-label="Axis">
                <button
                    aria-pressed=move || (!is_time()).to_string()
                    class=("segments__on", move || !is_time())
                    on:click=move |_| run.set_axis(AxisKind::Order)
                >
                    "By order"
                </button>
                <button
                    aria-pressed=move || is_time().to_string()
                    class=("segments__on", is_time)
                    disabled=no_times
                    on:click=move |_| run.set_axis(AxisKind::Time)
                >
                    "By time"
                </button>
            </span>
            <span class="segments" role="group" aria-label="Zoom">
                <button aria-label="Zoom out" on:click=move |_| run.zoom(ZOOM, None)>"−"</button>
                <button aria-label="Zoom in" on:click=move |_| run.zoom(1.0 / ZOOM, None)>"+"</button>
                <button disabled=move || run.range.with(Option::is_none) on:click=move |_| run.range.set(None)>"All"</button>
            </span>
            <Chosen stage />
            <span class="timeline__story">{story}</span>
            <Legend stage />
        </div>
    }
}

/// The chosen range and what can be done with it.
#[component]
fn Chosen(stage: Stage) -> impl IntoView {
    let run = stage.run;
    let shown = move || stage.dragged.get().or(run.chosen.get());
    let name = move || match shown() {
        Some((first, last)) if first != last => format!("Steps {}–{}", step_number(first), step_number(last)),
        Some((only, _)) => format!("Step {}", step_number(only)),
        None => String::new(),
    };
    let again = move |_| {
        run.playback.update(|playback| playback.is_looped = true);
        if !run.playback.get_untracked().is_playing {
            run.play_or_pause();
        }
    };
    view! {
        <span class="timeline__chosen" role="group" aria-label="Chosen range" hidden=move || shown().is_none()>
            <b>{name}</b>
            <span class="segments">
                <button title="z" on:click=move |_| run.zoom_to_range()>"Zoom to it"</button>
                <button title="r" on:click=again>"Loop it"</button>
            </span>
            <button class="icon-button" aria-label="Forget the range" on:click=move |_| run.chosen.set(None)>
                <Icon glyph=Glyph::Close />
            </button>
        </span>
    }
}

/// The kinds that occur, in the order of the palette, each in its shape.
#[component]
fn Legend(stage: Stage) -> impl IntoView {
    let present = Memo::new(move |_| {
        let mut shades: Vec<StepShade> = stage.run.with_map(|map| map.shades.clone()).unwrap_or_default();
        shades.sort_unstable();
        shades.dedup();
        shades
    });
    let has_bounds = Memo::new(move |_| {
        stage.run.axis.with(|axis| axis.kind() == AxisKind::Time)
            && stage.run.with_map(|map| map.spans.iter().flatten().any(|span| span.bound)) == Some(true)
    });
    let key = |shade: StepShade| {
        let token = words::shade_token(shade);
        let class = format!("legend__key legend__key--{token} kind--{token}");
        view! { <span class="legend__entry"><i class=class></i>{words::shade(shade)}</span> }
    };
    view! {
        <span class="legend">
            {move || present.get().into_iter().map(key).collect_view()}
            <span class="legend__entry" hidden=move || !has_bounds.get()>
                <i class="legend__key legend__key--bound"></i>
                "at most so long"
            </span>
            <span class="legend__entry"><i class="legend__key legend__key--finding"></i>"finding"</span>
        </span>
    }
}
