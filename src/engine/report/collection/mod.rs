//! What many runs say together, told from their reports alone, so that runs can be analysed anywhere and joined
//! later. The order of the runs matters only for the places that point at them.

mod differences;
mod digest;
mod facets;
mod field;
mod kinds;
#[cfg(test)]
pub(super) mod made_up;
mod map;
mod rate;
mod subset;
mod tasks;
mod treemap;
mod trends;

use serde::{Deserialize, Serialize};

pub use differences::{Difference, FailureKind, Judgement, WithinTasks, differences};
pub use digest::{Detected, RunDigest, cluster_input, clusters};
pub use facets::{Choice, Facet, FacetValue, Facets, facets};
pub use field::{Field, Value};
pub use kinds::Followed;
pub use map::{ClusterMap, MapBlock, MapTile, cluster_map};
pub use rate::{Quartiles, Rate};
pub use subset::Subset;
pub use tasks::{Configuration, Outcomes, TaskCell, TaskMatrix, TaskRow, task_matrix};
pub use treemap::Rect;
pub use trends::{Group, Trend, trend};

use super::RunReport;
use crate::engine::cluster::Cluster;
use crate::engine::trace::OutcomeValue;

/// What many runs have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Collection {
    pub runs: u32,
    pub resolved: u32,
    pub failed: u32,
    /// Runs of which nobody said how they ended.
    pub unknown: u32,
    /// Runs in which no failure signal was found.
    pub abstained: u32,
    pub unreadable_files: u32,
    pub clusters: Vec<Cluster>,
    /// What distinguishes failed runs from resolved ones; empty where there are not both.
    #[serde(default)]
    pub differences: Vec<Difference>,
    #[serde(default)]
    pub tasks: TaskMatrix,
    /// By each field in which the runs differ.
    #[serde(default)]
    pub trends: Vec<Trend>,
}

impl Collection {
    pub fn of(reports: &[RunReport], unreadable_files: usize) -> Self {
        let digests: Vec<RunDigest> = reports.iter().map(RunDigest::of).collect();
        Self::of_digests(&digests, unreadable_files)
    }

    pub fn of_digests(runs: &[RunDigest], unreadable_files: usize) -> Self {
        let clusters = clusters(runs);
        let trends = Field::GROUPING.into_iter().map(|field| trend(runs, &clusters, field));
        let trends = trends.filter(|trend| trend.groups.len() > 1).collect();
        let count = |test: &dyn Fn(&RunDigest) -> bool| number(runs.iter().filter(|run| test(run)).count());
        Self {
            runs: number(runs.len()),
            resolved: count(&|run| run.outcome() == OutcomeValue::Resolved),
            failed: count(&|run| run.outcome() == OutcomeValue::Failed),
            unknown: count(&|run| run.outcome() == OutcomeValue::Unknown),
            abstained: count(&|run| run.abstained),
            unreadable_files: number(unreadable_files),
            differences: differences(runs, &clusters),
            tasks: task_matrix(runs),
            trends,
            clusters,
        }
    }

    /// The differences that are shown, greatest first. A detector whose only cluster is shown already says
    /// nothing new.
    pub fn shown_differences(&self) -> Vec<&Difference> {
        let mut shown: Vec<&Difference> = Vec::new();
        for difference in &self.differences {
            let same = |known: &&Difference| {
                self.detector_of(known) == self.detector_of(difference)
                    && (known.failed, known.resolved) == (difference.failed, difference.resolved)
            };
            let is_new = !shown.iter().any(same);
            if is_new && difference.judgement != Judgement::NoDifferenceShown {
                shown.push(difference);
            }
        }
        shown
    }

    fn detector_of<'a>(&'a self, difference: &'a Difference) -> Option<&'a str> {
        match difference.what {
            FailureKind::Detector => Some(&difference.id),
            FailureKind::Cluster => {
                let cluster = self.clusters.iter().find(|cluster| cluster.id == difference.id)?;
                Some(&cluster.detector)
            }
        }
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
