use std::collections::BTreeMap;

use super::union::Unions;
use crate::engine::order;

/// Two sets are near when they share so many of the features that either has: three fifths.
const NEAR: (usize, usize) = (3, 5);

/// Least hashes are compared in bands: sets that agree in all hashes of one band are looked at. So many bands
/// of so few miss one pair in 2,000 at the bar, and look at few that are far below it.
const BANDS: u64 = 32;
const HASHES_OF_BAND: u64 = 3;

/// Any number does, as long as it stays the same.
const SEED: u64 = 0x7261_6365_6265_6e63;

/// A set of features, each by its hash, in order.
pub(super) type Features = Vec<u64>;

pub(super) fn features(hashes: impl Iterator<Item = u64>) -> Features {
    order::distinct(hashes)
}

/// How many features both have, and how many either has.
pub(super) fn overlap(one: &[u64], other: &[u64]) -> (usize, usize) {
    let (mut left, mut right) = (one.iter().peekable(), other.iter().peekable());
    let mut shared = 0;
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => left.next(),
            std::cmp::Ordering::Greater => right.next(),
            std::cmp::Ordering::Equal => {
                shared += 1;
                left.next();
                right.next()
            }
        };
    }
    (shared, one.len() + other.len() - shared)
}

/// Whether their Jaccard index reaches the bar. Empty sets are near nothing.
pub(super) fn is_near(one: &[u64], other: &[u64]) -> bool {
    let (shared, either) = overlap(one, other);
    either > 0 && shared * NEAR.1 >= either * NEAR.0
}

/// Which sets are near each other: for each the lowest place of its group. Only sets of the same kind are
/// compared, and only where `may_join` allows it.
///
/// Least hashes with fixed seeds in bands find the pairs (`MinHash`, LSH), the sets themselves decide. Groups are
/// joined only where those who stand for them are near as well, so that a chain of small steps does not lead
/// from one failure to quite another. Time grows with the number of sets, not with its square: of the sets
/// that share a band, each is compared with the one before it and with the first.
pub(super) fn near_groups(sets: &[(u64, Features)], may_join: impl Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut buckets: BTreeMap<(u64, u64), Vec<usize>> = BTreeMap::new();
    for (place, (kind, features)) in sets.iter().enumerate().filter(|(_, (_, set))| !set.is_empty()) {
        for band in 0..BANDS {
            buckets.entry((band, band_hash(*kind, features, band))).or_default().push(place);
        }
    }
    let mut unions = Unions::of(sets.len());
    let alike = |one: usize, other: usize| match (sets.get(one), sets.get(other)) {
        (Some((kind, one_set)), Some((same, other_set))) => {
            kind == same && is_near(one_set, other_set) && may_join(one, other)
        }
        _ => false,
    };
    for bucket in buckets.values() {
        let Some(first) = bucket.first().copied() else { continue };
        for (before, place) in bucket.iter().zip(bucket.iter().skip(1)) {
            for other in [*before, first] {
                let (one, two) = (unions.head(*place), unions.head(other));
                if one != two && alike(*place, other) && alike(one, two) {
                    unions.join(one, two);
                }
            }
        }
    }
    unions.heads()
}

/// The least hashes of one band, made one.
fn band_hash(kind: u64, features: &[u64], band: u64) -> u64 {
    (0..HASHES_OF_BAND).fold(kind, |hash, row| {
        let seed = mix(SEED, band * HASHES_OF_BAND + row);
        mix(hash, features.iter().map(|feature| mix(seed, *feature)).min().unwrap_or(0))
    })
}

/// Spreads two numbers over all bits of one (the end of `SplitMix64`).
fn mix(one: u64, other: u64) -> u64 {
    let mixed = one.rotate_left(23).wrapping_add(other.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::{Features, features, is_near, mix, near_groups, overlap};

    /// The numbers from `from` to before `to`, as features.
    fn range(from: u64, to: u64) -> Features {
        features((from..to).map(|number| mix(1, number)))
    }

    #[test]
    fn sets_are_near_from_three_fifths_on() {
        assert_eq!(overlap(&range(0, 8), &range(2, 10)), (6, 10));
        assert!(is_near(&range(0, 8), &range(2, 10)));
        assert!(!is_near(&range(0, 8), &range(3, 11)));
        assert!(!is_near(&[], &[]), "nothing is not the same failure as nothing");
    }

    #[test]
    fn bands_find_what_comparing_each_with_each_would() {
        // Pairs at the bar, each pair far from all others.
        let sets: Vec<(u64, Features)> = (0..300)
            .flat_map(|pair| [range(pair * 100, pair * 100 + 8), range(pair * 100 + 2, pair * 100 + 10)])
            .map(|set| (0, set))
            .collect();
        let groups = near_groups(&sets, |_, _| true);
        let found = groups.chunks(2).filter(|pair| pair[0] == pair[1]).count();
        assert!(found >= 298, "{found} of 300 pairs were found");
        assert!(groups.iter().enumerate().all(|(place, head)| *head / 2 == place / 2));
    }

    #[test]
    fn sets_of_different_kinds_and_forbidden_pairs_stay_apart() {
        let sets = [(1, range(0, 9)), (2, range(0, 9)), (1, range(0, 9)), (1, range(0, 9))];
        assert_eq!(near_groups(&sets, |_, _| true), [0, 1, 0, 0]);
        assert_eq!(near_groups(&sets, |one, other| one.max(other) != 3), [0, 1, 0, 3]);
    }

    #[test]
    fn a_chain_of_near_sets_does_not_drift() {
        let chain: Vec<(u64, Features)> = (0..20).map(|link| (0, range(link * 2, link * 2 + 10))).collect();
        let mut groups = near_groups(&chain, |_, _| true);
        groups.dedup();
        assert!(groups.len() > 3, "{groups:?}");
    }
}
