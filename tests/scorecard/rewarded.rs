//! What the steps of a run earn together, beside how the run ended: the built-in weights, nothing fitted.

use tracebench::engine::report::{Parts, RewardWeights, Rewarded, rewards};

use crate::judged::Judged;
use crate::stats::{Auc, Estimate, estimate};

/// What was measured on the runs of a set whose outcome is known.
pub(crate) struct Returns {
    pub(crate) title: &'static str,
    /// The mean of what the steps of a run earned together, in failed runs and in resolved ones.
    pub(crate) means: [Option<f64>; 2],
    /// How often a failed run earned less than a resolved one; by the potential alone.
    pub(crate) auc: Option<Estimate>,
    pub(crate) auc_of_potential: Option<Estimate>,
}

impl Returns {
    pub(crate) fn of(title: &'static str, all: &[Judged]) -> Self {
        let known: Vec<&Judged> = all.iter().filter(|run| run.label.resolved.is_some()).collect();
        let tasks: Vec<&str> = known.iter().map(|run| run.label.task.as_str()).collect();
        let failed: Vec<bool> = known.iter().map(|run| run.has_failed()).collect();
        let earned: Vec<Parts> = known.iter().map(|run| earned(run)).collect();
        let auc = |of: fn(&Parts) -> f64| {
            let losses: Vec<f64> = earned.iter().map(|parts| -of(parts)).collect();
            let auc = Auc::of(&losses, &failed);
            estimate(&tasks, |counts| auc.weighted(counts))
        };
        let mean = |has_failed: bool| {
            let own: Vec<f64> = earned
                .iter()
                .zip(&failed)
                .filter(|(_, failed)| **failed == has_failed)
                .map(|(parts, _)| parts.r_step)
                .collect();
            (!own.is_empty()).then(|| own.iter().sum::<f64>() / own.len() as f64)
        };
        Self {
            title,
            means: [mean(true), mean(false)],
            auc: auc(|parts| parts.r_step),
            auc_of_potential: auc(|parts| parts.r_potential),
        }
    }
}

fn earned(judged: &Judged) -> Parts {
    let run = &judged.run;
    let run = Rewarded { trace: &run.trace, facts: &run.facts, findings: &run.findings };
    rewards((&judged.report.file, judged.report.index), run, &RewardWeights::default()).0.sums
}
