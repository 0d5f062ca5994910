//! Where a step lies on the timeline: by order, or by time with idle gaps folded.

use crate::engine::trace::Span;

/// Nothing happening for longer than this is folded.
pub const IDLE_MS: i64 = 60_000;
/// How wide a folded gap is drawn, as a share of the time in which something happened.
const FOLDED_SHARE: f64 = 0.02;

/// What the distance between two steps means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AxisKind {
    #[default]
    Order,
    Time,
}

/// An idle stretch that is drawn short.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap {
    /// Where it starts and ends on the axis.
    pub start: f64,
    pub end: f64,
    pub idle_ms: i64,
}

/// Time with its idle stretches folded. Position 0 is the run's start.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TimeFold {
    /// First and last millisecond of each busy stretch and its place on the axis, in order.
    stretches: Vec<(i64, i64, f64)>,
    gaps: Vec<Gap>,
}

impl TimeFold {
    fn new(spans: &[Option<Span>]) -> Self {
        let mut busy: Vec<(i64, i64)> =
            spans.iter().flatten().map(|span| (span.start_ms, span.end_ms.max(span.start_ms))).collect();
        busy.sort_unstable();
        let mut merged: Vec<(i64, i64)> = Vec::new();
        for (start, end) in busy {
            match merged.last_mut() {
                Some(last) if start - last.1 <= IDLE_MS => last.1 = last.1.max(end),
                _ => merged.push((start, end)),
            }
        }
        let active: i64 = merged.iter().map(|(start, end)| end - start).sum();
        let folded = (active as f64 * FOLDED_SHARE).max(1_000.0);
        let mut fold = Self::default();
        let mut at = 0.0;
        let mut previous_end = None;
        for (start, end) in merged {
            if let Some(previous) = previous_end {
                fold.gaps.push(Gap { start: at, end: at + folded, idle_ms: start - previous });
                at += folded;
            }
            fold.stretches.push((start, end, at));
            at += (end - start) as f64;
            previous_end = Some(end);
        }
        fold
    }

    pub fn x_from_time(&self, ms: i64) -> f64 {
        let index = self.stretches.partition_point(|(start, ..)| *start <= ms).saturating_sub(1);
        self.stretches.get(index).map_or(0.0, |(start, end, at)| at + (ms.clamp(*start, *end) - start) as f64)
    }

    /// Inside a folded gap: the moment at which it starts.
    pub fn time_from_x(&self, x: f64) -> i64 {
        let index = self.stretches.partition_point(|(.., at)| *at <= x).saturating_sub(1);
        self.stretches.get(index).map_or(0, |(start, end, at)| {
            #[expect(clippy::cast_possible_truncation, reason = "clamped to the stretch")]
            let into = (x - at).clamp(0.0, (end - start) as f64) as i64;
            start + into
        })
    }

    fn length(&self) -> f64 {
        self.stretches.last().map_or(0.0, |(start, end, at)| at + (end - start) as f64)
    }
}

/// Maps steps to positions on the timeline and back.
#[derive(Debug, Clone, PartialEq)]
pub enum Axis {
    /// Step `i` fills `i..i + 1`.
    Order { count: usize },
    /// In milliseconds of folded time; steps without a time stand at the one before them.
    Time { fold: TimeFold, extents: Vec<(f64, f64)> },
}

impl Axis {
    pub fn by_order(count: usize) -> Self {
        Self::Order { count }
    }

    /// `None` when no two moments are known: there is no time to show then.
    pub fn by_time(spans: &[Option<Span>]) -> Option<Self> {
        let fold = TimeFold::new(spans);
        if fold.length() <= 0.0 {
            return None;
        }
        let mut at = 0.0;
        let extents = spans
            .iter()
            .map(|span| {
                let Some(span) = span else { return (at, at) };
                let extent = (fold.x_from_time(span.start_ms), fold.x_from_time(span.end_ms));
                at = extent.1;
                extent
            })
            .collect();
        Some(Self::Time { fold, extents })
    }

    pub fn kind(&self) -> AxisKind {
        match self {
            Self::Order { .. } => AxisKind::Order,
            Self::Time { .. } => AxisKind::Time,
        }
    }

    pub fn length(&self) -> f64 {
        match self {
            Self::Order { count } => (*count).max(1) as f64,
            Self::Time { fold, .. } => fold.length(),
        }
    }

    /// The least that may be in sight: a few steps, or a second.
    pub fn shortest_view(&self) -> f64 {
        match self {
            Self::Order { .. } => 5.0,
            Self::Time { .. } => 1_000.0,
        }
    }

    pub fn extent(&self, step: usize) -> (f64, f64) {
        match self {
            Self::Order { .. } => (step as f64, step as f64 + 1.0),
            Self::Time { extents, .. } => extents.get(step).copied().unwrap_or_default(),
        }
    }

    pub fn gaps(&self) -> &[Gap] {
        match self {
            Self::Order { .. } => &[],
            Self::Time { fold, .. } => &fold.gaps,
        }
    }

    /// Positions for labels below the axis, `wanted` or fewer, with the number to print: a step's place
    /// from 1, or milliseconds since the start.
    pub fn ticks(&self, from: f64, to: f64, wanted: usize) -> Vec<(f64, i64)> {
        let step = nice_step((to - from) / wanted.max(1) as f64, self.kind());
        let mut ticks = Vec::new();
        let mut at = (from / step).ceil() * step;
        while at <= to && ticks.len() <= wanted * 2 {
            #[expect(clippy::cast_possible_truncation, reason = "positions of steps and milliseconds fit")]
            let label = match self {
                Self::Order { .. } => at as i64 + 1,
                Self::Time { fold, .. } => fold.time_from_x(at),
            };
            ticks.push((at, label));
            at += step;
        }
        ticks
    }
}

/// The next round number that is not smaller.
fn nice_step(least: f64, kind: AxisKind) -> f64 {
    const SECONDS: [f64; 14] =
        [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0];
    if kind == AxisKind::Time
        && let Some(seconds) = SECONDS.into_iter().find(|seconds| seconds * 1000.0 >= least)
    {
        return seconds * 1000.0;
    }
    let power = 10f64.powf(least.max(1.0).log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= least)
        .unwrap_or(power)
}

#[cfg(test)]
mod tests {
    use super::{Axis, TimeFold};
    use crate::engine::trace::Span;

    fn spans(list: &[(i64, i64)]) -> Vec<Option<Span>> {
        list.iter()
            .map(|(start_ms, end_ms)| Some(Span { start_ms: *start_ms, end_ms: *end_ms, bound: false }))
            .collect()
    }

    #[test]
    fn order_gives_every_step_the_same_room() {
        let axis = Axis::by_order(3);
        assert_eq!(axis.extent(2), (2.0, 3.0));
        assert!((axis.length() - 3.0).abs() < 1e-9);
    }

    #[test]
    fn folds_what_is_idle_and_says_how_long_it_was() {
        let axis = Axis::by_time(&spans(&[(0, 10_000), (3_610_000, 3_660_000)])).expect("has times");
        assert_eq!(axis.gaps().len(), 1);
        assert_eq!(axis.gaps()[0].idle_ms, 3_600_000);
        assert_eq!(axis.extent(0), (0.0, 10_000.0));
        assert!((axis.extent(1).0 - 11_200.0).abs() < 1e-6);
        assert!((axis.length() - 61_200.0).abs() < 1e-6);
    }

    #[test]
    fn time_to_position_and_back() {
        let fold = TimeFold::new(&spans(&[(0, 10_000), (200_000, 260_000), (5_000, 20_000)]));
        for ms in [0, 4_000, 19_999, 200_000, 230_000, 260_000] {
            assert_eq!(fold.time_from_x(fold.x_from_time(ms)), ms);
        }
        assert!(fold.x_from_time(-5) >= 0.0);
        assert_eq!(fold.time_from_x(1e18), 260_000);
    }

    #[test]
    fn steps_without_time_stand_at_the_one_before() {
        let mut known = spans(&[(0, 1_000), (2_000, 3_000)]);
        known.insert(1, None);
        let axis = Axis::by_time(&known).expect("has times");
        assert_eq!(axis.extent(1), (1_000.0, 1_000.0));
    }

    #[test]
    fn without_times_there_is_no_axis_of_time() {
        assert_eq!(Axis::by_time(&[None, None]), None);
        assert_eq!(Axis::by_time(&spans(&[(5, 5)])), None);
    }

    #[test]
    fn ticks_are_round_and_few() {
        let ticks = Axis::by_order(57).ticks(0.0, 57.0, 6);
        assert_eq!(ticks.iter().map(|tick| tick.1).collect::<Vec<_>>(), [1, 11, 21, 31, 41, 51]);
        let axis = Axis::by_time(&spans(&[(0, 50_000), (50_000, 100_000)])).expect("has times");
        assert!(axis.ticks(0.0, 100_000.0, 5).len() <= 5);
    }
}
