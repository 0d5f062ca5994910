//! Sorting, compiled once.
//!
//! The sort of the standard library is compiled anew for every type and every key: with some thirty of them that
//! was a fifteenth of the worker's download. Here one copy of it sorts places, whatever stands at them; a call
//! through a pointer for each comparison is nothing to lists as short as those of a run.

use std::cmp::Ordering;

/// As `[T]::sort_by`: equal items keep their order.
pub(in crate::engine) fn sort_by<T>(list: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let order = places(list.len(), &|one, other| match (list.get(one), list.get(other)) {
        (Some(one), Some(other)) => compare(one, other),
        _ => Ordering::Equal,
    });
    arrange(order, &mut |one, other| list.swap(one, other));
}

/// As `[T]::sort`.
pub(in crate::engine) fn sort<T: Ord>(list: &mut [T]) {
    sort_by(list, T::cmp);
}

/// As `[T]::sort_by_key`; a key may borrow from its item.
pub(in crate::engine) fn sort_by_key<'a, T: 'a, K: Ord>(list: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(list, |one, other| key(one).cmp(&key(other)));
}

/// These items in order, each once.
pub(in crate::engine) fn distinct<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut list: Vec<T> = items.into_iter().collect();
    sort(&mut list);
    list.dedup();
    list
}

/// The places of a list in the order of what stands there.
fn places(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.sort_by(|one, other| compare(*one, *other));
    order
}

/// Brings to each place what stands at `order` of it, by swapping.
fn arrange(mut order: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    for place in 0..order.len() {
        let mut source = place;
        // What stood at a place that is done was swapped away, to where that place got its own from.
        loop {
            source = order.get(source).copied().unwrap_or(place);
            if source >= place {
                break;
            }
        }
        if let Some(known) = order.get_mut(place) {
            *known = source;
        }
        swap(place, source);
    }
}

#[cfg(test)]
mod tests {
    use super::{distinct, sort, sort_by_key};

    #[test]
    fn sorts_like_the_standard_library() {
        let mut state = 7_u32;
        for len in [0, 1, 2, 3, 10, 50, 300] {
            let list: Vec<(u32, String)> = (0..len)
                .map(|place: u32| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    ((state >> 16) % 20, place.to_string())
                })
                .collect();
            let (mut ours, mut theirs) = (list.clone(), list.clone());
            sort_by_key(&mut ours, |(key, _)| *key);
            theirs.sort_by_key(|(key, _)| *key);
            assert_eq!(ours, theirs, "by key, and stable");
            sort(&mut ours);
            theirs.sort();
            assert_eq!(ours, theirs, "whole");
        }
    }

    #[test]
    fn each_once() {
        assert_eq!(distinct([3, 1, 3, 2, 1]), [1, 2, 3]);
    }
}
