//! How the agent takes what it has just seen.

use std::sync::LazyLock;

use super::Tone;
use super::finder::Finder;
use super::quote::head;

/// How a text of an agent begins that likes what it sees.
const PLEASED: &[&str] =
    &["Perfect", "Great", "Excellent", "Awesome", "Wonderful", "Fantastic", "Now we have a working"];

/// What stands in the text of one that looks for a failure, or has seen that there is one, in any case.
const EXPECTS: &[&str] = &[
    "expect",
    "should fail",
    "will fail",
    "fail",
    "reproduc",
    "confirm",
    "error",
    "bug",
    "as intended",
    "issue",
    "problem",
    "not work",
    "however",
    " but ",
];

static FAILURES: LazyLock<Option<Finder>> = LazyLock::new(|| Finder::of_any_case(EXPECTS.iter().copied()));

/// A longer text has more than one thing to say.
const LOOKED_AT: usize = 400;

/// The tone of a message or a thought.
pub(super) fn of(text: &str) -> Tone {
    let start = head(text.trim_start(), LOOKED_AT);
    if FAILURES.as_ref().is_some_and(|failures| failures.find(start).is_some()) {
        Tone::ExpectsFailure
    } else if PLEASED.iter().any(|word| start.starts_with(word)) {
        Tone::Pleased
    } else {
        Tone::Plain
    }
}

#[cfg(test)]
mod tests {
    use super::{Tone, of};

    #[test]
    fn tones() {
        assert_eq!(of("Perfect! The server is up."), Tone::Pleased);
        assert_eq!(of("Great, the bug is reproduced."), Tone::ExpectsFailure);
        assert_eq!(of("This should fail before the fix."), Tone::ExpectsFailure);
        assert_eq!(of("I look at the file. Perfect."), Tone::Plain);
    }
}
