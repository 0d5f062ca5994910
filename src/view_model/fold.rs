//! Long texts, shown in part: their beginning, their end, and what stands around highlighted phrases.

use std::ops::Range;

use super::quote::{Highlight, snap};

/// Rows shown at the beginning and at the end of a folded text, and around a highlight.
const HEAD: usize = 18;
const TAIL: usize = 6;
const AROUND: usize = 2;
/// A line longer than this is shown as several rows, so that one line of two megabytes folds as well.
const ROW_BYTES: usize = 1_500;
/// Folding away less than this helps nobody.
const LEAST: usize = 4;

/// A stretch of a text, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stretch {
    Shown(Range<usize>),
    /// `lines` counts its line breaks; 0 inside one very long line.
    Hidden {
        range: Range<usize>,
        lines: usize,
    },
}

/// Lines of a text as a person counts them.
pub fn line_count(text: &str) -> usize {
    text.lines().count()
}

/// What to show at first of the bytes `within` of `text`.
pub fn fold(text: &str, within: Range<usize>, marks: &[Highlight]) -> Vec<Stretch> {
    let rows = rows_of(text, snap(text, within));
    let mut shown = vec![false; rows.len()];
    let tail_from = rows.len().saturating_sub(TAIL);
    for (place, keep) in shown.iter_mut().enumerate() {
        *keep = place < HEAD || place >= tail_from;
    }
    for mark in marks {
        let first = rows.partition_point(|row| row.end <= mark.range.start).saturating_sub(AROUND);
        let last = rows.partition_point(|row| row.start < mark.range.end) + AROUND;
        for keep in shown.iter_mut().take(last).skip(first) {
            *keep = true;
        }
    }
    stretches(text, &rows, &shown)
}

/// Bytes of one block of an unfolded text.
const BLOCK_BYTES: usize = 16_384;

/// Cuts a range into blocks that end with a line where there is one.
pub fn blocks(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let limit = snap(text, at..(at + BLOCK_BYTES).min(range.end)).end;
        let line_end = text.get(at..limit).and_then(|part| part.rfind('\n')).map(|end| at + end + 1);
        let end = if limit >= range.end { limit } else { line_end.unwrap_or(limit) };
        found.push(at..end);
        at = end;
    }
    found
}

fn rows_of(text: &str, within: Range<usize>) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    for line in text.get(within).unwrap_or_default().split_inclusive('\n') {
        let start = line.as_ptr() as usize - text.as_ptr() as usize;
        let end = start + line.len();
        let mut at = start;
        while end - at > ROW_BYTES {
            let cut = snap(text, at..at + ROW_BYTES).end;
            rows.push(at..cut);
            at = cut;
        }
        if at < end {
            rows.push(at..end);
        }
    }
    rows
}

fn stretches(text: &str, rows: &[Range<usize>], shown: &[bool]) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = Vec::new();
    for run in rows.iter().zip(shown).collect::<Vec<_>>().chunk_by(|a, b| a.1 == b.1) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        let range = first.0.start..last.0.end;
        let keep = *first.1 || run.len() < LEAST;
        match (found.last_mut(), keep) {
            (Some(Stretch::Shown(before)), true) => before.end = range.end,
            (_, true) => found.push(Stretch::Shown(range)),
            (_, false) => {
                let lines = text.get(range.clone()).map_or(0, |text| text.matches('\n').count());
                found.push(Stretch::Hidden { range, lines });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Stretch, blocks};
    use crate::view_model::quote::Highlight;

    fn fold(text: &str, marks: &[Highlight]) -> Vec<Stretch> {
        super::fold(text, 0..text.len(), marks)
    }

    fn lines(count: usize) -> String {
        (0..count).fold(String::new(), |text, line| text + &format!("line {line}\n"))
    }

    fn hidden(stretches: &[Stretch]) -> Vec<usize> {
        stretches
            .iter()
            .filter_map(|stretch| match stretch {
                Stretch::Hidden { lines, .. } => Some(*lines),
                Stretch::Shown(_) => None,
            })
            .collect()
    }

    #[test]
    fn short_texts_are_shown_whole() {
        assert_eq!(fold("one\ntwo", &[]), [Stretch::Shown(0..7)]);
        assert_eq!(fold("", &[]), []);
        assert_eq!(hidden(&fold(&lines(26), &[])), [0; 0]);
    }

    #[test]
    fn the_middle_of_a_long_text_is_folded() {
        assert_eq!(hidden(&fold(&lines(100), &[])), [76]);
    }

    #[test]
    fn a_part_of_a_text_folds_by_itself() {
        let text = lines(200);
        let start = text.find("line 100").expect("is there");
        let stretches = super::fold(&text, start..text.len(), &[]);
        assert_eq!(hidden(&stretches), [76]);
        assert!(matches!(stretches.first(), Some(Stretch::Shown(range)) if range.start == start));
    }

    #[test]
    fn what_is_highlighted_is_never_folded() {
        let text = lines(100);
        let start = text.find("line 50").expect("is there");
        let mark = Highlight { range: start..start + 7, finding: 0 };
        assert_eq!(hidden(&fold(&text, &[mark])), [30, 41]);
    }

    #[test]
    fn blocks_cover_the_whole_and_end_with_lines() {
        let text = lines(10_000);
        let blocks = blocks(&text, 0..text.len());
        assert!(blocks.len() > 3);
        assert!(
            blocks.iter().all(|block| text.get(block.clone()).expect("whole characters").ends_with('\n'))
        );
        assert_eq!(blocks.iter().map(ExactSizeIterator::len).sum::<usize>(), text.len());
    }

    #[test]
    fn one_enormous_line_folds_without_cutting_a_character() {
        let text = "错".repeat(200_000);
        let stretches = fold(&text, &[]);
        assert_eq!(hidden(&stretches), [0]);
        for stretch in stretches {
            let (Stretch::Shown(range) | Stretch::Hidden { range, .. }) = stretch;
            assert!(text.get(range).is_some());
        }
    }
}
