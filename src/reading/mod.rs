//! How a text of a trace is laid out for a reader: Markdown, code, the colours of a terminal, edits, trees.
//!
//! Pure, and a program of its own in the browser (`reading_worker`): the page knows only what a [`Page`] is, and
//! shows the plain text until one is here. Whatever a text holds, a page is flat, bounded, and nothing but text and
//! pictures that are part of the text.
#![forbid(unsafe_code)]

mod ansi;
mod code;
mod diff;
mod image;
mod languages;
mod markdown;
mod page;
mod tree;

use std::ops::Range;

pub use image::{embedded, is_shown};
pub use page::{Block, BlockKind, Page, Span, Style};

use page::Writer;

/// What a text is, as far as its place in a step tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// What someone wrote: Markdown.
    Prose,
    /// What a tool gave back, or took.
    Output,
    /// An old text and a new one, one behind the other.
    Edit,
}

impl Shape {
    pub fn number(self) -> u32 {
        self as u32
    }

    pub fn from_number(number: u32) -> Self {
        match number {
            0 => Self::Prose,
            2 => Self::Edit,
            _ => Self::Output,
        }
    }
}

/// Only so much of a text is laid out; the rest is shown plain.
const MAX_BYTES: usize = 300_000;

/// Lays out a text. `name` is a file or a language, where one is known; `split` is where the new text of an edit
/// begins.
pub fn read(text: &str, shape: Shape, name: &str, split: usize) -> Page {
    let mut writer = Writer::new(text);
    match shape {
        Shape::Edit if text.is_char_boundary(split) => diff::write_edit(text, split, &mut writer),
        Shape::Prose if !ansi::is_coloured(text) => {
            let (own, rest) = laid_out(text);
            // An address that the rest defines is not known here: that costs a link.
            markdown::write(text.get(own).unwrap_or_default(), &mut writer);
            tail(rest, &mut writer);
        }
        _ => output(text, name, &mut writer),
    }
    writer.page
}

fn output(text: &str, name: &str, writer: &mut Writer) {
    if tree::write(text, writer) {
        return;
    }
    let (own, rest) = laid_out(text);
    let begun = text.get(own.clone()).unwrap_or_default();
    if ansi::is_coloured(begun) {
        ansi::write(begun, writer);
        tail(rest, writer);
    } else if diff::is_patch(name, begun) {
        diff::write_patch(text, own, writer);
        tail(rest, writer);
    } else {
        writer.begin(Block::new(BlockKind::Code));
        match languages::language(name) {
            Some(language) => code::write(text, own, language, writer),
            None => writer.show(Style::TEXT, own),
        }
        writer.show(Style::TEXT, rest);
    }
}

/// What is laid out, to the end of a line where there is one, and what is not.
fn laid_out(text: &str) -> (Range<usize>, Range<usize>) {
    let mut end = text.len().min(MAX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    if end < text.len() {
        let line = text.get(..end).and_then(|own| own.rfind('\n'));
        end = line.map_or(end, |line| line + 1);
    }
    (0..end, end..text.len())
}

fn tail(rest: Range<usize>, writer: &mut Writer) {
    if !rest.is_empty() {
        writer.begin(Block::new(BlockKind::Code));
        writer.show(Style::TEXT, rest);
    }
}

#[cfg(test)]
mod tests {
    use super::{BlockKind, MAX_BYTES, Page, Shape, Style, read};

    fn kinds(page: &Page) -> Vec<BlockKind> {
        page.blocks.iter().map(|block| block.kind).collect()
    }

    #[test]
    fn a_text_is_told_by_its_place_and_its_beginning() {
        let of = |text, shape, name| kinds(&read(text, shape, name, 0));
        assert_eq!(of("# a", Shape::Prose, ""), [BlockKind::Heading]);
        assert_eq!(of("# a", Shape::Output, ""), [BlockKind::Code]);
        assert_eq!(of("{\"a\":1}", Shape::Output, ""), [BlockKind::Value; 2]);
        assert_eq!(of("@@ -1 +1 @@\n-a\n", Shape::Output, ""), [BlockKind::Place, BlockKind::Removed]);
        assert_eq!(of("a", Shape::Edit, ""), [BlockKind::Added]);
        let page = read("import os", Shape::Output, "x/a.py", 0);
        assert_eq!(page.blocks[0].spans[0].style, Style::KEYWORD);
    }

    #[test]
    fn what_is_too_long_ends_plain_and_whole() {
        for (unit, shape) in
            [("错", Shape::Output), ("**a** \n\n", Shape::Prose), ("\u{1b}[31mx", Shape::Output)]
        {
            let text = unit.repeat(MAX_BYTES / unit.len() + 5_000);
            let page = read(&text, shape, "a.py", 0);
            let last = page.blocks.last().expect("has blocks");
            assert_eq!(last.extent(text.len()).end, text.len());
            assert!(page.encode().iter().all(|number| *number <= 2_000_000));
        }
    }

    #[test]
    fn additions_never_collide_with_what_was_not_laid_out() {
        let text = format!("- a\n{}", "b\n".repeat(MAX_BYTES));
        let page = read(&text, Shape::Prose, "", 0);
        assert!(page.text_of(&text, &page.blocks[0]).starts_with("• a"));
    }

    #[test]
    fn a_split_inside_a_character_is_no_edit() {
        assert_eq!(kinds(&read("错", Shape::Edit, "", 1)), [BlockKind::Code]);
    }
}
