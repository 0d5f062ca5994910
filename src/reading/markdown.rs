//! Markdown as a flat list of blocks. Flat, because a page that nested as deeply as a hostile text asks for would
//! break the browser: depth is a number here.
//!
//! Nothing of it can be followed or run: HTML is shown as the text it is, and where a link leads is written
//! behind it.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::languages::language;
use super::page::{Block, BlockKind, Style, Writer};
use super::{code, diff, image};

/// Deeper lists are drawn as deep as this.
const MAX_DEPTH: usize = 8;

/// Longer addresses are cut where they are shown.
const ADDRESS_CHARS: usize = 200;

/// Lays out a text as Markdown.
pub(super) fn write(text: &str, writer: &mut Writer) {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut layout = Layout {
        text,
        writer,
        style: vec![Style::TEXT],
        lists: Vec::new(),
        quotes: 0,
        links: Vec::new(),
        marker: None,
        is_open: false,
        code: None,
    };
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        layout.hear(event, range);
    }
}

struct Layout<'a> {
    text: &'a str,
    writer: &'a mut Writer,
    /// The styles that are open, the innermost last.
    style: Vec<Style>,
    /// The number of the next item of each open list; `None` for dots.
    lists: Vec<Option<u64>>,
    quotes: usize,
    /// Where the open links lead, and where their text begins.
    links: Vec<(String, Range<usize>)>,
    /// What the next block of an item begins with.
    marker: Option<String>,
    /// Whether text belongs to the block written last.
    is_open: bool,
    /// The code that is being read: its language, and its lines so far. Neighbours are one; within a list or a
    /// quotation each line stands by itself.
    code: Option<(String, Vec<Range<usize>>)>,
}

impl Layout<'_> {
    fn begin(&mut self, kind: BlockKind, level: u8) {
        let depth = u8::try_from(self.lists.len().min(MAX_DEPTH)).unwrap_or_default();
        let quoted = self.quotes > 0;
        self.writer.begin(Block { level, depth, quoted, ..Block::new(kind) });
        if let Some(marker) = self.marker.take() {
            self.writer.add(Style::MARKER, &marker);
        }
        self.is_open = true;
    }

    /// Text of a tight list has no paragraph of its own.
    fn ensure_open(&mut self) {
        if !self.is_open {
            self.begin(BlockKind::Paragraph, 0);
        }
    }

    fn style(&self) -> Style {
        self.style.last().copied().unwrap_or_default()
    }

    fn push_style(&mut self, style: Style) {
        self.style.push(self.style().with(style));
    }

    fn hear(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(shown) => self.show(self.style(), &shown, range),
            Event::Code(shown) => {
                self.show(self.style().with(Style::CODE), &shown, inner(self.text, range, &shown));
            }
            Event::Html(shown) | Event::InlineHtml(shown) => {
                self.show(self.style().inked(Style::COMMENT), &shown, range);
            }
            Event::SoftBreak | Event::HardBreak => {
                self.ensure_open();
                self.writer.add(Style::TEXT, "\n");
            }
            Event::Rule => {
                self.begin(BlockKind::Rule, 0);
                self.is_open = false;
            }
            Event::TaskListMarker(is_done) => {
                self.ensure_open();
                self.writer.add(Style::MARKER, if is_done { "☑ " } else { "☐ " });
            }
            Event::InlineMath(shown) | Event::DisplayMath(shown) | Event::FootnoteReference(shown) => {
                self.show(self.style(), &shown, range);
            }
        }
    }

    /// Shows what the text has there, or what it means where that is something else.
    fn show(&mut self, style: Style, shown: &str, range: Range<usize>) {
        if let Some((_, lines)) = &mut self.code {
            match lines.last_mut() {
                Some(last) if last.end == range.start => last.end = range.end,
                _ => lines.push(range),
            }
            return;
        }
        self.ensure_open();
        if self.text.get(range.clone()) == Some(shown) {
            self.writer.show(style, range);
        } else {
            self.writer.add(style, shown);
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.begin(BlockKind::Paragraph, 0),
            Tag::Heading { level, .. } => self.begin(BlockKind::Heading, heading(level)),
            Tag::BlockQuote(_) => self.quotes += 1,
            Tag::CodeBlock(kind) => {
                let name = match kind {
                    CodeBlockKind::Fenced(info) => first_word(&info).to_owned(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((name, Vec::new()));
            }
            Tag::List(first) => {
                self.is_open = false;
                self.lists.push(first);
            }
            Tag::Item => {
                self.is_open = false;
                self.marker = Some(match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let marker = format!("{number}. ");
                        *number = number.saturating_add(1);
                        marker
                    }
                    _ => "• ".to_owned(),
                });
            }
            Tag::TableHead => self.begin(BlockKind::Row, 1),
            Tag::TableRow => self.begin(BlockKind::Row, 0),
            Tag::Emphasis => self.push_style(Style::EMPHASIS),
            Tag::Strong => self.push_style(Style::STRONG),
            Tag::Strikethrough => self.push_style(Style::STRUCK),
            Tag::Link { dest_url, .. } => {
                self.push_style(Style::UNDERLINED);
                self.links.push((dest_url.into_string(), range));
            }
            Tag::Image { dest_url, .. } => self.picture(dest_url.into_string(), range),
            _ => {}
        }
    }

    /// A picture that stands in the text is shown; of any other, what it is called and where it would be.
    fn picture(&mut self, address: String, range: Range<usize>) {
        let place = self.text.get(range.clone()).and_then(|own| own.find(&address));
        if let Some(place) = place.filter(|_| image::is_shown(&address)) {
            let start = range.start + place;
            self.begin(BlockKind::Image, 0);
            self.writer.show(Style::TEXT, start..start + address.len());
            self.is_open = false;
            self.links.push((String::new(), range));
        } else {
            self.links.push((address, range));
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::HtmlBlock
            | TagEnd::TableHead
            | TagEnd::TableRow => {
                self.is_open = false;
            }
            TagEnd::BlockQuote(_) => self.quotes = self.quotes.saturating_sub(1),
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::List(_) => {
                self.is_open = false;
                self.lists.pop();
            }
            TagEnd::Item => {
                // An item without a word still has its dot.
                if self.marker.is_some() {
                    self.begin(BlockKind::Paragraph, 0);
                }
                self.is_open = false;
            }
            TagEnd::TableCell => self.writer.add(Style::CELL, ""),
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => drop(self.style.pop()),
            TagEnd::Link => {
                self.style.pop();
                self.end_link();
            }
            TagEnd::Image => self.end_link(),
            _ => {}
        }
    }

    fn end_link(&mut self) {
        let Some((address, range)) = self.links.pop() else { return };
        let own = self.text.get(range).unwrap_or_default();
        let is_said = own.trim_matches(['<', '>']) == address;
        if !address.is_empty() && !is_said {
            let mut shown: String = address.chars().take(ADDRESS_CHARS).collect();
            if shown.len() < address.len() {
                shown.push('…');
            }
            self.ensure_open();
            self.writer.add(Style::ADDRESS, &format!(" ({shown})"));
        }
    }

    fn end_code(&mut self) {
        let Some((name, lines)) = self.code.take() else { return };
        if let [own] = lines.as_slice()
            && diff::is_patch(&name, self.text.get(own.clone()).unwrap_or_default())
        {
            diff::write_patch(self.text, own.clone(), self.writer);
        } else if !lines.is_empty() {
            self.begin(BlockKind::Code, 0);
            for own in lines {
                match language(&name) {
                    Some(language) => code::write(self.text, own, language, self.writer),
                    None => self.writer.show(Style::TEXT, own),
                }
            }
        }
        self.is_open = false;
    }
}

/// The place of the words of inline code between its backticks.
fn inner(text: &str, range: Range<usize>, shown: &str) -> Range<usize> {
    let place = text.get(range.clone()).and_then(|own| own.find(shown));
    place.map_or(range.clone(), |place| range.start + place..range.start + place + shown.len())
}

fn first_word(info: &str) -> &str {
    info.split([' ', ',', '{', '\t', ':']).find(|word| !word.is_empty()).unwrap_or_default()
}

fn heading(level: HeadingLevel) -> u8 {
    level as u8
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::reading::page::{BlockKind, Page, Writer};

    fn page(text: &str) -> Page {
        let mut writer = Writer::new(text);
        write(text, &mut writer);
        writer.page
    }

    /// Each block as its kind and what it shows.
    fn drawn(text: &str) -> Vec<String> {
        let page = page(text);
        page.blocks.iter().map(|block| format!("{:?} {}", block.kind, page.text_of(text, block))).collect()
    }

    #[test]
    fn blocks_stand_under_each_other() {
        assert_eq!(
            drawn("# Plan\nFirst *this*.\n\n- a `b`\n- c\n  1. d\n\n> said\n\n---\n```py\nx = 1\n```\n"),
            [
                "Heading Plan",
                "Paragraph First this.",
                "Paragraph • a b",
                "Paragraph • c",
                "Paragraph 1. d",
                "Paragraph said",
                "Rule ",
                "Code x = 1\n"
            ]
        );
        assert_eq!(drawn("| a | b |\n|---|---|\n| 1 | *2* |"), ["Row ab", "Row 12"]);
        assert_eq!(drawn("- [x] done\n- [ ] open"), ["Paragraph • ☑ done", "Paragraph • ☐ open"]);
    }

    #[test]
    fn places_are_those_of_the_text_itself() {
        let text = "It is **all tests pass** now.";
        let page = page(text);
        let block = &page.blocks[0];
        assert_eq!(block.extent(text.len()), 0..text.len());
        let strong = block.spans.iter().find(|span| span.style.class() == "ink-strong").expect("is there");
        assert_eq!(text.get(strong.start as usize..strong.end as usize), Some("all tests pass"));
    }

    #[test]
    fn characters_written_by_name_are_shown_as_they_are_meant() {
        assert_eq!(drawn("a &lt;b&gt; \\*c\\*"), ["Paragraph a <b> *c*"]);
    }

    #[test]
    fn links_say_where_they_lead() {
        assert_eq!(
            drawn("[click](javascript:alert(1)) <https://a.b> ![x](https://c.d/e.png)"),
            ["Paragraph click (javascript:alert(1)) https://a.b x (https://c.d/e.png)"]
        );
    }

    #[test]
    fn html_is_text() {
        let shown = drawn("<script>alert(1)</script>\n\nhi <img src=x onerror=alert(1)>");
        assert_eq!(
            shown,
            ["Paragraph <script>alert(1)</script>\n", "Paragraph hi <img src=x onerror=alert(1)>"]
        );
    }

    #[test]
    fn a_picture_in_the_text_is_shown() {
        assert_eq!(
            drawn("see ![p](data:image/png;base64,iVBORw0KGgo=) there"),
            ["Paragraph see ", "Image data:image/png;base64,iVBORw0KGgo=", "Paragraph p there"]
        );
        assert!(
            drawn("![p](data:image/svg+xml;base64,PHN2Zz4=)")[0].starts_with("Paragraph p (data:image/svg")
        );
    }

    #[test]
    fn code_within_lists_keeps_its_lines() {
        let text = "1. do\n   ```sh\n   ls\n   cd x\n   ```\n";
        let page = page(text);
        let code = page.blocks.iter().find(|block| block.kind == BlockKind::Code).expect("is there");
        assert_eq!((code.depth, page.text_of(text, code).into_owned()), (1, "ls\ncd x\n".to_owned()));
    }

    #[test]
    fn hostile_nesting_is_bounded() {
        for text in [
            ">".repeat(20_000),
            "- ".repeat(20_000),
            "[".repeat(20_000),
            "*a ".repeat(20_000),
            "![".repeat(20_000),
            "`".repeat(20_000),
            "<".repeat(20_000),
            "\u{0}错".repeat(20_000),
            "a".repeat(1_000_000),
            "|a".repeat(20_000) + "\n" + &"|-".repeat(20_000),
        ] {
            assert!(page(&text).blocks.iter().all(|block| block.depth <= 8));
        }
    }
}
