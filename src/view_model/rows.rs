//! Which rows of a long list stand in its window.

use std::ops::Range;

/// Rows drawn beyond each edge of the window, so that scrolling by a little shows no blank row.
pub const OVERSCAN: usize = 8;

/// The rows to draw of a list of `count` rows, each `row_height` pixels high.
pub fn visible_rows(
    scroll_top: f64,
    height: f64,
    row_height: f64,
    count: usize,
    overscan: usize,
) -> Range<usize> {
    if count == 0 || row_height <= 0.0 {
        return 0..0;
    }
    let first = floor_to_index(scroll_top / row_height).min(count - 1);
    let last = floor_to_index((scroll_top.max(0.0) + height.max(0.0)) / row_height).saturating_add(1);
    first.saturating_sub(overscan)..last.saturating_add(overscan).min(count)
}

/// Where to scroll so that `row` is in the window; `None` when it is already, with one row to spare.
pub fn scroll_to_row(row: usize, scroll_top: f64, height: f64, row_height: f64) -> Option<f64> {
    let top = row as f64 * row_height;
    let inside = top >= scroll_top + row_height && top + 2.0 * row_height <= scroll_top + height;
    let at_start = row == 0 && scroll_top <= 0.0;
    if inside || at_start || height <= 0.0 {
        return None;
    }
    Some((top - (height - row_height) / 2.0).max(0.0))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to zero; rows fit usize"
)]
fn floor_to_index(value: f64) -> usize {
    value.max(0.0).floor() as usize
}

#[cfg(test)]
mod tests {
    use super::{scroll_to_row, visible_rows};

    #[test]
    fn shows_the_window_and_a_little_more() {
        assert_eq!(visible_rows(0.0, 300.0, 30.0, 1000, 2), 0..13);
        assert_eq!(visible_rows(3000.0, 300.0, 30.0, 1000, 2), 98..113);
    }

    #[test]
    fn never_leaves_the_list() {
        assert_eq!(visible_rows(1e9, 300.0, 30.0, 10, 2), 7..10);
        assert_eq!(visible_rows(-50.0, 300.0, 30.0, 3, 2), 0..3);
        assert_eq!(visible_rows(0.0, 300.0, 30.0, 0, 2), 0..0);
        assert_eq!(visible_rows(0.0, 300.0, 0.0, 5, 2), 0..0);
    }

    #[test]
    fn scrolls_only_to_what_is_out_of_sight() {
        assert_eq!(scroll_to_row(5, 0.0, 300.0, 30.0), None);
        assert_eq!(scroll_to_row(0, 0.0, 300.0, 30.0), None);
        assert_eq!(scroll_to_row(50, 0.0, 300.0, 30.0), Some(1365.0));
        assert_eq!(scroll_to_row(1, 900.0, 300.0, 30.0), Some(0.0));
    }
}
