//! Rewards for training: what each step of a run was worth, in parts that can be weighed and left out.
//!
//! Shaping is by a potential (Ng, Harada and Russell 1999): a step earns `gamma * potential after - potential
//! before`, so that detours earn nothing and the best way to act stays what it was. Penalties are apart. What the
//! outcome is worth stands with the run, and is never taken from the agent's own words.

mod progress;
mod weights;

pub use weights::{OutcomeRewards, PotentialWeights, RewardWeights, WeightsError};

use serde::Serialize;

use self::progress::{Done, Milestone, Progress, Reached, potential};
use super::FORMAT_VERSION;
use super::build::{model, source_step, task};
use super::json::line;
use crate::engine::detect::{Finding, Severity};
use crate::engine::facts::RunFacts;
use crate::engine::score::{Profile, blind_score};
use crate::engine::trace::{Outcome, OutcomeValue, Role, Step, StepKind, Trace};

/// What rewards are made from.
#[derive(Debug, Clone, Copy)]
pub struct Rewarded<'a> {
    pub trace: &'a Trace,
    pub facts: &'a RunFacts,
    pub findings: &'a [Finding],
}

/// The first line of a run. `kind` is `run`; the lines of its steps follow.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunReward {
    pub kind: &'static str,
    pub format_version: u32,
    pub file: String,
    /// Which run of the file, from 0.
    pub index: u32,
    pub trace_id: String,
    /// The importer's id.
    pub format: String,
    pub agent: Option<String>,
    pub model: Option<String>,
    pub task: Option<String>,
    /// Lines that follow.
    pub steps: usize,
    /// The name of the weights.
    pub weights: String,
    pub gamma: f64,
    /// Somebody other than the agent said how the run ended.
    pub outcome_known: bool,
    pub outcome: Outcome,
    /// `null` where the outcome is not known.
    pub r_outcome: Option<f64>,
    /// How little the run's score is, 0 to 1, as if no outcome had been read; `null` where nothing can be judged.
    pub risk: Option<f64>,
    /// Of all steps, not discounted.
    #[serde(flatten)]
    pub sums: Parts,
    /// What the risk rests on.
    pub evidence: Vec<RewardEvidence>,
}

/// A finding, in brief.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RewardEvidence {
    pub detector: &'static str,
    pub severity: Severity,
    pub certain: bool,
    pub step: u32,
    pub source_step: u32,
    pub message: String,
}

/// One step of the agent. `kind` is `step`; `file` and `index` are those of its run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepReward {
    pub kind: &'static str,
    pub file: String,
    pub index: u32,
    /// Our 0-based number, and the one in the original file's own terms.
    pub step: u32,
    pub source_step: u32,
    /// The model's answer it belongs to, from 1.
    pub turn: u32,
    pub agent: String,
    /// After the step, 0 to 1.
    pub potential: f64,
    #[serde(flatten)]
    pub parts: Parts,
    /// What happened here that counts, in words.
    pub flags: Vec<&'static str>,
}

/// A reward and what it is made of; `r_step` is the sum of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Parts {
    pub r_step: f64,
    pub r_potential: f64,
    pub r_tests: f64,
    pub r_repetition: f64,
    pub r_format: f64,
    pub r_turn: f64,
}

impl Parts {
    /// Rounded, and summed up after that, so that readers who add them up get the same.
    fn new([potential, tests, repetition, format, turn]: [f64; 5]) -> Self {
        let parts = [potential, tests, repetition, format, turn].map(rounded);
        let [r_potential, r_tests, r_repetition, r_format, r_turn] = parts;
        let r_step = rounded(parts.iter().sum());
        Self { r_step, r_potential, r_tests, r_repetition, r_format, r_turn }
    }

    fn sum(steps: &[StepReward]) -> Self {
        let sum = |part: fn(&Self) -> f64| steps.iter().map(|step| part(&step.parts)).sum();
        Self::new([
            sum(|parts| parts.r_potential),
            sum(|parts| parts.r_tests),
            sum(|parts| parts.r_repetition),
            sum(|parts| parts.r_format),
            sum(|parts| parts.r_turn),
        ])
    }
}

/// To a millionth: natively and in the browser the same, and no -0.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6 + 0.0
}

/// The rewards of a run and of each step that the agent made in it, abandoned ones left out.
pub fn rewards(
    (file, index): (&str, u32),
    run: Rewarded<'_>,
    weights: &RewardWeights,
) -> (RunReward, Vec<StepReward>) {
    let steps = step_rewards((file, index), run, weights);
    let trace = run.trace;
    let outcome = trace.head.outcome.clone();
    let r_outcome = match outcome.value {
        OutcomeValue::Resolved => Some(rounded(weights.outcome.resolved)),
        OutcomeValue::Failed => Some(rounded(weights.outcome.failed)),
        OutcomeValue::Unknown => None,
    };
    let score = blind_score(trace, run.facts, run.findings, &Profile::default());
    let head = RunReward {
        kind: "run",
        format_version: FORMAT_VERSION,
        file: file.to_owned(),
        index,
        trace_id: trace.head.id.clone(),
        format: trace.format.to_owned(),
        agent: trace.head.agent.clone(),
        model: model(trace),
        task: task(trace),
        steps: steps.len(),
        weights: weights.name.clone(),
        gamma: weights.gamma,
        outcome_known: outcome.value != OutcomeValue::Unknown,
        outcome,
        r_outcome,
        risk: score.map(|score| rounded(1.0 - score.total / 100.0)),
        sums: Parts::sum(&steps),
        evidence: run.findings.iter().filter(|finding| !finding.muted).map(|f| evidence(trace, f)).collect(),
    };
    (head, steps)
}

/// The rewards of a run as JSON lines: the run's own, then one for each step.
pub fn reward_lines(place: (&str, u32), run: Rewarded<'_>, weights: &RewardWeights) -> String {
    let (head, steps) = rewards(place, run, weights);
    std::iter::once(line(&head)).chain(steps.iter().map(line)).collect()
}

fn evidence(trace: &Trace, finding: &Finding) -> RewardEvidence {
    RewardEvidence {
        detector: finding.detector,
        severity: finding.severity,
        certain: finding.certain,
        step: finding.step.0,
        source_step: source_step(trace, finding.step),
        message: finding.message.clone(),
    }
}

fn step_rewards((file, index): (&str, u32), run: Rewarded<'_>, weights: &RewardWeights) -> Vec<StepReward> {
    let Rewarded { trace, facts, .. } = run;
    let own: Vec<_> = trace.live_steps().filter(|(_, step)| is_own(step)).collect();
    let mut progress = Progress::default();
    let (mut before, mut turn) = (0.0, 0);
    let mut rewards = Vec::with_capacity(own.len());
    for (place, (id, step)) in own.iter().enumerate() {
        let reached = progress.reached;
        let mut done = facts.action(*id).map(|action| progress.add(action)).unwrap_or_default();
        done.misformed |= facts.step(*id).is_some_and(|facts| facts.unmade_call.is_some());
        let ends = weights.potential.zero_at_end && place + 1 == own.len();
        let after = if ends { 0.0 } else { potential(progress.reached, &weights.potential) };
        let answers = step.turn != turn;
        let cost = |counts: bool, weight: f64| if counts { -weight } else { 0.0 };
        rewards.push(StepReward {
            kind: "step",
            file: file.to_owned(),
            index,
            step: id.0,
            source_step: step.source_step,
            turn: step.turn,
            agent: trace.participant(step.agent).to_owned(),
            potential: rounded(after),
            parts: Parts::new([
                weights.potential.scale * (weights.gamma * after - before),
                weights.tests * done.more_passing,
                cost(done.repeats, weights.repetition),
                cost(done.misformed, weights.format),
                cost(answers, weights.turn),
            ]),
            flags: flags(reached, progress.reached, done),
        });
        (before, turn) = (after, step.turn);
    }
    rewards
}

/// The agent made it: a person, a harness and what befell the run earn nothing.
fn is_own(step: &Step) -> bool {
    matches!(step.kind, StepKind::Action | StepKind::Thought | StepKind::Message(Role::Assistant))
}

fn flags(before: Reached, after: Reached, done: Done) -> Vec<&'static str> {
    let mut flags = Vec::new();
    for (milestone, (before, after)) in Milestone::ALL.iter().zip(before.into_iter().zip(after)) {
        let [reached, lost] = milestone.flags();
        match (before, after) {
            (false, true) => flags.push(reached),
            (true, false) => flags.push(lost),
            _ => {}
        }
    }
    let more = [
        ("more-tests-pass", done.more_passing > 0.0),
        ("fewer-tests-pass", done.more_passing < 0.0),
        ("repetition", done.repeats),
        ("format-error", done.misformed),
    ];
    flags.extend(more.into_iter().filter(|(_, holds)| *holds).map(|(flag, _)| flag));
    flags
}

#[cfg(test)]
mod tests;
