//! Marks along the player's track, as the outline of a drawing.

use std::fmt::Write as _;

/// Width of the drawing, in its own units: marks nearer than one are not told apart.
pub const SCRUB_WIDTH: u32 = 1000;

/// A vertical stroke at each of `steps` among `count`.
pub fn strokes(steps: &[u32], count: u32, (top, bottom): (u32, u32)) -> String {
    let last = u64::from(count.saturating_sub(1).max(1));
    let mut path = String::new();
    let mut before = None;
    for step in steps {
        let x = u64::from(*step) * u64::from(SCRUB_WIDTH) / last;
        if before.replace(x) != Some(x) {
            // Writing to a string cannot fail.
            let _done = write!(path, "M{x} {top}V{bottom}");
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::strokes;

    #[test]
    fn a_stroke_where_each_step_lies() {
        assert_eq!(strokes(&[0, 5, 10], 11, (0, 4)), "M0 0V4M500 0V4M1000 0V4");
        assert_eq!(strokes(&[0], 1, (0, 4)), "M0 0V4");
    }

    #[test]
    fn many_steps_become_few_strokes() {
        let steps: Vec<u32> = (0..100_000).collect();
        assert_eq!(strokes(&steps, 100_000, (0, 4)).matches('M').count(), 1001);
    }
}
