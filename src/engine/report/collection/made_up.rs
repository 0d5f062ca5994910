//! Runs for the tests of what many say together.

use super::{Detected, RunDigest};
use crate::engine::cluster::{ClusterInput, Signature};
use crate::engine::detect::{Category, Severity};
use crate::engine::trace::OutcomeValue;

/// A run in which nothing was found and of which nothing is known.
pub(in crate::engine::report) fn digest(id: &str) -> RunDigest {
    RunDigest {
        run: ClusterInput {
            id: (id.to_owned(), "runs.jsonl".to_owned(), 0),
            agent: None,
            model: None,
            outcome: OutcomeValue::Unknown,
            shape: Vec::new(),
            signatures: Vec::new(),
            steps: Vec::new(),
        },
        agent_version: None,
        format: "chat".to_owned(),
        task: None,
        prompt: None,
        started: None,
        score: None,
        steps: 10,
        cost_usd: None,
        seconds: None,
        abstained: true,
        detectors: Vec::new(),
    }
}

/// A run that ended so, with findings of these detectors.
pub(in crate::engine::report) fn ended(id: &str, outcome: OutcomeValue, detectors: &[&str]) -> RunDigest {
    let mut run = digest(id);
    run.run.outcome = outcome;
    for (place, detector) in (0u32..).zip(detectors) {
        run.abstained = false;
        run.run.steps.push(place);
        run.run.signatures.push(Signature {
            detector: (*detector).to_owned(),
            operation: "edit".to_owned(),
            template: "-".to_owned(),
            phase: "edit".to_owned(),
            finding: place,
        });
        run.detectors.push(Detected {
            id: (*detector).to_owned(),
            title: (*detector).to_owned(),
            category: Category::Flow,
            severity: Severity::Warning,
            certain: false,
            findings: 1,
        });
    }
    run
}
