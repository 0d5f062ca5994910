use super::test_ledger::tests_report;
use super::{
    CandidateReport, EvidenceReport, FORMAT_VERSION, FindingReport, PromptReport, ReasonReport, RunReport,
    ScoreReport, VerdictReport, Weighing,
};
use crate::engine::cluster::{shape, signatures};
use crate::engine::compare::track;
use crate::engine::detect::{self, Category, Evidence, Finding, Verdict};
use crate::engine::facts::RunFacts;
use crate::engine::score::Score;
use crate::engine::trace::{Role, StepId, StepKind, Trace, rfc3339};

/// Puts the results of one run into their public shape. `index` says which run of the file it is.
pub fn run_report(
    (file, index): (&str, u32),
    trace: &Trace,
    facts: &RunFacts,
    findings: &[Finding],
    verdict: &Verdict,
    score: Option<&Score>,
) -> RunReport {
    RunReport {
        format_version: FORMAT_VERSION,
        file: file.to_owned(),
        index,
        trace_id: trace.head.id.clone(),
        format: trace.format.to_owned(),
        agent: trace.head.agent.clone(),
        model: model(trace),
        task: task(trace),
        steps: StepId::from_index(trace.steps.len()).0,
        outcome: trace.head.outcome.clone(),
        score: score.map(score_report),
        verdict: verdict_report(trace, verdict),
        findings: findings.iter().map(|finding| finding_report(trace, finding)).collect(),
        signatures: signatures(trace, facts, findings),
        tests: tests_report(trace, facts),
        totals: trace.totals,
        warnings: trace.warnings.clone(),
        agent_version: trace.head.agent_version.clone(),
        started: trace.started_at_ms.and_then(rfc3339),
        prompt: prompt(trace, facts),
        shape: shape(trace, facts),
        track: track(trace, facts),
    }
}

fn prompt(trace: &Trace, facts: &RunFacts) -> Option<PromptReport> {
    let system = StepKind::Message(Role::System);
    let first = trace.steps.iter().find(|step| step.kind == system)?;
    let hash = format!("{:016x}", facts.prompt_hash);
    (facts.prompt_hash != 0).then(|| PromptReport { label: first.label.to_string(), hash })
}

/// The part of a report that depends on the profile and on what was muted.
pub fn weighing(
    index: u32,
    trace: &Trace,
    findings: &[Finding],
    verdict: &Verdict,
    score: Option<&Score>,
) -> Weighing {
    let muted = (0u32..).zip(findings).filter(|(_, finding)| finding.muted).map(|(place, _)| place);
    Weighing {
        index,
        score: score.map(score_report),
        verdict: verdict_report(trace, verdict),
        muted: muted.collect(),
    }
}

pub(super) fn model(trace: &Trace) -> Option<String> {
    (!trace.head.models.is_empty()).then(|| trace.head.models.join(", "))
}

/// Its id, or how it begins.
pub(super) fn task(trace: &Trace) -> Option<String> {
    trace.head.task_id.clone().or_else(|| {
        let step = trace.step(trace.task_step?)?;
        Some(step.label.to_string())
    })
}

pub(super) fn source_step(trace: &Trace, id: StepId) -> u32 {
    trace.step(id).map_or(id.0, |step| step.source_step)
}

fn score_report(score: &Score) -> ScoreReport {
    ScoreReport {
        profile: score.profile.clone(),
        total: score.total,
        outcome: score.outcome,
        process: score.process,
        efficiency: score.efficiency,
        reasons: score
            .reasons
            .iter()
            .map(|reason| ReasonReport {
                points: reason.points,
                part: reason.part.name().to_owned(),
                text: reason.text.clone(),
                findings: reason.findings.clone(),
                steps: reason.steps.iter().map(|step| step.0).collect(),
            })
            .collect(),
    }
}

fn verdict_report(trace: &Trace, verdict: &Verdict) -> VerdictReport {
    VerdictReport {
        abstained: verdict.abstained,
        headline: verdict.headline.clone(),
        explanation: verdict.explanation.clone(),
        candidates: verdict
            .candidates
            .iter()
            .map(|candidate| CandidateReport {
                step: candidate.step.0,
                source_step: source_step(trace, candidate.step),
                agent: trace
                    .step(candidate.step)
                    .map_or_else(String::new, |step| trace.participant(step.agent).to_owned()),
                why: candidate.why.clone(),
                finding: candidate.finding,
            })
            .collect(),
        last_good: verdict.last_good.map(|step| step.0),
        chain: verdict.chain.clone(),
        waste: verdict.waste,
    }
}

fn finding_report(trace: &Trace, finding: &Finding) -> FindingReport {
    let info = detect::info(finding.detector);
    FindingReport {
        detector: finding.detector.to_owned(),
        title: info.map_or(finding.detector, |info| info.title).to_owned(),
        category: info.map_or(Category::Style, |info| info.category),
        severity: finding.severity,
        certain: finding.certain,
        // Through text, so that 0.9 stays 0.9 and does not become 0.8999999761581421.
        confidence: finding.confidence.to_string().parse().unwrap_or_default(),
        step: finding.step.0,
        source_step: source_step(trace, finding.step),
        steps: finding.steps.iter().map(|step| step.0).collect(),
        message: finding.message.clone(),
        evidence: finding.evidence.iter().map(|evidence| evidence_report(trace, evidence)).collect(),
        waste: finding.waste,
        muted: finding.muted,
    }
}

fn evidence_report(trace: &Trace, Evidence { step, quote }: &Evidence) -> EvidenceReport {
    EvidenceReport {
        step: step.0,
        source_step: source_step(trace, *step),
        quote: quote.text.to_string(),
        part: quote.part,
        start: quote.start,
        end: quote.end,
    }
}
