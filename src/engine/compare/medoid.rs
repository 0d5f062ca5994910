//! The run that is most like the others.

use std::collections::BTreeMap;

use super::track::Track;

/// How often a run did what to what.
type Bag<'a> = BTreeMap<(&'a str, &'a str), u64>;

/// The place of the run, among those named, that shares most with all of them; of equals the first. What is
/// compared is how often each run did each thing, not in which order: that is enough to find a typical one.
pub(super) fn medoid(tracks: &[&Track], places: &[usize]) -> Option<usize> {
    let bags: Vec<(usize, Bag<'_>)> =
        places.iter().filter_map(|place| Some((*place, bag(tracks.get(*place)?)))).collect();
    let likeness = |one: &Bag<'_>| -> u64 { bags.iter().map(|(_, other)| shared(one, other)).sum() };
    let mut best: Option<(u64, usize)> = None;
    for (place, bag) in &bags {
        let likeness = likeness(bag);
        if best.is_none_or(|(most, _)| likeness > most) {
            best = Some((likeness, *place));
        }
    }
    best.map(|(_, place)| place)
}

fn bag(track: &Track) -> Bag<'_> {
    let mut bag = BTreeMap::new();
    for act in track.acts() {
        *bag.entry((act.operation, act.target)).or_default() += 1;
    }
    bag
}

/// What two runs have in common of all they did, in thousandths, so that whole numbers are compared.
fn shared(one: &Bag<'_>, other: &Bag<'_>) -> u64 {
    let common: u64 = one.iter().map(|(key, count)| (*count).min(other.get(key).copied().unwrap_or(0))).sum();
    let all = one.values().sum::<u64>() + other.values().sum::<u64>() - common;
    (common * 1000).checked_div(all).unwrap_or(1000)
}

#[cfg(test)]
mod tests {
    use super::medoid;
    use crate::engine::testing::tracked;

    #[test]
    fn the_one_in_the_middle() {
        let tracks = ["read  a", "read  a\n edit  b", "edit  b\n edit  c", "read  z"].map(tracked);
        let tracks: Vec<_> = tracks.iter().collect();
        assert_eq!(medoid(&tracks, &[0, 1, 2]), Some(1));
        assert_eq!(medoid(&tracks, &[3]), Some(3));
        assert_eq!(medoid(&tracks, &[]), None);
    }
}
