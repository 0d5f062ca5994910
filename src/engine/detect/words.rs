//! Phrases that findings are told with.

use super::DetectContext;
use crate::engine::facts::{ActionOutcome, ErrorClass, Operation, TestRun};
use crate::engine::trace::StepId;

/// `1 step`, `3 steps`.
pub(super) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A step's number as people are shown it.
pub(super) fn number(step: StepId) -> u32 {
    step.0.saturating_add(1)
}

/// `text` in quotation marks, one line, cut after 80 characters.
pub(super) fn quoted(text: &str) -> String {
    const CHARS: usize = 80;
    let line = text.trim().lines().next().unwrap_or("").trim();
    match line.char_indices().nth(CHARS) {
        Some((end, _)) => format!("“{}…”", line.get(..end).unwrap_or(line)),
        None => format!("“{line}”"),
    }
}

/// The command of an action or, without one, what its row shows.
pub(super) fn called(ctx: &DetectContext<'_>, step: StepId) -> String {
    let action = ctx.facts.action(step);
    if let Some(command) = action.and_then(|action| action.command.as_deref()) {
        return quoted(command);
    }
    let label: &str = ctx.trace.step(step).map_or("", |step| &step.label);
    // A number alone, and what a tool that is not known here was given, say too little by themselves.
    let is_bare = !label.contains(char::is_alphabetic)
        || action.is_some_and(|action| action.operation == Operation::Other);
    match ctx.tool(step).filter(|tool| is_bare && !label.contains(tool)) {
        Some(tool) => quoted(&format!("{tool} {label}")),
        None => quoted(label),
    }
}

/// How a check went wrong: `2 of 10 tests failed (test_a, test_b)`, `exit code 2`, `KeyError: <str>`.
pub(super) fn failure(ctx: &DetectContext<'_>, step: StepId) -> String {
    let Some(action) = ctx.facts.action(step) else { return "it failed".to_owned() };
    if let Some(tests) = action.tests.as_ref().filter(|tests| !tests.green) {
        return failed_tests(tests);
    }
    match (&action.error, action.exit_code) {
        (Some(error), _) => quoted(&error.quote.text),
        (None, Some(code)) => format!("exit code {code}"),
        (None, None) => outcome(action.outcome).to_owned(),
    }
}

fn failed_tests(tests: &TestRun) -> String {
    const NAMES: usize = 3;
    let failed = match tests.counts {
        Some(counts) if counts.failed > 0 => {
            let total = counts.failed.saturating_add(counts.passed);
            format!("{} of {} failed", counts.failed, count(total as usize, "test"))
        }
        _ => "tests failed".to_owned(),
    };
    if tests.failing.is_empty() {
        return failed;
    }
    let mut names: Vec<&str> = tests.failing.iter().take(NAMES).map(AsRef::as_ref).collect();
    let more = tests.failing.len().saturating_sub(NAMES);
    let rest = format!("{more} more");
    if more > 0 {
        names.push(&rest);
    }
    format!("{failed} ({})", names.join(", "))
}

fn outcome(outcome: ActionOutcome) -> &'static str {
    match outcome {
        ActionOutcome::Timeout | ActionOutcome::Error(ErrorClass::Timeout) => "it timed out",
        ActionOutcome::Error(class) => error(class),
        _ => "it failed",
    }
}

/// What an error class is called in a sentence.
pub(super) fn error(class: ErrorClass) -> &'static str {
    match class {
        ErrorClass::TestFailure => "tests failed",
        ErrorClass::Syntax => "a syntax error",
        ErrorClass::Exception => "an exception",
        ErrorClass::NotFound => "something was not found",
        ErrorClass::Permission => "permission was denied",
        ErrorClass::Authentication => "authentication failed",
        ErrorClass::RateLimit => "a rate limit was hit",
        ErrorClass::Network => "the network could not be reached",
        ErrorClass::Resources => "disk or memory ran out",
        ErrorClass::Timeout => "it timed out",
        ErrorClass::InvalidCall => "the tool did not understand the call",
        ErrorClass::EditRejected => "the edit was refused",
        ErrorClass::Rejected => "the call was refused",
        ErrorClass::Other => "it failed",
    }
}

#[cfg(test)]
mod tests {
    use super::{count, quoted};

    #[test]
    fn numbers_and_quotes() {
        assert_eq!((count(1, "step"), count(0, "step")), ("1 step".to_owned(), "0 steps".to_owned()));
        assert_eq!(quoted("  ls -l\nmore"), "“ls -l”");
        assert_eq!(quoted(&"é".repeat(100)).chars().count(), 83);
    }
}
