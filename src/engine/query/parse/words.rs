//! The smallest pieces of a query: words, quoted texts, the places of errors.

use super::{Parser, QueryError};

impl<'a> Parser<'a> {
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.text.len()
    }

    pub(super) fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    pub(super) fn error(&self, len: usize, message: impl Into<String>) -> QueryError {
        let end = (self.at + len).min(self.text.len());
        QueryError { at: self.at..end, message: message.into() }
    }

    /// Takes a word of the language, if it stands here on its own.
    pub(super) fn takes(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let here = rest.get(..word.len()).is_some_and(|here| here == word || here == word.to_uppercase());
        let is_whole =
            rest.get(word.len()..).is_some_and(|after| !after.starts_with(|sign: char| !is_end(sign)));
        if here && is_whole {
            self.at += word.len();
            self.skip_space();
        }
        here && is_whole
    }

    /// Up to a space or a parenthesis that was not opened in it: `main()` is one word.
    pub(super) fn word(&mut self, is_value: bool) -> &'a str {
        let rest = self.rest();
        let mut open = 0_u32;
        let end = rest.find(|sign: char| match sign {
            '(' => {
                open += 1;
                false
            }
            ')' if open > 0 => {
                open -= 1;
                false
            }
            ',' => is_value,
            _ => is_end(sign),
        });
        let end = end.unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// A text in quotes, in which `\"`, `\\`, `\n` and `\t` stand for what cannot be typed.
    pub(super) fn quoted(&mut self) -> Result<String, QueryError> {
        let mut text = String::new();
        let mut signs = self.rest().char_indices().skip(1);
        while let Some((place, sign)) = signs.next() {
            match sign {
                '"' => {
                    self.at += place + 1;
                    return Ok(text);
                }
                '\\' => match signs.next().map(|(_, sign)| sign) {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some(other @ ('"' | '\\')) => text.push(other),
                    Some(other) => text.extend(['\\', other]),
                    None => break,
                },
                _ => text.push(sign),
            }
        }
        Err(self.error(1, "this quote is never closed"))
    }
}

pub(super) fn is_end(sign: char) -> bool {
    sign.is_whitespace() || sign == ')'
}
