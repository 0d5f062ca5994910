use serde::{Deserialize, Serialize};

/// Ninety-five of a hundred intervals hold the true rate.
const Z: f64 = 1.959_964;

/// How many of how many, and between which bounds the rate lies that this is a sample of.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    pub count: u32,
    pub of: u32,
    /// `count / of`; `null` of none.
    pub share: Option<f64>,
    /// Wilson's 95 % interval, which holds for few runs and for rates near 0 and 1 as well: 0 to 1 of none.
    pub low: f64,
    pub high: f64,
}

impl Rate {
    pub fn of(count: u32, of: u32) -> Self {
        if of == 0 {
            return Self { count, of, share: None, low: 0.0, high: 1.0 };
        }
        let (n, share) = (f64::from(of), f64::from(count.min(of)) / f64::from(of));
        let middle = share + Z * Z / (2.0 * n);
        let reach = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        let whole = 1.0 + Z * Z / n;
        // At the ends the formula gives 0 and 1 but for rounding.
        let low = if count == 0 { 0.0 } else { ((middle - reach) / whole).max(0.0) };
        let high = if count >= of { 1.0 } else { ((middle + reach) / whole).min(1.0) };
        Self { count, of, share: Some(rounded(share)), low: rounded(low), high: rounded(high) }
    }

    /// It is higher than the other, and that is no accident of few runs: the intervals do not overlap.
    pub fn is_above(&self, other: &Self) -> bool {
        self.low > other.high
    }
}

/// To four decimals: more say nothing, and every machine rounds them alike.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

/// The numbers that part a list into four equal parts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quartiles {
    pub lower: f64,
    pub median: f64,
    pub upper: f64,
}

/// Of the numbers that are known; `None` where none is.
pub(super) fn quartiles(numbers: impl Iterator<Item = f64>) -> Option<Quartiles> {
    let mut list: Vec<f64> = numbers.filter(|number| number.is_finite()).collect();
    crate::engine::order::sort_by(&mut list, f64::total_cmp);
    Some(Quartiles {
        lower: quantile(&list, 1, 4)?,
        median: quantile(&list, 1, 2)?,
        upper: quantile(&list, 3, 4)?,
    })
}

/// Between the two numbers nearest to that part of the list, as spreadsheets do.
fn quantile(sorted: &[f64], part: usize, of: usize) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let (below, beyond) = (last * part / of, last * part % of);
    let (one, next) = (sorted.get(below)?, sorted.get((below + 1).min(last))?);
    Some(rounded(one + (next - one) * beyond as f64 / of as f64))
}

#[cfg(test)]
mod tests {
    use super::{Quartiles, Rate, quartiles};

    #[test]
    fn intervals_are_wilsons() {
        let bounds = |count, of| (Rate::of(count, of).low, Rate::of(count, of).high);
        // As published for these samples.
        assert_eq!(bounds(81, 263), (0.2553, 0.3662));
        assert_eq!(bounds(15, 148), (0.0624, 0.1605));
        assert_eq!(bounds(0, 20), (0.0, 0.1611));
        assert_eq!(bounds(1, 29), (0.0061, 0.1718));
        assert_eq!(bounds(5, 5), (0.5655, 1.0));
        assert_eq!(bounds(0, 0), (0.0, 1.0));
        assert_eq!(Rate::of(0, 0).share, None);
    }

    #[test]
    fn few_runs_show_no_difference_and_many_do() {
        assert!(!Rate::of(3, 4).is_above(&Rate::of(1, 4)));
        assert!(Rate::of(75, 100).is_above(&Rate::of(25, 100)));
        assert!(!Rate::of(5, 5).is_above(&Rate::of(0, 0)), "nothing is known of none");
    }

    #[test]
    fn quartiles_lie_between_their_neighbours() {
        let of = |list: &[f64]| quartiles(list.iter().copied());
        assert_eq!(of(&[4.0, 1.0, 3.0, 2.0]), Some(Quartiles { lower: 1.75, median: 2.5, upper: 3.25 }));
        assert_eq!(of(&[7.0]), Some(Quartiles { lower: 7.0, median: 7.0, upper: 7.0 }));
        assert_eq!(of(&[f64::NAN]), None);
    }
}
