//! The timeline: all steps in a lane per agent, with what is marked at them, as a drawing and as a table.

mod drawing;
mod gesture;
mod minimap;
mod paint;
mod table;
mod tools;

use std::sync::Arc;

use leptos::prelude::*;

use crate::ui::state::RunState;
use crate::view_model::lanes::Lanes;
use crate::view_model::scene::{Plan, Scene, SceneInput};

use drawing::Drawing;
use minimap::Minimap;
use table::TimelineTable;
use tools::Tools;

/// Pixels at the left that bear the names of the lanes, and below which width there are none.
const GUTTER: f64 = 104.0;
const NARROW: f64 = 600.0;

/// What the drawing is made of; all derived but what the pointer does.
#[derive(Clone, Copy)]
struct Stage {
    run: RunState,
    lanes: Memo<Arc<Lanes>>,
    plan: Memo<Arc<Plan>>,
    width: RwSignal<f64>,
    scene: Memo<Option<Arc<Scene>>>,
    /// The step under the pointer and where the pointer is.
    hover: RwSignal<Option<(u32, f64)>>,
    /// The range that is being drawn up.
    dragged: RwSignal<Option<(u32, u32)>>,
}

impl Stage {
    fn new(run: RunState) -> Self {
        let width = RwSignal::new(0.0);
        let dragged = RwSignal::new(None);
        let lanes = Memo::new(move |_| Arc::new(run.with_map(Lanes::new).unwrap_or_default()));
        let plan = Memo::new(move |_| {
            let plan = run.with_map(|map| {
                run.flagged.with(|findings| Plan::new(map, &lanes.read(), &run.axis.read(), findings))
            });
            Arc::new(plan.unwrap_or_default())
        });
        let scene = Memo::new(move |_| {
            let width = width.get();
            let input = SceneInput {
                plan: &plan.read(),
                axis: &run.axis.read(),
                range: run.shown_range(),
                selected: run.selected.get(),
                chosen: dragged.get().or(run.chosen.get()),
                width,
                gutter: gutter(width),
            };
            (width > 0.0).then(|| Arc::new(Scene::new(input)))
        });
        Self { run, lanes, plan, width, scene, hover: RwSignal::new(None), dragged }
    }

    fn position(self, x: f64) -> f64 {
        self.scene.with_untracked(|scene| scene.as_ref().map_or(0.0, |scene| scene.position(x)))
    }

    fn per_pixel(self) -> f64 {
        self.position(1.0) - self.position(0.0)
    }

    fn step_at(self, x: f64, y: f64) -> Option<u32> {
        let plan = self.plan.get_untracked();
        self.scene.with_untracked(|scene| scene.as_ref()?.step_at(&plan, x, y))
    }
}

fn gutter(width: f64) -> f64 {
    if width < NARROW { 8.0 } else { GUTTER }
}

#[component]
pub(super) fn Timeline() -> impl IntoView {
    let stage = Stage::new(RunState::expect());
    let failure = move || stage.run.map.with(|map| map.as_ref().and_then(|map| map.as_ref().err().cloned()));
    view! {
        <section class="timeline" aria-label="Timeline">
            <Tools stage />
            <Drawing stage />
            <Minimap stage />
            {move || failure().map(|message| view! { <p class="empty" role="alert">"No timeline: " {message}</p> })}
            <TimelineTable />
        </section>
    }
}
