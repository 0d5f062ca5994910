//! Marks along an axis, prepared once: of those that would cover each other the gravest is drawn.

use crate::view_model::view_range::ViewRange;

const RANKS: usize = 3;

/// A mark, or several that are too near to be told apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    pub at: f64,
    /// The first of the gravest.
    pub step: u32,
    pub rank: usize,
}

/// Marks in order of their places.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Track {
    spots: Vec<Spot>,
    /// How many of each rank stand before each mark, and in all.
    sums: Vec<[u32; RANKS]>,
}

impl Track {
    /// Places, steps and how grave each is: a number below three.
    pub(super) fn new(spots: impl Iterator<Item = (f64, u32, usize)>) -> Self {
        let mut spots: Vec<Spot> = spots.map(|(at, step, rank)| Spot { at, step, rank }).collect();
        spots.sort_by(|a, b| a.at.total_cmp(&b.at));
        let mut counts = [0; RANKS];
        let mut sums = vec![counts];
        for spot in &spots {
            if let Some(count) = counts.get_mut(spot.rank) {
                *count += 1;
            }
            sums.push(counts);
        }
        Self { spots, sums }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.spots.is_empty()
    }

    /// What is drawn of `range` where marks nearer than `near` cover each other.
    pub(super) fn spots(&self, range: ViewRange, near: f64) -> Vec<Spot> {
        let mut drawn = Vec::new();
        let mut place = self.before(range.start - near);
        while let Some(first) = self.spots.get(place).filter(|spot| spot.at <= range.end + near) {
            let end = self.before(first.at + near).max(place + 1);
            let gravest = self.gravest(place, end).unwrap_or(*first);
            drawn.push(Spot { at: first.at, ..gravest });
            place = end;
        }
        drawn
    }

    fn before(&self, position: f64) -> usize {
        self.spots.partition_point(|spot| spot.at < position)
    }

    fn gravest(&self, first: usize, end: usize) -> Option<Spot> {
        let sum = |place: usize, rank: usize| self.sums.get(place)?.get(rank).copied();
        let rank = (0..RANKS).rev().find(|rank| sum(end, *rank) > sum(first, *rank))?;
        let before = sum(first, rank)?;
        let inside = self.sums.get(first + 1..=end)?;
        let place = inside.partition_point(|sums| sums.get(rank).is_some_and(|sum| *sum <= before));
        self.spots.get(first + place).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::Track;
    use crate::view_model::view_range::ViewRange;

    #[test]
    fn of_marks_that_cover_each_other_the_gravest_is_seen() {
        let track = Track::new([(10.0, 10, 0), (10.5, 11, 2), (10.6, 12, 1), (50.0, 50, 1)].into_iter());
        let spots = track.spots(ViewRange::full(100.0), 4.0);
        let seen: Vec<(f64, u32, usize)> = spots.iter().map(|spot| (spot.at, spot.step, spot.rank)).collect();
        assert_eq!(seen, [(10.0, 11, 2), (50.0, 50, 1)]);
    }

    #[test]
    fn a_hundred_thousand_marks_become_no_more_than_there_is_room_for() {
        let track = Track::new((0..100_000).map(|step| (f64::from(step), step, 0)));
        assert_eq!(track.spots(ViewRange::full(100_000.0), 400.0).len(), 250);
        assert_eq!(track.spots(ViewRange { start: 10.0, end: 20.0 }, 0.1).len(), 11);
    }
}
