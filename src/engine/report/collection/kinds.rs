use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::RunDigest;
use crate::engine::cluster::Cluster;
use crate::engine::order;

/// A kind of failure that is followed through groups of runs: a cluster or a detector, by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followed {
    pub id: String,
    pub name: String,
}

/// The runs in which it is met, by their places in order.
pub(super) struct Met {
    pub(super) kind: Followed,
    pub(super) runs: Vec<u32>,
}

pub(super) fn met_clusters(clusters: &[Cluster], most: usize) -> Vec<Met> {
    let met = |cluster: &Cluster| Met {
        kind: Followed { id: cluster.id.clone(), name: cluster.name.clone() },
        runs: cluster.runs.clone(),
    };
    clusters.iter().take(most).map(met).collect()
}

/// The detectors that found something, those of most runs first.
pub(super) fn met_detectors(runs: &[RunDigest], most: usize) -> Vec<Met> {
    let mut found: BTreeMap<&str, Met> = BTreeMap::new();
    for (place, run) in (0u32..).zip(runs) {
        for detected in &run.detectors {
            let met = found.entry(&detected.id).or_insert_with(|| Met {
                kind: Followed { id: detected.id.clone(), name: detected.title.clone() },
                runs: Vec::new(),
            });
            met.runs.push(place);
        }
    }
    let mut found: Vec<Met> = found.into_values().collect();
    order::sort_by_key(&mut found, |met| Reverse(met.runs.len()));
    found.truncate(most);
    found
}
