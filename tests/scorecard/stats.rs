//! The few statistics that the scorecard needs. Nothing is random without a fixed seed.

use std::collections::BTreeMap;

/// Draws with replacement.
const DRAWS: usize = 1000;
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// A value with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Estimate {
    pub(crate) value: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// Marsaglia's xorshift: the same numbers on every machine.
struct XorShift(u64);

impl XorShift {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % end.max(1)
    }
}

/// A statistic and its interval by the bootstrap over groups: runs of one task are drawn together, because
/// they succeed and fail together. `statistic` is given how often each item counts.
pub(crate) fn estimate(groups: &[&str], statistic: impl Fn(&[u32]) -> Option<f64>) -> Option<Estimate> {
    let value = statistic(&vec![1; groups.len()])?;
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for group in groups {
        let next = numbers.len();
        numbers.entry(group).or_insert(next);
    }
    let places: Vec<usize> = groups.iter().map(|group| numbers[group]).collect();
    let mut random = XorShift(SEED);
    let mut values: Vec<f64> = (0..DRAWS)
        .filter_map(|_| {
            let mut drawn = vec![0; numbers.len()];
            for _ in 0..numbers.len() {
                drawn[random.below(numbers.len())] += 1;
            }
            statistic(&places.iter().map(|place| drawn[*place]).collect::<Vec<u32>>())
        })
        .collect();
    values.sort_by(f64::total_cmp);
    let quantile = |per_mille: usize| values.get(values.len() * per_mille / 1000).copied().unwrap_or(value);
    Some(Estimate { value, low: quantile(25), high: quantile(975) })
}

/// The share of the items for which something holds.
pub(crate) fn share(groups: &[&str], holds: &[bool]) -> Option<Estimate> {
    estimate(groups, |counts| {
        let all: u32 = counts.iter().sum();
        let held: u32 = counts.iter().zip(holds).filter(|(_, holds)| **holds).map(|(count, _)| count).sum();
        (all > 0).then(|| f64::from(held) / f64::from(all))
    })
}

/// The mean of a number per item.
pub(crate) fn mean(groups: &[&str], values: &[f64]) -> Option<Estimate> {
    estimate(groups, |counts| {
        let all: u32 = counts.iter().sum();
        let sum: f64 = counts.iter().zip(values).map(|(count, value)| f64::from(*count) * value).sum();
        (all > 0).then(|| sum / f64::from(all))
    })
}

/// How often a positive item has the higher value than a negative one, ties counting half: the area under
/// the ROC curve. `order` is that of the values, drawn once for all draws.
pub(crate) struct Auc<'a> {
    values: &'a [f64],
    positive: &'a [bool],
    order: Vec<usize>,
}

impl<'a> Auc<'a> {
    pub(crate) fn of(values: &'a [f64], positive: &'a [bool]) -> Self {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
        Self { values, positive, order }
    }

    pub(crate) fn weighted(&self, counts: &[u32]) -> Option<f64> {
        let (mut pairs, mut below, mut positives) = (0.0, 0.0, 0.0);
        for tied in self.order.chunk_by(|a, b| self.values[*a].total_cmp(&self.values[*b]).is_eq()) {
            let count = |wanted: bool| -> f64 {
                let own = tied.iter().filter(|place| self.positive[**place] == wanted);
                own.map(|place| f64::from(counts[*place])).sum()
            };
            let (up, down) = (count(true), count(false));
            pairs += up * (below + down / 2.0);
            below += down;
            positives += up;
        }
        (positives > 0.0 && below > 0.0).then(|| pairs / (positives * below))
    }
}

/// How many pairs of each two of a list there are.
fn pairs(count: usize) -> f64 {
    let count = count as f64;
    count * (count - 1.0) / 2.0
}

/// How two groupings of the same items agree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Agreement {
    /// Adjusted Rand index: 0 is chance, 1 the same grouping.
    pub(crate) ari: f64,
    /// V-measure: the harmonic mean of homogeneity and completeness.
    pub(crate) v: f64,
}

pub(crate) fn agreement<A: Ord, B: Ord>(found: &[A], known: &[B]) -> Agreement {
    let mut cells: BTreeMap<(&A, &B), usize> = BTreeMap::new();
    let (mut rows, mut columns) = (BTreeMap::new(), BTreeMap::new());
    for (a, b) in found.iter().zip(known) {
        *cells.entry((a, b)).or_default() += 1;
        *rows.entry(a).or_default() += 1;
        *columns.entry(b).or_default() += 1;
    }
    let total = found.len();
    let sum = |counts: &mut dyn Iterator<Item = &usize>| -> f64 { counts.map(|count| pairs(*count)).sum() };
    let (both, in_rows, in_columns) =
        (sum(&mut cells.values()), sum(&mut rows.values()), sum(&mut columns.values()));
    let expected = in_rows * in_columns / pairs(total).max(1.0);
    let most = f64::midpoint(in_rows, in_columns);
    // All in one group, or each in its own, twice.
    let ari = if most <= expected { 1.0 } else { (both - expected) / (most - expected) };

    let (h_rows, h_columns) = (entropy(rows.values(), total), entropy(columns.values(), total));
    let h_both = entropy(cells.values(), total);
    let ratio = |joint: f64, own: f64| if own == 0.0 { 1.0 } else { 1.0 - joint / own };
    let homogeneity = ratio(h_both - h_rows, h_columns);
    let completeness = ratio(h_both - h_columns, h_rows);
    let both = homogeneity + completeness;
    Agreement { ari, v: if both == 0.0 { 0.0 } else { 2.0 * homogeneity * completeness / both } }
}

fn entropy<'a>(counts: impl Iterator<Item = &'a usize>, total: usize) -> f64 {
    counts.map(|count| *count as f64 / total as f64).map(|share| -share * share.ln()).sum()
}

#[test]
fn the_statistics_are_those_of_the_textbooks() {
    let auc = |values: &[f64], positive: &[bool]| Auc::of(values, positive).weighted(&vec![1; values.len()]);
    assert_eq!(auc(&[3.0, 2.0, 1.0, 0.0], &[true, true, false, false]), Some(1.0));
    assert_eq!(auc(&[1.0, 1.0, 0.0, 2.0], &[true, false, false, true]), Some(0.875));
    assert_eq!(auc(&[1.0, 2.0], &[true, true]), None);

    let same = agreement(&[1, 1, 2, 2], &["a", "a", "b", "b"]);
    assert!((same.ari - 1.0).abs() < 1e-9 && (same.v - 1.0).abs() < 1e-9);
    let crossed = agreement(&[1, 1, 2, 2], &["a", "b", "a", "b"]);
    assert!((crossed.ari + 0.5).abs() < 1e-9 && crossed.v.abs() < 1e-9);
    let half = agreement(&[0, 0, 1, 2], &[0, 0, 1, 1]);
    assert!((half.ari - 0.571_428).abs() < 1e-5 && (half.v - 0.8).abs() < 1e-9);

    let groups = ["a", "b", "c", "d"];
    let half = share(&groups, &[true, true, false, false]).unwrap();
    assert!(half.low < half.value && half.value < half.high && (half.value - 0.5).abs() < 1e-9);
    assert_eq!(Some(half), share(&groups, &[true, true, false, false]), "the seed is fixed");
}
