//! What stands where on the timeline, from the top.

const RULER: f64 = 18.0;
const PHASES: f64 = 20.0;
const FLAGS: f64 = 14.0;
const LANE: f64 = 24.0;
/// Few lanes get more room each.
const TALL_LANE: f64 = 36.0;
const FEW_LANES: usize = 2;
pub(super) const TRACK: f64 = 18.0;
const CONTEXT: f64 = 32.0;

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
    /// Bottom and height of the context line, if there is one.
    pub context: Option<(f64, f64)>,
    pub height: f64,
}

impl Layout {
    pub fn new(lane_count: usize, with_phases: bool, with_context: bool) -> Self {
        let flags = RULER + if with_phases { PHASES } else { 0.0 };
        let lanes = flags + FLAGS;
        let lane_height = if lane_count > FEW_LANES { LANE } else { TALL_LANE };
        let checks = lanes + lane_height * lane_count as f64;
        let edits = checks + TRACK;
        let end = edits + TRACK;
        let context = with_context.then_some((end + CONTEXT, CONTEXT - 6.0));
        let height = context.map_or(end, |(bottom, _)| bottom) + 6.0;
        let phases = with_phases.then_some(RULER);
        Self { phases, flags, lanes, lane_height, checks, edits, context, height }
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
    use super::Layout;

    #[test]
    fn only_runs_that_tell_their_context_get_room_for_it() {
        assert!(Layout::new(2, true, true).height > Layout::new(2, true, false).height + 20.0);
        assert!(Layout::new(2, true, true).height > Layout::new(2, false, true).height + 10.0);
    }
}
