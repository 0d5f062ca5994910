//! Findings and outcome → a number with its reasons.
//!
//! May use `trace`, `facts` and `detect`. How much each thing counts is data: see [`Profile`].

mod classic;
mod profile;
mod profile_text;
mod proof;
mod weighted;

pub use classic::kinds_found;
pub use profile::{Method, Profile, SeverityWeights, UnknownProfile};
pub use profile_text::ProfileError;

use crate::engine::detect::Finding;
use crate::engine::facts::RunFacts;
use crate::engine::trace::{Outcome, OutcomeValue, StepId, Trace};

/// A score is made of three parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Whether the task was done.
    Outcome,
    /// Whether the way there was sound: checked, with working tools, told honestly.
    Process,
    /// Whether effort went round in circles. How long a run is does not count.
    Efficiency,
}

impl Part {
    pub fn name(self) -> &'static str {
        match self {
            Self::Outcome => "outcome",
            Self::Process => "process",
            Self::Efficiency => "efficiency",
        }
    }
}

/// One thing that raised or lowered a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// Of the total; negative where it costs.
    pub points: f64,
    pub part: Part,
    /// For a person.
    pub text: String,
    /// Places in the run's findings. Empty where the reason is a fact: the text then names it.
    pub findings: Vec<u32>,
    /// Where the fact that is the reason can be seen.
    pub steps: Vec<StepId>,
}

/// A number with its reasons: 100 and the points of all reasons add up to the total.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// The name of the profile.
    pub profile: String,
    /// 0 to 100.
    pub total: f64,
    /// Each part 0 to 100 as well; `None` where the profile has no such part or nothing speaks to it.
    pub outcome: Option<f64>,
    pub process: Option<f64>,
    pub efficiency: Option<f64>,
    pub reasons: Vec<Reason>,
}

/// Scores a run, or gives `None` where there is no basis: nothing was done that could be judged, nothing
/// was found, and nobody said how it ended. Muted findings cost nothing.
pub fn score(trace: &Trace, facts: &RunFacts, findings: &[Finding], profile: &Profile) -> Option<Score> {
    score_given(&trace.head.outcome, trace, facts, findings, profile)
}

/// As if nobody had said how the run ended.
pub fn blind_score(
    trace: &Trace,
    facts: &RunFacts,
    findings: &[Finding],
    profile: &Profile,
) -> Option<Score> {
    score_given(&Outcome::default(), trace, facts, findings, profile)
}

fn score_given(
    outcome: &Outcome,
    trace: &Trace,
    facts: &RunFacts,
    findings: &[Finding],
    profile: &Profile,
) -> Option<Score> {
    let acted = trace.live_steps().any(|(_, step)| step.is_action());
    let known = outcome.value != OutcomeValue::Unknown;
    if !acted && findings.iter().all(|finding| finding.muted) && !known {
        return None;
    }
    Some(match profile.method {
        Method::Classic => classic::score(trace, findings, profile),
        Method::Weighted => weighted::score(outcome, trace, facts, findings, profile),
    })
}

#[cfg(test)]
mod tests {
    use super::{Part, Profile, Score, score};
    use crate::engine::detect::{Finding, detect};
    use crate::engine::testing::script::Script;
    use crate::engine::trace::StepId;

    fn scored(script: &str, profile: &Profile) -> (Option<Score>, Vec<Finding>) {
        let run = Script::read(script);
        let findings = detect(&run.trace, &run.facts);
        (score(&run.trace, &run.facts, &findings, profile), findings)
    }

    fn total(script: &str) -> f64 {
        scored(script, &Profile::default()).0.unwrap().total
    }

    #[track_caller]
    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    }

    const SAMPLE: &str = "
        # format tracebench
        call    retrieve_context
        call    generate_fix
        call    run_tests     tests red
        call    retry_fix
        call    run_tests     tests red
        call    retry_fix
        ";

    const RED_END: &str = "
        edit         src/lib.rs +3 -1
        test         pytest -q             tests red 2/2  failing test_a,test_b
        edit         src/lib.rs +1 -1
        test         pytest -q             tests red 2/2  failing test_a,test_b
        assistant    Could not get it to work.
        ";

    const GREEN_END: &str = "
        read         src/lib.rs
        edit         src/lib.rs +3 -1
        test         pytest -q             tests green 0/10
        assistant    Fixed.                claims fixed
        ";

    #[test]
    fn classic_gives_the_sample_run_its_published_score() {
        let (score, _) = scored(SAMPLE, &Profile::classic());
        let score = score.unwrap();
        close(score.total, 55.0);
        let reasons: Vec<(&str, f64, usize)> = score
            .reasons
            .iter()
            .map(|reason| (reason.text.as_str(), reason.points, reason.findings.len()))
            .collect();
        assert_eq!(reasons, [("failing_tests", -25.0, 2), ("retry_loop", -20.0, 1)]);
    }

    #[test]
    fn the_reasons_add_up_to_the_total() {
        for script in [SAMPLE, RED_END, GREEN_END] {
            for name in Profile::NAMES {
                let (score, findings) = scored(script, &Profile::named(name).unwrap());
                let score = score.unwrap();
                close(score.total, 100.0 + score.reasons.iter().map(|reason| reason.points).sum::<f64>());
                for reason in score.reasons.iter().filter(|reason| reason.points < 0.0) {
                    assert!(!reason.findings.is_empty(), "{reason:?} points at nothing");
                    assert!(reason.findings.iter().all(|place| (*place as usize) < findings.len()));
                }
            }
        }
    }

    #[test]
    fn a_run_that_ends_green_beats_one_that_ends_red() {
        close(total(GREEN_END), 100.0);
        assert!(total(RED_END) < 70.0, "{}", total(RED_END));
    }

    #[test]
    fn a_green_check_after_the_last_edit_gives_points_back() {
        let retried = "
            edit    src/lib.rs
            test    pytest -q       tests red 1/10  error test-failure E1
            edit    src/lib.rs
            test    pytest -q       tests red 1/10  error test-failure E1
            edit    src/lib.rs
            ";
        let proven = format!("{retried}\n test    pytest -q       tests green 0/10");
        let (score, _) = scored(&proven, &Profile::default());
        let score = score.unwrap();
        let credit: Vec<_> = score.reasons.iter().filter(|reason| reason.points > 0.0).collect();
        assert_eq!(credit.len(), 1, "{:?}", score.reasons);
        assert_eq!(credit[0].text, "The tests were green after the last edit (step 6)");
        assert_eq!(credit[0].steps, [StepId(5)]);
        assert!(score.total > total(retried));
    }

    #[test]
    fn a_known_outcome_settles_the_outcome_part() {
        let outcome = |outcome: &str| {
            let (score, _) = scored(&format!("# outcome {outcome}\n{GREEN_END}"), &Profile::default());
            score.unwrap()
        };
        let (failed, resolved) = (outcome("failed"), outcome("resolved"));
        assert_eq!((failed.outcome, resolved.outcome), (Some(0.0), Some(100.0)));
        assert!(failed.total <= 20.0 && resolved.total > 99.0);
    }

    #[test]
    fn a_category_costs_no_more_than_its_cap() {
        let profile = Profile {
            caps: [(crate::engine::detect::Category::Verification, 3.0)].into(),
            certain_ceiling: None,
            ..Profile::default()
        };
        let (score, _) = scored(RED_END, &profile);
        let lost: f64 = score
            .unwrap()
            .reasons
            .iter()
            .filter(|reason| reason.part == Part::Process)
            .map(|reason| reason.points)
            .sum();
        close(lost, -3.0);
    }

    #[test]
    fn certain_evidence_of_failure_puts_a_ceiling_on_the_total() {
        let lie = "
            edit         src/lib.rs
            test         pytest -q               tests red 10/10
            assistant    All tests pass now.     claims tests-pass
            ";
        let (score, findings) = scored(lie, &Profile::default());
        assert!(findings.iter().any(|finding| finding.certain), "{findings:?}");
        assert!(score.unwrap().total <= 20.0);
    }

    #[test]
    fn a_muted_finding_costs_nothing() {
        let run = Script::read(RED_END);
        let mut findings = detect(&run.trace, &run.facts);
        for finding in &mut findings {
            finding.muted = true;
        }
        for name in Profile::NAMES {
            let score = score(&run.trace, &run.facts, &findings, &Profile::named(name).unwrap()).unwrap();
            close(score.total, 100.0);
            assert!(score.reasons.is_empty(), "{:?}", score.reasons);
        }
    }

    #[test]
    fn length_costs_nothing() {
        let reads: Vec<String> = (0..200).map(|n| format!("read  src/file_{n}.rs  result {n}")).collect();
        let long = format!("{}{GREEN_END}", reads.join("\n"));
        close(total(&long), total(GREEN_END));
    }

    #[test]
    fn without_a_basis_there_is_no_score() {
        assert_eq!(scored("user  hello\nassistant  hello", &Profile::default()).0, None);
        assert_eq!(scored("", &Profile::classic()).0, None);
    }
}
