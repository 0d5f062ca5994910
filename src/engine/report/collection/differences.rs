use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::kinds::{Met, met_clusters, met_detectors};
use super::{Rate, RunDigest, number};
use crate::engine::cluster::Cluster;
use crate::engine::order;
use crate::engine::trace::OutcomeValue;

/// A kind of failure that is met in fewer runs of known outcome could show nothing.
const LEAST_RUNS: usize = 3;

/// How often a kind of failure is met in runs that failed, and in runs that solved their task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    pub what: FailureKind,
    /// Of the cluster, or of the detector.
    pub id: String,
    pub name: String,
    pub failed: Rate,
    pub resolved: Rate,
    pub judgement: Judgement,
    /// Among runs of tasks that were both solved and failed, where there are such: there it is no longer the
    /// task that makes the difference.
    pub within_tasks: Option<WithinTasks>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    Cluster,
    Detector,
}

/// What the two rates show. Nothing is said of rates whose intervals overlap, nor how surprising a difference is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judgement {
    /// It is met more often in runs that failed.
    GoesWithFailure,
    /// It is met more often in runs that solved their task.
    GoesWithSuccess,
    NoDifferenceShown,
}

/// The same among tasks with both outcomes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WithinTasks {
    pub tasks: u32,
    pub failed: Rate,
    pub resolved: Rate,
    pub judgement: Judgement,
    /// In how many of the tasks the failed runs have it more often than the others, and in how many less often.
    pub more_in_failed: u32,
    pub more_in_resolved: u32,
}

impl Judgement {
    fn of(failed: &Rate, resolved: &Rate) -> Self {
        if failed.is_above(resolved) {
            Self::GoesWithFailure
        } else if resolved.is_above(failed) {
            Self::GoesWithSuccess
        } else {
            Self::NoDifferenceShown
        }
    }

    /// For a person, after the name of the failure.
    pub fn words(self) -> &'static str {
        match self {
            Self::GoesWithFailure => "goes with failure",
            Self::GoesWithSuccess => "goes with success",
            Self::NoDifferenceShown => "no difference shown",
        }
    }
}

/// Runs by how they ended, and a task's among them.
#[derive(Debug, Clone, Copy, Default)]
struct Ended {
    failed: u32,
    resolved: u32,
}

impl Ended {
    fn add(&mut self, outcome: OutcomeValue) {
        match outcome {
            OutcomeValue::Failed => self.failed += 1,
            OutcomeValue::Resolved => self.resolved += 1,
            OutcomeValue::Unknown => {}
        }
    }

    fn add_all(&mut self, other: Self) {
        self.failed += other.failed;
        self.resolved += other.resolved;
    }

    fn rates_of(self, all: Self) -> (Rate, Rate) {
        (Rate::of(self.failed, all.failed), Rate::of(self.resolved, all.resolved))
    }
}

/// What distinguishes runs that failed from those that solved their task.
///
/// Of each cluster and of each detector that is met in some runs of known outcome. What shows a difference comes first, the greatest first. Empty where no run is
/// known to have failed, or none to have solved its task.
pub fn differences(runs: &[RunDigest], clusters: &[Cluster]) -> Vec<Difference> {
    let mut all = Ended::default();
    let mut by_task: BTreeMap<&str, Ended> = BTreeMap::new();
    for run in runs {
        all.add(run.outcome());
        if let Some(task) = run.task.as_deref() {
            by_task.entry(task).or_default().add(run.outcome());
        }
    }
    if all.failed == 0 || all.resolved == 0 {
        return Vec::new();
    }
    by_task.retain(|_, ended| ended.failed > 0 && ended.resolved > 0);
    let kinds = met_clusters(clusters, usize::MAX)
        .into_iter()
        .map(|met| (FailureKind::Cluster, met))
        .chain(met_detectors(runs, usize::MAX).into_iter().map(|met| (FailureKind::Detector, met)));
    let mut differences: Vec<Difference> =
        kinds.filter_map(|(what, met)| difference(what, met, runs, (all, &by_task))).collect();
    order::sort_by(&mut differences, |one, other| {
        let shown = |of: &Difference| of.judgement == Judgement::NoDifferenceShown;
        let gap = |of: &Difference| {
            (of.failed.share.unwrap_or_default() - of.resolved.share.unwrap_or_default()).abs()
        };
        shown(one)
            .cmp(&shown(other))
            .then_with(|| gap(other).total_cmp(&gap(one)))
            .then_with(|| (one.what, &one.id).cmp(&(other.what, &other.id)))
    });
    differences
}

fn difference(
    what: FailureKind,
    Met { kind, runs: places }: Met,
    runs: &[RunDigest],
    (all, tasks): (Ended, &BTreeMap<&str, Ended>),
) -> Option<Difference> {
    let mut met = Ended::default();
    let mut met_in: BTreeMap<&str, Ended> = BTreeMap::new();
    for run in places.iter().filter_map(|place| runs.get(*place as usize)) {
        met.add(run.outcome());
        if let Some(task) = run.task.as_deref().filter(|task| tasks.contains_key(task)) {
            met_in.entry(task).or_default().add(run.outcome());
        }
    }
    if ((met.failed + met.resolved) as usize) < LEAST_RUNS {
        return None;
    }
    let (failed, resolved) = met.rates_of(all);
    let judgement = Judgement::of(&failed, &resolved);
    let within_tasks = within(tasks, &met_in);
    Some(Difference { what, id: kind.id, name: kind.name, failed, resolved, judgement, within_tasks })
}

fn within(tasks: &BTreeMap<&str, Ended>, met_in: &BTreeMap<&str, Ended>) -> Option<WithinTasks> {
    if tasks.is_empty() {
        return None;
    }
    let (mut all, mut met) = (Ended::default(), Ended::default());
    let (mut more_in_failed, mut more_in_resolved) = (0, 0);
    for (task, ended) in tasks {
        let here = met_in.get(task).copied().unwrap_or_default();
        all.add_all(*ended);
        met.add_all(here);
        // Shares compared without dividing.
        let times = |one: u32, other: u32| u64::from(one) * u64::from(other);
        let (of_failed, of_resolved) =
            (times(here.failed, ended.resolved), times(here.resolved, ended.failed));
        more_in_failed += u32::from(of_failed > of_resolved);
        more_in_resolved += u32::from(of_resolved > of_failed);
    }
    let (failed, resolved) = met.rates_of(all);
    let judgement = Judgement::of(&failed, &resolved);
    Some(WithinTasks {
        tasks: number(tasks.len()),
        failed,
        resolved,
        judgement,
        more_in_failed,
        more_in_resolved,
    })
}

#[cfg(test)]
mod tests {
    use super::{Difference, FailureKind, Judgement, differences};
    use crate::engine::report::collection::made_up::ended;
    use crate::engine::report::collection::{RunDigest, clusters};
    use crate::engine::trace::OutcomeValue::{self, Failed, Resolved, Unknown};

    fn many(count: usize, outcome: OutcomeValue, detectors: &[&str]) -> Vec<RunDigest> {
        (0..count).map(|run| ended(&format!("{outcome:?}{detectors:?}{run}"), outcome, detectors)).collect()
    }

    fn of(runs: &[RunDigest]) -> Vec<Difference> {
        differences(runs, &clusters(runs))
    }

    #[test]
    fn what_goes_with_failure_is_told_from_what_is_met_everywhere() {
        let runs = [
            many(30, Failed, &["retry-loop", "cycle"]),
            many(5, Resolved, &["retry-loop", "cycle"]),
            many(10, Failed, &["cycle"]),
            many(35, Resolved, &["cycle"]),
            many(7, Unknown, &["retry-loop"]),
        ]
        .concat();
        let found = of(&runs);
        let told: Vec<(FailureKind, &str, u32, u32, Judgement)> = found
            .iter()
            .map(|one| (one.what, &*one.name, one.failed.count, one.resolved.count, one.judgement))
            .collect();
        let shown = Judgement::GoesWithFailure;
        assert_eq!(told[0], (FailureKind::Cluster, "Retry loop", 30, 5, shown));
        assert_eq!(told[1], (FailureKind::Detector, "retry-loop", 30, 5, shown));
        assert!(told[2..].iter().all(|one| one.4 == Judgement::NoDifferenceShown && one.2 == 40));
        assert_eq!((found[0].failed.of, found[0].resolved.of), (40, 40));
    }

    #[test]
    fn few_runs_show_nothing_and_one_outcome_has_nothing_to_compare_with() {
        let few = [many(3, Failed, &["cycle"]), many(2, Resolved, &[])].concat();
        assert!(of(&few).iter().all(|one| one.judgement == Judgement::NoDifferenceShown));
        assert!(of(&many(50, Failed, &["cycle"])).is_empty());
    }

    #[test]
    fn within_tasks_it_is_not_the_task_that_makes_the_difference() {
        let on = |task: &str, runs: Vec<RunDigest>| -> Vec<RunDigest> {
            runs.into_iter().map(|run| RunDigest { task: Some(task.to_owned()), ..run }).collect()
        };
        // The loop belongs to the hard task, however it ends.
        let runs = [
            on("hard", many(30, Failed, &["retry-loop"])),
            on("hard", many(3, Resolved, &["retry-loop"])),
            on("easy", many(30, Resolved, &[])),
        ]
        .concat();
        let found = of(&runs);
        assert_eq!(found[0].judgement, Judgement::GoesWithFailure);
        let within = found[0].within_tasks.as_ref().unwrap();
        assert_eq!((within.tasks, within.judgement), (1, Judgement::NoDifferenceShown));
        assert_eq!((within.more_in_failed, within.more_in_resolved), (0, 0));
    }
}
