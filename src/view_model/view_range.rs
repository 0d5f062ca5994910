/// The part of an axis that is in sight, in the axis's own units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ViewRange {
    pub start: f64,
    pub end: f64,
}

impl ViewRange {
    pub fn full(length: f64) -> Self {
        Self { start: 0.0, end: length.max(f64::MIN_POSITIVE) }
    }

    /// All of `from..to` with a little around it, but no less than `shortest`.
    pub fn around(from: f64, to: f64, length: f64, shortest: f64) -> Self {
        let span = ((to - from) * 1.04).max(shortest).min(length);
        let middle = f64::midpoint(from, to);
        Self { start: middle - span / 2.0, end: middle + span / 2.0 }.clamp(length)
    }

    pub fn span(self) -> f64 {
        self.end - self.start
    }

    pub fn is_full(self, length: f64) -> bool {
        self.start <= 0.0 && self.end >= length
    }

    /// Shows `factor` times as much as now (below 1 zooms in) and keeps `anchor` where it is on the screen.
    #[must_use]
    pub fn zoom_at(self, factor: f64, anchor: f64, length: f64, shortest: f64) -> Self {
        let span = (self.span() * factor).clamp(shortest.min(length), length.max(f64::MIN_POSITIVE));
        let share = if self.span() > 0.0 { (anchor - self.start) / self.span() } else { 0.5 };
        Self { start: anchor - share * span, end: anchor + (1.0 - share) * span }.clamp(length)
    }

    /// Moves by `delta` units, at most to an end of the axis.
    #[must_use]
    pub fn pan(self, delta: f64, length: f64) -> Self {
        Self { start: self.start + delta, end: self.end + delta }.clamp(length)
    }

    /// Moves as little as needed for `from..to` to be in sight.
    #[must_use]
    pub fn reveal(self, from: f64, to: f64, length: f64) -> Self {
        let margin = self.span() * 0.05;
        if from < self.start {
            self.pan(from - self.start - margin, length)
        } else if to > self.end {
            self.pan((to - self.end + margin).min(from - self.start), length)
        } else {
            self
        }
    }

    /// Keeps the span, moved into the axis where it sticks out.
    #[must_use]
    pub fn clamp(self, length: f64) -> Self {
        let span = self.span().min(length);
        let start = self.start.clamp(0.0, (length - span).max(0.0));
        Self { start, end: start + span }
    }

    /// Pixels from the left edge of a drawing `width` pixels wide.
    pub fn x_from_position(self, position: f64, width: f64) -> f64 {
        (position - self.start) / self.span() * width
    }

    pub fn position_from_x(self, x: f64, width: f64) -> f64 {
        if width > 0.0 { self.start + x / width * self.span() } else { self.start }
    }
}

#[cfg(test)]
mod tests {
    use super::ViewRange;

    #[test]
    fn zooming_keeps_the_point_under_the_pointer() {
        let range = ViewRange::full(100.0).zoom_at(0.5, 25.0, 100.0, 1.0);
        assert_eq!(range, ViewRange { start: 12.5, end: 62.5 });
        let x = range.x_from_position(25.0, 800.0);
        assert!((x - 200.0).abs() < 1e-9);
        assert!((range.position_from_x(x, 800.0) - 25.0).abs() < 1e-9);
    }

    #[test]
    fn zooming_out_ends_at_the_whole_and_in_at_the_shortest() {
        let range = ViewRange { start: 90.0, end: 95.0 };
        assert_eq!(range.zoom_at(1000.0, 92.0, 100.0, 1.0), ViewRange::full(100.0));
        assert!((range.zoom_at(1e-9, 92.0, 100.0, 1.0).span() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn panning_stops_at_the_ends() {
        let range = ViewRange { start: 10.0, end: 30.0 };
        assert_eq!(range.pan(-50.0, 100.0), ViewRange { start: 0.0, end: 20.0 });
        assert_eq!(range.pan(500.0, 100.0), ViewRange { start: 80.0, end: 100.0 });
    }

    #[test]
    fn shows_a_range_with_a_little_around_it() {
        assert_eq!(ViewRange::around(40.0, 65.0, 100.0, 5.0), ViewRange { start: 39.5, end: 65.5 });
        assert_eq!(ViewRange::around(0.0, 1.0, 100.0, 5.0), ViewRange { start: 0.0, end: 5.0 });
        assert_eq!(ViewRange::around(0.0, 2.0, 2.0, 5.0), ViewRange::full(2.0));
    }

    #[test]
    fn reveals_with_a_margin_and_only_when_needed() {
        let range = ViewRange { start: 10.0, end: 30.0 };
        assert_eq!(range.reveal(15.0, 16.0, 100.0), range);
        assert_eq!(range.reveal(50.0, 51.0, 100.0), ViewRange { start: 32.0, end: 52.0 });
        assert_eq!(range.reveal(5.0, 6.0, 100.0), ViewRange { start: 4.0, end: 24.0 });
    }
}
