//! Cuts phrases and lines out of a text, with their place in it.

use std::ops::Range;

use super::Quote;
use crate::engine::trace::PartKind;

impl Quote {
    /// The phrase at `range` of the decoded `text` of a part.
    pub(super) fn of(part: PartKind, text: &str, range: Range<usize>) -> Self {
        let phrase = text.get(range.clone()).unwrap_or("");
        let cut = phrase.char_indices().nth(Self::CHARS).map_or(phrase.len(), |(at, _)| at);
        Self {
            part,
            start: u32::try_from(range.start).unwrap_or(u32::MAX),
            end: u32::try_from(range.end).unwrap_or(u32::MAX),
            text: phrase.get(..cut).unwrap_or(phrase).into(),
        }
    }
}

/// A line of a text without the white space around it, and where it starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    pub(super) start: usize,
}

impl Line<'_> {
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }
}

/// The lines of the piece of `text` at `range`, last one first, blank ones left out.
pub(super) fn lines_backwards(text: &str, range: Range<usize>) -> impl Iterator<Item = Line<'_>> {
    let piece = text.get(range.clone()).unwrap_or("");
    let mut end = Some(piece.len());
    std::iter::from_fn(move || {
        let until = end?;
        let head = piece.get(..until)?;
        let start = memchr::memrchr(b'\n', head.as_bytes()).map_or(0, |at| at + 1);
        end = start.checked_sub(1);
        Some((start, head.get(start..)?))
    })
    .filter_map(move |(start, line)| trimmed(line, range.start + start))
}

/// The same, first one first.
pub(super) fn lines(text: &str, range: Range<usize>) -> impl Iterator<Item = Line<'_>> {
    let mut at = range.start;
    let piece = text.get(range).unwrap_or("");
    piece.split_inclusive('\n').filter_map(move |line| {
        let start = at;
        at += line.len();
        trimmed(line, start)
    })
}

fn trimmed(line: &str, start: usize) -> Option<Line<'_>> {
    let text = line.trim_start();
    let start = start + line.len() - text.len();
    let text = text.trim_end();
    (!text.is_empty()).then_some(Line { text, start })
}

/// The last `bytes` of a text, from the beginning of a line where there is one.
pub(super) fn tail(text: &str, bytes: usize) -> Range<usize> {
    let Some(from) = text.len().checked_sub(bytes) else { return 0..text.len() };
    let window = text.as_bytes().get(from..).unwrap_or_default();
    let start = match memchr::memchr(b'\n', window) {
        Some(at) if at + 1 < window.len() => from + at + 1,
        _ => text.ceil_char_boundary(from),
    };
    start..text.len()
}

/// The first `bytes` of a text, up to a character's end.
pub(super) fn head(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::{Quote, head, lines, lines_backwards, tail};
    use crate::engine::trace::PartKind;

    #[test]
    fn lines_know_their_place() {
        let text = "one\n\n  two \nthree";
        let forwards: Vec<_> = lines(text, 0..text.len()).map(|line| line.text).collect();
        assert_eq!(forwards, ["one", "two", "three"]);
        let backwards: Vec<_> = lines_backwards(text, 0..text.len()).collect();
        assert_eq!(backwards.iter().map(|line| line.text).collect::<Vec<_>>(), ["three", "two", "one"]);
        for line in backwards {
            assert_eq!(text.get(line.range()), Some(line.text));
        }
    }

    #[test]
    fn windows_end_at_characters() {
        assert_eq!(tail("ab\ncd\nef", 4), 6..8);
        assert_eq!(tail("éé", 3), 2..4);
        assert_eq!(head("éé", 3), "é");
    }

    #[test]
    fn a_long_phrase_is_cut_but_its_range_is_whole() {
        let quote = Quote::of(PartKind::Result, &"é".repeat(500), 0..1000);
        assert_eq!((quote.text.chars().count(), quote.end), (240, 1000));
    }
}
