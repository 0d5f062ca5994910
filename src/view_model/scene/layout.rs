//! What stands where on the timeline, from the top.

const RULER: f64 = 18.0;
const PHASES: f64 = 20.0;
const FLAGS: f64 = 14.0;
const LANE: f64 = 24.0;
/// Few lanes get more room each.
const TALL_LANE: f64 = 36.0;
const FEW_LANES: usize = 2;
const TRACK: f64 = 18.0;
const CONTEXT: f64 = 32.0;

/// What a run has; what it has not gets no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for itself")]
pub struct Has {
    pub phases: bool,
    pub checks: bool,
    pub edits: bool,
    pub context: bool,
}

/// Vertical places.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layout {
    /// Of the phases' band, if there is one.
    pub phases: Option<f64>,
    pub flags: f64,
    pub lanes: f64,
    pub lane_height: f64,
    pub checks: f64,
    pub edits: f64,
    /// Below the tracks of marks.
    pub(super) end: f64,
    /// Bottom and height of the context line, if there is one.
    pub context: Option<(f64, f64)>,
    pub height: f64,
}

impl Layout {
    pub fn new(lane_count: usize, has: Has) -> Self {
        let if_any = |any: bool, height: f64| if any { height } else { 0.0 };
        let flags = RULER + if_any(has.phases, PHASES);
        let lanes = flags + FLAGS;
        let lane_height = if lane_count > FEW_LANES { LANE } else { TALL_LANE };
        let checks = lanes + lane_height * lane_count as f64;
        let edits = checks + if_any(has.checks, TRACK);
        let end = edits + if_any(has.edits, TRACK);
        let context = has.context.then_some((end + CONTEXT, CONTEXT - 6.0));
        let height = context.map_or(end, |(bottom, _)| bottom) + 6.0;
        let phases = has.phases.then_some(RULER);
        Self { phases, flags, lanes, lane_height, checks, edits, end, context, height }
    }

    /// Names of the tracks of marks that there are, and their tops.
    pub fn tracks(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let tracks = [("checks", self.checks, self.edits), ("edits", self.edits, self.end)];
        tracks.into_iter().filter(|(_, top, bottom)| bottom > top).map(|(name, top, _)| (name, top))
    }

    pub(super) fn lane_at(&self, y: f64) -> Option<usize> {
        let lane = (y - self.lanes) / self.lane_height;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, small")]
        (lane >= 0.0 && y < self.checks).then_some(lane as usize)
    }

    /// Above the lanes, where a finger chooses a range instead of moving the drawing.
    pub fn is_head(&self, y: f64) -> bool {
        y < self.lanes
    }
}

#[cfg(test)]
mod tests {
    use super::{Has, Layout};

    #[test]
    fn only_what_a_run_has_gets_room() {
        let all = Layout::new(2, Has { phases: true, checks: true, edits: true, context: true });
        let none = Layout::new(2, Has::default());
        assert!(all.height > none.height + 80.0);
        assert_eq!(all.tracks().count(), 2);
        assert_eq!(none.tracks().count(), 0);
    }
}
