use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{RunDigest, number};
use crate::engine::cluster::{Cluster, Member, Tally};
use crate::engine::order;
use crate::engine::trace::OutcomeValue;

/// The runs that are looked at, for what is told of a list of runs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Subset {
    pub digests: Vec<RunDigest>,
    /// With places in that list.
    pub clusters: Vec<Cluster>,
    /// Where each of them stands among all runs.
    pub places: Vec<u32>,
}

impl Subset {
    /// Of the runs at these places.
    pub fn new(all: &[RunDigest], clusters: &[Cluster], places: &[u32]) -> Self {
        let found = places.iter().filter_map(|place| Some((*place, all.get(*place as usize)?.clone())));
        let (places, digests): (Vec<u32>, Vec<RunDigest>) = found.unzip();
        Self { clusters: restrict(clusters, &digests, &places), digests, places }
    }

    /// Where the run that stands there in this list stands among all.
    pub fn place(&self, at: u32) -> Option<u32> {
        self.places.get(at as usize).copied()
    }
}

/// The same clusters as far as they are of the runs at these places; those that are of none of them left out,
/// those of most first.
fn restrict(clusters: &[Cluster], runs: &[RunDigest], places: &[u32]) -> Vec<Cluster> {
    let count = places.iter().max().map_or(0, |most| *most as usize + 1);
    let mut here: Vec<Option<u32>> = vec![None; count];
    for (at, place) in (0u32..).zip(places) {
        if let Some(slot) = here.get_mut(*place as usize) {
            *slot = Some(at);
        }
    }
    let at = |place: u32| here.get(place as usize).copied().flatten();
    let mut kept: Vec<Cluster> =
        clusters.iter().filter_map(|cluster| restricted(cluster, runs, &at)).collect();
    order::sort_by_key(&mut kept, |cluster| Reverse(cluster.runs.len()));
    kept
}

fn restricted(cluster: &Cluster, runs: &[RunDigest], at: &dyn Fn(u32) -> Option<u32>) -> Option<Cluster> {
    let members: Vec<u32> = cluster.runs.iter().filter_map(|place| at(*place)).collect();
    let first = *members.first()?;
    let own = || members.iter().filter_map(|place| runs.get(*place as usize));
    let ended = |value: OutcomeValue| number(own().filter(|run| run.outcome() == value).count());
    let moved = |member: Member| Some(Member { run: at(member.run)?, step: member.step });
    Some(Cluster {
        // Where the typical run is not among these, the first of them stands for it.
        example: moved(cluster.example)
            .unwrap_or_else(|| Member { run: first, step: blamed(cluster, runs.get(first as usize)) }),
        boundary: cluster.boundary.and_then(moved),
        failed: ended(OutcomeValue::Failed),
        resolved: ended(OutcomeValue::Resolved),
        agents: tallied(own().map(|run| &run.run.agent)),
        models: tallied(own().map(|run| &run.run.model)),
        runs: members,
        ..cluster.clone()
    })
}

/// The step at which a run has the failure of a cluster.
fn blamed(cluster: &Cluster, run: Option<&RunDigest>) -> u32 {
    let Some(run) = run.map(|run| &run.run) else { return 0 };
    let own = run.signatures.iter().find(|signature| signature.detector == cluster.detector);
    own.and_then(|signature| run.steps.get(signature.finding as usize)).copied().unwrap_or_default()
}

fn tallied<'a>(names: impl Iterator<Item = &'a Option<String>>) -> Vec<Tally> {
    let mut counts: BTreeMap<&Option<String>, u32> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let mut tallies: Vec<Tally> =
        counts.into_iter().map(|(name, runs)| Tally { name: name.clone(), runs }).collect();
    order::sort_by_key(&mut tallies, |tally| (Reverse(tally.runs), tally.name.is_none()));
    tallies
}

#[cfg(test)]
mod tests {
    use super::super::made_up::ended;
    use super::super::{RunDigest, clusters};
    use super::Subset;
    use crate::engine::trace::OutcomeValue::{Failed, Resolved};

    #[test]
    fn clusters_keep_what_is_of_the_runs_that_are_looked_at() {
        let runs: Vec<RunDigest> = vec![
            ended("a", Failed, &["retry-loop"]),
            ended("b", Resolved, &["retry-loop", "edit-churn"]),
            ended("c", Failed, &["retry-loop"]),
        ];
        let all = clusters(&runs);
        let subset = Subset::new(&runs, &all, &[2, 0, 9]);
        assert_eq!(subset.places, [2, 0]);
        let [only] = subset.clusters.as_slice() else { panic!("{:?}", subset.clusters) };
        assert_eq!((only.detector.as_str(), only.failed, only.resolved), ("retry-loop", 2, 0));
        assert_eq!(only.runs.len(), 2);
        assert!((only.example.run as usize) < subset.digests.len());
        assert_eq!(subset.place(0), Some(2));
    }

    #[test]
    fn of_no_runs_there_is_nothing() {
        let runs = [ended("a", Failed, &["retry-loop"])];
        assert_eq!(Subset::new(&runs, &clusters(&runs), &[]), Subset::default());
    }
}
