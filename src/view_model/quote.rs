//! Text cut at the phrases that are highlighted in it.

use std::ops::Range;

/// A stretch of a text, and which of the highlights it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    pub text: &'a str,
    /// Place in the list of highlights.
    pub mark: Option<usize>,
}

/// A phrase to highlight, in bytes of the whole text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Highlight {
    pub range: Range<usize>,
    /// What it is told apart by: the place of the finding it proves, or [`Highlight::HIT`].
    pub finding: u32,
}

impl Highlight {
    /// No proof of a finding, but what a query looks for.
    pub const HIT: u32 = u32::MAX;
}

/// Cuts the bytes `within` of `text` at the highlights. Ranges may overlap (the earlier wins), stick out of
/// the text or cut a character: they are moved to where they make sense.
pub fn split_at_highlights<'a>(text: &'a str, within: Range<usize>, marks: &[Highlight]) -> Vec<Piece<'a>> {
    let within = snap(text, within);
    let mut ranges: Vec<(usize, Range<usize>)> = marks
        .iter()
        .map(|mark| snap(text, mark.range.clone()))
        .map(|range| range.start.max(within.start)..range.end.min(within.end))
        .enumerate()
        .filter(|(_, range)| range.start < range.end)
        .collect();
    ranges.sort_by_key(|(place, range)| (range.start, *place));
    let mut pieces = Vec::new();
    let mut at = within.start;
    let mut push = |from: usize, to: usize, mark: Option<usize>| {
        if let Some(text) = text.get(from..to)
            && !text.is_empty()
        {
            pieces.push(Piece { text, mark });
        }
    };
    for (place, range) in ranges {
        let start = range.start.max(at);
        if start >= range.end {
            continue;
        }
        push(at, start, None);
        push(start, range.end, Some(place));
        at = range.end;
    }
    push(at, within.end, None);
    pieces
}

/// Moves a byte range into the text and onto the edges of characters, never making it smaller inside.
pub fn snap(text: &str, range: Range<usize>) -> Range<usize> {
    let mut start = range.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = range.end.clamp(start, text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

#[cfg(test)]
mod tests {
    use super::{Highlight, split_at_highlights};

    fn pieces(text: &str, ranges: &[(usize, usize)]) -> Vec<(String, Option<usize>)> {
        let marks: Vec<Highlight> =
            ranges.iter().map(|(start, end)| Highlight { range: *start..*end, finding: 0 }).collect();
        split_at_highlights(text, 0..text.len(), &marks)
            .into_iter()
            .map(|piece| (piece.text.to_owned(), piece.mark))
            .collect()
    }

    #[test]
    fn cuts_around_a_phrase() {
        assert_eq!(
            pieces("it works now", &[(3, 8)]),
            [("it ".to_owned(), None), ("works".to_owned(), Some(0)), (" now".to_owned(), None)]
        );
    }

    #[test]
    fn survives_ranges_inside_characters() {
        let text = "结果: 失败!";
        for start in 0..=text.len() + 2 {
            for end in 0..=text.len() + 2 {
                let joined: String =
                    pieces(text, &[(start, end)]).into_iter().map(|(text, _)| text).collect();
                assert_eq!(joined, text);
            }
        }
    }

    #[test]
    fn of_overlapping_phrases_the_earlier_wins() {
        assert_eq!(
            pieces("abcdef", &[(1, 4), (2, 5)]),
            [
                ("a".to_owned(), None),
                ("bcd".to_owned(), Some(0)),
                ("e".to_owned(), Some(1)),
                ("f".to_owned(), None)
            ]
        );
    }

    #[test]
    fn a_text_without_phrases_stays_whole() {
        assert_eq!(pieces("abc", &[(9, 12)]), [("abc".to_owned(), None)]);
        assert_eq!(pieces("", &[(0, 1)]), []);
    }
}
