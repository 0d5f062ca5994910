use serde::{Deserialize, Serialize};

/// A part of a picture; whole pictures reach from 0 to 1 both ways, from the upper left.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    pub(super) const WHOLE: Self = Self { x: 0.0, y: 0.0, width: 1.0, height: 1.0 };

    fn area(&self) -> f64 {
        self.width * self.height
    }

    /// The same in a picture that is so many times as wide, or back again.
    fn stretched(self, by: f64) -> Self {
        Self { x: self.x * by, width: self.width * by, ..self }
    }
}

/// Parts a rectangle into one for each weight, in their order, with areas in proportion to the weights and sides
/// as equal as can be in a picture `aspect` times as wide as high: a squarified treemap (Bruls, Huizing and van
/// Wijk). Reads best with the greatest weights first. A weight that is not above 0 gets no area.
pub(super) fn squarify(weights: &[f64], within: Rect, aspect: f64) -> Vec<Rect> {
    let mut rest = within.stretched(aspect);
    let total: f64 = weights.iter().copied().filter(|weight| *weight > 0.0).sum();
    let scale = if total > 0.0 { rest.area() / total } else { 0.0 };
    let areas: Vec<f64> = weights.iter().map(|weight| weight.max(0.0) * scale).collect();
    let mut rects = Vec::with_capacity(areas.len());
    let mut left = areas.as_slice();
    while !left.is_empty() {
        let count = row_length(left, rest.width.min(rest.height));
        let (row, after) = left.split_at(count);
        // The last row takes the whole of the rest, whatever rounding says.
        let is_last = !after.iter().any(|area| *area > 0.0);
        rest = lay(row, rest, is_last, &mut rects);
        left = after;
    }
    rects.into_iter().map(|rect| rect.stretched(1.0 / aspect)).collect()
}

/// How many of the areas make the best row along a side: as long as one more makes the worst of them squarer.
fn row_length(areas: &[f64], side: f64) -> usize {
    let (mut sum, mut least, mut most) = (0.0, f64::INFINITY, 0.0_f64);
    let mut best = f64::INFINITY;
    for (count, area) in areas.iter().copied().enumerate() {
        if area <= 0.0 {
            continue;
        }
        (sum, least, most) = (sum + area, area.min(least), area.max(most));
        // The greater of both ratios of sides in a row of this sum along that side.
        let worst = (side * side * most / (sum * sum)).max(sum * sum / (side * side * least));
        if worst > best {
            return count;
        }
        best = worst;
    }
    areas.len()
}

/// Lays a row along the shorter side of the rest, and gives back what is left of it.
fn lay(row: &[f64], rest: Rect, takes_all: bool, rects: &mut Vec<Rect>) -> Rect {
    let sum: f64 = row.iter().sum();
    let is_column = rest.width >= rest.height;
    let (side, across) = if is_column { (rest.height, rest.width) } else { (rest.width, rest.height) };
    let depth = match sum {
        _ if takes_all => across,
        sum if side > 0.0 => (sum / side).min(across),
        _ => 0.0,
    };
    let mut at = 0.0;
    for area in row {
        let length = if sum > 0.0 { side * area / sum } else { 0.0 };
        rects.push(if is_column {
            Rect { x: rest.x, y: rest.y + at, width: depth, height: length }
        } else {
            Rect { x: rest.x + at, y: rest.y, width: length, height: depth }
        });
        at += length;
    }
    if is_column {
        Rect { x: rest.x + depth, width: rest.width - depth, ..rest }
    } else {
        Rect { y: rest.y + depth, height: rest.height - depth, ..rest }
    }
}

#[cfg(test)]
mod tests {
    use super::{Rect, squarify};

    const CLOSE: f64 = 1e-9;

    fn overlap(one: &Rect, other: &Rect) -> f64 {
        let along = |a: f64, len: f64, b: f64, other: f64| (a + len).min(b + other) - a.max(b);
        let wide = along(one.x, one.width, other.x, other.width).max(0.0);
        wide * along(one.y, one.height, other.y, other.height).max(0.0)
    }

    #[test]
    fn areas_are_in_proportion_cover_all_and_do_not_overlap() {
        let mut state = 9_u32;
        for count in [1, 2, 3, 7, 40, 200] {
            let mut weights: Vec<f64> = (0..count)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    f64::from(1 + (state >> 24))
                })
                .collect();
            weights.sort_by(|one, other| other.total_cmp(one));
            let rects = squarify(&weights, Rect::WHOLE, 2.0);
            let total: f64 = weights.iter().sum();
            for (rect, weight) in rects.iter().zip(&weights) {
                assert!((rect.area() - weight / total).abs() < CLOSE);
                assert!(rect.x > -CLOSE && rect.x + rect.width < 1.0 + CLOSE);
                assert!(rect.y > -CLOSE && rect.y + rect.height < 1.0 + CLOSE);
            }
            for (place, one) in rects.iter().enumerate() {
                assert!(rects[..place].iter().all(|other| overlap(one, other) < CLOSE));
            }
        }
    }

    #[test]
    fn sides_are_as_in_the_paper() {
        // Its example: six by four, these areas.
        let rects = squarify(&[6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0], Rect::WHOLE, 1.5);
        let sides: Vec<(f64, f64)> = rects.iter().map(|rect| (rect.width * 6.0, rect.height * 4.0)).collect();
        assert!((sides[0].0 - 3.0).abs() < CLOSE && (sides[0].1 - 2.0).abs() < CLOSE, "{sides:?}");
        assert!((sides[2].0 - 12.0 / 7.0).abs() < CLOSE && (sides[2].1 - 7.0 / 3.0).abs() < CLOSE);
    }

    #[test]
    fn most_tiles_are_nearly_square_as_they_are_drawn() {
        let weights: Vec<f64> = (1..=30).rev().map(f64::from).collect();
        let rects = squarify(&weights, Rect::WHOLE, 3.0);
        let ratios =
            rects.iter().map(|rect| (rect.width * 3.0 / rect.height).max(rect.height / rect.width / 3.0));
        assert!(ratios.sum::<f64>() / 30.0 < 1.5);
    }

    #[test]
    fn nothing_has_no_area_and_takes_none() {
        let rects = squarify(&[2.0, 0.0, 1.0, 0.0], Rect::WHOLE, 1.0);
        assert_eq!(rects.len(), 4);
        assert!(rects[1].area() < CLOSE && rects[3].area() < CLOSE);
        assert!((rects[0].area() - 2.0 / 3.0).abs() < CLOSE);
        assert!(squarify(&[], Rect::WHOLE, 1.0).is_empty());
        assert!(squarify(&[0.0, 0.0], Rect::WHOLE, 1.0).iter().all(|rect| rect.area() < CLOSE));
    }
}
