//! What fingers, the mouse and its wheel do on the drawing: a mouse chooses a range, a finger moves what is in
//! sight, two zoom.

use leptos::ev::{PointerEvent, WheelEvent};
use leptos::prelude::*;

use super::Stage;

/// A press that moves less than this is a click.
const CLICK: f64 = 4.0;
/// Two fingers nearer than this say nothing about how far apart they were meant to be.
const PINCH: f64 = 8.0;

/// Fingers and buttons that are down.
#[derive(Debug, Clone, Default)]
pub(super) struct Gesture {
    /// Pointer and where it was last.
    pointers: Vec<(i32, f64)>,
    travelled: f64,
    /// Where on the axis a range was begun; `None` while the drawing is moved.
    begun: Option<f64>,
}

type Fingers = StoredValue<Gesture>;

fn place(event: &PointerEvent) -> (f64, f64) {
    (f64::from(event.offset_x()), f64::from(event.offset_y()))
}

pub(super) fn wheel(stage: Stage, event: &WheelEvent) {
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

pub(super) fn press(stage: Stage, fingers: Fingers, event: &PointerEvent) {
    if event.button() != 0 {
        return;
    }
    let (x, y) = place(event);
    let is_head =
        stage.scene.with_untracked(|scene| scene.as_ref().is_some_and(|scene| scene.layout.is_head(y)));
    let chooses = !event.shift_key() && (is_head || event.pointer_type() == "mouse");
    stage.hover.set(None);
    fingers.update_value(|gesture| {
        let is_first = gesture.pointers.is_empty();
        if is_first {
            gesture.travelled = 0.0;
        }
        gesture.begun = (is_first && chooses).then(|| stage.position(x));
        gesture.pointers.push((event.pointer_id(), x));
    });
}

pub(super) fn drag(stage: Stage, fingers: Fingers, event: &PointerEvent) {
    let (x, y) = place(event);
    let moved = fingers.try_update_value(|gesture| {
        let others: Vec<f64> =
            gesture.pointers.iter().filter(|(id, _)| *id != event.pointer_id()).map(|(_, x)| *x).collect();
        let (_, last) = gesture.pointers.iter_mut().find(|(id, _)| *id == event.pointer_id())?;
        let before = std::mem::replace(last, x);
        gesture.travelled += (x - before).abs();
        Some((before, others.first().copied(), gesture.begun, gesture.travelled))
    });
    match moved.flatten() {
        None => stage.hover.set(stage.step_at(x, y).map(|step| (step, x))),
        Some((_, None, Some(begun), travelled)) => {
            if travelled >= CLICK {
                stage.dragged.set(stage.plan.get_untracked().steps_between(begun, stage.position(x)));
            }
        }
        Some((before, None, None, _)) => stage.run.pan((before - x) * stage.per_pixel()),
        // Two fingers: what was between them stays between them.
        Some((before, Some(other), ..)) if (x - other).abs() > PINCH => {
            let factor = ((before - other).abs() / (x - other).abs()).clamp(0.5, 2.0);
            stage.run.zoom(factor, Some(stage.position(f64::midpoint(x, other))));
        }
        Some(_) => {}
    }
}

pub(super) fn release(stage: Stage, fingers: Fingers, event: &PointerEvent) {
    let travelled = fingers.try_update_value(|gesture| {
        gesture.pointers.retain(|(id, _)| *id != event.pointer_id());
        gesture.travelled
    });
    if let Some(range) = stage.dragged.get_untracked() {
        stage.run.chosen.set(Some(range));
        stage.dragged.set(None);
        return;
    }
    let (x, y) = place(event);
    if travelled.is_none_or(|travelled| travelled >= CLICK) {
        return;
    }
    let phase = stage.scene.with_untracked(|scene| scene.as_ref()?.phase_at(x, y));
    if let Some((from, to)) = phase {
        stage.run.chosen.set(stage.plan.get_untracked().steps_between(from, to));
    } else if let Some(step) = stage.step_at(x, y) {
        stage.run.open_step(step);
    }
}

pub(super) fn cancel(stage: Stage, fingers: Fingers) {
    fingers.set_value(Gesture::default());
    stage.dragged.set(None);
}
