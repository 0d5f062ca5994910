use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_64;

use super::{ClusterInput, Member, Signature, Variant};
use crate::engine::order;

/// Detector, operation, template, phase.
pub(super) type Key<'a> = (&'a str, &'a str, &'a str, &'a str);

/// The template that near ones share, by what signatures say.
pub(super) type Templates<'a> = BTreeMap<&'a str, String>;

/// Findings with the same signature.
pub(super) struct Exact<'a> {
    pub(super) key: Key<'a>,
    /// In order.
    pub(super) members: Vec<Member>,
    /// Their runs, in order and each once.
    pub(super) places: Vec<u32>,
}

impl Exact<'_> {
    pub(super) fn id(&self) -> String {
        let (detector, operation, template, phase) = self.key;
        format!("{:016x}", xxh3_64([detector, operation, template, phase].join("\0").as_bytes()))
    }

    pub(super) fn variant(&self) -> Variant {
        let (_, operation, template, phase) = self.key;
        Variant {
            id: self.id(),
            operation: operation.to_owned(),
            template: template.to_owned(),
            phase: phase.to_owned(),
            finding_count: number(self.members.len()),
            run_count: number(self.places.len()),
        }
    }
}

fn key<'a>(signature: &'a Signature, templates: &'a Templates<'_>) -> Key<'a> {
    let template = templates.get(signature.template.as_str()).unwrap_or(&signature.template);
    (&signature.detector, &signature.operation, template, &signature.phase)
}

/// The findings of these runs by signature, in the order of the signatures.
pub(super) fn exact_groups<'a>(runs: &[&'a ClusterInput], templates: &'a Templates<'_>) -> Vec<Exact<'a>> {
    let mut groups: BTreeMap<Key<'a>, Vec<Member>> = BTreeMap::new();
    for (place, run) in (0u32..).zip(runs) {
        for signature in &run.signatures {
            let step = run.steps.get(signature.finding as usize).copied().unwrap_or_default();
            groups.entry(key(signature, templates)).or_default().push(Member { run: place, step });
        }
    }
    groups
        .into_iter()
        .map(|(key, mut members)| {
            order::sort(&mut members);
            let mut places: Vec<u32> = members.iter().map(|member| member.run).collect();
            places.dedup();
            Exact { key, members, places }
        })
        .collect()
}

pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
