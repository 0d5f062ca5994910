use serde::{Deserialize, Serialize};

use super::super::{PromptReport, RunReport};
use crate::engine::cluster::{Cluster, ClusterInput, cluster};
use crate::engine::detect::{Category, Severity};
use crate::engine::trace::OutcomeValue;

/// All that is needed of a run to say something about many: a hundredth of its report. Everything here about
/// many runs is told from a list of these, whose places name the runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunDigest {
    /// Id, agent, model, outcome, shape and signatures.
    pub run: ClusterInput,
    pub agent_version: Option<String>,
    pub format: String,
    pub task: Option<String>,
    pub prompt: Option<PromptReport>,
    /// As [`RunReport::started`].
    pub started: Option<String>,
    /// 0 to 100; `null` when unscored.
    pub score: Option<f64>,
    pub steps: u32,
    pub cost_usd: Option<f64>,
    pub seconds: Option<f64>,
    /// No failure signal was found.
    pub abstained: bool,
    /// Each detector that found something that counts, by its id, with the worst that it found.
    pub detectors: Vec<Detected>,
}

/// What a detector found in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detected {
    pub id: String,
    pub title: String,
    pub category: Category,
    /// The gravest of its findings.
    pub severity: Severity,
    /// One of them at least is certain.
    pub certain: bool,
    pub findings: u32,
}

impl RunDigest {
    pub fn of(report: &RunReport) -> Self {
        Self {
            run: cluster_input(report),
            agent_version: report.agent_version.clone(),
            format: report.format.clone(),
            task: report.task.clone(),
            prompt: report.prompt.clone(),
            started: report.started.clone(),
            score: report.score.as_ref().map(|score| score.total),
            steps: report.steps,
            cost_usd: report.totals.cost_usd,
            seconds: report.totals.seconds,
            abstained: report.verdict.abstained,
            detectors: detected(report),
        }
    }

    pub fn outcome(&self) -> OutcomeValue {
        self.run.outcome
    }
}

fn detected(report: &RunReport) -> Vec<Detected> {
    let mut all: Vec<Detected> = Vec::new();
    for finding in report.findings.iter().filter(|finding| !finding.muted) {
        if let Some(known) = all.iter_mut().find(|known| known.id == finding.detector) {
            known.severity = known.severity.max(finding.severity);
            known.certain |= finding.certain;
            known.findings += 1;
            continue;
        }
        all.push(Detected {
            id: finding.detector.clone(),
            title: finding.title.clone(),
            category: finding.category,
            severity: finding.severity,
            certain: finding.certain,
            findings: 1,
        });
    }
    crate::engine::order::sort_by(&mut all, |one, other| one.id.cmp(&other.id));
    all
}

/// What of a report clusters are made of. What someone muted makes no cluster.
pub fn cluster_input(report: &RunReport) -> ClusterInput {
    let is_muted = |finding: u32| report.findings.get(finding as usize).is_some_and(|finding| finding.muted);
    let counting = report.signatures.iter().filter(|signature| !is_muted(signature.finding));
    ClusterInput {
        id: (report.trace_id.clone(), report.file.clone(), report.index),
        agent: report.agent.clone(),
        model: report.model.clone(),
        outcome: report.outcome.value,
        shape: report.shape.clone(),
        signatures: counting.cloned().collect(),
        steps: report.findings.iter().map(|finding| finding.step).collect(),
    }
}

/// Groups the findings of these runs: see [`cluster`].
pub fn clusters(runs: &[RunDigest]) -> Vec<Cluster> {
    let inputs: Vec<&ClusterInput> = runs.iter().map(|run| &run.run).collect();
    cluster(&inputs)
}
