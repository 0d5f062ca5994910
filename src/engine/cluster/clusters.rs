use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::Signature;
use super::name::{Detail, name};
use super::template::templates;
use crate::engine::order;
use crate::engine::trace::OutcomeValue;

/// What clustering needs to know of a run: far less than its report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterInput {
    /// Names the run the same wherever it stands in the list; decides ties.
    pub id: (String, String, u32),
    pub outcome: OutcomeValue,
    /// Of the findings that count.
    pub signatures: Vec<Signature>,
    /// The blamed step of each finding, of those that do not count too.
    pub steps: Vec<u32>,
}

/// A finding of a cluster: the run's place in the list, and the blamed step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Member {
    pub run: u32,
    pub step: u32,
}

/// Findings that are the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// Made of the signature alone: the same cluster in another collection has the same id, unless other
    /// errors there widen its template.
    pub id: String,
    /// For a person; unlike that of every other cluster of the same result.
    pub name: String,
    pub detector: String,
    pub operation: String,
    /// The masked error; `<*>` where near ones differ.
    pub template: String,
    pub phase: String,
    pub finding_count: u32,
    /// Places of the runs, in order, without repeats.
    pub runs: Vec<u32>,
    /// The finding to show: that of the run most like the others.
    pub example: Member,
    /// How many of the runs are known to have failed, and to have solved their task.
    pub failed: u32,
    pub resolved: u32,
}

type Key<'a> = (&'a str, &'a str, &'a str, &'a str);

/// The template that near ones share, by what signatures say.
type Templates<'a> = BTreeMap<&'a str, String>;

fn key<'a>(signature: &'a Signature, templates: &'a Templates<'_>) -> Key<'a> {
    let template = templates.get(signature.template.as_str()).unwrap_or(&signature.template);
    (&signature.detector, &signature.operation, template, &signature.phase)
}

/// Groups the findings of the runs. Those of most runs come first, then those of most findings, then by
/// signature.
pub fn cluster(runs: &[ClusterInput]) -> Vec<Cluster> {
    let signatures = runs.iter().flat_map(|run| &run.signatures);
    let templates = templates(signatures.map(|signature| signature.template.as_str()));
    let mut groups: BTreeMap<Key<'_>, Vec<Member>> = BTreeMap::new();
    for (place, run) in (0u32..).zip(runs) {
        for signature in &run.signatures {
            let step = run.steps.get(signature.finding as usize).copied().unwrap_or_default();
            groups.entry(key(signature, &templates)).or_default().push(Member { run: place, step });
        }
    }
    let run_counts: BTreeMap<Key<'_>, usize> =
        groups.iter().map(|(key, members)| (*key, distinct(members).len())).collect();
    let commonness: Vec<usize> = runs
        .iter()
        .map(|run| {
            let keys = order::distinct(run.signatures.iter().map(|signature| key(signature, &templates)));
            commonness(&keys, &run_counts)
        })
        .collect();
    let mut clusters: Vec<Cluster> =
        groups.iter().map(|(key, members)| describe(*key, members, runs, &commonness)).collect();
    tell_apart(&mut clusters);
    // Stable: within a rank the order stays that of the signatures.
    order::sort_by_key(&mut clusters, |cluster| {
        (Reverse(cluster.runs.len()), Reverse(cluster.finding_count))
    });
    clusters
}

fn distinct(members: &[Member]) -> Vec<u32> {
    order::distinct(members.iter().map(|member| member.run))
}

/// How much a run is like the others: the sizes of the groups it is in, on average.
fn commonness(keys: &[Key<'_>], run_counts: &BTreeMap<Key<'_>, usize>) -> usize {
    let shared: usize = keys.iter().filter_map(|key| run_counts.get(key)).sum();
    // In thousandths, so that the comparison is one of whole numbers.
    shared * 1000 / keys.len().max(1)
}

fn describe(
    (detector, operation, template, phase): Key<'_>,
    members: &[Member],
    runs: &[ClusterInput],
    commonness: &[usize],
) -> Cluster {
    let places = distinct(members);
    let outcome = |place: &u32| runs.get(*place as usize).map(|run| run.outcome);
    let count = |value: OutcomeValue| {
        u32::try_from(places.iter().filter(|place| outcome(place) == Some(value)).count()).unwrap_or(u32::MAX)
    };
    let example = members.iter().copied().min_by_key(|member| {
        let run = member.run as usize;
        (Reverse(commonness.get(run).copied()), runs.get(run).map(|run| &run.id), member.step)
    });
    let separated = [detector, operation, template, phase].join("\0");
    Cluster {
        id: format!("{:016x}", xxh3_64(separated.as_bytes())),
        name: String::new(),
        detector: detector.to_owned(),
        operation: operation.to_owned(),
        template: template.to_owned(),
        phase: phase.to_owned(),
        finding_count: u32::try_from(members.len()).unwrap_or(u32::MAX),
        failed: count(OutcomeValue::Failed),
        resolved: count(OutcomeValue::Resolved),
        runs: places,
        example: example.unwrap_or(Member { run: 0, step: 0 }),
    }
}

/// Gives each cluster the shortest name that no other one has.
fn tell_apart(clusters: &mut [Cluster]) {
    for detail in [Detail::Error, Detail::Phase, Detail::Operation] {
        let candidates: Vec<String> = clusters.iter().map(|cluster| name(cluster, detail)).collect();
        let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
        for candidate in &candidates {
            *taken.entry(candidate).or_default() += 1;
        }
        for (cluster, candidate) in clusters.iter_mut().zip(&candidates) {
            let alone = taken.get(candidate.as_str()) == Some(&1);
            if cluster.name.is_empty() && (alone || detail == Detail::Operation) {
                cluster.name.clone_from(candidate);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cluster, ClusterInput, Signature, cluster};
    use crate::engine::facts::masked;
    use crate::engine::trace::OutcomeValue;

    fn signature(detector: &str, template: &str, phase: &str, finding: u32) -> Signature {
        Signature {
            detector: detector.into(),
            operation: "run-test".into(),
            template: template.into(),
            phase: phase.into(),
            finding,
        }
    }

    fn run(id: &str, outcome: OutcomeValue, signatures: &[Signature]) -> ClusterInput {
        let steps = signatures.iter().map(|signature| 10 * (signature.finding + 1)).collect();
        ClusterInput { id: (id.into(), "file".into(), 0), outcome, signatures: signatures.to_vec(), steps }
    }

    #[test]
    fn the_same_failure_in_two_runs_is_one_cluster() {
        let first = [
            signature("failing-tests", "AssertionError: <str>", "verify", 0),
            signature("failing-tests", "AssertionError: <str>", "verify", 1),
        ];
        let second = [signature("failing-tests", "AssertionError: <str>", "verify", 0)];
        let third = [signature("retry-loop", "-", "edit", 0)];
        let runs = [
            run("a", OutcomeValue::Failed, &first),
            run("b", OutcomeValue::Resolved, &second),
            run("c", OutcomeValue::Unknown, &third),
        ];
        let clusters = cluster(&runs);
        assert_eq!(clusters.len(), 2);
        let big = &clusters[0];
        assert_eq!(big.name, "Tests fail after the fix: AssertionError: <str>");
        assert_eq!((big.finding_count, big.failed, big.resolved), (3, 1, 1));
        assert_eq!(big.runs, [0, 1]);
        assert_eq!((big.example.run, big.example.step), (0, 10));
    }

    /// A cluster without what depends on the places of the runs.
    fn kernel(cluster: &Cluster, ids: &[&str]) -> (String, String, u32, Vec<String>, String) {
        let id = |place: u32| ids[place as usize].to_owned();
        let mut runs: Vec<String> = cluster.runs.iter().map(|place| id(*place)).collect();
        runs.sort();
        (cluster.id.clone(), cluster.name.clone(), cluster.finding_count, runs, id(cluster.example.run))
    }

    #[test]
    fn the_order_of_the_runs_changes_nothing() {
        let lists = [
            vec![signature("failing-tests", "E1", "verify", 0), signature("retry-loop", "-", "edit", 1)],
            vec![signature("failing-tests", "E1", "verify", 0), signature("failing-tests", "E1", "edit", 1)],
            vec![signature("retry-loop", "-", "edit", 0)],
            vec![],
        ];
        let names = ["a", "b", "c", "d"];
        let kernels = |order: [usize; 4]| {
            let runs: Vec<_> =
                order.iter().map(|at| run(names[*at], OutcomeValue::Unknown, &lists[*at])).collect();
            let ids: Vec<&str> = order.iter().map(|at| names[*at]).collect();
            cluster(&runs).iter().map(|cluster| kernel(cluster, &ids)).collect::<Vec<_>>()
        };
        assert_eq!(kernels([0, 1, 2, 3]), kernels([3, 2, 1, 0]));
        assert_eq!(kernels([0, 1, 2, 3]), kernels([2, 0, 3, 1]));
    }

    #[test]
    fn near_errors_are_one_cluster_under_a_template_of_both() {
        let near = [
            signature("failing-tests", "TypeError: f() takes <n> arguments", "verify", 0),
            signature("failing-tests", "TypeError: g() takes <n> arguments", "verify", 1),
            signature("failing-tests", "KeyError: <str>", "verify", 2),
        ];
        let clusters = cluster(&[run("a", OutcomeValue::Failed, &near)]);
        let told: Vec<(&str, u32)> =
            clusters.iter().map(|cluster| (cluster.template.as_str(), cluster.finding_count)).collect();
        assert_eq!(told, [("TypeError: <*> takes <n> arguments", 2), ("KeyError: <str>", 1)]);
    }

    /// The same failures elsewhere, at another time, with other ids.
    #[test]
    fn renamed_paths_ids_and_times_do_not_move_a_run() {
        let here = [
            "cat: /home/ada/src/app.py: No such file or directory",
            "2026-01-02 03:04:05 request 3f2504e0-4f89-11d3-9a0c-0305e82c3301 timed out after 30s",
            "object at 0x7f00aa12 has no attribute 'name'",
        ];
        let there = [
            "cat: /srv/other/lib/main.py: No such file or directory",
            "2025-11-30 23:59:59 request 9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d timed out after 5s",
            "object at 0x1 has no attribute 'size'",
        ];
        let signatures = |lines: [&str; 3]| -> Vec<Signature> {
            let masked = lines.iter().map(|line| masked(line));
            (0..).zip(masked).map(|(place, line)| signature("failing-tests", &line, "edit", place)).collect()
        };
        let (here, there) = (signatures(here), signatures(there));
        let runs = [run("a", OutcomeValue::Failed, &here), run("b", OutcomeValue::Failed, &there)];
        let clusters = cluster(&runs);
        assert_eq!(clusters.len(), 3);
        assert!(clusters.iter().all(|cluster| cluster.runs == [0, 1]));
        let ids = |clusters: &[Cluster]| clusters.iter().map(|known| known.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&clusters), ids(&cluster(&runs[..1])), "a cluster keeps its id");
    }

    #[test]
    fn clusters_that_differ_in_phase_only_say_so() {
        let list =
            [signature("failing-tests", "E1", "verify", 0), signature("failing-tests", "E1", "edit", 1)];
        let clusters = cluster(&[run("a", OutcomeValue::Unknown, &list)]);
        let names: Vec<&str> = clusters.iter().map(|cluster| cluster.name.as_str()).collect();
        assert_eq!(
            names,
            ["Tests fail after the fix: E1, while editing", "Tests fail after the fix: E1, while verifying"]
        );
    }
}
