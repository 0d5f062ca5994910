use leptos::html;
use leptos::prelude::*;

use super::gesture::{self, Gesture};
use super::paint::{Palette, Picture};
use super::{Stage, gutter};
use crate::ui::browser::media::SizeWatch;
use crate::ui::browser::surface::Canvas;
use crate::ui::state::Appearance;
use crate::view_model::format::{counted, step_number};
use crate::view_model::step_facts::StepFacts;

/// How high the drawing is until it is known.
const HEIGHT: f64 = 170.0;

#[component]
pub(super) fn Drawing(stage: Stage) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let frame = NodeRef::<html::Div>::new();
    watch_width(frame, stage.width);
    repaint(
        canvas,
        move || stage.scene.track(),
        move |canvas, palette| {
            let Some(Some(scene)) = stage.scene.try_get_untracked() else { return };
            let (width, lanes) = (stage.width.get_untracked(), stage.lanes.get_untracked());
            let most_context = stage.plan.with_untracked(|plan| plan.most_context);
            let lane_names = lanes.names();
            let picture =
                Picture { scene: &scene, palette, lane_names, most_context, width, gutter: gutter(width) };
            picture.paint(canvas);
        },
    );
    let height = move || stage.scene.with(|scene| scene.as_ref().map_or(HEIGHT, |scene| scene.layout.height));
    let label = move || {
        let steps = counted(u64::from(stage.run.step_count()), "step", "steps");
        format!("Timeline of {steps}; the table below says the same")
    };
    let fingers = StoredValue::new(Gesture::default());
    view! {
        <div
            class="timeline__frame"
            node_ref=frame
            style=("--timeline-height", move || format!("{}px", height()))
            on:wheel=move |event| gesture::wheel(stage, &event)
            on:pointerdown=move |event| gesture::press(stage, fingers, &event)
            on:pointermove=move |event| gesture::drag(stage, fingers, &event)
            on:pointerup=move |event| gesture::release(stage, fingers, &event)
            on:pointercancel=move |_| gesture::cancel(stage, fingers)
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

/// Paints when what `track` names or the colours have changed, at most once per frame.
pub(super) fn repaint(
    canvas: NodeRef<html::Canvas>,
    track: impl Fn() + 'static,
    paint: impl Fn(&Canvas, &Palette) + Copy + 'static,
) {
    let appearance = Appearance::expect();
    let palette: StoredValue<Option<(u32, Palette)>, LocalStorage> = StoredValue::new_local(None);
    let is_queued = StoredValue::new(false);
    let draw = move || {
        let Some(canvas) = canvas.try_get_untracked().flatten() else { return };
        let looks = appearance.repaint.get_untracked();
        palette.update_value(|palette| {
            if palette.as_ref().is_none_or(|(read_at, _)| *read_at != looks) {
                *palette = Some((looks, Palette::read(&canvas)));
            }
            if let Some((_, palette)) = palette {
                paint(&canvas, palette);
            }
        });
    };
    Effect::new(move |_| {
        track();
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

/// What is known of the step that is pointed at.
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
        let label = rows.row(step).map_or_else(String::new, |row| format!("{} {}", row.verb, row.label));
        let facts = stage
            .run
            .with_map(|map| stage.run.flagged.with(|flagged| StepFacts::new(map, flagged, step)).line());
        Some((step_number(step), label, facts))
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
            {move || text().map(|(number, label, facts)| view! {
                <p><b>{number}</b> " " {label}</p>
                <p class="tooltip__facts">{facts}</p>
            })}
        </div>
    }
}
