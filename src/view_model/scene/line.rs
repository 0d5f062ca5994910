//! A line along an axis at several levels of detail, of which the one that fits the pixels is drawn.

use crate::view_model::view_range::ViewRange;

type Point = (f64, u64);

/// Each level has half the points of the one before: of two the higher.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Line {
    levels: Vec<Vec<Point>>,
}

impl Line {
    pub(super) fn new(mut points: Vec<Point>) -> Self {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut levels = vec![points];
        while let Some(last) = levels.last().filter(|last| last.len() > 64) {
            let higher = last.chunks(2).filter_map(|pair| {
                let (first, last) = (pair.first()?, pair.last()?);
                Some((first.0, first.1.max(last.1)))
            });
            let next = higher.collect();
            levels.push(next);
        }
        Self { levels }
    }

    /// The points in `range`, at most about `most` of them, and one beyond each edge.
    pub(super) fn points(&self, range: ViewRange, most: usize) -> &[Point] {
        let window = |level: &Vec<Point>| {
            let first = level.partition_point(|(at, _)| *at < range.start).saturating_sub(1);
            let end = (level.partition_point(|(at, _)| *at <= range.end) + 1).min(level.len());
            first..end
        };
        let fits = self.levels.iter().find(|level| window(level).len() <= most + 2).or(self.levels.last());
        fits.map_or(&[], |level| level.get(window(level)).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::Line;
    use crate::view_model::view_range::ViewRange;

    #[test]
    fn draws_as_much_detail_as_there_is_room_for() {
        let line = Line::new((0..100_000u32).map(|at| (f64::from(at), u64::from(at % 7))).collect());
        let all = line.points(ViewRange::full(100_000.0), 1000);
        assert!((500..=1002).contains(&all.len()), "{}", all.len());
        assert!(all.iter().all(|(_, value)| *value == 6));
        assert_eq!(line.points(ViewRange { start: 10.5, end: 20.5 }, 1000).len(), 12);
        assert!(Line::default().points(ViewRange::full(1.0), 10).is_empty());
    }
}
