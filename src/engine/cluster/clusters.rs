use std::cmp::Reverse;
use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_64;

use super::error::{kinds_of_error, told_words};
use super::exact::{Exact, Key, exact_groups, number};
use super::name::tell_apart;
use super::near::{Features, features, near_groups};
use super::shape::sort_of;
use super::template::templates;
use super::typical::{Sampler, examples, features_of_runs};
use super::{Cluster, ClusterInput, Member, Tally};
use crate::engine::order;
use crate::engine::trace::OutcomeValue;

/// Groups the findings of the runs by what a person would call the same failure. Those of most runs come
/// first, then those of most findings, then by signature.
///
/// First by exact signature. Then near ones are made one: of the same detector, after the same error (equal
/// templates, or worded at unequal length), in runs that go about their work alike, so that it does not matter
/// whether the step was an edit or a test, or how far the run had come. Different detectors are never made one:
/// over the same error they say different things of what the agent did.
pub fn cluster(runs: &[&ClusterInput]) -> Vec<Cluster> {
    let signatures = runs.iter().flat_map(|run| &run.signatures);
    let templates = templates(signatures.map(|signature| signature.template.as_str()));
    let exact = exact_groups(runs, &templates);
    let sampler = Sampler::of(runs);
    let mut together: BTreeMap<usize, Vec<&Exact<'_>>> = BTreeMap::new();
    for (head, group) in near(&exact, runs, &sampler).into_iter().zip(&exact) {
        together.entry(head).or_default().push(group);
    }
    let mut clusters_of: Vec<Vec<usize>> = vec![Vec::new(); runs.len()];
    for (cluster, groups) in &together {
        for place in groups.iter().flat_map(|group| &group.places) {
            clusters_of.get_mut(*place as usize).into_iter().for_each(|known| known.push(*cluster));
        }
    }
    let features = features_of_runs(runs, &clusters_of);
    let mut clusters: Vec<Cluster> =
        together.into_values().map(|groups| describe(groups, (runs, &features), &sampler)).collect();
    tell_apart(&mut clusters);
    order::sort_by(&mut clusters, |one, other| rank(one).cmp(&rank(other)));
    clusters
}

fn rank(cluster: &Cluster) -> impl Ord + '_ {
    let Cluster { detector, operation, template, phase, .. } = cluster;
    (Reverse(cluster.runs.len()), Reverse(cluster.finding_count), [detector, operation, template, phase])
}

/// Which exact groups are one failure: for each the place of the first of them.
fn near(groups: &[Exact<'_>], runs: &[&ClusterInput], sampler: &Sampler) -> Vec<usize> {
    let errors = order::distinct(groups.iter().map(|group| group.key.2));
    let kinds = kinds_of_error(&errors);
    let sets: Vec<(u64, Features)> = groups
        .iter()
        .map(|group| {
            let (detector, operation, template, phase) = group.key;
            let error = errors.binary_search(&template).ok().and_then(|place| kinds.get(place));
            let kind = format!("{detector}\0{}", error.copied().unwrap_or(usize::MAX));
            let own = [sort_of(operation), phase].map(|word| xxh3_64(word.as_bytes()));
            let shape = typical_shape(&sampler.sample(&group.places), runs);
            let set = features(own.into_iter().chain(told_words(template)).chain(shape));
            (xxh3_64(kind.as_bytes()), set)
        })
        .collect();
    near_groups(&sets, |_, _| true)
}

/// Of a pair such as `read>create`, by the sorts of both.
fn sorts_hash(pair: &str) -> u64 {
    let (one, next) = pair.split_once('>').unwrap_or((pair, ""));
    xxh3_64(format!("{}>{}", sort_of(one), sort_of(next)).as_bytes())
}

/// What followed what in at least half of these runs, by sorts of operations.
fn typical_shape(places: &[u32], runs: &[&ClusterInput]) -> Vec<u64> {
    let shapes = places.iter().filter_map(|place| runs.get(*place as usize));
    let mut pairs: Vec<u64> =
        shapes.flat_map(|run| features(run.shape.iter().map(|pair| sorts_hash(pair)))).collect();
    order::sort(&mut pairs);
    let same = pairs.chunk_by(|one, other| one == other);
    same.filter(|pair| pair.len() * 2 >= places.len()).filter_map(|pair| pair.first().copied()).collect()
}

fn describe(
    mut groups: Vec<&Exact<'_>>,
    runs: (&[&ClusterInput], &[Features]),
    sampler: &Sampler,
) -> Cluster {
    // Stable: those of equal size stay in the order of their signatures.
    order::sort_by_key(&mut groups, |group| (Reverse(group.places.len()), Reverse(group.members.len())));
    let mut members: Vec<Member> = groups.iter().flat_map(|group| group.members.iter().copied()).collect();
    order::sort(&mut members);
    let mut places: Vec<u32> = members.iter().map(|member| member.run).collect();
    places.dedup();
    let own = || places.iter().filter_map(|place| runs.0.get(*place as usize).copied());
    let count = |value: OutcomeValue| number(own().filter(|run| run.outcome == value).count());
    let (example, boundary) = examples(&members, &places, runs, sampler);
    let (detector, operation, template, phase) = groups.first().map_or_else(Key::default, |group| group.key);
    Cluster {
        id: groups.first().map_or_else(String::new, |group| group.id()),
        name: String::new(),
        detector: detector.to_owned(),
        operation: operation.to_owned(),
        template: template.to_owned(),
        phase: phase.to_owned(),
        finding_count: number(members.len()),
        example,
        boundary,
        failed: count(OutcomeValue::Failed),
        resolved: count(OutcomeValue::Resolved),
        agents: tallies(own().map(|run| run.agent.as_deref())),
        models: tallies(own().map(|run| run.model.as_deref())),
        variants: groups.iter().map(|group| group.variant()).collect(),
        runs: places,
    }
}

/// Each name with how often it stands there, most first, then by name.
fn tallies<'a>(names: impl Iterator<Item = Option<&'a str>>) -> Vec<Tally> {
    let mut counts: BTreeMap<Option<&str>, u32> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let mut tallies: Vec<Tally> =
        counts.into_iter().map(|(name, runs)| Tally { name: name.map(str::to_owned), runs }).collect();
    order::sort_by_key(&mut tallies, |tally| Reverse(tally.runs));
    tallies
}

#[cfg(test)]
mod tests {
    use crate::engine::cluster::{Cluster, ClusterInput, Signature};
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
        ClusterInput {
            id: (id.into(), "file".into(), 0),
            agent: None,
            model: None,
            outcome,
            shape: Vec::new(),
            signatures: signatures.to_vec(),
            steps,
        }
    }

    fn cluster(runs: &[ClusterInput]) -> Vec<Cluster> {
        super::cluster(&runs.iter().collect::<Vec<_>>())
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

    /// Runs that go about their work in that way.
    fn shaped(mut input: ClusterInput, shape: &[&str]) -> ClusterInput {
        input.shape = shape.iter().map(|pair| (*pair).to_owned()).collect();
        input
    }

    const FIXES: &[&str] = &["edit>run-test", "read>edit", "read>search", "run-test>edit", "search>read"];
    const TALKS: &[&str] = &["ask>browse", "browse>ask", "browse>browse", "delegate>ask", "plan>delegate"];

    #[test]
    fn near_signatures_in_runs_alike_are_one_failure() {
        let early = [signature("retry-loop", "E one of a kind", "edit", 0)];
        let late = [signature("retry-loop", "E one of a kind", "verify", 0)];
        let other = [signature("retry-loop", "E quite another thing", "verify", 0)];
        let runs = [
            shaped(run("a", OutcomeValue::Failed, &early), FIXES),
            shaped(run("b", OutcomeValue::Failed, &early), FIXES),
            shaped(run("c", OutcomeValue::Failed, &late), FIXES),
            shaped(run("d", OutcomeValue::Failed, &other), FIXES),
        ];
        let clusters = cluster(&runs);
        let told: Vec<(&str, &[u32])> =
            clusters.iter().map(|known| (known.template.as_str(), &*known.runs)).collect();
        assert_eq!(told, [("E one of a kind", &[0, 1, 2][..]), ("E quite another thing", &[3])]);
        let phases: Vec<&str> = clusters[0].variants.iter().map(|known| known.phase.as_str()).collect();
        assert_eq!(phases, ["edit", "verify"], "commonest first");
        assert_eq!(clusters[0].id, clusters[0].variants[0].id);
    }

    #[test]
    fn what_differs_in_the_detector_or_in_the_way_of_working_stays_apart() {
        let loops = [signature("retry-loop", "-", "edit", 0), signature("failing-tests", "-", "edit", 1)];
        let late = [signature("retry-loop", "-", "verify", 0)];
        let runs = [
            shaped(run("a", OutcomeValue::Failed, &loops), FIXES),
            shaped(run("b", OutcomeValue::Failed, &late), TALKS),
        ];
        let names: Vec<String> = cluster(&runs).into_iter().map(|known| known.name).collect();
        assert_eq!(
            names,
            ["Tests fail after the fix", "Retry loop, while editing", "Retry loop, while verifying"]
        );
    }

    #[test]
    fn the_example_is_most_like_the_others_and_the_boundary_least() {
        let list = [signature("retry-loop", "-", "edit", 0)];
        let with = |id: &str, shape: &[&str]| shaped(run(id, OutcomeValue::Unknown, &list), shape);
        let runs = [with("a", TALKS), with("b", &FIXES[..4]), with("c", FIXES), with("d", &FIXES[1..])];
        let clusters = cluster(&runs);
        assert_eq!(clusters[0].example.run, 2);
        assert_eq!(clusters[0].boundary.map(|member| member.run), Some(0));
        assert_eq!(cluster(&runs[..2])[0].boundary, None, "two runs are as like each other");
    }

    #[test]
    fn a_cluster_counts_its_agents_and_models() {
        let list = [signature("retry-loop", "-", "edit", 0)];
        let by = |agent: Option<&str>| ClusterInput {
            agent: agent.map(str::to_owned),
            ..run(agent.unwrap_or_default(), OutcomeValue::Unknown, &list)
        };
        let clusters = cluster(&[by(Some("b")), by(Some("a")), by(None), by(Some("b"))]);
        let agents: Vec<(Option<&str>, u32)> =
            clusters[0].agents.iter().map(|tally| (tally.name.as_deref(), tally.runs)).collect();
        assert_eq!(agents, [(Some("b"), 2), (None, 1), (Some("a"), 1)]);
    }
}
