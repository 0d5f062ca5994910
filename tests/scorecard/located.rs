//! How well the step and the agent to blame are named, on logs of failed runs in which people named them.

use std::collections::BTreeSet;

use tracebench::engine::trace::StepKind;

use crate::judged::Judged;
use crate::stats::{Estimate, mean, share};

/// What was measured on one part of a set.
pub(crate) struct Located {
    pub(crate) title: &'static str,
    pub(crate) runs: usize,
    pub(crate) step: Option<Estimate>,
    pub(crate) top_3: Option<Estimate>,
    /// One over the rank of the right step, 0 beyond the three that are named.
    pub(crate) mrr: Option<Estimate>,
    /// Where the labels name one.
    pub(crate) agent: Option<Estimate>,
    /// Steps and agents drawn blindly.
    pub(crate) random_step: f64,
    pub(crate) random_agent: f64,
}

/// The step, in the file's own numbers, and the agent that people blame.
struct Blamed {
    step: u32,
    agent: String,
}

pub(crate) fn who_and_when(runs: &[Judged]) -> [Located; 2] {
    let blamed = |run: &Judged| {
        let labels = run.labels();
        Some(Blamed {
            step: labels["mistake_step"].as_str()?.parse().ok()?,
            agent: labels["mistake_agent"].as_str()?.to_owned(),
        })
    };
    let by_hand = |run: &&Judged| run.label.file.contains("Hand-Crafted");
    let (hand, algorithm): (Vec<&Judged>, Vec<&Judged>) = runs.iter().partition(by_hand);
    [
        located("Who&When, algorithm-generated", &algorithm, blamed),
        located("Who&When, hand-crafted", &hand, blamed),
    ]
}

pub(crate) fn agentrx(runs: &[Judged]) -> [Located; 2] {
    // Their numbers count from 1.
    let blamed = |run: &Judged| {
        let labels = run.labels();
        let root = &labels["root_cause"]["failure_id"];
        let failure = labels["failures"].as_array()?.iter().find(|failure| failure["failure_id"] == *root)?;
        Some(Blamed {
            step: u32::try_from(failure["step_number"].as_u64()?.checked_sub(1)?).ok()?,
            agent: failure["failed_agent"].as_str()?.to_owned(),
        })
    };
    let (tau, magentic): (Vec<&Judged>, Vec<&Judged>) =
        runs.iter().partition(|run| run.label.file.contains("tau_"));
    [located("AgentRx, Magentic-One", &magentic, blamed), located("AgentRx, tau-bench", &tau, blamed)]
}

fn located(title: &'static str, runs: &[&Judged], blamed: impl Fn(&Judged) -> Option<Blamed>) -> Located {
    let known: Vec<(&Judged, Blamed)> = runs.iter().filter_map(|run| Some((*run, blamed(run)?))).collect();
    // Each run has a task of its own.
    let names: Vec<String> =
        known.iter().map(|(run, _)| format!("{} {}", run.label.file, run.label.index)).collect();
    let groups: Vec<&str> = names.iter().map(String::as_str).collect();
    let ranks: Vec<Option<usize>> = known
        .iter()
        .map(|(run, blamed)| {
            let mut candidates = run.report.verdict.candidates.iter().take(3);
            candidates.position(|candidate| candidate.source_step == blamed.step)
        })
        .collect();
    let agents: Vec<bool> = known
        .iter()
        .map(|(run, blamed)| {
            let first = run.report.verdict.candidates.first();
            first.is_some_and(|first| base_name(&first.agent) == base_name(&blamed.agent))
        })
        .collect();
    let reciprocal = |rank: &Option<usize>| rank.map_or(0.0, |rank| 1.0 / (rank + 1) as f64);
    let blindly = |choices: &dyn Fn(&Judged) -> usize| {
        let chances = known.iter().map(|(run, _)| 1.0 / choices(run).max(1) as f64);
        chances.sum::<f64>() / known.len().max(1) as f64
    };
    Located {
        title,
        runs: known.len(),
        step: share(&groups, &ranks.iter().map(|rank| *rank == Some(0)).collect::<Vec<_>>()),
        top_3: share(&groups, &ranks.iter().map(Option::is_some).collect::<Vec<_>>()),
        mrr: mean(&groups, &ranks.iter().map(reciprocal).collect::<Vec<_>>()),
        agent: share(&groups, &agents),
        random_step: blindly(&|run| source_steps(run).len()),
        random_agent: blindly(&|run| speakers(run).len()),
    }
}

/// `Orchestrator (thought)` is `Orchestrator`; the two sides of tau-bench go by two names each.
fn base_name(agent: &str) -> String {
    let name = agent.split(" (").next().unwrap_or(agent).to_lowercase();
    match name.as_str() {
        "agent" => "assistant".to_owned(),
        "customer" => "user".to_owned(),
        _ => name,
    }
}

fn source_steps(run: &Judged) -> BTreeSet<u32> {
    run.run.trace.steps.iter().map(|step| step.source_step).collect()
}

fn speakers(run: &Judged) -> BTreeSet<String> {
    let trace = &run.run.trace;
    let speaks = trace.steps.iter().filter(|step| !matches!(step.kind, StepKind::Event(_)));
    speaks.map(|step| base_name(trace.participant(step.agent))).collect()
}
