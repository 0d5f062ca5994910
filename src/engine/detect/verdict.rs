use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::{
    Category, DetectContext, DetectorInfo, Finding, Severity, Waste, conversation, info, measurements,
};
use crate::engine::facts::RunFacts;
use crate::engine::order;
use crate::engine::trace::{Outcome, OutcomeValue, StepId, Trace};

/// A step that may be the first wrong one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub step: StepId,
    /// A full sentence.
    pub why: String,
    /// The finding it rests on: its place in the run's list.
    pub finding: Option<u32>,
}

/// What went wrong and where first, or that nothing defensible was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// No failure signal was found. Does not say that the run succeeded.
    pub abstained: bool,
    /// One line for a person: "Claimed success while the last check had failed".
    pub headline: String,
    /// One or two sentences below it.
    pub explanation: String,
    /// Most decisive first, at most three.
    pub candidates: Vec<Candidate>,
    /// The last step at which a check was green.
    pub last_good: Option<StepId>,
    /// What followed from the first wrong step, it included: places in the run's findings, in the order of
    /// the run.
    pub chain: Vec<u32>,
    /// The most that a single finding shows to be wasted: a lower bound, as findings overlap.
    pub waste: Waste,
}

/// Candidates shown: the measured top-3 is far better than the first alone.
const CANDIDATES: usize = 3;

impl Verdict {
    /// Weighs `findings`, sorted as [`super::detect`] returns them, against the recorded outcome.
    ///
    /// The first wrong step is the earliest among the strongest findings: certain ones before errors, errors
    /// before warnings. Notes say too little. Where someone else found the task solved, warnings are no
    /// failure either. Muted findings count as if they were not there.
    pub fn of(trace: &Trace, facts: &RunFacts, findings: &[Finding]) -> Self {
        let ctx = DetectContext::new(trace, facts);
        let outcome = &trace.head.outcome;
        let least = match outcome.value {
            OutcomeValue::Resolved => Strength::Error,
            OutcomeValue::Failed | OutcomeValue::Unknown => Strength::Warning,
        };
        let by_rule = ranked(findings, least);
        let strongest = by_rule.first().and_then(|candidate| candidate.finding);
        let finding = strongest.and_then(|place| findings.get(place as usize));
        let by_shape = match outcome.value {
            OutcomeValue::Resolved => Vec::new(),
            _ => conversation::candidates(&ctx),
        };
        let (headline, explanation) = match finding {
            Some(finding) => told(finding, outcome),
            None if by_shape.is_empty() => untold(outcome, findings),
            None => conversation_told(outcome),
        };
        let is_certain = finding.is_some_and(|finding| finding.certain);
        let candidates = if is_certain { joined(by_rule, by_shape) } else { joined(by_shape, by_rule) };
        Self {
            abstained: strongest.is_none(),
            headline,
            explanation,
            candidates,
            last_good: ctx.checks().rev().find(|(_, check)| check.is_green_check()).map(|(step, _)| step),
            chain: strongest.map_or_else(Vec::new, |place| chain(findings, place)),
            waste: unmuted(findings)
                .map(|(_, finding)| finding.waste)
                .max_by_key(|waste| waste.steps)
                .unwrap_or_default(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    Note,
    Warning,
    Error,
    Certain,
}

impl Strength {
    fn of(finding: &Finding) -> Self {
        match finding.severity {
            _ if finding.certain => Self::Certain,
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
            Severity::Note => Self::Note,
        }
    }
}

/// What counts, each with its place in the whole list.
fn unmuted(findings: &[Finding]) -> impl Iterator<Item = (u32, &Finding)> {
    (0..).zip(findings).filter(|(_, finding)| !finding.muted)
}

fn ranked(findings: &[Finding], least: Strength) -> Vec<Candidate> {
    let mut strong: Vec<(u32, &Finding)> =
        unmuted(findings).filter(|(_, finding)| Strength::of(finding) >= least).collect();
    order::sort_by_key(&mut strong, |(place, finding)| {
        (Reverse(Strength::of(finding)), finding.step, *place)
    });
    let mut candidates: Vec<Candidate> = Vec::new();
    for (place, finding) in strong {
        if candidates.len() < CANDIDATES && candidates.iter().all(|known| known.step != finding.step) {
            let why = finding.message.clone();
            candidates.push(Candidate { step: finding.step, why, finding: Some(place) });
        }
    }
    candidates
}

/// Both lists, the first before the second, each step once.
fn joined(mut first: Vec<Candidate>, second: Vec<Candidate>) -> Vec<Candidate> {
    for candidate in second {
        if first.iter().all(|known| known.step != candidate.step) {
            first.push(candidate);
        }
    }
    first.truncate(CANDIDATES);
    first
}

/// The findings that go on from the one at `first`: later ones, warnings at least, that concern a step of the
/// chain so far, or that say how the run ended.
fn chain(findings: &[Finding], first: u32) -> Vec<u32> {
    let Some(start) = findings.get(first as usize) else { return Vec::new() };
    let mut concerned = start.steps.clone();
    let mut chain = vec![first];
    let later = unmuted(findings).filter(|(place, finding)| *place != first && finding.step >= start.step);
    for (place, finding) in later.filter(|(_, finding)| Strength::of(finding) >= Strength::Warning) {
        let ends_it = info(finding.detector).is_some_and(|info| info.category == Category::Outcome);
        if ends_it || finding.steps.iter().any(|step| concerned.contains(step)) {
            concerned.extend(&finding.steps);
            chain.push(place);
        }
    }
    chain
}

fn told(finding: &Finding, outcome: &Outcome) -> (String, String) {
    let title = info(finding.detector).map_or(finding.detector, |info: &DetectorInfo| info.title);
    let (headline, context) = match outcome.value {
        OutcomeValue::Resolved => (
            format!("Resolved, yet: {}", lower_first(title)),
            format!(" The task was solved all the same ({}).", outcome.source),
        ),
        OutcomeValue::Failed => (title.to_owned(), format!(" The run failed ({}).", outcome.source)),
        OutcomeValue::Unknown if Strength::of(finding) == Strength::Warning => (
            title.to_owned(),
            " This is a sign of weakness, not a proof of failure: the outcome is not recorded.".to_owned(),
        ),
        OutcomeValue::Unknown => (title.to_owned(), String::new()),
    };
    (headline, format!("{}{context}", finding.message))
}

fn untold(outcome: &Outcome, findings: &[Finding]) -> (String, String) {
    let listed =
        if unmuted(findings).next().is_none() { "" } else { " What was noticed on the way is listed below." };
    match outcome.value {
        OutcomeValue::Resolved => (
            "Resolved: no failure signal found".to_owned(),
            format!("The task was solved ({}).{listed}", outcome.source),
        ),
        OutcomeValue::Failed => (
            "Failed, but the trace does not show why".to_owned(),
            format!(
                "The run failed ({}). No check in the trace was left red, nothing was cut off, and no claim \
                 contradicts the evidence: the change looks right from inside and misses what only others \
                 test.{listed}",
                outcome.source
            ),
        ),
        OutcomeValue::Unknown => (
            "No failure signal found".to_owned(),
            format!(
                "Nothing in the trace says that the run failed. That is no proof of success: a plausible but \
                 wrong change leaves the same trace, and the outcome is not recorded. {}{listed}",
                measurements().of_abstained()
            ),
        ),
    }
}

fn conversation_told(outcome: &Outcome) -> (String, String) {
    match outcome.value {
        OutcomeValue::Failed => (
            "Failed, but the conversation does not prove where".to_owned(),
            format!(
                "The run failed ({}). The steps named are where such conversations most often go wrong; they are \
                 no proven cause.",
                outcome.source
            ),
        ),
        _ => (
            "No certain failure signal in this conversation".to_owned(),
            "Nothing in the trace says that the run failed, and the outcome is not recorded. If it did fail, the \
             steps named are where such conversations most often go wrong; they are no proven cause."
                .to_owned(),
        ),
    }
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::Verdict;
    use crate::engine::detect::{Finding, detect};
    use crate::engine::testing::script::Script;
    use crate::engine::trace::StepId;

    fn verdict(script: &str) -> Verdict {
        let run = Script::read(script);
        let findings = detect(&run.trace, &run.facts);
        Verdict::of(&run.trace, &run.facts, &findings)
    }

    fn steps(verdict: &Verdict) -> Vec<u32> {
        verdict.candidates.iter().map(|candidate| candidate.step.0).collect()
    }

    #[test]
    fn certain_before_error_before_warning_each_at_its_earliest() {
        let verdict = verdict(
            "
            edit       src/lib.rs +3 -1
            test       pytest -q               tests green 0/10
            edit       src/lib.rs +3 -1
            test       pytest -q               tests red 2/10
            assistant  All tests pass now.     claims tests-pass
            ",
        );
        assert!(!verdict.abstained);
        assert_eq!(verdict.headline, "Success claimed over a failed check");
        assert_eq!(steps(&verdict), [4, 2, 3]);
        assert_eq!(verdict.last_good, Some(StepId(1)));
    }

    #[test]
    fn a_muted_finding_counts_as_if_it_were_not_there() {
        let run = Script::read("edit  src/lib.rs\n build  make   exit 2\n assistant  Done.");
        let mut findings = detect(&run.trace, &run.facts);
        let of = |findings: &[Finding]| Verdict::of(&run.trace, &run.facts, findings);
        assert!(!of(&findings).abstained);
        for finding in &mut findings {
            finding.muted = true;
        }
        let muted = of(&findings);
        assert!(muted.abstained && muted.candidates.is_empty());
        assert_eq!(muted, of(&[]));
    }

    #[test]
    fn notes_alone_are_no_failure_signal() {
        let verdict = verdict("read  a.rs\n read  a.rs\n assistant  Here is how it works.");
        assert!(verdict.abstained && verdict.candidates.is_empty());
        assert_eq!(verdict.headline, "No failure signal found");
        assert!(verdict.explanation.contains("in our reference data had still failed ("));
    }

    #[test]
    fn a_failed_run_without_a_finding_says_so() {
        let verdict =
            verdict("# outcome failed\n edit  src/lib.rs\n test  pytest   tests green 0/2\n submit  submit");
        assert!(verdict.abstained);
        assert_eq!(verdict.headline, "Failed, but the trace does not show why");
        assert!(verdict.explanation.starts_with("The run failed (the script)."));
    }

    #[test]
    fn warnings_do_not_turn_a_resolved_run_into_a_failure_but_errors_are_told() {
        let resolved = verdict("# outcome resolved\n test  t   tests green 0/2\n edit  src/lib.rs");
        assert!(resolved.abstained && resolved.candidates.is_empty());
        assert_eq!(resolved.headline, "Resolved: no failure signal found");
        let doubtful = verdict("# outcome resolved\n edit  src/lib.rs\n build  make   exit 2");
        assert_eq!(doubtful.headline, "Resolved, yet: the last check failed");
    }

    #[test]
    fn conversations_name_a_step_though_nothing_is_proved() {
        let log = "
            user              find the paper
            assistant @boss   Ask the surfer.
            assistant @surfer I search with an empty query.
            assistant @shell  exitcode: 1      reports ValueError: empty query
            assistant @boss   Again.
            ";
        let verdict_of_log = verdict(log);
        assert!(verdict_of_log.abstained);
        assert_eq!(steps(&verdict_of_log), [2, 1, 0]);
        assert!(verdict(&format!("# outcome resolved\n{log}")).candidates.is_empty());
        let failed = verdict(&format!("# outcome failed\n{log}"));
        assert!(failed.abstained && !failed.explanation.contains("If it did fail"), "{}", failed.explanation);
        assert_eq!(steps(&failed), [2, 1, 0]);
    }

    #[test]
    fn the_chain_goes_on_from_the_first_wrong_step() {
        let verdict = verdict(
            "
            plan       todo                    plan 0/3 Read the parser
            edit       src/lib.rs +3 -1
            test       pytest -q               tests red 10/10
            assistant  All tests pass now.     claims tests-pass
            ",
        );
        assert_eq!(verdict.headline, "The plan was left open");
        assert!(verdict.chain.len() >= 2, "{:?}", verdict.chain);
        assert!(verdict.chain.is_sorted());
    }
}
