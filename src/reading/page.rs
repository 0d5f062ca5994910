//! A text as it is laid out for a reader: plain data that crosses from a worker to the page as numbers.

use std::borrow::Cow;
use std::ops::Range;

/// How a stretch of text is drawn: an ink in the low byte, and flags above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style(pub u32);

impl Style {
    pub const TEXT: Self = Self(0);
    pub const COMMENT: Self = Self(1);
    pub const STRING: Self = Self(2);
    pub const NUMBER: Self = Self(3);
    pub const KEYWORD: Self = Self(4);
    pub const NAME: Self = Self(5);
    /// A line number, a place in a patch, a bracket of a folded value.
    pub const ASIDE: Self = Self(6);
    /// The dot or number of a list.
    pub const MARKER: Self = Self(7);
    /// Where a link leads, written out: nothing of a trace can be followed by a click.
    pub const ADDRESS: Self = Self(8);
    /// Words that differ between the two sides of an edit.
    pub const REMOVED_WORD: Self = Self(9);
    pub const ADDED_WORD: Self = Self(10);
    /// Ends a cell of a table; has no text.
    pub const CELL: Self = Self(11);
    /// The first of the eight colours of a terminal, in their order: black, red, green, …
    pub const TERMINAL: Self = Self(16);

    pub const STRONG: Self = Self(1 << 8);
    pub const EMPHASIS: Self = Self(1 << 9);
    pub const UNDERLINED: Self = Self(1 << 10);
    pub const STRUCK: Self = Self(1 << 11);
    pub const CODE: Self = Self(1 << 12);
    pub const FAINT: Self = Self(1 << 13);
    /// On a ground of its own: what a terminal draws with a background or inverted.
    pub const GROUND: Self = Self(1 << 14);

    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The same flags with another ink.
    #[must_use]
    pub const fn inked(self, ink: Self) -> Self {
        Self(self.0 & !0xff | ink.0 & 0xff)
    }

    /// Classes of `style/components/reading.css`; empty for plain text.
    pub fn class(self) -> String {
        let mut class = String::new();
        let ink = self.0 & 0xff;
        let names = (ink > 0).then(|| INKS.get(ink as usize).copied().unwrap_or_default());
        let flags = FLAGS.iter().filter(|(flag, _)| self.0 & flag.0 != 0).map(|(_, name)| *name);
        for name in names.into_iter().chain(flags) {
            if !class.is_empty() {
                class.push(' ');
            }
            class.push_str("ink-");
            class.push_str(name);
        }
        class
    }
}

const INKS: &[&str] = &[
    "", "comment", "string", "number", "keyword", "name", "aside", "marker", "address", "removed", "added",
    "cell", "", "", "", "", "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
];

const FLAGS: &[(Style, &str)] = &[
    (Style::STRONG, "strong"),
    (Style::EMPHASIS, "emphasis"),
    (Style::UNDERLINED, "underlined"),
    (Style::STRUCK, "struck"),
    (Style::CODE, "code"),
    (Style::FAINT, "faint"),
    (Style::GROUND, "ground"),
];

/// A stretch of the text that is read, in bytes. What begins at or after its end lies in
/// [`Page::additions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub style: Style,
    pub start: u32,
    pub end: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    Paragraph,
    /// Its level is from 1 to 6.
    Heading,
    Code,
    /// A row of a table, cell after cell.
    Row,
    Rule,
    /// An address that holds the picture itself.
    Image,
    /// Lines of an edit.
    Same,
    Removed,
    Added,
    /// Where in a file the lines that follow stand.
    Place,
    /// A value of a JSON text; with a level of 1 it holds those that follow it one deeper.
    Value,
}

const KINDS: &[BlockKind] = &[
    BlockKind::Paragraph,
    BlockKind::Heading,
    BlockKind::Code,
    BlockKind::Row,
    BlockKind::Rule,
    BlockKind::Image,
    BlockKind::Same,
    BlockKind::Removed,
    BlockKind::Added,
    BlockKind::Place,
    BlockKind::Value,
];

/// One thing under the other on a page. What the text has between the spans is its markup, and not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub kind: BlockKind,
    pub level: u8,
    /// How deep in lists, or in a tree.
    pub depth: u8,
    /// Inside a quotation.
    pub quoted: bool,
    pub spans: Vec<Span>,
}

impl Block {
    pub fn new(kind: BlockKind) -> Self {
        Self { kind, level: 0, depth: 0, quoted: false, spans: Vec::new() }
    }

    /// The bytes of a text of this length that it shows, from the first to the last.
    pub fn extent(&self, length: usize) -> Range<usize> {
        let mut own = self.spans.iter().filter(|span| (span.start as usize) < length);
        let start = own.next().map_or(0, |span| span.start as usize);
        let last = self.spans.iter().rev().find(|span| (span.start as usize) < length);
        start..last.map_or(start, |span| (span.end as usize).max(start))
    }
}

/// A text laid out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    pub blocks: Vec<Block>,
    /// What is shown besides the text itself: dots of lists, signs of an edit, characters written by name.
    pub additions: String,
}

impl Page {
    /// A single block of code without any style.
    pub fn plain(text: &str) -> Self {
        let mut block = Block::new(BlockKind::Code);
        block.spans.push(Span { style: Style::TEXT, start: 0, end: to_u32(text.len()) });
        Self { blocks: vec![block], additions: String::new() }
    }

    /// Whether it is the tree of a JSON text.
    pub fn is_tree(&self) -> bool {
        self.blocks.first().is_some_and(|block| block.kind == BlockKind::Value)
    }

    /// The text of a span of the page over `text`.
    pub fn slice<'a>(&'a self, text: &'a str, range: Range<usize>) -> &'a str {
        let found = match range.start.checked_sub(text.len()) {
            None => text.get(range),
            Some(start) => self.additions.get(start..range.end - text.len()),
        };
        found.unwrap_or_default()
    }

    /// All that a block shows.
    pub fn text_of<'a>(&'a self, text: &'a str, block: &Block) -> Cow<'a, str> {
        let slices = block.spans.iter().map(|span| self.slice(text, span.start as usize..span.end as usize));
        Cow::Owned(slices.collect())
    }

    /// The blocks as numbers: kind, level, depth, quoted, count of spans, then style, start and end of each.
    pub fn encode(&self) -> Vec<u32> {
        let mut numbers = Vec::new();
        for block in &self.blocks {
            let kind = KINDS.iter().position(|kind| *kind == block.kind).unwrap_or_default();
            numbers.extend([to_u32(kind), block.level.into(), block.depth.into(), block.quoted.into()]);
            numbers.push(to_u32(block.spans.len()));
            for span in &block.spans {
                numbers.extend([span.style.0, span.start, span.end]);
            }
        }
        numbers
    }

    /// The page back from its numbers; what makes no sense ends it.
    pub fn decode(numbers: &[u32], additions: String) -> Self {
        let mut blocks = Vec::new();
        let mut rest = numbers;
        while let [kind, level, depth, quoted, count, tail @ ..] = rest {
            let Some(kind) = KINDS.get(*kind as usize) else { break };
            let Some((spans, after)) = tail.split_at_checked((*count as usize).saturating_mul(3)) else {
                break;
            };
            let spans = spans.chunks_exact(3).filter_map(|span| match *span {
                [style, start, end] if start <= end => Some(Span { style: Style(style), start, end }),
                _ => None,
            });
            blocks.push(Block {
                kind: *kind,
                level: u8::try_from(*level).unwrap_or_default(),
                depth: u8::try_from(*depth).unwrap_or(u8::MAX),
                quoted: *quoted != 0,
                spans: spans.collect(),
            });
            rest = after;
        }
        Self { blocks, additions }
    }
}

pub(super) fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Puts spans into blocks, and additions where they are called for.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) page: Page,
    /// Length of the text that is read: additions begin there.
    length: usize,
}

impl Writer {
    pub(super) fn new(text: &str) -> Self {
        Self { page: Page::default(), length: text.len() }
    }

    pub(super) fn begin(&mut self, block: Block) {
        self.page.blocks.push(block);
    }

    /// Shows a part of the text. Neighbours of one style become one.
    pub(super) fn show(&mut self, style: Style, range: Range<usize>) {
        let (start, end) = (to_u32(range.start), to_u32(range.end));
        let Some(block) = self.page.blocks.last_mut().filter(|_| start < end) else { return };
        match block.spans.last_mut() {
            Some(last) if last.style == style && last.end == start => last.end = end,
            _ => block.spans.push(Span { style, start, end }),
        }
    }

    /// Shows what the text does not have.
    pub(super) fn add(&mut self, style: Style, addition: &str) {
        if let Some(last) = self.page.blocks.len().checked_sub(1) {
            self.add_to(last, style, addition);
        }
    }

    /// The same at the end of an earlier block.
    pub(super) fn add_to(&mut self, place: usize, style: Style, addition: &str) {
        let start = self.length + self.page.additions.len();
        let Some(block) = self.page.blocks.get_mut(place) else { return };
        self.page.additions.push_str(addition);
        let end = to_u32(start + addition.len());
        block.spans.push(Span { style, start: to_u32(start), end });
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, BlockKind, Page, Style, Writer};

    #[test]
    fn a_page_survives_the_way_as_numbers() {
        let mut writer = Writer::new("say it loud");
        writer.begin(Block { level: 2, depth: 3, quoted: true, ..Block::new(BlockKind::Heading) });
        writer.add(Style::MARKER, "• ");
        writer.show(Style::STRONG.with(Style::CODE), 4..6);
        writer.begin(Block::new(BlockKind::Rule));
        let page = writer.page;
        assert_eq!(Page::decode(&page.encode(), page.additions.clone()), page);
        assert_eq!(page.text_of("say it loud", &page.blocks[0]), "• it");
        assert_eq!(page.blocks[0].extent("say it loud".len()), 4..6);
    }

    #[test]
    fn numbers_that_make_no_sense_end_the_page() {
        for numbers in [&[99, 0, 0, 0, 0][..], &[0, 0, 0, 0, 9, 1], &[0, 0], &[0, 0, 0, 0, u32::MAX]] {
            assert_eq!(Page::decode(numbers, String::new()), Page::default());
        }
        let page = Page::decode(&[0, 0, 0, 0, 1, 0, 7, 99], String::new());
        assert_eq!(page.text_of("short", &page.blocks[0]), "");
    }

    #[test]
    fn styles_become_classes() {
        assert_eq!(Style::TEXT.class(), "");
        assert_eq!(Style::KEYWORD.with(Style::STRONG).class(), "ink-keyword ink-strong");
        assert_eq!(Style(Style::TERMINAL.0 + 1).class(), "ink-red");
        assert_eq!(Style::STRONG.inked(Style::STRING).class(), "ink-string ink-strong");
    }
}
