//! Playing a run: when which step comes next. The clock is the page's.

use crate::engine::trace::Span;

use super::axis::IDLE_MS;

/// How many times as fast as at first.
pub const SPEEDS: [f64; 5] = [0.5, 1.0, 2.0, 4.0, 8.0];
const USUAL: usize = 1;
/// How long a step is shown where all are shown equally long.
const BEAT_MS: f64 = 900.0;
/// What an idle stretch is folded to.
const FOLDED_MS: i64 = 1_500;
/// The eye follows no faster than this.
const SHORTEST_MS: f64 = 40.0;

/// How long each step is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pacing {
    #[default]
    Even,
    /// As long as it took, with idle stretches folded.
    Real,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Playback {
    pub is_playing: bool,
    pub pacing: Pacing,
    /// The range, or the whole run, begins again at its end.
    pub is_looped: bool,
    speed: usize,
}

impl Default for Playback {
    fn default() -> Self {
        Self { is_playing: false, pacing: Pacing::Even, is_looped: false, speed: USUAL }
    }
}

impl Playback {
    pub fn speed(self) -> f64 {
        SPEEDS.get(self.speed).copied().unwrap_or(1.0)
    }

    /// One speed up or down.
    pub fn shift(&mut self, is_faster: bool) {
        let next = if is_faster { self.speed + 1 } else { self.speed.saturating_sub(1) };
        self.set_speed(next);
    }

    /// `place` in [`SPEEDS`].
    pub fn set_speed(&mut self, place: usize) {
        self.speed = place.min(SPEEDS.len() - 1);
    }

    pub fn place(self) -> usize {
        self.speed
    }

    pub fn swap_pacing(&mut self) {
        self.pacing = if self.pacing == Pacing::Even { Pacing::Real } else { Pacing::Even };
    }

    /// The first and the last step that are played: those of the range only while it is looped.
    fn played(self, range: Option<(u32, u32)>, count: u32) -> (u32, u32) {
        let last = count.saturating_sub(1);
        let (from, to) = range.filter(|_| self.is_looped).unwrap_or((0, last));
        (from.min(last), to.min(last))
    }

    /// Where playing begins: here, or at the beginning where nothing would follow.
    pub fn start(self, at: u32, range: Option<(u32, u32)>, count: u32) -> u32 {
        let (first, last) = self.played(range, count);
        if at < first || at >= last { first } else { at }
    }

    /// What follows `at`; `None` at the end.
    pub fn next(self, at: u32, range: Option<(u32, u32)>, count: u32) -> Option<u32> {
        let (first, last) = self.played(range, count);
        match at {
            _ if at < first => Some(first),
            _ if at < last => Some(at + 1),
            _ => (self.is_looped && last > first).then_some(first),
        }
    }

    /// How long `at` is shown before `next` comes.
    pub fn wait_ms(self, spans: &[Option<Span>], at: u32, next: u32) -> f64 {
        let span = |step: u32| spans.get(step as usize).copied().flatten();
        let real = || {
            let (here, then) = (span(at)?, span(next)?);
            let took = (then.start_ms - here.start_ms).max(0);
            let busy = here.duration_ms().min(took);
            let idle = took - busy;
            let idle = if idle > IDLE_MS { FOLDED_MS } else { idle };
            Some((busy.min(IDLE_MS) + idle) as f64)
        };
        let wait = (self.pacing == Pacing::Real && next > at).then(real).flatten().unwrap_or(BEAT_MS);
        (wait / self.speed()).max(SHORTEST_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::{BEAT_MS, Pacing, Playback, SHORTEST_MS};
    use crate::engine::trace::Span;

    fn span(start_ms: i64, end_ms: i64) -> Span {
        Span { start_ms, end_ms, bound: false }
    }

    fn spans<const N: usize>(known: [(i64, i64); N]) -> Vec<Option<Span>> {
        known.map(|(start_ms, end_ms)| Some(span(start_ms, end_ms))).to_vec()
    }

    fn wait(pacing: Pacing, spans: &[Option<Span>]) -> f64 {
        Playback { pacing, ..Playback::default() }.wait_ms(spans, 0, 1)
    }

    #[test]
    fn plays_to_the_end_and_begins_anew_from_there() {
        let playback = Playback::default();
        assert_eq!(playback.next(0, None, 3), Some(1));
        assert_eq!(playback.next(2, None, 3), None);
        assert_eq!(playback.start(2, None, 3), 0);
        assert_eq!(playback.start(1, None, 3), 1);
        assert_eq!(playback.next(0, None, 0), None);
    }

    #[test]
    fn a_looped_range_is_not_left() {
        let playback = Playback { is_looped: true, ..Playback::default() };
        let range = Some((4, 6));
        assert_eq!(playback.start(0, range, 10), 4);
        assert_eq!(playback.next(5, range, 10), Some(6));
        assert_eq!(playback.next(6, range, 10), Some(4));
        assert_eq!(playback.next(9, None, 10), Some(0));
        assert_eq!(playback.next(0, Some((0, 0)), 10), None);
    }

    #[test]
    fn a_range_that_is_not_looped_does_not_hold() {
        assert_eq!(Playback::default().next(6, Some((4, 6)), 10), Some(7));
    }

    #[test]
    fn evenly_every_step_is_shown_equally_long() {
        assert!((wait(Pacing::Even, &spans([(0, 5_000), (5_000, 5_001)])) - BEAT_MS).abs() < 1e-9);
    }

    #[test]
    fn as_it_happened_a_step_is_shown_as_long_as_it_took() {
        assert!((wait(Pacing::Real, &spans([(0, 3_000), (5_000, 6_000)])) - 5_000.0).abs() < 1e-9);
        assert!((wait(Pacing::Real, &[None, Some(span(5_000, 6_000))]) - BEAT_MS).abs() < 1e-9);
    }

    #[test]
    fn idle_hours_and_endless_steps_are_not_waited_for() {
        assert!((wait(Pacing::Real, &spans([(0, 1_000), (3_600_000, 3_600_001)])) - 2_500.0).abs() < 1e-9);
        assert!(
            (wait(Pacing::Real, &spans([(0, 7_200_000), (7_200_000, 7_200_001)])) - 60_000.0).abs() < 1e-9
        );
    }

    #[test]
    fn speeds_stay_within_what_there_is() {
        let mut playback = Playback::default();
        for _ in 0..9 {
            playback.shift(true);
        }
        assert!((playback.speed() - 8.0).abs() < 1e-9);
        assert!((playback.wait_ms(&[], 0, 1) - BEAT_MS / 8.0).abs() < 1e-9);
        for _ in 0..9 {
            playback.shift(false);
        }
        assert!((playback.speed() - 0.5).abs() < 1e-9);
        playback.pacing = Pacing::Real;
        assert!((playback.wait_ms(&spans([(0, 1), (1, 2)]), 0, 1) - SHORTEST_MS).abs() < 1e-9);
    }
}
