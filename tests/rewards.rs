//! `tracebench rewards` as a person runs it, and what it says of known runs, kept word for word.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod program;

use std::process::Output;

use program::{folder, lines, stderr, stdout, tracebench, write};
use serde_json::Value;

const CIRCLES: &str = "samples/going-in-circles.traj";
/// Two runs, of which somebody said how they ended.
const GRADED: &str = "tests/fixtures/openhands-v0/output.jsonl";

fn rewards(arguments: &[&str]) -> Output {
    tracebench(&[&["rewards"], arguments].concat())
}

fn own_weights(name: &str, text: &str) -> String {
    write(&folder(name), "weights.json", text)
}

#[test]
fn known_runs_earn_what_they_earned_before() {
    let output = rewards(&["samples/clean-run.json", CIRCLES, GRADED]);
    insta::assert_snapshot!("rewards", stdout(&output));
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
}

#[test]
fn lines_come_in_the_order_of_the_arguments_whatever_the_number_of_threads() {
    let files = [CIRCLES, "nowhere.json", GRADED, "samples/fake-success.jsonl", CIRCLES];
    let with = |jobs: &str| rewards(&[&["--jobs", jobs], &files[..]].concat());
    let (one, four) = (with("1"), with("4"));
    assert_eq!(one.stdout, four.stdout);
    assert_eq!(one.status.code(), Some(2));
    assert_eq!(stderr(&one), "tracebench: nowhere.json: there is no such file\n");
    let all = lines(&one);
    let mut order: Vec<&str> = all.iter().map(|line| line["file"].as_str().unwrap()).collect();
    order.dedup();
    assert_eq!(order, files);
    let lost = all.iter().find(|line| line["file"] == "nowhere.json").unwrap();
    assert_eq!(lost["error"]["kind"], "missing");
}

#[test]
fn a_hidden_outcome_takes_its_reward_along_and_nothing_else() {
    let (told, hidden) = (rewards(&[GRADED]), rewards(&["--hide-outcome", GRADED]));
    let (told, mut hidden) = (lines(&told), lines(&hidden));
    let mut graded = 0;
    for (told, hidden) in told.iter().zip(&mut hidden).filter(|(told, _)| told["kind"] == "run") {
        graded += usize::from(told["outcome_known"] == true);
        assert_eq!((&hidden["outcome_known"], &hidden["r_outcome"]), (&false.into(), &Value::Null));
        for member in ["outcome_known", "outcome", "r_outcome"] {
            hidden[member] = told[member].clone();
        }
    }
    assert!(graded > 0);
    assert_eq!(told, hidden);
}

#[test]
fn weights_of_ones_own_count() {
    let printed = rewards(&["--print-weights"]);
    assert_eq!(printed.status.code(), Some(0));
    let own = stdout(&printed).replace("\"repetition\": 0.05", "\"repetition\": 0.0");
    let own = own_weights("own-weights", &own.replace("\"name\": \"default\"", "\"name\": \"own\""));
    let output = rewards(&["--weights", &own, CIRCLES]);
    let run = &lines(&output)[0];
    assert_eq!((&run["weights"], &run["r_repetition"]), (&"own".into(), &0.0.into()));
    assert_eq!(run["r_step"], run["r_potential"]);
}

#[test]
fn weights_that_cannot_be_used_are_refused() {
    let text = stdout(&rewards(&["--print-weights"])).to_owned();
    let broken = own_weights("broken-weights", &text.replace("\"gamma\": 1.0", "\"gamma\": 2"));
    let output = rewards(&["--weights", &broken, CIRCLES]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""));
    let expected = format!("tracebench: {broken}: expected a number from 0 to 1, found 2, at gamma\n");
    assert_eq!(stderr(&output), expected);
    let output = rewards(&["--weights", "nowhere.json", CIRCLES]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).starts_with("tracebench: nowhere.json: "), "{}", stderr(&output));
}
