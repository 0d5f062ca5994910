//! How well repeats are told, against what people said of each two neighbouring actions and thoughts.

use std::collections::BTreeSet;

use tracebench::engine::detect::catalog;

use crate::judged::Judged;
use crate::stats::{Estimate, estimate};

/// Detectors that say of actions that they are the same.
const REPEATED_ACTIONS: &[&str] = &["exact-repeat", "blind-retry", "redundant-read", "state-back-and-forth"];
/// Detectors that say of thoughts that they are the same.
const REPEATED_THOUGHTS: &[&str] = &["repeated-thinking"];

/// How often a relation between neighbours was told.
pub(crate) struct Told {
    pub(crate) title: &'static str,
    /// Runs whose labels align with their steps, and pairs in them.
    pub(crate) runs: usize,
    pub(crate) pairs: usize,
    pub(crate) labelled: usize,
    pub(crate) precision: Option<Estimate>,
    pub(crate) recall: Option<Estimate>,
    pub(crate) f1: Option<Estimate>,
}

/// A pair of neighbours.
struct Pair<'a> {
    run: &'a str,
    labelled: bool,
    told: bool,
}

pub(crate) fn repetition(runs: &[Judged]) -> Told {
    told("Repetition of actions", runs, ("action_action", "Repetition"), REPEATED_ACTIONS)
}

/// `None` while no detector says so.
pub(crate) fn redundancy(runs: &[Judged]) -> Option<Told> {
    let is_told = catalog().any(|info| REPEATED_THOUGHTS.contains(&info.id));
    is_told
        .then(|| told("Redundancy of thoughts", runs, ("thought_thought", "Redundancy"), REPEATED_THOUGHTS))
}

fn told(title: &'static str, runs: &[Judged], (list, relation): (&str, &str), detectors: &[&str]) -> Told {
    let mut pairs: Vec<Pair<'_>> = Vec::new();
    let mut aligned = 0;
    for judged in runs {
        let labels = judged.labels();
        let relations = labels[list].as_array().map_or(&[][..], Vec::as_slice);
        // A thought bears the number of its action.
        let steps = &judged.run.trace.steps;
        let actions: Vec<u32> =
            steps.iter().filter(|step| step.is_action()).map(|step| step.source_step).collect();
        if actions.len() != relations.len() + 1 {
            continue;
        }
        aligned += 1;
        let repeats: Vec<BTreeSet<u32>> = judged
            .run
            .findings
            .iter()
            .filter(|finding| detectors.contains(&finding.detector))
            .map(|finding| finding.steps.iter().map(|id| steps[id.index()].source_step).collect())
            .collect();
        for (pair, label) in actions.windows(2).zip(relations) {
            let told = repeats.iter().any(|steps| pair.iter().all(|step| steps.contains(step)));
            pairs.push(Pair { run: &judged.label.file, labelled: label == relation, told });
        }
    }
    let groups: Vec<&str> = pairs.iter().map(|pair| pair.run).collect();
    let rate = |part: &dyn Fn(&Pair<'_>) -> bool, whole: &dyn Fn(&Pair<'_>) -> f64| {
        estimate(&groups, |counts| {
            let (mut some, mut all) = (0.0, 0.0);
            for (count, pair) in counts.iter().zip(&pairs) {
                all += f64::from(*count) * whole(pair);
                some += f64::from(*count) * f64::from(u8::from(part(pair)));
            }
            (all > 0.0).then(|| some / all)
        })
    };
    let one = |holds: bool| f64::from(u8::from(holds));
    let hit = |pair: &Pair<'_>| pair.labelled && pair.told;
    Told {
        title,
        runs: aligned,
        pairs: pairs.len(),
        labelled: pairs.iter().filter(|pair| pair.labelled).count(),
        precision: rate(&hit, &|pair| one(pair.told)),
        recall: rate(&hit, &|pair| one(pair.labelled)),
        // Twice the hits over all that is labelled and all that is told.
        f1: rate(&hit, &|pair| f64::midpoint(one(pair.labelled), one(pair.told))),
    }
}
