//! The words of the screen for what the engine names.

use crate::engine::detect::{Category, Severity};
use crate::engine::facts::{ActionOutcome, ErrorClass};
use crate::engine::report::{FindingReport, Mark, StepShade};
use crate::engine::trace::{OutcomeValue, PartKind, WarningKind};

use super::format::counted;

/// The word of the legend.
pub fn shade(shade: StepShade) -> &'static str {
    match shade {
        StepShade::Prompt => "prompt",
        StepShade::Message => "message",
        StepShade::Thought => "think",
        StepShade::Read => "read",
        StepShade::Edit => "edit",
        StepShade::Run => "run",
        StepShade::Test => "test",
        StepShade::Other => "other tool",
        StepShade::Event => "event",
    }
}

/// The name that colours and classes carry.
pub fn shade_token(shade: StepShade) -> &'static str {
    match shade {
        StepShade::Prompt => "prompt",
        StepShade::Message => "message",
        StepShade::Thought => "thought",
        StepShade::Read => "read",
        StepShade::Edit => "edit",
        StepShade::Run => "run",
        StepShade::Test => "test",
        StepShade::Other => "other",
        StepShade::Event => "event",
    }
}

pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

pub fn category(category: Category) -> &'static str {
    match category {
        Category::Outcome => "Outcome",
        Category::Verification => "Verification",
        Category::Flow => "Flow",
        Category::System => "System",
        Category::Style => "Style",
    }
}

pub fn outcome(value: OutcomeValue) -> &'static str {
    match value {
        OutcomeValue::Resolved => "Resolved",
        OutcomeValue::Failed => "Failed",
        OutcomeValue::Unknown => "Outcome unknown",
    }
}

pub fn mark(mark: Mark) -> &'static str {
    match mark {
        Mark::GreenCheck => "check passed",
        Mark::RedCheck => "check failed",
        Mark::Edit => "edit",
        Mark::Error => "error",
    }
}

pub fn part(part: PartKind) -> &'static str {
    match part {
        PartKind::Message => "Message",
        PartKind::Thought => "Thought",
        PartKind::Call => "Call",
        PartKind::Result => "Result",
    }
}

/// What went wrong with an action; `None` when nothing did or nothing is known.
pub fn trouble(outcome: ActionOutcome) -> Option<&'static str> {
    let class = match outcome {
        ActionOutcome::Ok | ActionOutcome::Empty | ActionOutcome::Unknown => return None,
        ActionOutcome::Timeout => return Some("timeout"),
        ActionOutcome::Error(class) => class,
    };
    Some(match class {
        ErrorClass::TestFailure => "tests failed",
        ErrorClass::Syntax => "syntax error",
        ErrorClass::Exception => "exception",
        ErrorClass::NotFound => "not found",
        ErrorClass::Permission => "permission denied",
        ErrorClass::Authentication => "not signed in",
        ErrorClass::RateLimit => "rate limit",
        ErrorClass::Network => "network error",
        ErrorClass::Resources => "out of resources",
        ErrorClass::Timeout => "timeout",
        ErrorClass::InvalidCall => "invalid call",
        ErrorClass::EditRejected => "edit rejected",
        ErrorClass::Rejected => "refused",
        ErrorClass::Other => "error",
    })
}

pub fn warning(kind: WarningKind) -> &'static str {
    match kind {
        WarningKind::BadRecord => "Not readable",
        WarningKind::Truncated => "Cut off",
        WarningKind::UnknownType => "Unknown to this reader",
        WarningKind::Unpaired => "Without its counterpart",
        WarningKind::Bound => "Only a bound",
        WarningKind::Missing => "Missing",
        WarningKind::Guessed => "Guessed",
    }
}

/// `2 errors · 3 warnings · 1 note`, and how many of them were muted.
pub fn finding_counts(findings: &[FindingReport]) -> String {
    let muted = findings.iter().filter(|finding| finding.muted).count();
    let mut parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .filter_map(|level| {
            let count =
                findings.iter().filter(|finding| finding.severity == level && !finding.muted).count() as u64;
            let word = severity(level);
            (count > 0).then(|| counted(count, word, &format!("{word}s")))
        })
        .collect();
    parts.extend((muted > 0).then(|| format!("{muted} muted")));
    if parts.is_empty() { "none".to_owned() } else { parts.join(" · ") }
}
