//! The original TraceBench's score: 100, less once for each kind of failure found.

use super::{Part, Profile, Reason, Score};
use crate::engine::detect::{self, Finding, Severity};
use crate::engine::trace::Trace;

/// The format whose runs the original knew. In it only the original's kinds exist, so that the original's
/// results are reproduced to the point; in all other formats every further detector is "any other kind".
const ORIGINAL_FORMAT: &str = "tracebench";

/// The kinds of failure found, in order of their first finding, each with the places of its findings.
///
/// A kind is the original's name (`failing_tests`) where the detector has one, else the detector's id. Notes
/// are no failures, and neither is what was muted.
pub fn kinds_found(trace: &Trace, findings: &[Finding]) -> Vec<(&'static str, Vec<u32>)> {
    let mut kinds: Vec<(&'static str, Vec<u32>)> = Vec::new();
    for (place, finding) in (0u32..).zip(findings) {
        let kind = match detect::info(finding.detector).and_then(|info| info.classic) {
            _ if finding.severity == Severity::Note || finding.muted => continue,
            Some(classic) => classic,
            None if trace.format == ORIGINAL_FORMAT => continue,
            None => finding.detector,
        };
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, places)) => places.push(place),
            None => kinds.push((kind, vec![place])),
        }
    }
    kinds
}

pub(super) fn score(trace: &Trace, findings: &[Finding], profile: &Profile) -> Score {
    let reasons: Vec<Reason> = kinds_found(trace, findings)
        .into_iter()
        .map(|(kind, places)| Reason {
            points: -profile.weights.get(kind).copied().unwrap_or(profile.other.warning),
            part: Part::Process,
            text: kind.to_owned(),
            findings: places,
            steps: Vec::new(),
        })
        .collect();
    let mut total = 100.0;
    let mut counted = Vec::new();
    for reason in reasons {
        let points = reason.points.max(-total);
        total += points;
        counted.push(Reason { points, ..reason });
    }
    Score {
        profile: profile.name.clone(),
        total,
        outcome: None,
        process: None,
        efficiency: None,
        reasons: counted,
    }
}
