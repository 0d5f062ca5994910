use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::kinds::{Met, met_clusters, met_detectors};
use super::rate::quartiles;
use super::{Field, Followed, Quartiles, Rate, RunDigest, Value, number};
use crate::engine::cluster::Cluster;
use crate::engine::order;
use crate::engine::trace::OutcomeValue;

/// So many clusters are followed through the groups, and so many detectors: the commonest.
const FOLLOWED: usize = 8;

/// How runs fare, group by group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trend {
    pub field: Field,
    /// The commonest clusters over all runs, and the commonest detectors: what `rates` in each group are of.
    pub clusters: Vec<Followed>,
    pub detectors: Vec<Followed>,
    /// Dates, versions and scores ascending, all else commonest first; runs that say nothing last.
    pub groups: Vec<Group>,
}

/// Runs that have the same in a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    pub value: Value,
    /// Their places.
    pub runs: Vec<u32>,
    /// Of those whose outcome is known.
    pub resolved: Rate,
    pub unknown: u32,
    /// Of those that have a score; `null` where none has. So with cost and seconds.
    pub score: Option<Quartiles>,
    pub median_cost_usd: Option<f64>,
    pub median_seconds: Option<f64>,
    pub median_steps: Option<f64>,
    /// How many of its runs are in each of [`Trend::clusters`], and have each of [`Trend::detectors`].
    pub cluster_rates: Vec<Rate>,
    pub detector_rates: Vec<Rate>,
}

/// Groups the runs by what they have in a field. A run is in as many groups as it has values there.
pub fn trend(runs: &[RunDigest], clusters: &[Cluster], field: Field) -> Trend {
    let mut groups: BTreeMap<Value, Vec<u32>> = BTreeMap::new();
    for (place, run) in (0u32..).zip(runs) {
        for value in field.values(run) {
            groups.entry(value).or_default().push(place);
        }
    }
    let (clusters, detectors) = (met_clusters(clusters, FOLLOWED), met_detectors(runs, FOLLOWED));
    let mut groups: Vec<Group> = groups
        .into_iter()
        .map(|(value, places)| group(value, places, runs, (&clusters, &detectors)))
        .collect();
    order::sort_by(&mut groups, |one, other| {
        field.order((&one.value, number(one.runs.len())), (&other.value, number(other.runs.len())))
    });
    let followed = |all: Vec<Met>| all.into_iter().map(|met| met.kind).collect();
    Trend { field, clusters: followed(clusters), detectors: followed(detectors), groups }
}

fn group(
    value: Value,
    places: Vec<u32>,
    runs: &[RunDigest],
    (clusters, detectors): (&[Met], &[Met]),
) -> Group {
    let own = || places.iter().filter_map(|place| runs.get(*place as usize));
    let count = |value: OutcomeValue| number(own().filter(|run| run.outcome() == value).count());
    let (resolved, failed) = (count(OutcomeValue::Resolved), count(OutcomeValue::Failed));
    let median = |number: &dyn Fn(&RunDigest) -> Option<f64>| {
        quartiles(own().filter_map(number)).map(|quartiles| quartiles.median)
    };
    let rate = |met: &Met| {
        let shared = places.iter().filter(|place| met.runs.binary_search(place).is_ok()).count();
        Rate::of(number(shared), number(places.len()))
    };
    Group {
        value,
        resolved: Rate::of(resolved, resolved + failed),
        unknown: count(OutcomeValue::Unknown),
        score: quartiles(own().filter_map(|run| run.score)),
        median_cost_usd: median(&|run| run.cost_usd),
        median_seconds: median(&|run| run.seconds),
        median_steps: median(&|run| Some(f64::from(run.steps))),
        cluster_rates: clusters.iter().map(rate).collect(),
        detector_rates: detectors.iter().map(rate).collect(),
        runs: places,
    }
}

#[cfg(test)]
mod tests {
    use super::trend;
    use crate::engine::report::collection::made_up::ended;
    use crate::engine::report::collection::{Field, RunDigest, clusters};
    use crate::engine::trace::OutcomeValue::{Failed, Resolved, Unknown};

    fn on(day: &str, run: RunDigest) -> RunDigest {
        RunDigest { started: Some(format!("{day}T10:00:00Z")), score: Some(50.0), ..run }
    }

    #[test]
    fn score_outcomes_and_failures_move_from_week_to_week() {
        let runs = [
            on("2024-03-05", ended("a", Resolved, &[])),
            on("2024-02-27", ended("b", Failed, &["retry-loop", "cycle"])),
            on("2024-02-29", ended("c", Failed, &["retry-loop"])),
            on("2024-03-06", ended("d", Unknown, &["retry-loop"])),
            ended("e", Resolved, &[]),
        ];
        let weeks = trend(&runs, &clusters(&runs), Field::Week);
        let told: Vec<(&str, &[u32], u32, u32)> = weeks
            .groups
            .iter()
            .map(|group| (&*group.value.label, &*group.runs, group.resolved.count, group.resolved.of))
            .collect();
        let expected: [(&str, &[u32], u32, u32); 3] =
            [("2024-W09", &[1, 2], 0, 2), ("2024-W10", &[0, 3], 1, 1), ("", &[4], 1, 1)];
        assert_eq!(told, expected);
        assert_eq!(weeks.clusters[0].name, "Retry loop");
        assert_eq!(weeks.detectors[0].id, "retry-loop");
        let loops: Vec<u32> = weeks.groups.iter().map(|group| group.cluster_rates[0].count).collect();
        assert_eq!(loops, [2, 1, 0]);
        assert_eq!(weeks.groups[2].score, None);
        assert_eq!(weeks.groups[0].score.map(|score| score.median), Some(50.0));
    }

    #[test]
    fn a_run_stands_in_the_group_of_each_of_its_detectors() {
        let runs = [ended("a", Failed, &["cycle", "retry-loop"]), ended("b", Failed, &["cycle"])];
        let found = trend(&runs, &[], Field::Detector);
        let told: Vec<&[u32]> = found.groups.iter().map(|group| &*group.runs).collect();
        assert_eq!(told, [&[0, 1][..], &[0]]);
    }
}
