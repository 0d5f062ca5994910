use super::{Cluster, NONE};
use crate::engine::detect;

/// How much of a name tells a cluster from its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Detail {
    /// `Tests fail after the fix: AssertionError: <str>`
    Error,
    /// `…, while verifying`
    Phase,
    /// `… (run-test)`
    Operation,
}

/// What a person calls the findings of that cluster.
pub(super) fn name(cluster: &Cluster, detail: Detail) -> String {
    let mut name = detect::info(&cluster.detector)
        .map_or_else(|| cluster.detector.clone(), |info| info.title.to_owned());
    if cluster.template != NONE {
        name.push_str(": ");
        name.push_str(&cluster.template);
    }
    if detail >= Detail::Phase {
        name.push_str(match cluster.phase.as_str() {
            "explore" => ", while exploring",
            "reproduce" => ", while reproducing",
            "edit" => ", while editing",
            "verify" => ", while verifying",
            "finish" => ", at the end",
            _ => "",
        });
    }
    if detail >= Detail::Operation && cluster.operation != NONE {
        name.push_str(" (");
        name.push_str(&cluster.operation);
        name.push(')');
    }
    name
}
