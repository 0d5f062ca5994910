use std::collections::BTreeMap;

use super::{Cluster, NONE};
use crate::engine::detect;

/// How much of a name tells a cluster from its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Detail {
    /// `Tests fail after the fix: AssertionError: <str>`
    Error,
    /// `…, while verifying`
    Phase,
    /// `… (run-test)`
    Operation,
    /// `… #3f2a91`: the same words, in runs that go about their work in another way.
    Id,
}

/// Gives each cluster the shortest name that no other one has.
pub(super) fn tell_apart(clusters: &mut [Cluster]) {
    for detail in [Detail::Error, Detail::Phase, Detail::Operation, Detail::Id] {
        let candidates: Vec<String> = clusters.iter().map(|cluster| name(cluster, detail)).collect();
        let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
        for candidate in &candidates {
            *taken.entry(candidate).or_default() += 1;
        }
        for (cluster, candidate) in clusters.iter_mut().zip(&candidates) {
            let alone = taken.get(candidate.as_str()) == Some(&1);
            if cluster.name.is_empty() && (alone || detail == Detail::Id) {
                cluster.name.clone_from(candidate);
            }
        }
    }
}

/// What a person calls the findings of that cluster.
fn name(cluster: &Cluster, detail: Detail) -> String {
    let mut name = detect::info(&cluster.detector)
        .map_or_else(|| cluster.detector.clone(), |info| info.title.to_owned());
    if cluster.template != NONE {
        name.push_str(": ");
        name.push_str(&cluster.template);
    }
    if detail >= Detail::Phase {
        let phases = each_once(cluster.variants.iter().map(|variant| variant.phase.as_str()));
        let during: Vec<&str> = phases.iter().filter_map(|phase| during(phase)).collect();
        if !during.is_empty() {
            name.push_str(", ");
            name.push_str(&during.join(" or ").replace("ing or while ", "ing or "));
        }
    }
    if detail >= Detail::Operation {
        let operations = each_once(cluster.variants.iter().map(|variant| variant.operation.as_str()));
        if operations != [NONE] {
            name.push_str(" (");
            name.push_str(&operations.join(", "));
            name.push(')');
        }
    }
    if detail >= Detail::Id {
        name.push_str(" #");
        name.extend(cluster.id.chars().take(6));
    }
    name
}

/// In the order in which they come first.
fn each_once<'a>(words: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut once = Vec::new();
    for word in words {
        if !once.contains(&word) {
            once.push(word);
        }
    }
    once
}

fn during(phase: &str) -> Option<&'static str> {
    Some(match phase {
        "explore" => "while exploring",
        "reproduce" => "while reproducing",
        "edit" => "while editing",
        "verify" => "while verifying",
        "finish" => "at the end",
        _ => return None,
    })
}
