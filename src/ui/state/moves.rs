use leptos::prelude::*;

use super::RunState;
use crate::view_model::axis::AxisKind;
use crate::view_model::jumps::{Landmark, land};
use crate::view_model::playback::{Pacing, Playback};
use crate::view_model::view_range::ViewRange;

/// From landmark to landmark, and playing.
impl RunState {
    /// The steps with a landmark, in order.
    pub fn landmarks(self, landmark: Landmark) -> Vec<u32> {
        self.map.with(|map| {
            let map = map.as_ref().and_then(|map| map.as_ref().ok());
            self.flagged.with(|flagged| landmark.steps(map.map(AsRef::as_ref), flagged))
        })
    }

    pub fn jump(self, landmark: Landmark, is_forward: bool) {
        let steps = untrack(move || self.landmarks(landmark));
        if let Some(step) = land(&steps, self.selected.get_untracked(), is_forward) {
            self.step_to(step);
            if landmark == Landmark::Finding {
                self.wants_hit.set_value(false);
                self.show_evidence.update(|count| *count += 1);
            }
        }
    }

    pub fn play_or_pause(self) {
        let playback = self.playback.get_untracked();
        if !playback.is_playing {
            let at = self.selected.get_untracked();
            let start = playback.start(at, self.chosen.get_untracked(), self.step_count());
            self.step_to(start);
        }
        self.playback.update(|playback| playback.is_playing = !playback.is_playing);
    }

    pub fn swap_pacing(self) {
        let has_times = untrack(move || self.has_times()) == Some(true);
        if has_times || self.playback.get_untracked().pacing == Pacing::Real {
            self.playback.update(Playback::swap_pacing);
        }
    }

    /// Begins a range at the selected step, or ends it there; a third time begins another.
    pub fn mark_range(self) {
        let at = self.selected.get_untracked();
        self.chosen.update(|chosen| {
            *chosen = match *chosen {
                Some((only, same)) if only == same && at != only => Some((only.min(at), only.max(at))),
                _ => Some((at, at)),
            }
        });
    }

    pub fn zoom_to_range(self) {
        let Some((first, last)) = self.chosen.get_untracked() else { return };
        let axis = self.axis.get_untracked();
        let (from, to) = (axis.extent(first as usize).0, axis.extent(last as usize).1);
        let shown = ViewRange::around(from, to, axis.length(), axis.shortest_view());
        self.range.set((!shown.is_full(axis.length())).then_some(shown));
    }

    /// Moves the timeline by a share of what is in sight.
    pub fn pan_by(self, share: f64) {
        let span = untrack(move || self.shown_range()).span();
        self.pan(share * span);
    }

    pub fn swap_axis(self) {
        self.set_axis(match self.axis_kind.get_untracked() {
            AxisKind::Order => AxisKind::Time,
            AxisKind::Time => AxisKind::Order,
        });
    }
}
