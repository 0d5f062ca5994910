//! Runs drawn as text, compared.

use std::sync::Arc;

use super::SideBySide;
use crate::engine::report::{CandidateReport, RunReport, Track, compare};

/// A run that did this, an act a line: operation, target, how it ended.
fn report(acts: &str) -> RunReport {
    let mut track = Track { words: vec![String::new()], ..Track::default() };
    for (step, act) in (0u32..).zip(acts.lines().map(str::trim).filter(|act| !act.is_empty())) {
        let mut words = act.split_whitespace();
        let mut place = || {
            let Some(word) = words.next() else { return 0 };
            track.words.push(word.to_owned());
            u32::try_from(track.words.len() - 1).unwrap_or_default()
        };
        let [operation, target, ending] = [place(), place(), place()];
        track.steps.push(step);
        track.operations.push(operation);
        track.targets.push(target);
        track.endings.push(ending);
        track.errors.push(0);
    }
    RunReport { track, ..crate::view_model::testing::report() }
}

pub(super) fn side_by_side(a: &str, b: &str) -> SideBySide {
    let (a, b) = (report(a), report(b));
    SideBySide::new(compare(&a, &b), [Arc::new(a), Arc::new(b)])
}

pub(super) fn candidate(step: u32) -> CandidateReport {
    CandidateReport { step, source_step: step, agent: String::new(), why: String::new(), finding: None }
}
