//! Reports made up for tests.

use crate::engine::detect::{Category, Severity, Waste};
use crate::engine::report::{EvidenceReport, FORMAT_VERSION, FindingReport, RunReport, Track, VerdictReport};
use crate::engine::trace::{Outcome, PartKind, Totals};

pub(super) fn finding(detector: &str, step: u32, severity: Severity) -> FindingReport {
    FindingReport {
        detector: detector.to_owned(),
        title: detector.replace('-', " "),
        category: Category::Flow,
        severity,
        certain: false,
        confidence: 0.9,
        step,
        source_step: step,
        steps: vec![step],
        message: format!("Seen at step {step}."),
        evidence: Vec::new(),
        waste: Waste::default(),
        muted: false,
    }
}

pub(super) fn evidence(step: u32, part: PartKind, quote: &str) -> EvidenceReport {
    let end = u32::try_from(quote.len()).unwrap_or_default();
    EvidenceReport { step, source_step: step, quote: quote.to_owned(), part, start: 0, end }
}

/// A run of three steps in which nothing was found.
pub(super) fn report() -> RunReport {
    RunReport {
        format_version: FORMAT_VERSION,
        file: "folder/run.jsonl".to_owned(),
        index: 0,
        trace_id: String::new(),
        format: "tracebench".to_owned(),
        agent: None,
        model: None,
        task: None,
        steps: 3,
        outcome: Outcome::default(),
        score: None,
        verdict: VerdictReport {
            abstained: true,
            headline: String::new(),
            explanation: String::new(),
            candidates: Vec::new(),
            last_good: None,
            chain: Vec::new(),
            waste: Waste::default(),
        },
        findings: Vec::new(),
        signatures: Vec::new(),
        tests: None,
        totals: Totals::default(),
        warnings: Vec::new(),
        agent_version: None,
        started: None,
        prompt: None,
        shape: Vec::new(),
        track: Track::default(),
    }
}
