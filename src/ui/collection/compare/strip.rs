//! The whole alignment beside the list, to see where the differences are and to go there.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use super::list::RowsState;
use crate::view_model::many::compare::{Band, Side, SideBySide, strip};

/// More bands than this cannot be told apart on a screen.
const BANDS: usize = 300;
/// Units of the drawing: from the first row to the last, and across both lanes.
const LONG: f64 = 1000.0;
const LANE: f64 = 9.0;
const GAP: f64 = 2.0;

#[component]
pub(super) fn Strip(runs: Arc<SideBySide>, state: RowsState) -> impl IntoView {
    let rows = &runs.comparison.rows;
    let lane = |side: Side| {
        let x = side.of([0.0, LANE + GAP]);
        let band = move |Band { lane, from, to }: Band| {
            let class = format!("strip__band strip__band--{}", lane.token());
            let height = ((to - from) * LONG).max(2.0);
            view! { <rect class=class x=x.to_string() y=(from * LONG).to_string() width=LANE.to_string() height=height.to_string() /> }
        };
        let bands = strip(rows, side, BANDS).into_iter().map(band).collect_view();
        view! { <g class=format!("strip__lane--{}", side.name().to_lowercase())>{bands}</g> }
    };
    let all = rows.len();
    let parting = runs.parting().map(|row| {
        let y = f64::from(row) / all.max(1) as f64 * 100.0;
        view! { <i class="strip__parting" style=("--y", format!("{y:.2}%"))></i> }
    });
    let here = move || {
        let lines = state.lines.with(Vec::len).max(1);
        let at = state.at.get().0;
        let row = state.row_of(at).map_or(at, |row| row as usize);
        let share = if state.only_differences.get() {
            row as f64 / all.max(1) as f64
        } else {
            at as f64 / lines as f64
        };
        format!("{:.2}%", share * 100.0)
    };
    let area = NodeRef::<html::Div>::new();
    let go = move |event: leptos::ev::MouseEvent| {
        let Some(area) = area.get_untracked() else { return };
        let share = f64::from(event.offset_y()) / f64::from(area.client_height()).max(1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a saturating cast is meant"
        )]
        let row = (share * all as f64) as u32;
        state.show(row);
    };
    let across = 2.0 * LANE + GAP;
    view! {
        <div class="strip" node_ref=area on:click=go title="All rows; click to go there">
            <svg
                viewBox=format!("0 0 {across} {LONG}")
                preserveAspectRatio="none"
                role="img"
                aria-label="All rows from first to last: A on the left, B on the right"
            >
                {lane(Side::A)}
                {lane(Side::B)}
            </svg>
            {parting}
            <i class="strip__here" style=("--y", here)></i>
        </div>
    }
}
