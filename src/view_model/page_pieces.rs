//! A laid out text as it is drawn: which blocks at first, and each block cut where a style or a highlight changes.

use std::borrow::Cow;
use std::ops::Range;

use super::body_text::strip_ansi;
use super::quote::{Highlight, split_at_highlights};
use crate::reading::{Block, BlockKind, Page, Style};

/// Lines shown at the beginning and at the end of a long page.
const HEAD: usize = 40;
const TAIL: usize = 10;
/// Folding away fewer blocks than this helps nobody.
const LEAST: usize = 3;
/// What fits into one line of prose, about.
const LINE: usize = 100;

/// A stretch of a block that looks the same throughout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inked<'a> {
    pub text: Cow<'a, str>,
    pub style: Style,
    /// What [`Highlight::finding`] says of the highlight it belongs to.
    pub mark: Option<u32>,
}

/// Cuts a block, as far as it shows the bytes `within` of the text. What was added stands with the text before it.
pub fn pieces<'a>(
    text: &'a str,
    page: &'a Page,
    block: &Block,
    within: &Range<usize>,
    marks: &[Highlight],
) -> Vec<Inked<'a>> {
    let extent = block.extent(text.len());
    let mut found = Vec::new();
    let mut at = extent.start;
    for span in &block.spans {
        let (start, end) = (span.start as usize, span.end as usize);
        if start >= text.len() && start < end {
            let is_here = (within.start <= at && at < within.end) || (at == within.end && at == extent.end);
            if is_here {
                let text = Cow::Borrowed(page.slice(text, start..end));
                found.push(Inked { text, style: span.style, mark: None });
            }
            continue;
        }
        at = end;
        let shown = start.max(within.start)..end.min(within.end);
        if start == end {
            found.push(Inked { text: Cow::Borrowed(""), style: span.style, mark: None });
        } else if shown.start < shown.end {
            let pieces = split_at_highlights(text, shown, marks).into_iter();
            found.extend(pieces.map(|piece| Inked {
                text: strip_ansi(piece.text),
                style: span.style,
                mark: piece.mark.and_then(|mark| marks.get(mark)).map(|mark| mark.finding),
            }));
        }
    }
    found
}

/// Neighbouring blocks, shown at first or only when someone asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub blocks: Range<usize>,
    /// Lines of a group that is hidden at first, about; `None` for one that is shown.
    pub hidden: Option<usize>,
}

/// What to show of a page at first: its beginning, its end, and the blocks that hold a highlight.
pub fn fold_blocks(text: &str, page: &Page, marks: &[Highlight]) -> Vec<Group> {
    // The values of a tree are folded by themselves.
    if page.is_tree() {
        return vec![Group { blocks: 0..page.blocks.len(), hidden: None }];
    }
    let lines: Vec<usize> = page.blocks.iter().map(|block| lines(text, block)).collect();
    let total: usize = lines.iter().sum();
    let mut before = 0;
    let shown: Vec<bool> = page
        .blocks
        .iter()
        .zip(&lines)
        .map(|(block, lines)| {
            let from = before;
            before += lines;
            let extent = block.extent(text.len());
            let is_marked =
                marks.iter().any(|mark| mark.range.start < extent.end && extent.start < mark.range.end);
            from < HEAD || total - before < TAIL || is_marked
        })
        .collect();
    let mut groups: Vec<Group> = Vec::new();
    let mut at = 0;
    for run in shown.chunk_by(|a, b| a == b) {
        let blocks = at..at + run.len();
        at = blocks.end;
        let is_shown = run.first() == Some(&true) || run.len() < LEAST;
        match groups.last_mut() {
            Some(last) if is_shown && last.hidden.is_none() => last.blocks.end = at,
            _ => {
                let count = lines.get(blocks.clone()).unwrap_or_default().iter().sum();
                groups.push(Group { blocks, hidden: (!is_shown).then_some(count) });
            }
        }
    }
    groups
}

fn lines(text: &str, block: &Block) -> usize {
    let shown = text.get(block.extent(text.len())).unwrap_or_default();
    match block.kind {
        BlockKind::Rule | BlockKind::Image => 1,
        // Long code folds by itself.
        BlockKind::Code => shown.lines().count().clamp(1, HEAD),
        _ => shown.lines().map(|line| 1 + line.len() / LINE).sum::<usize>().max(1),
    }
}

/// The blocks of a tree that are one deeper than that at `place` and belong to it.
pub fn members(page: &Page, place: usize) -> Vec<usize> {
    let Some(depth) = page.blocks.get(place).map(|block| block.depth) else { return Vec::new() };
    let inside = page.blocks.iter().enumerate().skip(place + 1).take_while(|(_, block)| block.depth > depth);
    inside.filter(|(_, block)| block.depth == depth + 1).map(|(place, _)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::{fold_blocks, members, pieces};
    use crate::reading::{Page, Shape, read};
    use crate::view_model::quote::Highlight;

    fn mark(text: &str, quote: &str) -> Highlight {
        let start = text.find(quote).expect("is there");
        Highlight { range: start..start + quote.len(), finding: 0 }
    }

    fn drawn(text: &str, page: &Page, marks: &[Highlight]) -> Vec<String> {
        let all = 0..text.len();
        let found = page.blocks.iter().flat_map(|block| pieces(text, page, block, &all, marks));
        found
            .map(|piece| match piece.mark {
                Some(_) => format!("<{}>", piece.text),
                None => piece.text.into_owned(),
            })
            .collect()
    }

    #[test]
    fn a_quote_is_marked_across_styles() {
        let text = "So **all** tests pass.";
        let page = read(text, Shape::Prose, "", 0);
        let quote = mark(text, "**all** tests");
        assert_eq!(drawn(text, &page, &[quote]), ["So ", "<all>", "< tests>", " pass."]);
    }

    #[test]
    fn a_part_of_a_block_has_what_was_added_there() {
        let text = "- one\n  two\n";
        let page = read(text, Shape::Prose, "", 0);
        let part = |within| {
            let found = pieces(text, &page, &page.blocks[0], &within, &[]).into_iter();
            found.map(|piece| piece.text.into_owned()).collect::<String>()
        };
        assert_eq!(part(0..text.len()), "• one\ntwo");
        assert_eq!(part(0..5), "• one");
        assert_eq!(part(5..text.len()), "\ntwo");
    }

    #[test]
    fn sequences_of_a_terminal_are_never_shown() {
        let text = "\u{1b}[31mred\u{1b}[0m";
        for page in [Page::plain(text), read(text, Shape::Output, "", 0)] {
            assert_eq!(drawn(text, &page, &[]).concat(), "red");
        }
    }

    #[test]
    fn the_middle_of_a_long_page_is_folded_but_not_its_quotes() {
        let text = (0..200).fold(String::new(), |text, number| text + &format!("word {number}\n\n"));
        let page = read(&text, Shape::Prose, "", 0);
        let hidden = |marks: &[Highlight]| -> Vec<usize> {
            fold_blocks(&text, &page, marks).iter().filter_map(|group| group.hidden).collect()
        };
        assert_eq!(hidden(&[]), [150]);
        assert_eq!(hidden(&[mark(&text, "word 100")]), [60, 89]);
        let groups = fold_blocks(&text, &page, &[]);
        assert_eq!(groups.iter().map(|group| group.blocks.len()).sum::<usize>(), 200);
    }

    #[test]
    fn members_are_those_one_deeper() {
        let page = read(r#"{"a":[1,{"b":2}],"c":3}"#, Shape::Output, "", 0);
        assert_eq!(members(&page, 0), [1, 5]);
        assert_eq!(members(&page, 1), [2, 3]);
        assert!(members(&page, 99).is_empty());
    }
}
