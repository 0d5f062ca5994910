//! Rewards of runs that are drawn as text.

use proptest::prelude::*;

use super::{RewardWeights, Rewarded, RunReward, StepReward, reward_lines, rewards};
use crate::engine::detect::detect;
use crate::engine::testing::script::Script;

fn rewarded(script: &str, weights: &RewardWeights) -> (RunReward, Vec<StepReward>) {
    let run = Script::read(script);
    let findings = detect(&run.trace, &run.facts);
    let run = Rewarded { trace: &run.trace, facts: &run.facts, findings: &findings };
    rewards(("run", 0), run, weights)
}

fn steps(script: &str, weights: &RewardWeights) -> Vec<StepReward> {
    rewarded(script, weights).1
}

#[track_caller]
fn close(one: f64, other: f64, tolerance: f64) {
    assert!((one - other).abs() <= tolerance, "{one} is not {other}");
}

const FIX: &str = "
    # outcome resolved
    user       fix it
    thought    I will look.
    test       pytest          tests red 1/4
    edit       src/a.py
    test       pytest          tests green 0/4
    assistant  Fixed.          claims fixed
    ";

#[test]
fn each_step_earns_what_it_brought() {
    let steps = steps(FIX, &RewardWeights::default());
    let brief: Vec<(u32, f64, &[&str])> =
        steps.iter().map(|step| (step.step, step.parts.r_step, &*step.flags)).collect();
    let expected: [(u32, f64, &[&str]); 5] = [
        (1, 0.0, &[]),
        (2, 0.25, &["reproduced"]),
        (3, 0.25, &["edited-source"]),
        (4, 0.625, &["checked-after-edit", "last-check-green", "more-tests-pass"]),
        (5, 0.0, &[]),
    ];
    assert_eq!(brief, expected);
}

#[test]
fn penalties_are_apart_and_can_be_left_out() {
    let script = "
        read   src/a.py
        read   src/a.py
        call   frob         error invalid-call
        ";
    let weights = RewardWeights { turn: 0.01, ..RewardWeights::default() };
    let found = steps(script, &weights);
    assert_eq!(found[1].flags, ["repetition"]);
    assert_eq!(found[2].flags, ["format-error"]);
    let costs = found.iter().map(|StepReward { parts, .. }| {
        format!("repetition {} format {} turn {}", parts.r_repetition, parts.r_format, parts.r_turn)
    });
    assert_eq!(
        costs.collect::<Vec<_>>(),
        [
            "repetition 0 format 0 turn -0.01",
            "repetition -0.05 format 0 turn -0.01",
            "repetition 0 format -0.05 turn -0.01"
        ]
    );
    let none = RewardWeights { repetition: 0.0, format: 0.0, ..RewardWeights::default() };
    assert!(steps(script, &none).iter().all(|step| step.parts.r_step == 0.0));
}

#[test]
fn the_outcome_is_never_what_the_agent_says() {
    let weights = RewardWeights::default();
    let head = |script: &str| rewarded(script, &weights).0;
    let solved = head(FIX);
    assert_eq!((solved.outcome_known, solved.r_outcome), (true, Some(1.0)));
    let failed = head(&FIX.replace("resolved", "failed"));
    assert_eq!(failed.r_outcome, Some(0.0));
    let claimed = head(&FIX.replace("# outcome resolved", ""));
    assert_eq!((claimed.outcome_known, claimed.r_outcome), (false, None));
    assert_eq!(solved.risk, claimed.risk, "the risk does not know the outcome");
    assert_eq!(failed.risk, claimed.risk);
}

#[test]
fn lines_can_be_joined_with_what_they_are_about() {
    let run = Script::read(FIX);
    let run = Rewarded { trace: &run.trace, facts: &run.facts, findings: &[] };
    let text = reward_lines(("a.json", 2), run, &RewardWeights::default());
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 6);
    assert_eq!((&lines[0]["kind"], &lines[0]["steps"]), (&"run".into(), &5.into()));
    for line in &lines[1..] {
        assert_eq!(
            (&line["kind"], &line["file"], &line["index"]),
            (&"step".into(), &"a.json".into(), &2.into())
        );
        assert!(line["source_step"].is_u64() && line["agent"].is_string());
    }
}

/// Anything that an agent may do to its potential, in any order.
fn any_script() -> impl Strategy<Value = String> {
    let lines = [
        "read  src/a.py",
        "edit  src/a.py",
        "edit  src/b.py",
        "run  git checkout src/a.py  reverts src/a.py",
        "test  pytest  tests red 3/4",
        "test  pytest  tests green 0/4",
        "run  ls  exit 1",
        "thought  hm",
        "user  go on",
    ];
    prop::collection::vec(prop::sample::select(lines.to_vec()), 0..40).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #[test]
    fn shaping_sums_up_to_the_difference_of_both_ends(
        script in any_script(),
        gamma in 0.5..=1.0_f64,
        shares in prop::array::uniform4(0.0..10.0_f64),
        scale in 0.0..5.0_f64,
    ) {
        let mut weights = RewardWeights { gamma, ..RewardWeights::default() };
        weights.potential.scale = scale;
        [weights.potential.reproduced, weights.potential.edited_source] = [shares[0], shares[1]];
        [weights.potential.checked_after_edit, weights.potential.last_check_green] = [shares[2], shares[3]];
        let steps = steps(&script, &weights);
        let mut discount = 1.0;
        let mut sum = 0.0;
        for step in &steps {
            sum += discount * step.parts.r_potential;
            discount *= gamma;
        }
        // The potential before the first step is 0.
        let end = steps.last().map_or(0.0, |step| step.potential);
        // Each number is rounded to a millionth.
        let tolerance = 1e-5 * (steps.len() as f64 + 1.0);
        close(sum, scale * discount * end, tolerance);
    }

    #[test]
    fn every_number_is_finite_and_the_parts_add_up(script in any_script(), weight in 0.0..=1000.0_f64) {
        let mut weights = RewardWeights { tests: weight, repetition: weight, ..RewardWeights::default() };
        weights.potential.zero_at_end = true;
        let steps = steps(&script, &weights);
        for step in &steps {
            let parts = step.parts;
            let all = [parts.r_potential, parts.r_tests, parts.r_repetition, parts.r_format, parts.r_turn];
            prop_assert!(all.iter().all(|part| part.is_finite()));
            close(parts.r_step, all.iter().sum(), 1e-6);
        }
        let shaping: f64 = steps.iter().map(|step| step.parts.r_potential).sum();
        close(shaping, 0.0, 1e-9);
    }
}
