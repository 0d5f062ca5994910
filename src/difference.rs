//! What differs between two lists, and between the words of two lines: one idea for files, patches and edits.

use std::hash::Hash;
use std::ops::Range;

use rustc_hash::FxHashMap;
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Lines with more bytes than this are not compared word by word.
const MAX_LINE: usize = 1_000;
/// Lines that share less than one part in so many of the shorter one are two lines, not one that changed.
const LEAST_SHARED: usize = 3;

/// Stretches of both lists: the same in both, or one in the place of the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) old: Range<usize>,
    pub(crate) new: Range<usize>,
    pub(crate) is_same: bool,
}

/// What became of a list, in the fewest changes.
///
/// Items are compared as numbers, so that one compiled comparison serves them all; those that only one side has are
/// set aside first, since they are the same as nothing. So a list most of which was rewritten costs little.
pub(crate) fn changes<T: Eq + Hash>(old: &[T], new: &[T]) -> Vec<Change> {
    let mut numbers: FxHashMap<&T, u32> = FxHashMap::default();
    let mut sides = [old, new].map(|side| {
        let number = |item| {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            *numbers.entry(item).or_insert(next)
        };
        side.iter().map(number).enumerate().collect::<Vec<(usize, u32)>>()
    });
    let mut seen = vec![[false; 2]; numbers.len()];
    for (side, items) in sides.iter().enumerate() {
        for (_, number) in items {
            if let Some(seen) = seen.get_mut(*number as usize).and_then(|seen| seen.get_mut(side)) {
                *seen = true;
            }
        }
    }
    for items in &mut sides {
        items.retain(|(_, number)| seen.get(*number as usize) == Some(&[true; 2]));
    }
    paired(&sides, old.len(), new.len())
}

/// The changes between lists of so many items, of which these may be the same, each with its place and number.
fn paired(sides: &[Vec<(usize, u32)>; 2], old: usize, new: usize) -> Vec<Change> {
    let [olds, news] = sides;
    let [old_numbers, new_numbers] =
        sides.each_ref().map(|side| side.iter().map(|(_, number)| *number).collect::<Vec<u32>>());
    let mut changes: Vec<Change> = Vec::new();
    let (mut old_at, mut new_at) = (0, 0);
    let differ = |changes: &mut Vec<Change>, old: Range<usize>, new: Range<usize>| {
        if !(old.is_empty() && new.is_empty()) {
            changes.push(Change { old, new, is_same: false });
        }
    };
    for op in capture_diff_slices(Algorithm::Myers, &old_numbers, &new_numbers) {
        if !matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        let (olds, news) = (olds.get(op.old_range()), news.get(op.new_range()));
        for ((old, _), (new, _)) in olds.into_iter().flatten().zip(news.into_iter().flatten()) {
            differ(&mut changes, old_at..*old, new_at..*new);
            (old_at, new_at) = (old + 1, new + 1);
            match changes.last_mut().filter(|last| last.is_same) {
                Some(last) => (last.old.end, last.new.end) = (old_at, new_at),
                None => changes.push(Change { old: *old..old_at, new: *new..new_at, is_same: true }),
            }
        }
    }
    differ(&mut changes, old_at..old, new_at..new);
    changes
}

/// The byte ranges that differ between two lines, of the old one and of the new one; `None` for lines that are too
/// long or have too little in common.
pub(crate) fn changed_words(old: &str, new: &str) -> Option<[Vec<Range<usize>>; 2]> {
    if old.len().max(new.len()) > MAX_LINE {
        return None;
    }
    let sides = [words(old), words(new)];
    let [olds, news] =
        sides.each_ref().map(|words| words.iter().map(|(_, word)| *word).collect::<Vec<&str>>());
    let mut pair = [Vec::new(), Vec::new()];
    let mut shared = 0;
    for change in changes(&olds, &news) {
        if change.is_same {
            shared += olds.get(change.old).into_iter().flatten().map(|word| word.trim().len()).sum::<usize>();
            continue;
        }
        for ((found, words), range) in pair.iter_mut().zip(&sides).zip([change.old, change.new]) {
            let words = words.get(range).unwrap_or_default();
            if let Some(((first, _), (last, word))) = words.first().zip(words.last()) {
                found.push(*first..last + word.len());
            }
        }
    }
    (shared > 0 && shared * LEAST_SHARED >= old.trim().len().min(new.trim().len())).then_some(pair)
}

/// Words, runs of blanks, and single signs, each with its place.
fn words(line: &str) -> Vec<(usize, &str)> {
    #[derive(PartialEq)]
    enum Class {
        Word,
        Blank,
        Sign(usize),
    }
    let class = |at: usize, char: char| match char {
        _ if char.is_alphanumeric() || char == '_' => Class::Word,
        _ if char.is_whitespace() => Class::Blank,
        _ => Class::Sign(at),
    };
    let chars: Vec<(usize, Class)> = line.char_indices().map(|(at, char)| (at, class(at, char))).collect();
    let runs: Vec<usize> =
        chars.chunk_by(|(_, one), (_, other)| one == other).filter_map(|run| Some(run.first()?.0)).collect();
    let ends = runs.iter().copied().skip(1).chain([line.len()]);
    runs.iter().zip(ends).filter_map(|(start, end)| Some((*start, line.get(*start..end)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::{Range, changed_words, changes};

    /// Items of both sides: `=` the same, `-` gone, `+` new.
    fn drawn(old: &str, new: &str) -> String {
        let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
        let draw =
            |mark: char, items: &[char]| items.iter().flat_map(|item| [mark, *item]).collect::<String>();
        let parts = changes(&old, &new).into_iter().map(|change| {
            if change.is_same {
                draw('=', &old[change.old])
            } else {
                draw('-', &old[change.old]) + &draw('+', &new[change.new])
            }
        });
        parts.collect()
    }

    #[test]
    fn what_only_one_side_has_was_changed() {
        assert_eq!(drawn("abc", "abc"), "=a=b=c");
        assert_eq!(drawn("abc", "axc"), "=a-b+x=c");
        assert_eq!(drawn("", "ab"), "+a+b");
        assert_eq!(drawn("ab", ""), "-a-b");
        assert_eq!(drawn("1a2b3", "4a5b"), "-1+4=a-2+5=b-3");
        assert_eq!(drawn("abab", "ab"), "=a=b-a-b");
    }

    #[test]
    fn words_are_marked_where_lines_share_enough() {
        let marks = |old: &str, new: &str| {
            let [olds, news] = changed_words(old, new)?;
            let text = |side: &str, ranges: Vec<Range<usize>>| {
                ranges.into_iter().filter_map(|range| side.get(range)).collect::<Vec<_>>().join("|")
            };
            Some((text(old, olds), text(new, news)))
        };
        let both = |old: &str, new: &str| Some((old.to_owned(), new.to_owned()));
        assert_eq!(marks("let a = 1;", "let b = 1;"), both("a", "b"));
        assert_eq!(marks("f(é)", "f(é, x)"), both("", ", x"));
        assert_eq!(marks("a = 1 + 2", "b = 1 + 3"), both("a|2", "b|3"));
        assert_eq!(marks("import os", "x = [1, 2]"), None);
        assert_eq!(marks(&"a".repeat(5_000), "b"), None);
    }
}
