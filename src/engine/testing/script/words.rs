//! What the words of a script stand for.

use crate::engine::facts::{
    ClaimKind, ErrorClass, ErrorSignature, Operation, PlanState, Quote, Requirement, RunKind, TestCounts,
    TestRun, Tone,
};
use crate::engine::trace::{PartKind, StepId};

/// What a line's first word does; `None` for messages, thoughts and events.
pub(super) fn operation(kind: &str) -> Option<Operation> {
    Some(match kind {
        "user" | "system" | "assistant" | "thought" | "event" => return None,
        "read" => Operation::Read,
        "search" => Operation::Search,
        "list" => Operation::List,
        "edit" => Operation::Edit,
        "create" => Operation::Create,
        "delete" => Operation::Delete,
        "test" => Operation::Run(RunKind::Test),
        "build" => Operation::Run(RunKind::Build),
        "lint" => Operation::Run(RunKind::Lint),
        "install" => Operation::Run(RunKind::Install),
        "git" => Operation::Run(RunKind::VersionControl),
        "server" => Operation::Run(RunKind::Server),
        "program" => Operation::Run(RunKind::Program),
        "run" => Operation::Run(RunKind::Other),
        "browse" => Operation::Browse,
        "plan" => Operation::Plan,
        "delegate" => Operation::Delegate,
        "submit" => Operation::Submit,
        "ask" => Operation::Ask,
        "call" => Operation::Other,
        other => panic!("unknown kind of step “{other}”"),
    })
}

/// `DONE/TOTAL [the first open item]`.
pub(super) fn plan(value: &str) -> PlanState {
    let (counts, item) = value.split_once(' ').unwrap_or((value, ""));
    let (done, total) = counts.split_once('/').unwrap_or((counts, counts));
    let (done, total): (u16, u16) = (done.parse().unwrap_or(0), total.parse().unwrap_or(0));
    let first_open = (!item.trim().is_empty()).then(|| quote(PartKind::Call, item.trim()));
    PlanState { open: total - done, done, first_open }
}

/// `accuracy at-least 0.62`.
pub(super) fn requirement(value: &str) -> Requirement {
    let mut words = value.split(' ');
    let name = match words.next() {
        Some("accuracy") => "accuracy",
        Some("latency") => "latency",
        other => panic!("unknown name of a requirement {other:?}"),
    };
    let (bound, bar) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    Requirement {
        name,
        at_least: bound == "at-least",
        bar: bar.parse().unwrap_or(0.0),
        stated: StepId(0),
        quote: quote(PartKind::Message, &format!("{} {bar}", bound.replace('-', " "))),
        met: false,
        last: None,
    }
}

/// `red 2/10`: two of ten failed.
pub(super) fn test_run(value: &str) -> TestRun {
    let (colour, numbers) = value.split_once(' ').unwrap_or((value, ""));
    let counts = numbers.split_once('/').and_then(|(failed, total)| {
        let (failed, total): (u32, u32) = (failed.parse().ok()?, total.parse().ok()?);
        Some(TestCounts { passed: total - failed, failed, skipped: 0 })
    });
    let quote = counts.map(|counts| {
        let line = format!("{} failed, {} passed", counts.failed, counts.passed);
        self::quote(PartKind::Result, &line)
    });
    let (failing, skipped, passing) = (Vec::new(), Vec::new(), Vec::new());
    TestRun { framework: "pytest".into(), green: colour == "green", counts, failing, skipped, passing, quote }
}

pub(super) fn claim(kind: &str) -> ClaimKind {
    match kind {
        "tests-pass" => ClaimKind::TestsPass,
        "fixed" => ClaimKind::Fixed,
        "verified" => ClaimKind::Verified,
        "done" => ClaimKind::Done,
        "unsure" => ClaimKind::Unsure,
        "gave-up" => ClaimKind::GaveUp,
        "assumed" => ClaimKind::Assumed,
        "otherwise" => ClaimKind::Otherwise,
        other => panic!("unknown claim “{other}”"),
    }
}

pub(super) fn tone(tone: &str) -> Tone {
    match tone {
        "pleased" => Tone::Pleased,
        "expects-failure" => Tone::ExpectsFailure,
        other => panic!("unknown tone “{other}”"),
    }
}

pub(super) fn error_class(class: &str) -> ErrorClass {
    serde_json::from_value(class.into()).unwrap_or_else(|_| panic!("unknown error class “{class}”"))
}

pub(super) fn signature(part: PartKind, text: &str) -> ErrorSignature {
    ErrorSignature { template: text.into(), quote: quote(part, text) }
}

pub(super) fn quote(part: PartKind, text: &str) -> Quote {
    Quote { part, start: 0, end: u32::try_from(text.len()).unwrap_or(u32::MAX), text: text.into() }
}
