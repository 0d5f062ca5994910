//! How words are written: quotes, backslashes, and what is substituted.

use std::borrow::Cow;

use super::Lexer;

impl<'a> Lexer<'a> {
    /// Reads a word, taking quotes and backslashes off. It borrows where there are none, or where one pair of
    /// quotes holds all of it.
    pub(super) fn word(&mut self) -> Cow<'a, str> {
        let mut word = Cow::Borrowed("");
        let first = self.at;
        loop {
            let start = self.at;
            match self.byte(0) {
                b'\'' => {
                    self.at += 1;
                    let inner = self.until(b'\'');
                    append(&mut word, Cow::Borrowed(inner));
                }
                b'"' => {
                    let inner = self.double_quoted();
                    append(&mut word, inner);
                }
                b'$' if self.byte(1) == b'\'' => {
                    self.at += 2;
                    let inner = self.ansi_quoted();
                    append(&mut word, inner);
                }
                b'$' if self.byte(1) == b'(' => {
                    self.at += 2;
                    self.skip_substitution();
                    append(&mut word, Cow::Borrowed(self.slice(start, self.at)));
                }
                b'`' => {
                    self.at += 1;
                    self.until(b'`');
                    append(&mut word, Cow::Borrowed(self.slice(start, self.at)));
                }
                b'\\' if self.byte(1) == b'\n' => self.at += 2,
                b'\\' => {
                    self.at += 1;
                    let start = self.at;
                    self.step();
                    append(&mut word, Cow::Borrowed(self.slice(start, self.at)));
                }
                0 | b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')' => break,
                _ => {
                    self.plain();
                    append(&mut word, Cow::Borrowed(self.slice(start, self.at)));
                }
            }
        }
        if self.at == first && self.byte(0) != b'\n' {
            self.at += 1; // A stray operator or a zero byte: go on behind it.
        }
        self.at = self.at.min(self.text.len());
        word
    }

    pub(super) fn step(&mut self) {
        self.at = self.text.ceil_char_boundary(self.at + 1);
    }

    fn plain(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at +=
            rest.iter().position(|byte| b" \t\r\n;&|<>()'\"$`\\\0".contains(byte)).unwrap_or(rest.len());
        if self.byte(0) == b'$' && !matches!(self.byte(1), b'(' | b'\'') {
            self.at += 1;
        }
    }

    /// The text up to `end`, which is passed over.
    pub(super) fn until(&mut self, end: u8) -> &'a str {
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let len = memchr::memchr(end, rest).unwrap_or(rest.len());
        self.at = (start + len + 1).min(self.text.len());
        self.slice(start, start + len)
    }

    fn double_quoted(&mut self) -> Cow<'a, str> {
        self.at += 1;
        let mut text = Cow::Borrowed("");
        loop {
            let start = self.at;
            let rest = self.text.as_bytes().get(start..).unwrap_or_default();
            let Some(len) = memchr::memchr2(b'"', b'\\', rest) else {
                self.at = self.text.len();
                append(&mut text, Cow::Borrowed(self.slice(start, self.at)));
                return text;
            };
            append(&mut text, Cow::Borrowed(self.slice(start, start + len)));
            self.at = start + len + 1;
            if rest.get(len) == Some(&b'"') {
                return text;
            }
            match self.byte(0) {
                b'\n' => self.at += 1,
                b'"' | b'\\' | b'$' | b'`' => {
                    append(&mut text, Cow::Borrowed(self.slice(self.at, self.at + 1)));
                    self.at += 1;
                }
                _ => append(&mut text, Cow::Borrowed("\\")),
            }
        }
    }

    fn ansi_quoted(&mut self) -> Cow<'a, str> {
        let mut text = Cow::Borrowed("");
        loop {
            let start = self.at;
            let rest = self.text.as_bytes().get(start..).unwrap_or_default();
            let len = memchr::memchr2(b'\'', b'\\', rest).unwrap_or(rest.len());
            append(&mut text, Cow::Borrowed(self.slice(start, start + len)));
            self.at = (start + len + 1).min(self.text.len());
            if rest.get(len) != Some(&b'\\') {
                return text;
            }
            let escaped = match self.byte(0) {
                b'n' => "\n",
                b't' => "\t",
                b'\\' => "\\",
                b'\'' => "'",
                _ => continue,
            };
            append(&mut text, Cow::Borrowed(escaped));
            self.at += 1;
        }
    }

    /// Goes behind the bracket that closes `$(`.
    pub(super) fn skip_substitution(&mut self) {
        let mut depth = 1;
        while depth > 0 && self.at < self.text.len() {
            match self.byte(0) {
                b'(' => depth += 1,
                b')' => depth -= 1,
                b'\'' => {
                    self.at += 1;
                    self.until(b'\'');
                    continue;
                }
                b'"' => {
                    self.double_quoted();
                    continue;
                }
                b'\\' => self.at += 1,
                _ => {}
            }
            self.step();
        }
        self.at = self.at.min(self.text.len());
    }
}

fn append<'a>(word: &mut Cow<'a, str>, piece: Cow<'a, str>) {
    if word.is_empty() {
        *word = piece;
    } else if !piece.is_empty() {
        word.to_mut().push_str(&piece);
    }
}
