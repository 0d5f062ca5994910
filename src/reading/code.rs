//! Highlights code: comments, strings, numbers, keywords, and the names that are called or given a value.
//!
//! A small tokenizer over tables instead of grammars: tree-sitter and syntect weigh more than the whole page. It
//! sees words, not meaning, so that it colours broken and cut code as well as whole code.

use std::ops::Range;

use super::languages::{Keys, Language};
use super::page::{Style, Writer};

/// Shows a part of a text as code of a language.
pub(super) fn write(text: &str, range: Range<usize>, language: &'static Language, writer: &mut Writer) {
    let mut scan = Scan { text, at: range.start, end: range.end, language, writer, in_tag: false };
    while scan.at < scan.end {
        scan.step();
    }
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    end: usize,
    language: &'static Language,
    writer: &'a mut Writer,
    /// Of markup: between `<` and `>`.
    in_tag: bool,
}

impl Scan<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..self.end).unwrap_or_default()
    }

    fn before(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at.wrapping_sub(1)).copied()
    }

    fn starts_line(&self) -> bool {
        self.at == 0 || self.before() == Some(b'\n')
    }

    /// Shows the next bytes; always at least one character, so that the scan ends.
    fn take(&mut self, style: Style, length: usize) {
        let mut end = (self.at + length.max(1)).min(self.end);
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        self.writer.show(style, self.at..end);
        self.at = end;
    }

    fn step(&mut self) {
        if self.starts_line() {
            let gutter = gutter(self.rest());
            if gutter > 0 {
                return self.take(Style::ASIDE, gutter);
            }
        }
        if let Some(length) = self.comment() {
            return self.take(Style::COMMENT, length);
        }
        if self.language.is_markup() && !self.in_tag {
            return self.outside_tags();
        }
        if let Some(length) = self.string() {
            let style = if self.is_key(length) { Style::NAME } else { Style::STRING };
            return self.take(style, length);
        }
        let rest = self.rest();
        match rest.bytes().next() {
            Some(byte) if byte.is_ascii_digit() => {
                let length = count(rest, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'));
                self.take(Style::NUMBER, length);
            }
            Some(byte) if is_word(byte) => self.word(),
            Some(b'>') => {
                self.in_tag = false;
                self.take(Style::TEXT, 1);
            }
            _ => self.take(Style::TEXT, 1),
        }
    }

    /// Text of markup up to the next tag, or the beginning of that tag.
    fn outside_tags(&mut self) {
        match self.rest().find('<') {
            Some(0) => {
                let rest = self.rest().get(1..).unwrap_or_default();
                let name =
                    1 + count(rest, |byte| is_word(byte) || matches!(byte, b'/' | b'!' | b'?' | b'-' | b':'));
                self.in_tag = name > 1;
                self.take(if name > 1 { Style::KEYWORD } else { Style::TEXT }, name);
            }
            Some(length) => {
                // Line numbers stand at the beginning of lines only.
                let line = self.rest().find('\n').map_or(length, |end| length.min(end + 1));
                self.take(Style::TEXT, line);
            }
            None => {
                let line = self.rest().find('\n').map_or(self.end - self.at, |end| end + 1);
                self.take(Style::TEXT, line);
            }
        }
    }

    fn comment(&self) -> Option<usize> {
        let rest = self.rest();
        if let Some((open, close)) = self.language.block_comment
            && let Some(inner) = rest.strip_prefix(open)
        {
            return Some(inner.find(close).map_or(rest.len(), |end| open.len() + end + close.len()));
        }
        let begins = self.language.line_comments.iter().any(|mark| rest.starts_with(mark));
        // `$#`, `a#b` and `http://` are no comments.
        let is_apart = !self.before().is_some_and(|byte| is_word(byte) || matches!(byte, b'$' | b':' | b'&'));
        (begins && is_apart).then(|| rest.find('\n').unwrap_or(rest.len()))
    }

    fn string(&self) -> Option<usize> {
        let rest = self.rest();
        if let Some(quote) = self.language.long_quotes.iter().find(|quote| rest.starts_with(**quote)) {
            return Some(long_string(rest, quote));
        }
        let quote = rest.bytes().next().filter(|byte| self.language.quotes.as_bytes().contains(byte))?;
        // An apostrophe within a word is none.
        if quote == b'\'' && self.before().is_some_and(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        let mut bytes = rest.bytes().enumerate().skip(1);
        while let Some((at, byte)) = bytes.next() {
            match byte {
                b'\\' => drop(bytes.next()),
                b'\n' => return Some(at),
                byte if byte == quote => return Some(at + 1),
                _ => {}
            }
        }
        Some(rest.len())
    }

    /// Whether what is this long names a value.
    fn is_key(&self, length: usize) -> bool {
        let after = self.rest().get(length..).unwrap_or_default().trim_start_matches([' ', '\t']);
        match self.language.keys {
            Keys::None => false,
            Keys::Colon => after.starts_with(':'),
            Keys::Equals => after.starts_with('='),
        }
    }

    fn word(&mut self) {
        let has_dashes = self.language.keys != Keys::None || self.in_tag;
        let rest = self.rest();
        let length =
            count(rest, |byte| is_word(byte) || byte.is_ascii_digit() || (has_dashes && byte == b'-'));
        let word = rest.get(..length).unwrap_or_default();
        let is_named = self.is_key(length) || self.in_tag || rest.as_bytes().get(length) == Some(&b'(');
        let style = match () {
            () if self.language.is_keyword(word) => Style::KEYWORD,
            () if is_named => Style::NAME,
            () => Style::TEXT,
        };
        self.take(style, length);
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$' | b'@') || !byte.is_ascii()
}

fn count(text: &str, belongs: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| belongs(*byte)).count()
}

fn long_string(rest: &str, quote: &str) -> usize {
    let mut from = quote.len();
    while let Some(found) =
        rest.get(from..).and_then(|rest| rest.find([quote.chars().next().unwrap_or('"'), '\\']))
    {
        let at = from + found;
        let here = rest.get(at..).unwrap_or_default();
        if here.starts_with(quote) {
            return at + quote.len();
        }
        // What a backslash protects does not end the string, whatever its length in bytes.
        let protected = here.strip_prefix('\\').and_then(|after| after.chars().next());
        from = at + 1 + protected.map_or(0, char::len_utf8);
    }
    rest.len()
}

/// The length of a line number, as tools put it before the lines of a file: `  12→`, `12|`, `   12\t`.
fn gutter(line: &str) -> usize {
    let blanks = count(line.get(..8).unwrap_or(line), |byte| byte == b' ');
    let digits = count(line.get(blanks..).unwrap_or_default(), |byte| byte.is_ascii_digit());
    if digits == 0 || digits > 7 {
        return 0;
    }
    let after = line.get(blanks + digits..).unwrap_or_default();
    let sign = ["→", "\t", "|", " |", ": ", ":\t"].into_iter().find(|sign| after.starts_with(sign));
    sign.map_or(0, |sign| blanks + digits + sign.len())
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::reading::languages::language;
    use crate::reading::page::{Block, BlockKind, Writer};

    /// The coloured pieces as `class:text`.
    fn inked(name: &str, text: &str) -> Vec<String> {
        let mut writer = Writer::new(text);
        writer.begin(Block::new(BlockKind::Code));
        write(text, 0..text.len(), language(name).expect("is known"), &mut writer);
        let page = writer.page;
        assert_eq!(page.text_of(text, &page.blocks[0]), text, "nothing is lost");
        let spans = page.blocks[0].spans.iter().filter(|span| !span.style.class().is_empty());
        spans
            .map(|span| {
                let class = span.style.class();
                let text = page.slice(text, span.start as usize..span.end as usize);
                format!("{}:{text}", class.trim_start_matches("ink-"))
            })
            .collect()
    }

    #[test]
    fn python() {
        assert_eq!(
            inked("a.py", "def run(x): # why\n    return f\"a\\\"b\" + 'it''s' + 0x1f"),
            [
                "keyword:def",
                "name:run",
                "comment:# why",
                "keyword:return",
                "string:\"a\\\"b\"",
                "string:'it''s'",
                "number:0x1f"
            ]
        );
        assert_eq!(inked("py", "x = '''a\n'b'\n''' + 1"), ["string:'''a\n'b'\n'''", "number:1"]);
    }

    #[test]
    fn other_families() {
        assert_eq!(
            inked("rs", "fn a<'b>() { /* x */ \"s\" }"),
            ["keyword:fn", "comment:/* x */", "string:\"s\""]
        );
        assert_eq!(inked("ts", "const u = `a\nb`; // x"), ["keyword:const", "string:`a\nb`", "comment:// x"]);
        assert_eq!(
            inked("json", "{\"a\": \"b\", \"c\": true}"),
            ["name:\"a\"", "string:\"b\"", "name:\"c\"", "keyword:true"]
        );
        assert_eq!(inked("yaml", "some-key: http://x # y"), ["name:some-key", "name:http", "comment:# y"]);
        assert_eq!(inked("toml", "a-b = 1"), ["name:a-b", "number:1"]);
        assert_eq!(
            inked("html", "<a href=\"x\">it's</a><!-- c -->"),
            ["keyword:<a", "name:href", "string:\"x\"", "keyword:</a", "comment:<!-- c -->"]
        );
        assert_eq!(inked("sql", "select 1 -- one"), ["keyword:select", "number:1", "comment:-- one"]);
        assert_eq!(inked("sh", "cd $# && echo 'a'"), ["keyword:cd", "keyword:echo", "string:'a'"]);
    }

    #[test]
    fn line_numbers_stand_aside() {
        assert_eq!(
            inked("py", "   12→if x:\n   13→    pass"),
            ["aside:   12→", "keyword:if", "aside:   13→", "keyword:pass"]
        );
    }

    #[test]
    fn what_never_ends_ends_with_the_text() {
        for text in ["\"错\\", "'''错\\错", "/* 错", "<a 错", "`\\", "#错", "\"\\错\n错\"", "<", "<!-- "]
        {
            for name in ["py", "rs", "js", "html", "yaml", "css"] {
                inked(name, text);
            }
        }
        inked("js", &"`${".repeat(100_000));
        inked("html", &"<".repeat(300_000));
    }
}
