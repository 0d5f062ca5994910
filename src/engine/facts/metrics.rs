//! Values that have a name and a unit: which names are known, and how one is read off a line.

use memchr::memmem;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// `0.62` or `62 %`.
    Share,
    Seconds,
    Bytes,
    /// None, or an `x`.
    Plain,
}

/// What can be measured.
pub(super) struct Metric {
    /// What it goes by, in lower case; the first is what people are told.
    names: &'static [&'static str],
    unit: Unit,
    /// More of it is better.
    pub(super) at_least: bool,
}

/// Where a number stands: the same words mean more in a task than in a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    Bar,
    Value,
}

const fn more(names: &'static [&'static str], unit: Unit) -> Metric {
    Metric { names, unit, at_least: true }
}

const fn less(names: &'static [&'static str], unit: Unit) -> Metric {
    Metric { names, unit, at_least: false }
}

/// Rewards and run times are left out: a result may tell those of anything.
pub(super) static METRICS: &[Metric] = &[
    // Where every item has one label, precision at one is the accuracy.
    more(&["accuracy", "p@1"], Unit::Share),
    more(&["f1", "f1-score", "f1 score"], Unit::Share),
    more(&["recall"], Unit::Share),
    more(&["auc"], Unit::Share),
    more(&["coverage"], Unit::Share),
    more(&["win rate", "winrate"], Unit::Share),
    more(&["success rate"], Unit::Share),
    more(&["hit rate"], Unit::Share),
    more(&["similarity"], Unit::Share),
    more(&["speedup", "speed-up", "times faster", "x faster"], Unit::Plain),
    more(&["compression ratio"], Unit::Plain),
    less(&["perplexity"], Unit::Plain),
    less(&["rmse"], Unit::Plain),
    less(&["mse"], Unit::Plain),
    less(&["error rate"], Unit::Share),
    less(&["latency"], Unit::Seconds),
    less(&["response time"], Unit::Seconds),
    less(&["model size"], Unit::Bytes),
    less(&["binary size", "executable size"], Unit::Bytes),
    less(&["bundle size"], Unit::Bytes),
];

/// What stands before the name of a value that is not the outcome: one of many, one to compare with, the bar
/// itself.
const ASIDE: &[&str] = &[
    "train",
    "epoch",
    "episode",
    "iter",
    "fold",
    "step",
    "class",
    "target",
    "require",
    "threshold",
    "minimum",
    "maximum",
    "expect",
    "goal",
    "baseline",
    "random",
    "previous",
    "original",
    "before",
    "must",
    "should",
    "need",
    "at least",
    "assert",
];

/// What makes a number a difference or a limit, between the name and it.
const ODD: &[&str] = &[
    "<",
    ">",
    "_",
    "drop",
    "gain",
    "improv",
    "diff",
    "delta",
    "std",
    "threshold",
    "loss",
    "target",
    "require",
];

/// Bytes between a name and its value.
const GAP: usize = 40;

impl Metric {
    pub(super) fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or("")
    }

    /// Whether a text in lower case names it.
    pub(super) fn is_named(&self, text: &str) -> bool {
        self.names.iter().any(|name| {
            memmem::find_iter(text.as_bytes(), name).any(|at| is_name(text.as_bytes(), at, name.len()))
        })
    }

    /// The one value that a line, in lower case, gives for it.
    pub(super) fn value(&self, line: &str) -> Option<f64> {
        let mut values = self.names.iter().flat_map(|name| {
            memmem::find_iter(line.as_bytes(), name).filter_map(move |at| self.value_at(line, at, name))
        });
        let first = values.next()?;
        values.all(|other| other.to_bits() == first.to_bits()).then_some(first)
    }

    fn value_at(&self, line: &str, at: usize, name: &str) -> Option<f64> {
        let (before, after) = (line.get(..at)?, line.get(at + name.len()..)?);
        if !is_name(line.as_bytes(), at, name.len()) || ASIDE.iter().any(|word| before.contains(word)) {
            return None;
        }
        let digits = after.find(|one: char| one.is_ascii_digit() || one == '-').unwrap_or(after.len());
        if after.get(..digits).is_some_and(introduces)
            && let Some((value, len)) = after.get(digits..).and_then(number)
        {
            return self.scaled(value, after.get(digits + len..)?, Reading::Value);
        }
        // `75% win rate`, `1.2x speedup`, `1.2x faster`, `1.2 times faster`.
        let before = before.trim_end();
        let bare = before.trim_end_matches(['%', 'x']);
        if bare.len() == before.len() && !name.ends_with(" faster") {
            return None;
        }
        let digit = |one: char| one.is_ascii_digit() || one == '.';
        let (value, _) = number(bare.get(bare.trim_end_matches(digit).len()..)?)?;
        self.scaled(value, before.get(bare.len()..)?, Reading::Value)
    }

    /// A number in the metric's own unit, read with what follows it. None where the unit is missing or is
    /// another one.
    pub(super) fn scaled(&self, value: f64, after: &str, reading: Reading) -> Option<f64> {
        // A fraction, a time of day.
        if after.starts_with(['/', ':', '_']) {
            return None;
        }
        let touches = after.starts_with(|one: char| one.is_ascii_alphabetic());
        let after = after.trim_start();
        let percent = after.starts_with('%') || after.starts_with("percent");
        let end = after.find(|one: char| !one.is_ascii_alphabetic()).unwrap_or(after.len());
        let word = after.get(..end)?;
        let factor = match self.unit {
            Unit::Share if percent => 0.01,
            Unit::Share if touches => return None,
            Unit::Share if value.abs() < 1.0 => 1.0,
            // All of it; as a bar, more likely one of something.
            Unit::Share if value <= 1.0 && reading == Reading::Value => 1.0,
            Unit::Share if value <= 100.0 && reading == Reading::Value => 0.01,
            Unit::Plain if word == "x" || word == "times" => 1.0,
            Unit::Plain if !(touches || percent) && (reading == Reading::Value || self.is_bare(after)) => 1.0,
            Unit::Seconds => match word {
                "ms" | "milliseconds" => 0.001,
                "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
                "min" | "minute" | "minutes" => 60.0,
                _ => return None,
            },
            Unit::Bytes => bytes(word, reading)?,
            _ => return None,
        };
        Some(value * factor)
    }

    /// Whether what follows a number counts nothing else: `at least 4 over all files`.
    fn is_bare(&self, after: &str) -> bool {
        const GOES_ON: &[&str] = &["on", "over", "across", "for", "in", "and", "when", "against"];
        let word = after.split(|one: char| !one.is_ascii_alphanumeric()).next().unwrap_or("");
        word.is_empty() || GOES_ON.contains(&word) || self.names.iter().any(|name| after.starts_with(name))
    }
}

/// A kilobyte is read both ways: the bar as high, and the value as low, as it may be meant.
fn bytes(unit: &str, reading: Reading) -> Option<f64> {
    let kilo: f64 = if reading == Reading::Bar || unit.contains("ib") { 1024.0 } else { 1000.0 };
    match unit {
        "b" | "byte" | "bytes" => Some(1.0),
        "k" | "kb" | "kib" => Some(kilo),
        "m" | "mb" | "mib" => Some(kilo * kilo),
        "g" | "gb" | "gib" => Some(kilo * kilo * kilo),
        _ => None,
    }
}

/// Whether what stands between a name and a number says that the number is its value.
fn introduces(gap: &str) -> bool {
    let bare = gap.trim();
    let plain = bare.chars().all(|one| matches!(one, ':' | '=' | '|' | ',' | '"' | '\'' | '~' | '*' | ' '));
    let told = bare.ends_with([':', '=']) || bare.ends_with(" is") || bare.ends_with(" of") || bare == "of";
    gap.len() <= GAP && (plain || told) && !ODD.iter().any(|word| bare.contains(word))
}

/// Whether a name stands there by itself: `eval_accuracy` is one, `inaccuracy` none.
fn is_name(text: &[u8], at: usize, len: usize) -> bool {
    let in_word = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    // `1.5x faster` goes on from its number.
    let goes_on = text.get(at..at + 2) == Some(b"x ");
    (goes_on || !in_word(at.checked_sub(1))) && !in_word(Some(at + len))
}

/// A number at the beginning of a text, and its length. A version is none.
pub(super) fn number(text: &str) -> Option<(f64, usize)> {
    let sign = usize::from(text.starts_with('-'));
    let is_part = |one: char| one.is_ascii_digit() || matches!(one, '.' | ',');
    let part = text.get(sign..)?;
    let part = part.get(..part.find(|one| !is_part(one)).unwrap_or(part.len()))?.trim_end_matches(['.', ',']);
    let mut len = sign + part.len();
    if let Some([b'e', b'-' | b'+', digit, ..]) = text.as_bytes().get(len..)
        && digit.is_ascii_digit()
    {
        let power = text.bytes().skip(len + 2).take_while(u8::is_ascii_digit).count();
        len += 2 + power;
    }
    text.get(..len)?.replace(',', "").parse().ok().map(|value| (value, len))
}

#[cfg(test)]
mod tests {
    use super::{METRICS, number};

    fn value(name: &str, line: &str) -> Option<f64> {
        let metric = METRICS.iter().find(|metric| metric.name() == name).unwrap();
        metric.value(&line.to_lowercase()).map(|value| (value * 1e6).round() / 1e6)
    }

    #[test]
    fn values_as_programs_print_them() {
        for (name, line, expected) in [
            ("accuracy", "P@1\t0.597", 0.597),
            ("accuracy", "Test accuracy: 59.7%", 0.597),
            ("accuracy", "accuracy                           0.87     10000", 0.87),
            ("accuracy", "{'eval_accuracy': 0.5970, 'n': 3}", 0.597),
            ("accuracy", "Accuracy on the test set = 87.5", 0.875),
            ("win rate", "62% win rate against the others", 0.62),
            ("coverage", "ok  pkg  7.2s  coverage: 48.7% of statements", 0.487),
            ("speedup", "Speedup: 0.9x (required: 1.2x)", 0.9),
            ("speedup", "It is 1.1x faster", 1.1),
            ("speedup", "3 times faster", 3.0),
            ("mse", "Final MSE = 2.5e-03", 0.0025),
            ("latency", "Latency: 1,500 ms", 1.5),
            ("model size", "Model size: 387.5 MB", 387_500_000.0),
        ] {
            assert_eq!(value(name, line), Some(expected), "{line}");
        }
    }

    #[test]
    fn other_numbers_are_none() {
        for (name, line) in [
            ("accuracy", "Training accuracy: 0.99"),
            ("accuracy", "Epoch 3: accuracy 0.41"),
            ("accuracy", "Target accuracy: 0.62"),
            ("accuracy", "accuracy improved by 0.05"),
            ("accuracy", "accuracy drop: 0.05"),
            ("accuracy", "Accuracy: 5/10"),
            ("accuracy", "inaccuracy: 0.1"),
            ("accuracy", "val accuracy: 0.61, test accuracy: 0.64"),
            ("accuracy", "if accuracy >= 0.62:"),
            ("coverage", "Required test coverage of 80% not reached. Total coverage: 72.31%"),
            ("f1", "f1 creation_counter: 21"),
            ("latency", "Latency: 12"),
            ("model size", "Model size: 224"),
            ("speedup", "speedup.py 12 lines"),
        ] {
            assert_eq!(value(name, line), None, "{line}");
        }
    }

    #[test]
    fn a_version_is_no_number() {
        assert_eq!(number("0.12.2 and later"), None);
        assert_eq!(number("1,000."), Some((1000.0, 5)));
        assert_eq!(number("-2e-1"), Some((-0.2, 5)));
    }
}
