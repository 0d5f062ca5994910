//! What an agent says it is about to do. Kept only while no action followed it.

use std::ops::Range;

use super::quote::{lines_backwards, tail};
use super::{Announcement, Quote};
use crate::engine::trace::PartKind;

/// So much of the end of a text is looked at: what is about to be done is said last.
const ENDING: usize = 1500;

/// How a sentence begins that announces an action of the speaker's own.
const OPENINGS: &[&str] = &[
    "let me",
    "i'll",
    "i will",
    "let's",
    "i'm going to",
    "i am going to",
    "i need to",
    "we'll",
    "we will",
    "i should",
    "now i need to",
    "i'm now going to",
];

/// Words that may stand before them.
const LEADS: &[&str] = &[
    "now,",
    "now",
    "first,",
    "first",
    "next,",
    "next",
    "then,",
    "then",
    "so",
    "to start,",
    "to begin,",
    "and",
    "ok,",
    "okay,",
    "okay",
    "great,",
    "alright,",
    "finally,",
    "finally",
];

/// What begins like an announcement and is politeness or a report.
const POLITE: &[&str] = &[
    "let me know",
    "i'll be",
    "i will be",
    "let's keep in mind",
    "i'll need you",
    "i will need you",
    "i'll wait",
    "i will wait",
    "let me summarize",
    "let me explain",
    "let me summarise",
    "i'll summarize",
    "we'll be",
    "we will be",
    "i'll assume",
    "i will assume",
    "let's assume",
    "let me recap",
];

/// The end of a message or a thought, kept until it is known whether an action follows: mostly one does, and
/// nothing has to be read.
#[derive(Debug)]
pub(super) struct Ending {
    part: PartKind,
    /// Where it begins in the text.
    start: usize,
    text: Box<str>,
}

impl Ending {
    pub(super) fn of(part: PartKind, text: &str) -> Self {
        let range = tail(text, ENDING);
        Self { part, start: range.start, text: text.get(range).unwrap_or("").into() }
    }

    /// Its last sentence that announces an action.
    pub(super) fn announcement(&self) -> Option<Announcement> {
        let (range, closes) = find(&self.text)?;
        let mut quote = Quote::of(self.part, &self.text, range);
        let shift = u32::try_from(self.start).unwrap_or(u32::MAX);
        quote.start = quote.start.saturating_add(shift);
        quote.end = quote.end.saturating_add(shift);
        Some(Announcement { quote, closes })
    }
}

/// Where the last announcing sentence stands, and whether nothing is said after it.
fn find(text: &str) -> Option<(Range<usize>, bool)> {
    let mut is_last = true;
    for line in lines_backwards(text, 0..text.len()) {
        let mut until = line.text.len();
        loop {
            let start = sentence_start(line.text, until);
            let sentence = line.text.get(start..until).unwrap_or("");
            if announces(sentence) {
                let lead = sentence.len() - sentence.trim_start_matches(is_bullet).len();
                return Some((line.start + start + lead..line.start + until, is_last));
            }
            is_last &= sentence.trim().is_empty();
            if start == 0 {
                break;
            }
            until = start;
        }
    }
    None
}

/// Where the last sentence of `line` before `until` begins.
fn sentence_start(line: &str, until: usize) -> usize {
    let head = line.get(..until).unwrap_or("").trim_end().trim_end_matches(['.', '!', '?', ':']);
    let end = |mark: &str| head.rfind(mark).map_or(0, |at| at + mark.len());
    [". ", "! ", "? ", ": "].into_iter().map(end).max().unwrap_or(0)
}

fn announces(sentence: &str) -> bool {
    let bare = sentence.trim_start_matches(is_bullet);
    if bare.trim_end().ends_with('?') {
        return false;
    }
    let mut rest: String =
        bare.chars().take(80).map(|one| if one == '’' { '\'' } else { one.to_ascii_lowercase() }).collect();
    if let Some(lead) = LEADS.iter().filter(|lead| begins(&rest, lead)).max_by_key(|lead| lead.len()) {
        rest.drain(..lead.len());
    }
    let rest = rest.trim_start();
    OPENINGS.iter().any(|opening| begins(rest, opening)) && POLITE.iter().all(|polite| !begins(rest, polite))
}

/// What stands before the first word of a sentence.
fn is_bullet(character: char) -> bool {
    !character.is_alphanumeric()
}

/// Whether `text` begins with the whole words of `start`.
fn begins(text: &str, start: &str) -> bool {
    text.strip_prefix(start).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::Ending;
    use crate::engine::trace::PartKind;

    fn found(text: &str) -> Option<(String, bool)> {
        let found = Ending::of(PartKind::Message, text).announcement()?;
        Some((found.quote.text.trim().to_owned(), found.closes))
    }

    #[test]
    fn a_long_text_is_quoted_at_its_true_place() {
        let text = format!("{}\nLet me run it.", "word ".repeat(1000));
        let found = Ending::of(PartKind::Message, &text).announcement().unwrap();
        let range = found.quote.start as usize..found.quote.end as usize;
        assert_eq!(text.get(range), Some("Let me run it."));
    }

    #[test]
    fn what_is_about_to_be_done() {
        let text = "The test fails. Now let me fix the parser:\n";
        assert_eq!(found(text), Some(("Now let me fix the parser:".to_owned(), true)));
        assert_eq!(
            found("I'll list the files.\n\n1. Read\n2. Write"),
            Some(("I'll list the files.".to_owned(), false))
        );
        assert_eq!(found("- First, I’ll run it"), Some(("First, I’ll run it".to_owned(), true)));
    }

    #[test]
    fn what_is_not() {
        for text in [
            "Let me know if you need anything else.",
            "All done.",
            "I'll be happy to help.",
            "Should I fix it? Let me know.",
            "The fix will let me sleep.",
            "",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
