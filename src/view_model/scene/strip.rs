//! Steps along an axis, prepared once, so that what is drawn of any part costs by its pixels and not by its steps.

use crate::view_model::view_range::ViewRange;

/// Kinds that are counted; one more place counts abandoned steps.
const KINDS: usize = 9;
const ABANDONED: usize = KINDS;
type Counts = [u32; KINDS + 1];
/// Sums stand at every so many items: a step costs few bytes then.
const BLOCK: usize = 32;
/// Overlapping items are looked for this far back.
const BACK: usize = 256;

/// Something with a place on the axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Item {
    pub from: f64,
    pub to: f64,
    pub step: u32,
    /// A number below nine.
    pub kind: u8,
    pub is_abandoned: bool,
    /// Its end is only an upper bound.
    pub is_bound: bool,
}

/// One item, or several that are too narrow to be told apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stretch {
    pub from: f64,
    pub to: f64,
    /// The most frequent among its items.
    pub kind: u8,
    /// Places in the strip: from the first to before the end.
    pub first: usize,
    pub end: usize,
    pub is_abandoned: bool,
    pub is_bound: bool,
}

/// Items in order of their beginnings.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Strip {
    items: Vec<Item>,
    /// How far the items so far reach.
    reach: Vec<f64>,
    /// How many of each kind stand before every block, and in all.
    sums: Vec<Counts>,
}

impl Strip {
    pub(super) fn new(mut items: Vec<Item>) -> Self {
        items.sort_by(|a, b| a.from.total_cmp(&b.from));
        let mut reach = Vec::with_capacity(items.len());
        let mut sums = Vec::with_capacity(items.len() / BLOCK + 1);
        let mut counts = Counts::default();
        let mut farthest = f64::MIN;
        for (place, item) in items.iter().enumerate() {
            if place % BLOCK == 0 {
                sums.push(counts);
            }
            add(&mut counts, item);
            farthest = farthest.max(item.to);
            reach.push(farthest);
        }
        sums.push(counts);
        Self { items, reach, sums }
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// What is drawn of `range` where nothing narrower than `narrowest` can be told apart.
    pub(super) fn stretches(&self, range: ViewRange, narrowest: f64) -> Vec<Stretch> {
        let mut stretches = Vec::new();
        let mut place = self.first_in(range.start);
        while let Some(item) = self.items.get(place).filter(|item| item.from <= range.end) {
            let is_wide = |item: &Item| item.to - item.from >= narrowest;
            let mut end = place + 1;
            if !is_wide(item) {
                let column = item.from + narrowest;
                end = self.before(column).max(end);
                // A wide one is drawn by itself; where very many stand in one column none can be seen.
                let others = self.items.get(place..end.min(place + BLOCK)).unwrap_or_default();
                end = others.iter().position(is_wide).map_or(end, |wide| place + wide);
            }
            let counts = self.counts(place, end);
            let last = self.items.get(end - 1).map_or(item.to, |last| last.to);
            let to = item.to.max(last).max(item.from + narrowest);
            if to >= range.start {
                stretches.push(Stretch {
                    from: item.from,
                    to,
                    kind: most_frequent(&counts),
                    first: place,
                    end,
                    is_abandoned: counts.last().is_some_and(|abandoned| *abandoned as usize == end - place),
                    is_bound: item.is_bound && end == place + 1,
                });
            }
            place = end;
        }
        stretches
    }

    /// The step of a stretch that lies nearest to `position`.
    pub(super) fn step_at(&self, stretch: &Stretch, position: f64) -> Option<u32> {
        let place = self.before(position).clamp(stretch.first + 1, stretch.end.max(stretch.first + 1));
        self.items.get(place - 1).map(|item| item.step)
    }

    /// First and last step that lie in `from..to`, at least in part.
    pub(super) fn steps_between(&self, from: f64, to: f64) -> Option<(u32, u32)> {
        let items = self.items.get(self.first_in(from)..self.before(to)).unwrap_or_default();
        let inside = || items.iter().filter(|item| item.to > from).map(|item| item.step);
        Some((inside().min()?, inside().max()?))
    }

    fn before(&self, position: f64) -> usize {
        self.items.partition_point(|item| item.from < position)
    }

    /// The first item that may reach to `start` or beyond.
    fn first_in(&self, start: f64) -> usize {
        let first = self.reach.partition_point(|reach| *reach < start);
        first.max(self.before(start).saturating_sub(BACK))
    }

    fn counts(&self, first: usize, end: usize) -> Counts {
        let (mut until, before) = (self.counts_before(end), self.counts_before(first));
        for (count, before) in until.iter_mut().zip(before) {
            *count -= before;
        }
        until
    }

    fn counts_before(&self, place: usize) -> Counts {
        let block = place / BLOCK;
        let mut counts = self.sums.get(block).copied().unwrap_or_default();
        for item in self.items.get(block * BLOCK..place).unwrap_or_default() {
            add(&mut counts, item);
        }
        counts
    }
}

fn add(counts: &mut Counts, item: &Item) {
    if let Some(count) = counts.get_mut(usize::from(item.kind)) {
        *count += 1;
    }
    if let Some(count) = counts.get_mut(ABANDONED) {
        *count += u32::from(item.is_abandoned);
    }
}

/// Of several, the one with the smallest number.
fn most_frequent(counts: &Counts) -> u8 {
    let mut best = (0, 0);
    for (kind, count) in (0u8..).zip(counts.iter().take(KINDS)) {
        if *count > best.1 {
            best = (kind, *count);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::{Item, Strip};
    use crate::view_model::view_range::ViewRange;

    fn item(step: u32, from: f64, to: f64, kind: u8) -> Item {
        Item { from, to, step, kind, is_abandoned: false, is_bound: false }
    }

    fn by_order(count: u32) -> Strip {
        Strip::new((0..count).map(|step| item(step, f64::from(step), f64::from(step) + 1.0, 1)).collect())
    }

    #[test]
    fn work_grows_with_the_pixels_and_nothing_is_lost() {
        let strip = by_order(100_000);
        let stretches = strip.stretches(ViewRange::full(100_000.0), 200.0);
        assert_eq!(stretches.len(), 500);
        assert_eq!(stretches.iter().map(|stretch| stretch.end - stretch.first).sum::<usize>(), 100_000);
        assert_eq!(strip.step_at(&stretches[250], 50_010.5), Some(50_010));
    }

    #[test]
    fn only_what_is_in_sight_is_drawn() {
        let stretches = by_order(100_000).stretches(ViewRange { start: 500.0, end: 510.0 }, 0.02);
        assert!((10..=13).contains(&stretches.len()), "{}", stretches.len());
    }

    #[test]
    fn the_most_frequent_kind_gives_its_colour() {
        let kinds = [1, 2, 2, 3, 2, 1];
        let items =
            (0u32..).zip(kinds).map(|(step, kind)| item(step, f64::from(step), f64::from(step) + 1.0, kind));
        let stretches = Strip::new(items.collect()).stretches(ViewRange::full(6.0), 10.0);
        assert_eq!(stretches.len(), 1);
        assert_eq!(stretches[0].kind, 2);
    }

    #[test]
    fn a_long_step_among_short_ones_keeps_its_length() {
        let items = vec![item(0, 0.0, 0.1, 1), item(1, 0.1, 50.0, 2), item(2, 0.2, 0.3, 1)];
        let stretches = Strip::new(items).stretches(ViewRange::full(100.0), 1.0);
        assert!(stretches.iter().any(|stretch| stretch.kind == 2 && stretch.to >= 50.0), "{stretches:?}");
    }

    #[test]
    fn a_step_that_began_before_the_window_is_seen_in_it() {
        let mut items = vec![item(0, 0.0, 90.0, 2)];
        items.extend((1..40).map(|step| item(step, f64::from(step), f64::from(step) + 0.5, 1)));
        let strip = Strip::new(items);
        let seen = strip.stretches(ViewRange { start: 60.0, end: 80.0 }, 0.1);
        assert_eq!(seen.len(), 1);
        assert_eq!(strip.step_at(&seen[0], 70.0), Some(0));
        assert_eq!(strip.steps_between(10.6, 12.2), Some((0, 12)));
    }
}
