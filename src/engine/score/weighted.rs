//! The score by detectors, capped by category: see [`Profile`] for what it means.

use std::cmp::Ordering;

use super::proof::green_after_last_edit;
use super::{Part, Profile, Reason, Score};
use crate::engine::detect::{self, Category, DetectorInfo, Finding, Severity};
use crate::engine::facts::RunFacts;
use crate::engine::order;
use crate::engine::trace::{Outcome, OutcomeValue, StepId, Trace};

fn part_of(category: Category) -> Part {
    match category {
        Category::Outcome => Part::Outcome,
        Category::Verification | Category::System | Category::Style => Part::Process,
        Category::Flow => Part::Efficiency,
    }
}

/// One detector that fired.
struct Fired {
    info: &'static DetectorInfo,
    weight: f64,
    places: Vec<u32>,
}

pub(super) fn score(
    outcome: &Outcome,
    trace: &Trace,
    facts: &RunFacts,
    findings: &[Finding],
    profile: &Profile,
) -> Score {
    let fired = fired(findings, profile);
    let mut reasons = Vec::new();
    for category in Category::ALL {
        if category != Category::Outcome || outcome.value == OutcomeValue::Unknown {
            reasons.extend(deductions(category, &fired, profile));
        }
    }
    if outcome.value == OutcomeValue::Failed {
        reasons.push(Reason {
            points: -profile.cap(Category::Outcome).min(100.0),
            part: Part::Outcome,
            text: format!("The task was not solved ({})", outcome.source),
            findings: places(&fired, Category::Outcome),
            steps: Vec::new(),
        });
    }
    let proof = green_after_last_edit(trace, facts);
    if let Some(step) = proof {
        reasons.extend(credit(&reasons, profile.proof, step));
    }
    reasons.extend(ceiling(outcome, findings, profile, &reasons));
    let spoken = outcome.value != OutcomeValue::Unknown
        || proof.is_some()
        || reasons.iter().any(|reason| reason.part == Part::Outcome);
    Score {
        profile: profile.name.clone(),
        total: (100.0 + reasons.iter().map(|reason| reason.points).sum::<f64>()).clamp(0.0, 100.0),
        outcome: spoken.then(|| share(Part::Outcome, &reasons, profile)),
        process: Some(share(Part::Process, &reasons, profile)),
        efficiency: Some(share(Part::Efficiency, &reasons, profile)),
        reasons,
    }
}

/// The distinct detectors that fired, heaviest first, then in the order of the catalogue.
fn fired(findings: &[Finding], profile: &Profile) -> Vec<Fired> {
    let mut fired: Vec<Fired> = Vec::new();
    for info in detect::catalog() {
        let is_own = |finding: &Finding| finding.detector == info.id && !finding.muted;
        let own = || (0u32..).zip(findings).filter(|(_, finding)| is_own(finding));
        let Some(severity) = own().map(|(_, finding)| finding.severity).max() else { continue };
        let places = own().map(|(place, _)| place).collect();
        fired.push(Fired { info, weight: profile.weight(info.id, info.severity, severity), places });
    }
    order::sort_by(&mut fired, |a, b| b.weight.partial_cmp(&a.weight).unwrap_or(Ordering::Equal));
    fired
}

fn places(fired: &[Fired], category: Category) -> Vec<u32> {
    let mut places: Vec<u32> = fired
        .iter()
        .filter(|fired| fired.info.category == category)
        .flat_map(|fired| fired.places.iter().copied())
        .collect();
    order::sort(&mut places);
    places
}

fn deductions(category: Category, fired: &[Fired], profile: &Profile) -> Vec<Reason> {
    let mut left = profile.cap(category);
    let mut reasons = Vec::new();
    for fired in fired.iter().filter(|fired| fired.info.category == category) {
        let points = fired.weight.min(left);
        if points <= 0.0 {
            continue;
        }
        left -= points;
        reasons.push(Reason {
            points: -points,
            part: part_of(category),
            text: fired.info.title.to_owned(),
            findings: fired.places.clone(),
            steps: Vec::new(),
        });
    }
    reasons
}

/// What a green check gives back: of the outcome first, then of the process, never more than they cost.
fn credit(reasons: &[Reason], mut worth: f64, step: StepId) -> Vec<Reason> {
    let mut credits = Vec::new();
    for part in [Part::Outcome, Part::Process] {
        let lost: f64 = -points(part, reasons);
        let back = worth.min(lost);
        if back > 0.0 {
            worth -= back;
            credits.push(Reason {
                points: back,
                part,
                text: format!("The tests were green after the last edit (step {})", step.0 + 1),
                findings: Vec::new(),
                steps: vec![step],
            });
        }
    }
    credits
}

/// What brings the total down to the ceiling. A task known to be solved has none.
fn ceiling(outcome: &Outcome, findings: &[Finding], profile: &Profile, reasons: &[Reason]) -> Option<Reason> {
    let ceiling = profile.certain_ceiling?;
    let certain: Vec<u32> = (0u32..)
        .zip(findings)
        .filter(|(_, finding)| finding.certain && finding.severity == Severity::Error && !finding.muted)
        .map(|(place, _)| place)
        .collect();
    let text = match outcome.value {
        OutcomeValue::Resolved => return None,
        OutcomeValue::Failed => format!("A run that failed its task has at most {ceiling} points"),
        OutcomeValue::Unknown if certain.is_empty() => return None,
        OutcomeValue::Unknown => format!("Certain evidence of failure leaves at most {ceiling} points"),
    };
    let total = 100.0 + reasons.iter().map(|reason| reason.points).sum::<f64>();
    (total > ceiling).then_some(Reason {
        points: ceiling - total,
        part: Part::Outcome,
        text,
        findings: certain,
        steps: Vec::new(),
    })
}

fn points(part: Part, reasons: &[Reason]) -> f64 {
    reasons.iter().filter(|reason| reason.part == part).map(|reason| reason.points).sum()
}

/// How much of its points a part kept, 0 to 100.
fn share(part: Part, reasons: &[Reason], profile: &Profile) -> f64 {
    let whole: f64 = Category::ALL
        .into_iter()
        .filter(|category| part_of(*category) == part)
        .map(|category| profile.cap(category).min(100.0))
        .sum();
    if whole <= 0.0 {
        return 100.0;
    }
    let percent = 100.0 * (whole + points(part, reasons)) / whole;
    (percent * 10.0).round().clamp(0.0, 1000.0) / 10.0
}
