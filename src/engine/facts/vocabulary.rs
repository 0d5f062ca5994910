//! The words a run has been shown, to tell a name that it made up from one that it met.

use std::ops::Range;

/// Bits of the filter. A run of a thousand steps shows some ten thousand words, so that one new word in
/// twenty is taken for a known one: names that were made up are missed, none is invented here.
const BITS: usize = 1 << 18;
/// A longer text is not read: it would fill the filter, and cost as much as the rest of the import.
const LONGEST: usize = 64 * 1024;
/// A shorter word is no name.
const SHORTEST: usize = 3;
/// A call that brings more new words than this writes a text of its own.
const MOST_NEW: usize = 64;

/// A filter of words, and whether all that was shown went through it.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    /// Empty until the first word.
    bits: Vec<u64>,
    /// A text was too long to be read: nothing can be called new any more.
    has_gaps: bool,
}

impl Vocabulary {
    /// Gives the memory back: a file may hold thousands of runs. Nothing is known to be new from then on.
    pub(super) fn forget(&mut self) {
        *self = Self { bits: Vec::new(), has_gaps: true };
    }

    /// Takes up what the run is shown.
    pub(super) fn learn(&mut self, text: &str) {
        if self.has_gaps {
            return;
        }
        if text.len() > LONGEST {
            self.forget();
        } else {
            self.take(text, |_| {});
        }
    }

    /// Takes up a call, and returns its words that nothing showed before. None where something shown may have
    /// held them unseen.
    pub(super) fn new_words(&mut self, call: &str) -> Box<[u32]> {
        if call.len() > LONGEST {
            self.forget();
        }
        if self.has_gaps {
            return Box::default();
        }
        let mut new = Vec::new();
        self.take(call, |word| {
            if new.len() < MOST_NEW {
                new.push(word);
            }
        });
        new.into()
    }

    fn take(&mut self, text: &str, mut on_new: impl FnMut(u32)) {
        if self.bits.is_empty() {
            self.bits.resize(BITS / 64, 0);
        }
        words(text, |_, hash| {
            let bit = hash as usize % BITS;
            if let Some(block) = self.bits.get_mut(bit / 64) {
                let mask = 1 << (bit % 64);
                if *block & mask == 0 {
                    *block |= mask;
                    on_new(hash);
                }
            }
        });
    }
}

/// The name in `line` that holds one of these words, with what belongs to it: all of a path, a dotted module.
pub(super) fn name_of<'a>(line: &'a str, new: &[u32]) -> Option<&'a str> {
    let mut found: Option<Range<usize>> = None;
    words(line, |range, hash| {
        if found.is_none() && new.contains(&hash) {
            found = Some(range);
        }
    });
    let Range { start, end } = found?;
    let is_part = |character: char| {
        character.is_alphanumeric() || matches!(character, '_' | '-' | '/' | '.' | '~' | '\\' | '+' | '@')
    };
    let before = line.get(..start)?;
    let start = before.trim_end_matches(is_part).len();
    let after = line.get(end..)?;
    let end = line.len() - after.trim_start_matches(is_part).len();
    line.get(start..end).map(|name| name.trim_end_matches('.'))
}

/// Whether a byte belongs to a word, looked up: every byte that a run is shown passes here.
static IN_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    loop {
        table[byte as usize] = !byte.is_ascii() || byte == b'_' || byte.is_ascii_alphanumeric();
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

/// The words of a text with their hashes. What a backslash escapes is none.
fn words(text: &str, mut on_word: impl FnMut(Range<usize>, u32)) {
    const SEED: u32 = 0x811c_9dc5;
    const PRIME: u32 = 0x0100_0193;
    let (mut start, mut hash, mut escaped) = (0, SEED, false);
    let mut end_word = |range: Range<usize>, hash: u32| {
        if range.len() >= SHORTEST {
            on_word(range, hash ^ (hash >> 15));
        }
    };
    // By index: an iterator's `next` is a call for each byte where code is made small.
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        if IN_WORD[usize::from(*byte)] && !escaped {
            hash = (hash ^ u32::from(*byte)).wrapping_mul(PRIME);
        } else {
            escaped = *byte == b'\\' && !escaped;
            end_word(start..at, hash);
            (start, hash) = (at + 1, SEED);
        }
        at += 1;
    }
    end_word(start..at, hash);
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Vocabulary, name_of};

    #[test]
    fn names_that_nothing_showed() {
        let mut seen = Vocabulary::default();
        seen.learn("a listing:\nsrc/parser.py\nsrc/lexer.py");
        assert!(seen.new_words("cat src/parser.py").len() == 1, "only the program is new");
        let new = seen.new_words("cat src/printer.py");
        assert_eq!(name_of("cat: src/printer.py: No such file or directory", &new), Some("src/printer.py"));
        assert_eq!(name_of("cat: src/parser.py: No such file or directory", &new), None);
        assert!(seen.new_words("cat src/printer.py").is_empty(), "the second time it is known");
    }

    #[test]
    fn escapes_are_no_letters() {
        let mut seen = Vocabulary::default();
        seen.learn("parser lexer");
        assert!(seen.new_words(r"lexer\nparser").is_empty());
    }

    #[test]
    fn what_was_not_seen_whole_may_hold_anything() {
        let mut seen = Vocabulary::default();
        seen.learn(&"x ".repeat(LONGEST));
        assert!(seen.new_words("cat nowhere.py").is_empty());
    }
}
