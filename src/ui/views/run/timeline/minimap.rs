use leptos::ev::PointerEvent;
use leptos::html;
use leptos::prelude::*;

use super::drawing::repaint;
use super::paint::paint_overview;
use super::{Stage, gutter};
use crate::view_model::format::percent_exact;
use crate::view_model::scene::{overview, overview_flags};

/// All of the run in one line, with a window where the drawing above is. Keys and buttons move it too.
#[component]
pub(super) fn Minimap(stage: Stage) -> impl IntoView {
    let run = stage.run;
    let canvas = NodeRef::<html::Canvas>::new();
    let length = move || run.axis.with(|axis| axis.length());
    let track = move || {
        stage.plan.track();
        stage.width.track();
    };
    repaint(canvas, track, move |canvas, palette| {
        let full = stage.width.get_untracked();
        let width = full - gutter(full);
        let (plan, axis) = (stage.plan.get_untracked(), run.axis.get_untracked());
        let (bars, flags) = (overview(&plan, &axis, width), overview_flags(&plan, &axis, width));
        paint_overview(canvas, palette, width, &bars, &flags);
    });
    let go = move |event: &PointerEvent| {
        if event.buttons() & 1 == 0 {
            return;
        }
        let full = stage.width.get_untracked();
        let width = (full - gutter(full)).max(1.0);
        let wanted = f64::from(event.offset_x()) / width * untrack(length);
        let shown = untrack(move || run.shown_range());
        run.pan(wanted - f64::midpoint(shown.start, shown.end));
    };
    let from = move || percent_exact(run.shown_range().start / length());
    let share = move || percent_exact(run.shown_range().span() / length());
    view! {
        <div
            class="minimap"
            aria-hidden="true"
            style=("--gutter", move || format!("{}px", gutter(stage.width.get())))
            on:pointerdown=move |event| go(&event)
            on:pointermove=move |event| go(&event)
        >
            <canvas class="minimap__canvas" node_ref=canvas></canvas>
            <span
                class="minimap__window"
                hidden=move || run.range.with(Option::is_none)
                style=("--from", from)
                style=("--share", share)
            ></span>
        </div>
    }
}
