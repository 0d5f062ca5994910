//! What many runs say together does not depend on who looked at them, where, or in which order.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod made_up_runs;

use std::collections::BTreeSet;

use made_up_runs::{Dice, digests};
use serde_json::json;
use tracebench::engine::cluster::{Cluster, Member};
use tracebench::engine::import::Input;
use tracebench::engine::report::{
    Collection, Joined, RunDigest, RunReport, Told, clusters, read_reports, run_line,
};
use tracebench::engine::trace::{MemorySources, SourceId};
use tracebench::engine::{Options, analyze};

/// A cluster with its runs by name rather than by place.
fn by_name(cluster: &Cluster, runs: &[RunDigest]) -> (Cluster, BTreeSet<String>, String, Option<String>) {
    let name = |place: u32| runs[place as usize].run.id.0.clone();
    let nowhere = Member { run: 0, step: 0 };
    let placeless = Cluster { runs: Vec::new(), example: nowhere, boundary: None, ..cluster.clone() };
    let names = cluster.runs.iter().map(|place| name(*place)).collect();
    (placeless, names, name(cluster.example.run), cluster.boundary.map(|member| name(member.run)))
}

#[test]
fn any_order_of_the_runs_gives_the_same_clusters() {
    let runs = digests(600);
    let told = |runs: &[RunDigest]| -> Vec<_> {
        clusters(runs).iter().map(|cluster| by_name(cluster, runs)).collect()
    };
    let expected = told(&runs);
    assert!(expected.iter().any(|(cluster, ..)| cluster.variants.len() > 1), "some near ones are made one");
    let mut shuffled = runs;
    let mut dice = Dice::new(7);
    for _ in 0..4 {
        for place in (1..shuffled.len()).rev() {
            shuffled.swap(place, dice.roll(place + 1));
        }
        assert_eq!(told(&shuffled), expected);
    }
}

#[test]
fn every_finding_is_in_one_cluster_and_names_are_its_own() {
    let runs = digests(400);
    let clusters = clusters(&runs);
    let findings: usize = runs.iter().map(|run| run.run.signatures.len()).sum();
    assert_eq!(clusters.iter().map(|cluster| cluster.finding_count as usize).sum::<usize>(), findings);
    for cluster in &clusters {
        let variants: u32 = cluster.variants.iter().map(|variant| variant.finding_count).sum();
        assert_eq!(variants, cluster.finding_count);
        assert!(cluster.runs.contains(&cluster.example.run));
        let agents: u32 = cluster.agents.iter().map(|tally| tally.runs).sum();
        assert_eq!(agents as usize, cluster.runs.len());
    }
    let ids: BTreeSet<&str> = clusters.iter().map(|cluster| cluster.id.as_str()).collect();
    let names: BTreeSet<&str> = clusters.iter().map(|cluster| cluster.name.as_str()).collect();
    assert_eq!((ids.len(), names.len()), (clusters.len(), clusters.len()));
}

/// A run that reads, changes and tests a file, and fails to import a module at last. What a person would call
/// the same run elsewhere has another home, other ids and another time.
fn transcript(home: &str, id: &str, day: &str, rounds: usize) -> String {
    let mut messages = vec![
        json!({"role": "system", "content": format!("You are an agent. You work in {home}/project now.")}),
        json!({"role": "user", "content": "Mend the parser so that its tests pass."}),
    ];
    for round in 0..rounds {
        for (command, result) in [
            (format!("cat {home}/project/parser.py"), "def parse(text):\n    return text\n".to_owned()),
            (format!("sed -i 's/a{round}/b/' {home}/project/parser.py"), String::new()),
            (
                "pytest -q".to_owned(),
                format!(
                    "{day} request {id}\nE   ModuleNotFoundError: No module named '{home}.lexer'\n1 failed in 0.{round}s"
                ),
            ),
        ] {
            let call = format!("{id}-{}", messages.len());
            messages.push(
                json!({"role": "assistant", "content": null, "tool_calls": [{"id": call, "type": "function",
                "function": {"name": "bash", "arguments": json!({"command": command}).to_string()}}]}),
            );
            messages.push(json!({"role": "tool", "tool_call_id": call, "content": result}));
        }
    }
    messages.push(json!({"role": "assistant", "content": "All tests pass now."}));
    json!({"messages": messages}).to_string()
}

fn report_of(file: &str, transcript: String) -> RunReport {
    let sources = MemorySources::single(file, transcript);
    let mut go_on = |_| true;
    let input = Input::new(&sources, SourceId(0), Vec::new(), &mut go_on);
    analyze(&input, &Options::default()).unwrap().remove(0).report(file, 0)
}

#[test]
fn renamed_paths_ids_and_times_do_not_move_a_run() {
    let here = |rounds: usize| {
        let text = transcript("/home/ada", "3f2504e0-4f89-11d3", "2026-01-02 03:04:05", rounds);
        report_of(&format!("here/{rounds}.json"), text)
    };
    let there = |rounds: usize| {
        let text = transcript("/srv/build/agent", "9b1deb4d-3b7d-4bad", "2025-11-30 23:59:59", rounds);
        report_of(&format!("elsewhere/{rounds}.json"), text)
    };
    assert_eq!(
        here(3).prompt,
        there(3).prompt.map(|prompt| {
            let label = prompt.label.replace("/srv/build/agent", "/home/ada");
            tracebench::engine::report::PromptReport { label, ..prompt }
        })
    );
    let digests = |reports: &[RunReport]| -> Vec<RunDigest> { reports.iter().map(RunDigest::of).collect() };
    let kernel = |clusters: Vec<Cluster>| -> Vec<(String, String, Vec<u32>, u32)> {
        let told = |one: Cluster| (one.id, one.name, one.runs, one.finding_count);
        clusters.into_iter().map(told).collect()
    };
    let first = kernel(clusters(&digests(&[here(2), here(3), here(5)])));
    assert!(!first.is_empty());
    for moved in [
        [there(2), here(3), here(5)],
        [here(2), there(3), here(5)],
        [here(2), here(3), there(5)],
        [there(2), there(3), there(5)],
    ] {
        assert_eq!(kernel(clusters(&digests(&moved))), first);
    }
}

#[test]
fn reports_joined_from_any_parts_give_the_collection_of_all() {
    let reports: Vec<RunReport> = (1..7)
        .map(|rounds| report_of(&format!("{rounds}.json"), transcript("/a", "x-1", "2026-01-02", rounds)))
        .collect();
    let expected = Collection::of(&reports, 0);
    let lines: Vec<String> = reports.iter().map(run_line).collect();
    for order in [[0, 1, 2, 3, 4, 5], [5, 3, 1, 0, 2, 4]] {
        let mut joined = Joined::default();
        for place in order {
            read_reports(&lines[place], &mut |told: Result<Told, _>| joined.add(told.unwrap()));
        }
        let (runs, errors) = joined.into_sorted();
        assert_eq!(Collection::of_digests(&runs, errors.len()), expected);
    }
}
