//! The numbers that a task asks for, and what came out when they were measured.

use std::ops::Range;

use memchr::memmem;

use super::Quote;
use super::metrics::{METRICS, Metric, Reading, number};
use super::quote::{head, lines, tail};
use crate::engine::trace::{PartKind, StepId};

/// A number that the task asks for, of something with a name that results use too.
#[derive(Debug, Clone, PartialEq)]
pub struct Requirement {
    /// `accuracy`.
    pub name: &'static str,
    /// The value is to be as high as the bar; otherwise as low.
    pub at_least: bool,
    /// A share of one, seconds, bytes, or a plain number. Of several bars for the same name the easiest: what
    /// misses that one misses all.
    pub bar: f64,
    /// The message that asks for it.
    pub stated: StepId,
    /// `at least 0.62 accuracy`.
    pub quote: Quote,
    /// Some result reached the bar.
    pub met: bool,
    pub last: Option<Measurement>,
}

/// A value that a result reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    pub step: StepId,
    pub value: f64,
    pub quote: Quote,
}

impl Requirement {
    pub(in crate::engine) fn record(&mut self, measured: Measurement) {
        let value = measured.value;
        self.met |= if self.at_least { value >= self.bar } else { value <= self.bar };
        self.last = Some(measured);
    }
}

/// How a bar is put, in lower case, and whether it is a lower one.
const COMPARATORS: &[(&str, bool)] = &[
    ("at least", true),
    ("no less than", true),
    ("greater than", true),
    ("higher than", true),
    ("better than", true),
    ("more than", true),
    ("above", true),
    ("over", true),
    ("exceed", true),
    ("exceeds", true),
    (">", true),
    (">=", true),
    ("≥", true),
    ("at most", false),
    ("no more than", false),
    ("less than", false),
    ("lower than", false),
    ("smaller than", false),
    ("not exceed", false),
    ("below", false),
    ("under", false),
    ("<", false),
    ("<=", false),
    ("≤", false),
];

/// What stands in a sentence that asks for something, rather than telling of it.
const ASKS: &[&str] = &[
    "must",
    "should",
    "need",
    "achiev",
    "reach",
    "ensure",
    "require",
    "make sure",
    "verify",
    "target",
    "goal",
    "at least",
    "at most",
    "no more than",
    "no less than",
];

/// What follows a number that is the distance to another one.
const RELATIVE: &[&str] =
    &["less", "more", "higher", "lower", "better", "worse", "than", "of", "point", "improve"];

/// What ends a sentence, or an item of a list. Lines may be wrapped.
const STOPS: &[&str] = &[". ", ".\n", "\n\n", "\n-", "\n*", "\n *", "\n  -", "; "];

/// A task is looked at so far.
const TASK: usize = 16 * 1024;
/// So many bars are kept.
const MOST: usize = 4;
/// Bytes of a result that are looked at, at its beginning and at its end.
const ENDS: usize = 1024;
/// Bytes between a bar and the name of what it is for.
const REACH: usize = 80;

/// Adds what a message of the task asks for.
pub(super) fn draw(step: StepId, text: &str, found: &mut Vec<Requirement>) {
    let lower = head(text, TASK).to_ascii_lowercase();
    for (phrase, at_least) in COMPARATORS {
        for at in memmem::find_iter(lower.as_bytes(), phrase) {
            let Some((metric, bar, end)) = bar(&lower, at, phrase, *at_least) else { continue };
            let name = metric.name();
            let quote = Quote::of(PartKind::Message, text, at..end);
            if let Some(known) = found.iter_mut().find(|known| known.name == name) {
                if (bar < known.bar) == *at_least {
                    (known.bar, known.stated, known.quote) = (bar, step, quote);
                }
            } else if found.len() < MOST {
                let (met, last) = (false, None);
                found.push(Requirement { name, at_least: *at_least, bar, stated: step, quote, met, last });
            }
        }
    }
}

/// What the comparator at `at` sets a bar for, the bar, and where the words for it end.
fn bar(lower: &str, at: usize, phrase: &str, at_least: bool) -> Option<(&'static Metric, f64, usize)> {
    let (before, rest) = (lower.get(..at)?, lower.get(at + phrase.len()..)?);
    if !stands_alone(before, phrase, rest) {
        return None;
    }
    let mut bare = rest.trim_start();
    for filler in ["a ", "an ", "or equal to ", "**", "`"] {
        bare = bare.strip_prefix(filler).unwrap_or(bare);
    }
    let (value, len) = number(bare)?;
    let end = lower.len() - bare.len() + len;
    let whole = sentence(lower, at, end);
    let asks = lower.get(whole.clone()).is_some_and(|text| ASKS.iter().any(|word| text.contains(word)));
    let after = lower.get(end..whole.end)?;
    let said_of_it = after.trim_start_matches([' ', '%', 'x']);
    if !asks || RELATIVE.iter().any(|word| said_of_it.starts_with(word)) {
        return None;
    }
    let before = lower.get(whole.start..at)?;
    let near_before = before.get(before.ceil_char_boundary(before.len().saturating_sub(REACH))..)?;
    let near_after = head(after, REACH);
    // A bar the wrong way round is about something else.
    let mut fitting = METRICS.iter().filter(|metric| {
        metric.at_least == at_least && (metric.is_named(near_before) || metric.is_named(near_after))
    });
    let mut fitting =
        fitting.by_ref().filter_map(|metric| Some((metric, metric.scaled(value, after, Reading::Bar)?)));
    let (metric, bar) = fitting.next().filter(|_| fitting.next().is_none())?;
    let words = after.find(['\n', ',', '.', ';', '(', ')']).unwrap_or(after.len());
    Some((metric, bar, end + words))
}

/// Whether a comparator is no piece of a longer word, an arrow or a sign, and is not turned round.
fn stands_alone(before: &str, phrase: &str, rest: &str) -> bool {
    if phrase.starts_with(|one: char| one.is_alphabetic()) {
        let in_word = |one: char| one.is_ascii_alphanumeric() || one == '_';
        let negated = ["not", "never", "no", "n't"].iter().any(|word| before.trim_end().ends_with(word));
        !before.ends_with(in_word) && !rest.starts_with(in_word) && !negated
    } else {
        !before.ends_with(['-', '=', '<', '>']) && !rest.starts_with('=')
    }
}

fn sentence(text: &str, at: usize, end: usize) -> Range<usize> {
    let (before, after) = (text.get(..at).unwrap_or(""), text.get(end..).unwrap_or(""));
    let start = STOPS.iter().filter_map(|stop| Some(before.rfind(stop)? + stop.len())).max();
    let stop = STOPS.iter().filter_map(|stop| after.find(stop)).min();
    start.unwrap_or(0)..end + stop.unwrap_or(after.len())
}

/// Takes what a result says of the required values; the last that it gives is the one that stands.
pub(super) fn measure(step: StepId, text: &str, required: &mut [Requirement]) {
    let end = tail(text, ENDS);
    let start = 0..head(text, ENDS.min(end.start)).len();
    for line in lines(text, start).chain(lines(text, end)) {
        let lower = line.text.to_ascii_lowercase();
        for requirement in &mut *required {
            let metric = METRICS.iter().find(|metric| metric.name() == requirement.name);
            if let Some(value) = metric.and_then(|metric| metric.value(&lower)) {
                let quote = Quote::of(PartKind::Result, text, line.range());
                requirement.record(Measurement { step, value, quote });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{draw, measure};
    use crate::engine::trace::StepId;

    fn drawn(task: &str) -> Vec<(&'static str, f64, String)> {
        let mut found = Vec::new();
        draw(StepId(0), task, &mut found);
        found.into_iter().map(|one| (one.name, one.bar, one.quote.text.into())).collect()
    }

    #[test]
    fn bars_with_a_name() {
        for (task, name, bar, quote) in [
            ("Get at least 0.62 accuracy on it.", "accuracy", 0.62, "at least 0.62 accuracy on it"),
            ("The test accuracy\nmust be above 90 %.", "accuracy", 0.9, "above 90 %"),
            ("Achieve at least a 75% win rate.", "win rate", 0.75, "at least a 75% win rate"),
            ("It must be at least 1.2 times faster.", "speedup", 1.2, "at least 1.2 times faster"),
            ("Ensure coverage >= 80%", "coverage", 0.8, ">= 80%"),
            ("Latency should be under 200ms.", "latency", 0.2, "under 200ms"),
            (
                "The compression ratio must be at least 4 over all files.",
                "compression ratio",
                4.0,
                "at least 4 over all files",
            ),
            ("MSE must not exceed 0.05!", "mse", 0.05, "not exceed 0.05!"),
        ] {
            assert_eq!(drawn(task), [(name, bar, quote.to_owned())], "{task}");
        }
        let both = drawn("The model size needs to be less than 150MB but get at least 0.62 accuracy.");
        let names: Vec<_> = both.iter().map(|one| one.0).collect();
        assert_eq!(names, ["accuracy", "model size"]);
    }

    #[test]
    fn of_two_bars_the_easiest_counts() {
        let found =
            drawn("It must reach at least a 75% win rate against a, and at least a 33% win rate against b.");
        assert_eq!(found, [("win rate", 0.33, "at least a 33% win rate against b".to_owned())]);
    }

    #[test]
    fn what_is_told_or_has_no_name_is_none() {
        for task in [
            "The accuracy is greater than 0.9 when I pass a list.",
            "Coverage must work with xarray >= 0.12.2.",
            "The test accuracy must be no more than 5% less than that of training.",
            "Accuracy must never be lower than 0.5.",
            "It must answer in less than 5 seconds.",
            "You need at least 3 files to compute the coverage.",
            "----> 12 accuracy should be 3",
            "The speedup must hold for portfolios with more than 5000 assets.",
            "Verify the accuracy with at least 1 image, and on at least 75% of the files.",
            "Ensure accuracy and recall of at least 0.9.",
        ] {
            assert!(drawn(task).is_empty(), "{task}: {:?}", drawn(task));
        }
    }

    #[test]
    fn the_last_value_stands_and_a_good_one_is_remembered() {
        let mut required = Vec::new();
        draw(StepId(0), "Get at least 0.62 accuracy.", &mut required);
        measure(StepId(3), "N\t10\nP@1\t0.63", &mut required);
        measure(StepId(5), "accuracy: 0.59\ndone", &mut required);
        measure(StepId(7), "nothing", &mut required);
        let last = required[0].last.as_ref().unwrap();
        assert!(required[0].met);
        assert_eq!((last.step, last.value, &*last.quote.text), (StepId(5), 0.59, "accuracy: 0.59"));
    }
}
