use std::time::Duration;

use leptos::prelude::*;

use crate::ui::components::{Glyph, Icon};
use crate::ui::state::RunState;
use crate::view_model::format::{count, percent_exact, step_number};
use crate::view_model::jumps::Landmark;
use crate::view_model::playback::{Pacing, SPEEDS};
use crate::view_model::scrub::{SCRUB_WIDTH, strokes};

/// Brings the next step while the run is played. Whoever steps meanwhile is not overtaken: the wait begins anew.
pub(super) fn play(run: RunState) {
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    Effect::new(move |_| {
        let (playback, at) = (run.playback.get(), run.selected.get());
        stop();
        if !playback.is_playing {
            return;
        }
        let Some(next) = playback.next(at, run.chosen.get(), run.step_count()) else {
            run.playback.update(|playback| playback.is_playing = false);
            return;
        };
        let wait = run.with_map(|map| playback.wait_ms(&map.spans, at, next)).unwrap_or_default();
        let wait = Duration::from_secs_f64(wait / 1000.0);
        timer.set_value(set_timeout_with_handle(move || run.step_to(next), wait).ok());
    });
    on_cleanup(stop);
}

const JUMPS: [(Landmark, &str, &str); 4] = [
    (Landmark::Turn, "Turn", "Next turn"),
    (Landmark::Edit, "Edit", "Next edit"),
    (Landmark::RedCheck, "Red test", "Next red test"),
    (Landmark::Finding, "Finding", "Next finding"),
];

/// Moves through the run.
#[component]
pub(super) fn Player() -> impl IntoView {
    let run = RunState::expect();
    let is_playing = move || run.playback.with(|playback| playback.is_playing);
    let label = move || if is_playing() { "Pause" } else { "Play" };
    let step = move |label: &'static str, key: &'static str, glyph: Glyph, delta: i64| {
        let title = format!("{label} ({key})");
        view! {
            <button class="icon-button" aria-label=label title=title on:click=move |_| run.step_by(delta)>
                <Icon glyph />
            </button>
        }
    };
    let jump = move |(landmark, word, label): (Landmark, &'static str, &'static str)| {
        let has_none = Memo::new(move |_| run.landmarks(landmark).is_empty());
        view! {
            <button aria-label=label disabled=has_none on:click=move |_| run.jump(landmark, true)>{word}</button>
        }
    };
    view! {
        <footer class="player" aria-label="Player" role="group">
            {step("First step", "0", Glyph::First, i64::MIN)}
            {step("Previous step", "h", Glyph::Previous, -1)}
            <button class="icon-button player__play" aria-label=label title="Play or pause (Space)" on:click=move |_| run.play_or_pause()>
                {move || view! { <Icon glyph=if is_playing() { Glyph::Pause } else { Glyph::Play } /> }}
            </button>
            {step("Next step", "l", Glyph::Next, 1)}
            <Pace />
            <Scrubber />
            <span class="segments player__jumps" role="group" aria-label="Jump to the next">{JUMPS.into_iter().map(jump).collect_view()}</span>
            <span class="player__keys" aria-hidden="true">
                <span><kbd>"Ctrl K"</kbd> " commands"</span>
                <span><kbd>"?"</kbd> " keys"</span>
            </span>
        </footer>
    }
}

/// How fast, how evenly, and how often.
#[component]
fn Pace() -> impl IntoView {
    let run = RunState::expect();
    let choose = move |event| {
        if let Ok(place) = event_target_value(&event).parse() {
            run.playback.update(|playback| playback.set_speed(place));
        }
    };
    let speeds = SPEEDS.iter().enumerate().map(|(place, speed)| {
        view! { <option value=place.to_string()>{format!("{speed}×")}</option> }
    });
    let is_real = move || run.playback.with(|playback| playback.pacing == Pacing::Real);
    let is_looped = move || run.playback.with(|playback| playback.is_looped);
    view! {
        <span class="player__pace">
            <select
                class="field"
                aria-label="Speed"
                prop:value=move || run.playback.with(|playback| playback.place()).to_string()
                on:change=choose
            >
                {speeds.collect_view()}
            </select>
            <button
                class="toggle"
                class=("toggle--on", is_real)
                aria-pressed=move || is_real().to_string()
                title="Each step as long as it took, idle time folded (e)"
                disabled=move || run.has_times() != Some(true)
                on:click=move |_| run.swap_pacing()
            >
                "Real time"
            </button>
            <button
                class="icon-button"
                class=("player__loop--on", is_looped)
                aria-label="Loop"
                aria-pressed=move || is_looped().to_string()
                title="Again and again: the chosen range, or the whole run (r)"
                on:click=move |_| run.playback.update(|playback| playback.is_looped = !playback.is_looped)
            >
                <Icon glyph=Glyph::Loop />
            </button>
        </span>
    }
}

/// Where the strokes of each landmark stand: findings above the track, the others below.
const STROKES: [(Landmark, &str, (u32, u32)); 3] = [
    (Landmark::Edit, "player__mark player__mark--edit", (16, 20)),
    (Landmark::RedCheck, "player__mark player__mark--red", (16, 24)),
    (Landmark::Finding, "player__mark player__mark--finding", (0, 8)),
];

#[component]
fn Scrubber() -> impl IntoView {
    let run = RunState::expect();
    let steps = run.step_count();
    let last = steps.saturating_sub(1);
    let scrub = move |event| {
        if let Ok(step) = event_target_value(&event).parse::<u32>() {
            run.step_to(step);
        }
    };
    let share = move || percent_exact(f64::from(run.selected.get()) / f64::from(last.max(1)));
    let marks = STROKES.map(|(landmark, class, at)| {
        view! { <path class=class d=move || strokes(&run.landmarks(landmark), steps, at) /> }
    });
    view! {
        <span class="player__track">
            <svg viewBox=format!("0 0 {SCRUB_WIDTH} 24") preserveAspectRatio="none" aria-hidden="true">{marks.to_vec()}</svg>
            <input
                class="player__scrub"
                type="range"
                min="0"
                max=last.to_string()
                aria-label="Step"
                aria-valuetext=move || format!("step {} of {}", step_number(run.selected.get()), steps)
                style=("--share", share)
                prop:value=move || run.selected.get().to_string()
                on:input=scrub
            />
        </span>
        <span class="player__place">
            {move || count(u64::from(step_number(run.selected.get())))}
            " / "
            {count(u64::from(steps))}
        </span>
    }
}
