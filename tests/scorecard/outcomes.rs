//! How well scores and findings tell failed runs from resolved ones.

use std::collections::BTreeMap;

use tracebench::engine::detect::{MeasuredSet, Measurements, Runs, Severity, catalog};

use crate::judged::{Judged, count};
use crate::stats::{Auc, Estimate, estimate};

/// The sets whose outcomes are known, by id, with what a person calls them.
pub(crate) const SETS: &[(&str, &str)] = &[
    ("claude_code_tb", "Claude Code on Terminal-Bench"),
    ("claude_code_kimi_tb2", "Claude Code with Kimi K2.5 on Terminal-Bench 2"),
    ("mini_swe_gemini3_verified", "mini-swe-agent with Gemini 3 Pro on SWE-bench Verified"),
    ("sola_tar_study", "OpenHands, AutoCodeRover and RepairAgent on issues"),
    ("tau_bench_airline_gpt4o", "GPT-4o on tau-bench airline"),
];

/// What was measured on one of them.
pub(crate) struct Outcomes {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) runs: Runs,
    pub(crate) unknown: usize,
    pub(crate) auc: Option<Estimate>,
    /// The same with nothing but the number of steps to go by.
    pub(crate) auc_of_length: Option<Estimate>,
    pub(crate) within_tasks: Option<Estimate>,
    /// Pairs of runs of one task of which one failed.
    pub(crate) task_pairs: usize,
    /// Runs with a finding that claims certainty, of severity error, of warning or above.
    pub(crate) certain: Runs,
    pub(crate) alarmed: Runs,
    pub(crate) warned: Runs,
    pub(crate) abstained: Runs,
    pub(crate) detectors: BTreeMap<&'static str, Runs>,
}

impl Outcomes {
    pub(crate) fn of(id: &'static str, title: &'static str, all: &[Judged]) -> Self {
        let known: Vec<&Judged> = all.iter().filter(|run| run.label.resolved.is_some()).collect();
        let tasks: Vec<&str> = known.iter().map(|run| run.label.task.as_str()).collect();
        let failed: Vec<bool> = known.iter().map(|run| run.has_failed()).collect();
        let risks: Vec<f64> = known.iter().map(|run| run.risk()).collect();
        let lengths: Vec<f64> = known.iter().map(|run| f64::from(run.report.steps)).collect();
        let auc = |values: &[f64]| {
            let auc = Auc::of(values, &failed);
            estimate(&tasks, |counts| auc.weighted(counts))
        };
        let pairs = pairs_within(&tasks, &failed);
        let has = |least: Severity| move |run: &Judged| run.run.findings.iter().any(|f| f.severity >= least);
        let detectors = catalog().map(|info| {
            let fired = |run: &Judged| run.run.findings.iter().any(|finding| finding.detector == info.id);
            (info.id, count(all, fired))
        });
        Self {
            id,
            title,
            runs: count(all, |_| true),
            unknown: all.len() - known.len(),
            auc: auc(&risks),
            auc_of_length: auc(&lengths),
            within_tasks: estimate(&tasks, |counts| within(&pairs, &risks, counts)),
            task_pairs: pairs.len(),
            certain: count(all, |run| run.run.findings.iter().any(|finding| finding.certain)),
            alarmed: count(all, has(Severity::Error)),
            warned: count(all, has(Severity::Warning)),
            abstained: count(all, |run| run.run.verdict.abstained),
            detectors: detectors.collect(),
        }
    }
}

/// Pairs of runs of one task, the failed one first.
fn pairs_within(tasks: &[&str], failed: &[bool]) -> Vec<(usize, usize)> {
    let mut by_task: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, task) in tasks.iter().enumerate() {
        by_task.entry(task).or_default().push(place);
    }
    by_task
        .values()
        .flat_map(|runs| runs.iter().flat_map(|a| runs.iter().map(|b| (*a, *b))))
        .filter(|(a, b)| failed[*a] && !failed[*b])
        .collect()
}

/// In how many of the pairs the failed run has the higher risk, ties counting half.
fn within(pairs: &[(usize, usize)], risks: &[f64], counts: &[u32]) -> Option<f64> {
    let (mut won, mut all) = (0.0, 0.0);
    for (failed, resolved) in pairs {
        // Runs of one task are drawn together.
        let weight = f64::from(counts[*failed]);
        all += weight;
        won += weight
            * match risks[*failed].total_cmp(&risks[*resolved]) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Less => 0.0,
            };
    }
    (all > 0.0).then(|| won / all)
}

/// What ships with the engine.
pub(crate) fn shipped(sets: &[Outcomes]) -> Measurements {
    let rounded = |value: f64| (value * 1000.0).round() / 1000.0;
    Measurements {
        sets: sets
            .iter()
            .map(|set| MeasuredSet {
                title: set.title.to_owned(),
                runs: set.runs,
                auc: set.auc.map(|auc| [auc.value, auc.low, auc.high].map(rounded)),
                alarmed: set.alarmed,
                abstained: set.abstained,
            })
            .collect(),
        detectors: catalog()
            .map(|info| (info.id.to_owned(), sets.iter().map(|set| set.detectors[info.id]).collect()))
            .collect(),
    }
}
