use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::track::Track;

/// How often each of two runs did a kind of thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationCounts {
    pub operation: String,
    pub a: u32,
    pub b: u32,
    /// Of those, how many failed: errors, red checks, timeouts.
    pub failed_a: u32,
    pub failed_b: u32,
}

/// The kinds of acts in which two runs differ, those that differ most first.
pub fn operation_counts(a: &Track, b: &Track) -> Vec<OperationCounts> {
    let mut counts: BTreeMap<&str, [u32; 4]> = BTreeMap::new();
    for (track, side) in [(a, 0), (b, 1)] {
        for act in track.acts() {
            let [all_a, all_b, failed_a, failed_b] = counts.entry(act.operation).or_default();
            let failed = u32::from(matches!(act.ending, "red" | "error" | "timeout"));
            let (all, of_them) = if side == 0 { (all_a, failed_a) } else { (all_b, failed_b) };
            *all += 1;
            *of_them += failed;
        }
    }
    let mut counts: Vec<OperationCounts> = counts
        .into_iter()
        .filter(|(_, [a, b, failed_a, failed_b])| a != b || failed_a != failed_b)
        .map(|(operation, [a, b, failed_a, failed_b])| OperationCounts {
            operation: operation.to_owned(),
            a,
            b,
            failed_a,
            failed_b,
        })
        .collect();
    counts.sort_by_key(|count| Reverse(count.a.abs_diff(count.b)));
    counts
}

#[cfg(test)]
mod tests {
    use super::operation_counts;
    use crate::engine::testing::tracked;

    #[test]
    fn what_differs_most_comes_first() {
        let a = tracked(
            "read  a
 edit  b
 test  pytest  tests red",
        );
        let b = tracked(
            "read  a
 edit  b
 edit  c
 edit  d
 test  pytest  tests green",
        );
        let counts = operation_counts(&a, &b);
        let told: Vec<_> = counts.iter().map(|count| (&*count.operation, count.a, count.b)).collect();
        assert_eq!(told, [("edit", 1, 3), ("run-test", 1, 1)]);
        assert_eq!((counts[1].failed_a, counts[1].failed_b), (1, 0));
    }
}
