use std::sync::Arc;

use leptos::ev::{PointerEvent, WheelEvent};
use leptos::html;
use leptos::prelude::*;

use super::keys::ZOOM;
use super::paint::{Palette, Picture};
use super::timeline_table::TimelineTable;
use crate::engine::report::StepShade;
use crate::ui::browser::media::SizeWatch;
use crate::ui::state::{Appearance, RunState};
use crate::view_model::axis::AxisKind;
use crate::view_model::format::{counted, duration_ms, step_number};
use crate::view_model::lanes::Lanes;
use crate::view_model::scene::{Scene, SceneInput};
use crate::view_model::words;

/// Pixels at the left that bear the names of the lanes, and below which width there are none.
const GUTTER: f64 = 104.0;
const NARROW: f64 = 600.0;
/// A press that moves less than this is a click.
const CLICK: f64 = 4.0;

/// What the drawing is made of; all derived.
#[derive(Clone, Copy)]
struct Stage {
    run: RunState,
    lanes: Memo<Arc<Lanes>>,
    width: RwSignal<f64>,
    scene: Memo<Option<Arc<Scene>>>,
    /// The step under the pointer and where the pointer is.
    hover: RwSignal<Option<(u32, f64)>>,
}

impl Stage {
    fn new(run: RunState) -> Self {
        let width = RwSignal::new(0.0);
        let lanes = Memo::new(move |_| Arc::new(run.with_map(Lanes::new).unwrap_or_default()));
        let scene = Memo::new(move |_| {
            let width = width.get();
            let range = run.shown_range();
            let selected = run.selected.get();
            let drawn = run.with_map(|map| {
                run.flagged.with(|findings| {
                    Scene::new(SceneInput {
                        map,
                        lanes: &lanes.read(),
                        axis: &run.axis.read(),
                        range,
                        findings,
                        selected,
                        width,
                        gutter: gutter(width),
                    })
                })
            });
            drawn.filter(|_| width > 0.0).map(Arc::new)
        });
        Self { run, lanes, width, scene, hover: RwSignal::new(None) }
    }

    fn position(self, x: f64) -> f64 {
        let (width, range) = (self.width.get_untracked(), untrack(move || self.run.shown_range()));
        let gutter = gutter(width);
        range.position_from_x(x - gutter, width - gutter)
    }

    fn per_pixel(self) -> f64 {
        self.position(1.0) - self.position(0.0)
    }

    fn step_at(self, x: f64, y: f64) -> Option<u32> {
        self.scene.with_untracked(|scene| scene.as_ref()?.step_at(x, y))
    }
}

fn gutter(width: f64) -> f64 {
    if width < NARROW { 8.0 } else { GUTTER }
}

/// All steps in one line per agent, with what is marked at them.
#[component]
pub(super) fn Timeline() -> impl IntoView {
    let stage = Stage::new(RunState::expect());
    let failure = move || stage.run.map.with(|map| map.as_ref().and_then(|map| map.as_ref().err().cloned()));
    view! {
        <section class="timeline" aria-label="Timeline">
            <Tools stage />
            <Drawing stage />
            {move || failure().map(|message| view! { <p class="empty" role="alert">"No timeline: " {message}</p> })}
            <TimelineTable />
        </section>
    }
}

#[component]
fn Tools(stage: Stage) -> impl IntoView {
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
            <span class="timeline__story">{story}</span>
            <Legend stage />
        </div>
    }
}

/// The kinds that occur, in the order of the palette.
#[component]
fn Legend(stage: Stage) -> impl IntoView {
    let present = Memo::new(move |_| {
        let mut shades: Vec<StepShade> = stage.run.with_map(|map| map.shades.clone()).unwrap_or_default();
        shades.sort_unstable();
        shades.dedup();
        shades
    });
    let key = |shade: StepShade| {
        let class = format!("legend__key kind--{}", words::shade_token(shade));
        view! { <span class="legend__entry"><i class=class></i>{words::shade(shade)}</span> }
    };
    view! {
        <span class="legend">
            {move || present.get().into_iter().map(key).collect_view()}
            <span class="legend__entry"><i class="legend__key legend__key--finding"></i>"finding"</span>
        </span>
    }
}

#[component]
fn Drawing(stage: Stage) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let frame = NodeRef::<html::Div>::new();
    watch_width(frame, stage.width);
    repaint(canvas, stage);
    let height = move || stage.scene.with(|scene| scene.as_ref().map_or(132.0, |scene| scene.layout.height));
    let label = move || {
        let steps = counted(u64::from(stage.run.step_count()), "step", "steps");
        format!("Timeline of {steps}; the table below says the same")
    };
    let gesture = StoredValue::new(Gesture::default());
    view! {
        <div
            class="timeline__frame"
            node_ref=frame
            style=("--timeline-height", move || format!("{}px", height()))
            on:wheel=move |event| wheel(stage, &event)
            on:pointerdown=move |event| press(stage, gesture, &event)
            on:pointermove=move |event| drag(stage, gesture, &event)
            on:pointerup=move |event| release(stage, gesture, &event)
            on:pointercancel=move |_| gesture.set_value(Gesture::default())
            on:pointerleave=move |_| stage.hover.set(None)
        >
            <canvas class="timeline__canvas" node_ref=canvas role="img" aria-label=label></canvas>
            <Tooltip stage />
        </div>
    }
}

fn watch_width(frame: NodeRef<html::Div>, width: RwSignal<f64>) {
    let watch = StoredValue::new_local(None);
    Effect::new(move |_| {
        let Some(frame) = frame.get() else { return };
        let start = SizeWatch::start(&frame, move |now, _| {
            let _gone = width.try_set(now);
        });
        watch.set_value(start);
    });
}

/// Paints at most once per frame.
fn repaint(canvas: NodeRef<html::Canvas>, stage: Stage) {
    let appearance = Appearance::expect();
    let palette: StoredValue<Option<(u32, Palette)>, LocalStorage> = StoredValue::new_local(None);
    let is_queued = StoredValue::new(false);
    let draw = move || {
        let (Some(Some(scene)), Some(canvas)) =
            (stage.scene.try_get_untracked(), canvas.try_get_untracked().flatten())
        else {
            return;
        };
        let looks = appearance.repaint.get_untracked();
        palette.update_value(|palette| {
            if palette.as_ref().is_none_or(|(read_at, _)| *read_at != looks) {
                *palette = Some((looks, Palette::read(&canvas)));
            }
            let (Some((_, palette)), width) = (palette, stage.width.get_untracked()) else { return };
            let lanes = stage.lanes.get_untracked();
            let picture =
                Picture { scene: &scene, palette, lane_names: lanes.names(), width, gutter: gutter(width) };
            picture.paint(&canvas);
        });
    };
    Effect::new(move |_| {
        stage.scene.track();
        appearance.repaint.track();
        canvas.track();
        if !is_queued.get_value() {
            is_queued.set_value(true);
            request_animation_frame(move || {
                if is_queued.try_set_value(false).is_none() {
                    draw();
                }
            });
        }
    });
}

/// Fingers and buttons that are down.
#[derive(Debug, Clone, Default)]
struct Gesture {
    /// Pointer and where it was last.
    pointers: Vec<(i32, f64)>,
    travelled: f64,
}

fn place(event: &PointerEvent) -> (f64, f64) {
    (f64::from(event.offset_x()), f64::from(event.offset_y()))
}

fn wheel(stage: Stage, event: &WheelEvent) {
    let sideways = event.delta_x().abs() > event.delta_y().abs() || event.shift_key();
    if sideways {
        event.prevent_default();
        let delta = if event.delta_x() == 0.0 { event.delta_y() } else { event.delta_x() };
        stage.run.pan(delta * stage.per_pixel());
    } else if event.delta_y() != 0.0 {
        event.prevent_default();
        let factor = (event.delta_y() * 0.0025).clamp(-0.5, 0.5).exp();
        stage.run.zoom(factor, Some(stage.position(f64::from(event.offset_x()))));
    }
}

fn press(stage: Stage, gesture: StoredValue<Gesture>, event: &PointerEvent) {
    if event.button() != 0 {
        return;
    }
    stage.hover.set(None);
    gesture.update_value(|gesture| {
        if gesture.pointers.is_empty() {
            gesture.travelled = 0.0;
        }
        gesture.pointers.push((event.pointer_id(), place(event).0));
    });
}

fn drag(stage: Stage, gesture: StoredValue<Gesture>, event: &PointerEvent) {
    let (x, y) = place(event);
    let moved = gesture.try_update_value(|gesture| {
        let others: Vec<f64> =
            gesture.pointers.iter().filter(|(id, _)| *id != event.pointer_id()).map(|(_, x)| *x).collect();
        let (_, last) = gesture.pointers.iter_mut().find(|(id, _)| *id == event.pointer_id())?;
        let before = std::mem::replace(last, x);
        gesture.travelled += (x - before).abs();
        Some((before, others.first().copied()))
    });
    match moved.flatten() {
        None => stage.hover.set(stage.step_at(x, y).map(|step| (step, x))),
        Some((before, None)) => stage.run.pan((before - x) * stage.per_pixel()),
        // Two fingers: what was between them stays between them.
        Some((before, Some(other))) if (x - other).abs() > 8.0 => {
            let factor = ((before - other).abs() / (x - other).abs()).clamp(0.5, 2.0);
            stage.run.zoom(factor, Some(stage.position(f64::midpoint(x, other))));
        }
        Some(_) => {}
    }
}

fn release(stage: Stage, gesture: StoredValue<Gesture>, event: &PointerEvent) {
    let travelled = gesture.try_update_value(|gesture| {
        gesture.pointers.retain(|(id, _)| *id != event.pointer_id());
        gesture.travelled
    });
    let (x, y) = place(event);
    if travelled.is_some_and(|travelled| travelled < CLICK)
        && let Some(step) = stage.step_at(x, y)
    {
        stage.run.open_step(step);
    }
}

#[component]
fn Tooltip(stage: Stage) -> impl IntoView {
    let rows = stage.run.rows;
    Effect::new(move |_| {
        if let Some((step, _)) = stage.hover.get() {
            rows.want(step, step + 1);
        }
    });
    let text = move || {
        let (step, _) = stage.hover.get()?;
        let row = rows.row(step);
        let label = row.map_or_else(String::new, |row| format!("{} {}", row.verb, row.label));
        let time = stage.run.with_map(|map| map.spans.get(step as usize).copied().flatten()).flatten();
        let time = time
            .map(|span| format!(" · at {}, {}", duration_ms(span.start_ms), duration_ms(span.duration_ms())));
        Some((step_number(step), label, time))
    };
    let x = move || stage.hover.get().map_or(0.0, |(_, x)| x);
    let is_right = move || x() > stage.width.get() / 2.0;
    view! {
        <div
            class="tooltip"
            class=("tooltip--right", is_right)
            style=("--x", move || format!("{}px", x()))
            hidden=move || stage.hover.with(Option::is_none)
            aria-hidden="true"
        >
            {move || text().map(|(number, label, time)| view! { <b>{number}</b> " " {label} {time} })}
        </div>
    }
}
