//! The colours of a terminal, as the sequences in its output ask for them.
//!
//! Only colours and the like are followed. What moves a cursor or speaks to the terminal is left out of what
//! is shown; the raw text still has it.

use std::ops::Range;

use super::page::{Block, BlockKind, Style, Writer};

const ESCAPE: u8 = 0x1b;

/// Whether a text has sequences at all.
pub(super) fn is_coloured(text: &str) -> bool {
    text.as_bytes().contains(&ESCAPE)
}

/// Lays out a text with its colours.
pub(super) fn write(text: &str, writer: &mut Writer) {
    writer.begin(Block::new(BlockKind::Code));
    let mut style = Style::TEXT;
    let mut at = 0;
    while let Some(length) = text.get(at..).and_then(|rest| rest.find(ESCAPE as char)) {
        let start = at + length;
        writer.show(style, at..start);
        let sequence = sequence(text, start);
        if let Some(codes) = sequence.colours {
            style = recolour(style, text.get(codes).unwrap_or_default());
        }
        at = sequence.end;
    }
    writer.show(style, at..text.len());
}

struct Sequence {
    end: usize,
    /// The numbers of one that asks for colours.
    colours: Option<Range<usize>>,
}

fn sequence(text: &str, start: usize) -> Sequence {
    let bytes = text.as_bytes().get(start + 1..).unwrap_or_default();
    let after = start + 1;
    let (length, colours) = match bytes.first() {
        // A control sequence ends with a byte from @ to ~; a cut one ends where its numbers do.
        Some(b'[') => {
            let inner = bytes.iter().skip(1).take_while(|byte| (0x20..0x40).contains(*byte)).count();
            let is_whole = bytes.get(inner + 1).is_some_and(|byte| (0x40..0x7f).contains(byte));
            let codes = after + 1..after + 1 + inner;
            (inner + 1 + usize::from(is_whole), (bytes.get(inner + 1) == Some(&b'm')).then_some(codes))
        }
        // A command to the terminal ends with BEL or ESC \, and at the latest with its line.
        Some(b']') => {
            let inner = bytes.iter().take_while(|byte| !matches!(**byte, 0x07 | ESCAPE | b'\n')).count();
            let end = match (bytes.get(inner), bytes.get(inner + 1)) {
                (Some(0x07), _) => inner + 1,
                (Some(&ESCAPE), Some(b'\\')) => inner + 2,
                _ => inner,
            };
            (end, None)
        }
        Some(b'(' | b')') => (1 + usize::from(bytes.get(1).is_some_and(u8::is_ascii_graphic)), None),
        Some(byte) if byte.is_ascii_graphic() => (1, None),
        _ => (0, None),
    };
    Sequence { end: after + length, colours }
}

/// The style after the numbers of one sequence.
fn recolour(mut style: Style, codes: &str) -> Style {
    let mut codes = codes.split([';', ':']).map(|code| code.parse::<u32>().unwrap_or(0));
    while let Some(code) = codes.next() {
        style = match code {
            0 => Style::TEXT,
            1 => style.with(Style::STRONG),
            2 => style.with(Style::FAINT),
            3 => style.with(Style::EMPHASIS),
            4 => style.with(Style::UNDERLINED),
            9 => style.with(Style::STRUCK),
            22 => without(style, Style::STRONG.with(Style::FAINT)),
            23 => without(style, Style::EMPHASIS),
            24 => without(style, Style::UNDERLINED),
            27 | 49 => without(style, Style::GROUND),
            29 => without(style, Style::STRUCK),
            30..=37 => style.inked(Style(Style::TERMINAL.0 + code - 30)),
            38 => style.inked(extended(&mut codes)),
            39 => style.inked(Style::TEXT),
            48 => {
                extended(&mut codes);
                style.with(Style::GROUND)
            }
            7 | 40..=47 | 100..=107 => style.with(Style::GROUND),
            90..=97 => style.inked(Style(Style::TERMINAL.0 + code - 90)),
            _ => style,
        };
    }
    style
}

fn without(style: Style, flag: Style) -> Style {
    Style(style.0 & !flag.0)
}

/// A colour by its place in the 256, or by red, green and blue: the nearest of the eight, which the page can
/// show in light and in dark.
fn extended(codes: &mut impl Iterator<Item = u32>) -> Style {
    let [red, green, blue] = match codes.next() {
        Some(5) => match codes.next().unwrap_or_default() {
            place @ 0..16 => return Style(Style::TERMINAL.0 + place % 8),
            place @ 16..232 => {
                [(place - 16) / 36, (place - 16) / 6 % 6, (place - 16) % 6].map(|part| part * 51)
            }
            place => [(place.min(255) - 232) * 10; 3],
        },
        Some(2) => [(); 3].map(|()| codes.next().unwrap_or_default()),
        _ => return Style::TEXT,
    };
    let strongest = red.max(green).max(blue);
    let is_on = |part: u32| u32::from(u64::from(part) * 3 > u64::from(strongest) * 2);
    match is_on(red) + 2 * is_on(green) + 4 * is_on(blue) {
        7 => Style::TEXT,
        place => Style(Style::TERMINAL.0 + place),
    }
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::reading::page::{Page, Writer};

    fn drawn(text: &str) -> Vec<(String, String)> {
        let mut writer = Writer::new(text);
        write(text, &mut writer);
        let page: Page = writer.page;
        let spans = page.blocks[0].spans.iter();
        spans
            .map(|span| {
                (page.slice(text, span.start as usize..span.end as usize).to_owned(), span.style.class())
            })
            .collect()
    }

    fn of(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(text, class)| ((*text).to_owned(), (*class).to_owned())).collect()
    }

    #[test]
    fn colours_begin_and_end() {
        assert_eq!(
            drawn("a \u{1b}[1;31mred\u{1b}[0m b"),
            of(&[("a ", ""), ("red", "ink-red ink-strong"), (" b", "")])
        );
        assert_eq!(drawn("\u{1b}[38;5;196mx\u{1b}[39my"), of(&[("x", "ink-red"), ("y", "")]));
        assert_eq!(drawn("\u{1b}[38;2;10;200;30mx"), of(&[("x", "ink-green")]));
        assert_eq!(drawn("\u{1b}[38;2;240;240;240mx"), of(&[("x", "")]));
        assert_eq!(drawn("\u{1b}[41mx\u{1b}[49my"), of(&[("x", "ink-ground"), ("y", "")]));
    }

    #[test]
    fn what_moves_the_cursor_is_left_out() {
        assert_eq!(drawn("\u{1b}[2K\u{1b}[1Gdone\u{1b}]0;title\u{7}!"), of(&[("done", ""), ("!", "")]));
        assert_eq!(drawn("\u{1b}(Bx\u{1b}[?25ly"), of(&[("x", ""), ("y", "")]));
    }

    #[test]
    fn broken_sequences_cost_no_text() {
        assert_eq!(drawn("cut \u{1b}["), of(&[("cut ", "")]));
        assert_eq!(drawn("cut \u{1b}"), of(&[("cut ", "")]));
        assert_eq!(drawn("\u{1b}[31错\u{1b}错"), of(&[("错", ""), ("错", "")]));
        assert_eq!(drawn("\u{1b}]never ends\nnext"), of(&[("\nnext", "")]));
        assert_eq!(drawn("\u{1b}[38mx\u{1b}[38;5mx\u{1b}[999999999999mx").len(), 3);
        assert_eq!(drawn("\u{1b}[38;2;4294967295;4294967295;1mx").len(), 1);
    }
}
