use crate::engine::testing::{check_import, observe};
use crate::engine::trace::{EventKind, StepKind, Trace};

const EVENTS: &str = include_str!("../../../../tests/fixtures/copilot-cli/events.jsonl");

fn only(text: &str) -> Trace {
    check_import("x.jsonl", text.as_bytes()).traces.remove(0)
}

#[test]
fn answers_calls_and_totals() {
    let trace = only(EVENTS);
    let labels: Vec<(u32, &str)> = trace.steps.iter().map(|step| (step.source_step, &*step.label)).collect();
    assert_eq!(
        labels,
        [
            (2, "You are Copilot."),
            (3, "Fix the leap year bug"),
            (5, "Run the tests first."),
            (5, "I run the tests."),
            (5, "cargo test"),
            (5, "Explore the sources"),
            (9, "rg leap"),
            (13, "rm -rf target"),
            (15, "The rule was mended."),
            (16, "The rule was mended."),
        ]
    );
    assert_eq!((trace.totals.tokens_in, trace.totals.tokens_cached), (Some(3000), Some(2000)));
    assert_eq!((trace.totals.tokens_out, trace.totals.cost_usd), (Some(120), None));
    assert_eq!(trace.head.models, ["claude-sonnet-4.6"]);
    assert_eq!(trace.head.exit_status.as_deref(), Some("routine"));
    assert_eq!(trace.steps[9].kind, StepKind::Event(EventKind::Submission));
    assert!(trace.warnings.is_empty(), "{:?}", trace.warnings);
    let seen = observe("x.jsonl", EVENTS.as_bytes()).unwrap().1;
    let results: Vec<_> = seen
        .results
        .iter()
        .map(|result| (result.step.0, result.exit_code, result.is_error, result.rejected))
        .collect();
    assert_eq!(
        results,
        [
            (4, Some(101), Some(false), false),
            (6, None, Some(false), false),
            (5, None, Some(false), false),
            (7, None, Some(true), true)
        ]
    );
}

#[test]
fn a_sub_agent_works_on_the_call_that_started_it() {
    let trace = only(EVENTS);
    assert_eq!(trace.participants, ["Copilot", "Explore Agent"]);
    let work = &trace.steps[6];
    assert_eq!((work.agent.0, work.parent.map(|parent| parent.0)), (1, Some(5)));
    assert_eq!(trace.steps.iter().filter(|step| step.agent.0 == 1).count(), 1);
}

#[test]
fn errors_cuts_and_calls_of_nobody() {
    let lines = [
        r#"{"type":"user.message","data":{"content":"","transformedContent":"Go on"},"id":"a","timestamp":"2026-05-01T10:00:00Z","parentId":null}"#,
        r#"{"type":"tool.execution_start","data":{"toolCallId":"x","toolName":"glob","arguments":{"pattern":"*.rs"}},"id":"b","timestamp":"2026-05-01T10:00:01Z","parentId":"a"}"#,
        r#"{"type":"tool.execution_complete","data":{"toolCallId":"x","success":false,"error":{"message":"no such folder","code":"failure"}},"id":"c","timestamp":"2026-05-01T10:00:02Z","parentId":"b"}"#,
        r#"{"type":"session.truncation","data":{"tokenLimit":9},"id":"d","timestamp":"2026-05-01T10:00:03Z","parentId":"c"}"#,
        r#"{"type":"session.error","data":{"errorType":"rate_limit","message":"slow down"},"id":"e","timestamp":"2026-05-01T10:00:04Z","parentId":"d"}"#,
        r#"{"type":"abort","data":{"reason":"user initiated"},"id":"f","timestamp":"2026-05-01T10:00:05Z","parentId":"e"}"#,
    ];
    let trace = only(&lines.join("\n"));
    let labels: Vec<&str> = trace.steps.iter().map(|step| &*step.label).collect();
    assert_eq!(
        labels,
        ["Go on", "*.rs", "earlier messages were cut from the context", "slow down", "user initiated"]
    );
    assert_eq!(trace.steps[3].kind, StepKind::Event(EventKind::LimitReached));
    assert_eq!(trace.steps[4].kind, StepKind::Event(EventKind::Interrupted));
}
