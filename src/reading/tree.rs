//! A JSON text as a tree: one block for each value, those of a list or an object one deeper behind it.

use std::ops::Range;

use serde::de::IgnoredAny;

use super::page::{Block, BlockKind, Style, Writer};

/// Longer texts, and those of more values, are shown as the text they are.
const MAX_BYTES: usize = 1_000_000;
const MAX_VALUES: usize = 50_000;
/// So are those that are nested deeper: nobody opens so many folds.
const MAX_DEPTH: u8 = 120;

/// Lays out a text that is an object or a list in JSON; `false` if it is neither.
pub(super) fn write(text: &str, writer: &mut Writer) -> bool {
    let is_worth_it = text.len() <= MAX_BYTES && text.trim_start().starts_with(['{', '[']);
    // What is valid is walked without looking back.
    if !is_worth_it || serde_json::from_str::<IgnoredAny>(text).is_err() {
        return false;
    }
    let mut walk = Walk { text, at: 0, writer, left: MAX_VALUES };
    walk.value(None, 0);
    if walk.left == 0 {
        walk.writer.page.blocks.clear();
        walk.writer.page.additions.clear();
        return false;
    }
    true
}

struct Walk<'a> {
    text: &'a str,
    at: usize,
    writer: &'a mut Writer,
    /// Values that may still be shown.
    left: usize,
}

impl Walk<'_> {
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.text.as_bytes().get(self.at).copied()
    }

    /// Steps over a sign if it comes next.
    fn skip(&mut self, sign: u8) -> bool {
        let is_next = self.peek() == Some(sign);
        self.at += usize::from(is_next);
        is_next
    }

    fn value(&mut self, key: Option<Range<usize>>, depth: u8) {
        self.left = self.left.saturating_sub(1);
        let first = self.peek();
        if depth > MAX_DEPTH {
            self.left = 0;
        }
        if self.left == 0 {
            return;
        }
        self.writer.begin(Block { depth, ..Block::new(BlockKind::Value) });
        if let Some(key) = key {
            self.string(Style::NAME, key);
            self.writer.add(Style::ASIDE, ": ");
        }
        match first {
            Some(b'{') => self.members(depth, b'}'),
            Some(b'[') => self.members(depth, b']'),
            Some(b'"') => {
                let own = self.token();
                self.string(Style::STRING, own);
            }
            first => {
                let own = self.token();
                let is_number = first.is_some_and(|byte| byte == b'-' || byte.is_ascii_digit());
                self.writer.show(if is_number { Style::NUMBER } else { Style::KEYWORD }, own);
            }
        }
    }

    /// The values inside; the block that was begun says how many there are.
    fn members(&mut self, depth: u8, close: u8) {
        let place = self.writer.page.blocks.len() - 1;
        self.at += 1;
        let mut count = 0_usize;
        while !self.skip(close) && self.left > 0 && self.peek().is_some() {
            let key = (close == b'}').then(|| self.token());
            if key.is_some() {
                self.skip(b':');
            }
            self.value(key, depth.saturating_add(1));
            self.skip(b',');
            count += 1;
        }
        let braces = if close == b'}' { ["{", "}"] } else { ["[", "]"] };
        let words = match (count, close) {
            (0, _) => String::new(),
            (1, b'}') => " 1 member ".to_owned(),
            (1, _) => " 1 item ".to_owned(),
            (count, b'}') => format!(" {count} members "),
            (count, _) => format!(" {count} items "),
        };
        let shown = braces.join(&words);
        self.writer.add_to(place, Style::ASIDE, &shown);
        if let Some(block) = self.writer.page.blocks.get_mut(place).filter(|_| count > 0) {
            block.level = 1;
        }
    }

    /// The next string, number or word.
    fn token(&mut self) -> Range<usize> {
        let is_string = self.peek() == Some(b'"');
        let start = self.at;
        let mut bytes = self.text.as_bytes().get(start..).unwrap_or_default().iter().enumerate();
        let length = if is_string {
            bytes.next();
            loop {
                match bytes.next() {
                    Some((_, b'\\')) => drop(bytes.next()),
                    Some((at, b'"')) => break at + 1,
                    Some(_) => {}
                    None => break self.text.len() - start,
                }
            }
        } else {
            let is_over = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}' | b':');
            bytes.find(|(_, byte)| is_over(**byte)).map_or(self.text.len() - start, |(at, _)| at)
        };
        self.at = start + length;
        start..self.at
    }

    /// A string as it is meant: with its line breaks.
    fn string(&mut self, style: Style, own: Range<usize>) {
        let raw = self.text.get(own.clone()).unwrap_or_default();
        match serde_json::from_str::<String>(raw) {
            Ok(meant) if raw.contains('\\') => self.writer.add(style, &meant),
            // The quotes tell the string "1" from the number; a key needs none.
            _ if style == Style::NAME => self.writer.show(style, own.start + 1..own.end.saturating_sub(1)),
            _ => self.writer.show(style, own),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::reading::page::{Block, Writer};

    fn drawn(text: &str) -> Option<Vec<String>> {
        let mut writer = Writer::new(text);
        let is_tree = write(text, &mut writer);
        let page = writer.page;
        is_tree.then(|| {
            let line = |block: &Block| format!("{} {}", block.depth, page.text_of(text, block));
            page.blocks.iter().map(line).collect()
        })
    }

    #[test]
    fn values_stand_behind_what_holds_them() {
        assert_eq!(
            drawn(r#" {"a": [1, -2.5e3], "b\n": {"c": "x\ty", "d": null}, "e": {}, "f": "1"} "#)
                .expect("a tree"),
            [
                "0 { 4 members }",
                "1 a: [ 2 items ]",
                "2 1",
                "2 -2.5e3",
                "1 b\n: { 2 members }",
                "2 c: x\ty",
                "2 d: null",
                "1 e: {}",
                "1 f: \"1\""
            ]
        );
        assert_eq!(drawn("[]").expect("a tree"), ["0 []"]);
        assert_eq!(drawn(r#"{"错":"误"}"#).expect("a tree"), ["0 { 1 member }", "1 错: \"误\""]);
    }

    #[test]
    fn what_is_no_tree_is_none() {
        for text in ["", "1", "{broken", "[1] more", "\"{}\"", "{'a': 1}"] {
            assert_eq!(drawn(text), None, "{text}");
        }
    }

    #[test]
    fn hostile_trees_are_refused() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(drawn(&deep), None);
        let wide = format!("[{}0]", "0,".repeat(60_000));
        assert_eq!(drawn(&wide), None);
        assert!(drawn(&format!("[\"{}\"]", "a".repeat(900_000))).is_some());
        let nested = "[".repeat(100) + &"]".repeat(100);
        assert_eq!(drawn(&nested).expect("a tree").len(), 100);
    }
}
