use std::fmt::Write as _;

use crate::engine::report::{Group, Trend};

/// A trend as lines through its groups, in a picture 1000 wide and 100 high; upwards is better.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrendPlot {
    /// Paths of SVG: medians of the scores, the band between their quarters, shares of resolved runs.
    pub score: String,
    pub band: String,
    pub resolved: String,
    /// Names of the first and the last group.
    pub ends: [String; 2],
}

/// So many groups make a line.
const LEAST: usize = 3;

impl TrendPlot {
    /// `None` where there is no line to draw: few groups that say what they are.
    pub fn new(trend: &Trend) -> Option<Self> {
        let groups: Vec<&Group> = trend.groups.iter().filter(|group| group.value.key.is_some()).collect();
        let (first, last) = (groups.first()?, groups.last()?);
        if groups.len() < LEAST {
            return None;
        }
        let x = |place: usize| place as f64 * 1000.0 / (groups.len() - 1) as f64;
        let scores = || {
            let known = groups.iter().enumerate().filter_map(|(place, group)| Some((place, group.score?)));
            known.collect::<Vec<_>>()
        };
        let upper = scores().into_iter().map(|(place, score)| (x(place), score.upper));
        let lower = scores().into_iter().rev().map(|(place, score)| (x(place), score.lower));
        let shares = groups
            .iter()
            .enumerate()
            .filter_map(|(place, group)| Some((x(place), group.resolved.share? * 100.0)));
        Some(Self {
            score: path(scores().into_iter().map(|(place, score)| (x(place), score.median))),
            band: path(upper.chain(lower)),
            resolved: path(shares),
            ends: [first.value.label.clone(), last.value.label.clone()],
        })
    }
}

fn path(points: impl Iterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    for (place, (x, value)) in points.enumerate() {
        let command = if place == 0 { 'M' } else { 'L' };
        // Writing to a string cannot fail.
        let _done = write!(path, "{command}{x:.1} {:.1}", 100.0 - value);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::TrendPlot;
    use crate::engine::report::{Field, Group, Quartiles, Rate, Trend, Value};

    fn group(name: Option<&str>, median: f64) -> Group {
        let score = Some(Quartiles { lower: median - 10.0, median, upper: median + 10.0 });
        Group {
            value: Value { key: name.map(str::to_owned), label: name.unwrap_or_default().to_owned() },
            runs: vec![0, 1],
            resolved: Rate::of(1, 2),
            unknown: 0,
            score,
            median_cost_usd: None,
            median_seconds: None,
            median_steps: None,
            cluster_rates: Vec::new(),
            detector_rates: Vec::new(),
        }
    }

    fn trend(groups: Vec<Group>) -> Trend {
        Trend { field: Field::Week, clusters: Vec::new(), detectors: Vec::new(), groups }
    }

    #[test]
    fn three_weeks_make_a_line() {
        let weeks =
            vec![group(Some("W1"), 20.0), group(Some("W2"), 50.0), group(Some("W3"), 80.0), group(None, 0.0)];
        let plot = TrendPlot::new(&trend(weeks)).unwrap();
        assert_eq!(plot.score, "M0.0 80.0L500.0 50.0L1000.0 20.0");
        assert_eq!(plot.resolved, "M0.0 50.0L500.0 50.0L1000.0 50.0");
        assert_eq!(plot.ends, ["W1", "W3"]);
        assert!(plot.band.ends_with("L0.0 90.0"), "{}", plot.band);
    }

    #[test]
    fn two_are_told_by_the_table_alone() {
        assert_eq!(TrendPlot::new(&trend(vec![group(Some("W1"), 1.0), group(Some("W2"), 2.0)])), None);
    }
}
