use crate::engine::import::{Head, Importer as _, Probe};
use crate::engine::testing::{check_import, observe};
use crate::engine::trace::{EventKind, StepKind, Trace, WarningKind};

use super::IMPORTER;

const RUN: &str = include_str!("../../../../tests/fixtures/claude-code-stream/run.jsonl");

fn only(text: &str) -> Trace {
    let mut traces = check_import("run.jsonl", text.as_bytes()).traces;
    assert_eq!(traces.len(), 1);
    traces.remove(0)
}

#[test]
fn totals_are_those_of_the_result_and_its_success_is_no_outcome() {
    let trace = only(RUN);
    assert_eq!(trace.totals.tokens_in, Some(5_350));
    assert_eq!(trace.totals.tokens_out, Some(420));
    assert_eq!(trace.totals.cost_usd, Some(0.25));
    assert_eq!(trace.totals.seconds, Some(61.5));
    assert!(!trace.totals.out_is_lower_bound);
    assert_eq!(trace.head.exit_status.as_deref(), Some("success"));
    assert!(trace.head.outcome.source.is_empty());
    assert_eq!(trace.head.agent_version.as_deref(), Some("2.1.90"));
    assert!(trace.warnings.is_empty(), "{:?}", trace.warnings);
}

#[test]
fn ids_that_repeat_are_matched_in_order() {
    let seen = observe("run.jsonl", RUN.as_bytes()).unwrap().1;
    let answers: Vec<(u32, &str)> =
        seen.results.iter().map(|result| (result.step.0, result.text.as_str())).collect();
    assert_eq!(answers[0], (1, "app.py"));
    assert_eq!(answers[1], (2, "(Bash completed with no output)"));
    assert_eq!(answers.last().unwrap().1, "main.py calls it.");
}

#[test]
fn a_sub_agent_hangs_on_its_call() {
    let trace = only(RUN);
    assert_eq!(trace.participants, ["Claude Code", "Explore 1"]);
    let inside: Vec<u32> =
        trace.steps.iter().filter(|step| step.agent.0 == 1).map(|step| step.source_step).collect();
    assert_eq!(inside, [8, 9]);
    let call = trace.steps.iter().find(|step| step.agent.0 == 1).unwrap().parent.unwrap();
    assert_eq!(trace.tool(trace.step(call).unwrap()), Some("Task"));
}

#[test]
fn a_stream_without_a_result_ended_before_its_time() {
    let cut: String = RUN
        .lines()
        .filter(|line| !line.contains(r#""type":"result""#))
        .fold(String::new(), |text, line| text + line + "\n");
    let trace = only(&cut);
    assert_eq!(trace.steps.last().unwrap().kind, StepKind::Event(EventKind::Crash));
    let kinds: Vec<WarningKind> = trace.warnings.iter().map(|warning| warning.kind).collect();
    assert_eq!(kinds, [WarningKind::Truncated, WarningKind::Bound]);
    assert!(trace.totals.out_is_lower_bound);
}

#[test]
fn limits_and_errors_are_events() {
    for (subtype, kind) in [
        ("error_max_turns", EventKind::LimitReached),
        ("error_max_budget_usd", EventKind::LimitReached),
        ("error_during_execution", EventKind::Crash),
    ] {
        let trace = only(&RUN.replace(r#""subtype":"success""#, &format!(r#""subtype":"{subtype}""#)));
        assert_eq!(trace.steps.last().unwrap().kind, StepKind::Event(kind));
        assert_eq!(trace.head.exit_status.as_deref(), Some(subtype));
    }
}

#[test]
fn noise_around_the_lines_costs_nothing_but_itself() {
    let noisy = format!("npm notice new version\n{RUN}");
    let trace = only(&noisy);
    assert_eq!(trace.steps.len(), only(RUN).steps.len());
    assert_eq!(trace.warnings.len(), 1);
    let two = format!("{RUN}{}", RUN.replace("5e55-0002", "5e55-0003"));
    assert_eq!(check_import("two.jsonl", two.as_bytes()).traces.len(), 2);
}

#[test]
fn others_that_print_an_init_are_not_claimed() {
    let cursor = concat!(
        r#"{"type":"system","subtype":"init","apiKeySource":"login","cwd":"/x","session_id":"s","model":"m"}"#,
        "\n",
        r#"{"type":"tool_call","subtype":"started","call_id":"c","tool_call":{},"session_id":"s"}"#,
    );
    let head = Head::of("x", cursor.as_bytes(), cursor.as_bytes(), cursor.len() as u64);
    assert_eq!(IMPORTER.probe(&head), Probe::No);
}
