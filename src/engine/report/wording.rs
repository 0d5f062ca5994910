//! Texts of a trace on their way to a terminal or into Markdown: hostile until shown to be harmless.

use super::{Rate, RunReport};
use crate::engine::detect::{Severity, Waste};
use crate::engine::trace::{Outcome, OutcomeValue};

/// The text on one line, without control characters: an escape sequence must not reach a terminal.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().map(|c| if c.is_control() || is_bidi(c) { '\u{fffd}' } else { c }));
    }
    line
}

/// Characters that turn the direction of writing, with which text can pretend to be other text.
fn is_bidi(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `text`, at most `most` characters of it.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// A step for a person: counted from 1, with the file's own number where that counts otherwise.
pub(super) fn step_number(step: u32, source_step: u32) -> String {
    let number = step + 1;
    if source_step == step || source_step == number {
        format!("Step {number}")
    } else {
        format!("Step {number} (#{source_step} in the file)")
    }
}

pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

pub(super) fn outcome(report: &RunReport) -> String {
    outcome_of(&report.outcome)
}

pub(super) fn outcome_of(outcome: &Outcome) -> String {
    let value = match outcome.value {
        OutcomeValue::Resolved => "resolved",
        OutcomeValue::Failed => "failed",
        OutcomeValue::Unknown => {
            return "unknown: nothing in the file says whether the task was solved".to_owned();
        }
    };
    format!("{value} ({})", one_line(&outcome.source))
}

/// `4 steps, 1200 tokens, 0.35 USD`; nothing if nothing was wasted.
pub(super) fn waste(waste: Waste) -> Option<String> {
    let parts: Vec<String> = [
        (waste.steps > 0).then(|| format!("{} step{}", waste.steps, if waste.steps == 1 { "" } else { "s" })),
        waste.tokens.filter(|tokens| *tokens > 0).map(|tokens| format!("{tokens} tokens")),
        waste.seconds.filter(|seconds| *seconds >= 1.0).map(|seconds| format!("{seconds:.0} s")),
        waste.cost_usd.filter(|cost| *cost >= 0.005).map(|cost| format!("{cost:.2} USD")),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// `30 of 40, 75 % (60 to 86)`: with the interval in which the rate lies.
pub(super) fn rate(rate: &Rate) -> String {
    let percent = |share: f64| (share * 100.0).round();
    let Some(share) = rate.share else { return "none".to_owned() };
    let (low, high) = (percent(rate.low), percent(rate.high));
    format!("{} of {}, {} % ({low} to {high})", rate.count, rate.of, percent(share))
}

/// Points with their sign, without a fraction where there is none.
pub(super) fn points(points: f64) -> String {
    let rounded = (points * 10.0).round() / 10.0;
    format!("{}{rounded}", if rounded > 0.0 { "+" } else { "" })
}

/// A score without a fraction where there is none.
pub(super) fn number(value: f64) -> String {
    format!("{}", (value * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::{cut, one_line};

    #[test]
    fn no_escape_sequence_gets_through() {
        assert_eq!(one_line("a\x1b[31m red\nb \u{202e}c"), "a\u{fffd}[31m red b \u{fffd}c");
    }

    #[test]
    fn cuts_between_characters() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß", 3), "äö…");
    }
}
