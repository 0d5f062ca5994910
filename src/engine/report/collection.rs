use serde::{Deserialize, Serialize};

use super::RunReport;
use crate::engine::cluster::{Cluster, ClusterInput, cluster};
use crate::engine::trace::OutcomeValue;

/// What many runs have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// Groups the findings of these runs. Needs nothing but their reports, so that it can be done anywhere; the
/// order of the reports does not matter except for the places that point at them.
pub fn clusters(reports: &[RunReport]) -> Vec<Cluster> {
    let runs: Vec<ClusterInput> = reports.iter().map(cluster_input).collect();
    cluster(&runs)
}

/// What of a report is needed for that. What someone muted makes no cluster.
pub fn cluster_input(report: &RunReport) -> ClusterInput {
    let is_muted = |finding: u32| report.findings.get(finding as usize).is_some_and(|finding| finding.muted);
    let counting = report.signatures.iter().filter(|signature| !is_muted(signature.finding));
    ClusterInput {
        id: (report.trace_id.clone(), report.file.clone(), report.index),
        outcome: report.outcome.value,
        signatures: counting.cloned().collect(),
        steps: report.findings.iter().map(|finding| finding.step).collect(),
    }
}

impl Collection {
    pub fn of(reports: &[RunReport], unreadable_files: usize) -> Self {
        let count =
            |test: &dyn Fn(&RunReport) -> bool| number(reports.iter().filter(|run| test(run)).count());
        Self {
            runs: number(reports.len()),
            resolved: count(&|run| run.outcome.value == OutcomeValue::Resolved),
            failed: count(&|run| run.outcome.value == OutcomeValue::Failed),
            unknown: count(&|run| run.outcome.value == OutcomeValue::Unknown),
            abstained: count(&|run| run.verdict.abstained),
            unreadable_files: number(unreadable_files),
            clusters: clusters(reports),
        }
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
