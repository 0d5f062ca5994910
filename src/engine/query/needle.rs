use std::ops::Range;

use memchr::{memchr_iter, memchr2_iter};

/// A text that is looked for in whatever case.
///
/// Case is folded sign by sign, so that what is found has a place in the text as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needle {
    folded: Box<str>,
    /// Its longest stretch of letters and digits, which no way of writing a string changes.
    core: Range<usize>,
    /// Where in the core, and in the whole, its rarest sign stands.
    rarest: usize,
    rarest_of_all: usize,
}

impl Needle {
    pub fn new(text: &str) -> Self {
        let folded: Box<str> = text.chars().map(fold).collect();
        let core = longest_core(folded.as_bytes());
        let bytes = folded.as_bytes();
        let rarest = rarest(bytes.get(core.clone()).unwrap_or_default());
        Self { core, rarest, rarest_of_all: self::rarest(bytes), folded }
    }

    pub fn is_empty(&self) -> bool {
        self.folded.is_empty()
    }

    /// The first place at or behind `from` where `text` holds it.
    pub fn find(&self, text: &str, from: usize) -> Option<Range<usize>> {
        let rest = text.get(from..)?;
        let found = if self.folded.is_ascii() {
            let start = find_ascii(rest.as_bytes(), self.folded.as_bytes(), self.rarest_of_all)?;
            start..start + self.folded.len()
        } else {
            self.find_folded(rest)?
        };
        Some(from + found.start..from + found.end)
    }

    /// All places in `text`, one behind the other, at most `limit`.
    pub fn find_all(&self, text: &str, limit: usize) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        let mut from = 0;
        while !self.is_empty() && found.len() < limit {
            let Some(range) = self.find(text, from) else { break };
            from = range.end;
            found.push(range);
        }
        found
    }

    /// Whether bytes that say the text in a file's own way may hold it. `None`: that cannot be told.
    pub(super) fn may_be_in(&self, raw: &[u8]) -> Option<bool> {
        let core = self.folded.as_bytes().get(self.core.clone()).unwrap_or_default();
        if core.is_empty() {
            let may_be_there = || !raw.is_ascii() || memchr::memmem::find(raw, b"\\u").is_some();
            return (!self.folded.is_ascii()).then(may_be_there);
        }
        Some(find_ascii(raw, core, self.rarest).is_some())
    }

    /// Whether its core is digits alone: a number in JSON may be written in several ways.
    pub(super) fn is_number(&self) -> bool {
        let core = self.folded.as_bytes().get(self.core.clone()).unwrap_or_default();
        core.iter().all(u8::is_ascii_digit)
    }

    fn find_folded(&self, text: &str) -> Option<Range<usize>> {
        let first = self.folded.chars().next()?;
        text.char_indices().filter(|(_, sign)| fold(*sign) == first).find_map(|(start, _)| {
            let mut wanted = self.folded.chars();
            for (place, sign) in text.get(start..)?.char_indices() {
                match wanted.next() {
                    None => return Some(start..start + place),
                    Some(expected) if expected == fold(sign) => {}
                    Some(_) => return None,
                }
            }
            wanted.next().is_none().then_some(start..text.len())
        })
    }
}

/// A sign in small letters, where that is one sign of the same alphabet.
fn fold(sign: char) -> char {
    if sign.is_ascii() {
        return sign.to_ascii_lowercase();
    }
    let mut small = sign.to_lowercase();
    match (small.next(), small.next()) {
        (Some(only), None) if !only.is_ascii() => only,
        _ => sign,
    }
}

fn longest_core(bytes: &[u8]) -> Range<usize> {
    let mut best = 0..0;
    let mut start = 0;
    for end in 0..=bytes.len() {
        if bytes.get(end).is_some_and(u8::is_ascii_alphanumeric) {
            continue;
        }
        if end - start > best.len() {
            best = start..end;
        }
        start = end + 1;
    }
    best
}

/// The signs of texts and programs, the most frequent first.
const FREQUENT: &[u8] = b" etaoinsrlcdupmfh_.\"gy,-b/vk\\w=x:()1;02'z3j";

fn rarest(bytes: &[u8]) -> usize {
    let frequency =
        |byte: &u8| FREQUENT.iter().rev().position(|known| known == byte).map_or(0, |place| place + 1);
    (0..bytes.len()).min_by_key(|place| bytes.get(*place).map(frequency)).unwrap_or_default()
}

/// The first place of `needle`, which is in small letters. `rarest` is the place of its rarest sign.
fn find_ascii(text: &[u8], needle: &[u8], rarest: usize) -> Option<usize> {
    let Some(&anchor) = needle.get(rarest) else { return Some(0) };
    let is_here = |place: usize| {
        let start = place.checked_sub(rarest)?;
        let piece = text.get(start..start + needle.len())?;
        piece.eq_ignore_ascii_case(needle).then_some(start)
    };
    if anchor.is_ascii_lowercase() {
        memchr2_iter(anchor, anchor.to_ascii_uppercase(), text).find_map(is_here)
    } else {
        memchr_iter(anchor, text).find_map(is_here)
    }
}

#[cfg(test)]
mod tests {
    use super::Needle;

    fn places(needle: &str, text: &str) -> Vec<String> {
        let found = Needle::new(needle).find_all(text, 10);
        found.into_iter().map(|range| text.get(range).unwrap().to_owned()).collect()
    }

    #[test]
    fn case_does_not_matter() {
        assert_eq!(places("importerror", "an ImportError: IMPORTERROR"), ["ImportError", "IMPORTERROR"]);
        assert_eq!(places("ÄRGER", "nur ärger, Ärger"), ["ärger", "Ärger"]);
        assert_eq!(places("失败", "结果: 失败"), ["失败"]);
        assert_eq!(places("aa", "aaaaa"), ["aa", "aa"]);
        assert_eq!(places("", "abc"), [""; 0]);
        assert_eq!(places("[0-9]+", "re [0-9]+"), ["[0-9]+"]);
        assert_eq!(places("end", "the END"), ["END"]);
        assert_eq!(places("Straße", "straß"), [""; 0]);
    }

    #[test]
    fn bytes_are_ruled_out_by_what_no_escape_changes() {
        let may = |needle: &str, raw: &str| Needle::new(needle).may_be_in(raw.as_bytes());
        assert_eq!(may("say \"hello\"", r#"say \"HELLO\""#), Some(true));
        assert_eq!(may("say \"hello\"", "say hell"), Some(false));
        assert_eq!(may("\"\n", "anything"), None);
        assert_eq!(may("失败", "\\u5931"), Some(true));
        assert_eq!(may("失败", "plain"), Some(false));
    }

    #[test]
    fn text_is_found_where_plain_lowering_finds_it() {
        let text =
            "Traceback (most recent call last):\n  File \"a.py\", line 1\nImportError: no module x-y_z";
        for start in 0..text.len() {
            for end in start + 1..text.len().min(start + 9) {
                let part = text.get(start..end).unwrap();
                let found = Needle::new(&part.to_uppercase()).find(text, 0).unwrap();
                assert_eq!(found.start, text.to_lowercase().find(&part.to_lowercase()).unwrap());
            }
        }
    }
}
