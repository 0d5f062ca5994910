//! What an edit changed: lines that went and came, and within them the words.

use std::ops::Range;

use super::page::{Block, BlockKind, Style, Writer};
use crate::difference::{changed_words, changes};

/// Sides with more lines than this are not compared: one is shown after the other.
const MAX_LINES: usize = 3_000;

/// Whether a text is a patch: by its language, or by how it begins.
pub(super) fn is_patch(name: &str, text: &str) -> bool {
    let begins = |mark: &str| text.trim_start().starts_with(mark);
    matches!(name.rsplit('.').next(), Some("diff" | "patch"))
        || ["diff --git ", "*** Begin Patch", "@@ -", "Index: "].into_iter().any(begins)
        || (begins("--- ") && text.contains("\n+++ "))
}

/// Lays out a patch. What stands in it besides lines of a file tells where they stand.
pub(super) fn write_patch(text: &str, extent: Range<usize>, writer: &mut Writer) {
    let lines = lines(text, extent);
    let kind = |line: &Range<usize>| {
        let line = text.get(line.clone()).unwrap_or_default();
        let is_place = ["+++ ", "--- ", "@@", "diff ", "index ", "*** ", "Index: "]
            .into_iter()
            .any(|mark| line.starts_with(mark));
        match line.as_bytes().first() {
            _ if is_place => BlockKind::Place,
            Some(b'+') => BlockKind::Added,
            Some(b'-') => BlockKind::Removed,
            _ => BlockKind::Same,
        }
    };
    let groups: Vec<&[Range<usize>]> = lines.chunk_by(|a, b| kind(a) == kind(b)).collect();
    let kind_of = |group: Option<&&[Range<usize>]>| group.and_then(|group| group.first()).map(kind);
    let mut at = 0;
    while let Some(group) = groups.get(at) {
        let pair = (kind_of(groups.get(at)), kind_of(groups.get(at + 1)));
        if let (Some(BlockKind::Removed), Some(BlockKind::Added)) = pair {
            let added = groups.get(at + 1).copied().unwrap_or_default();
            // The first character is the sign, which is shown but not compared.
            write_change(text, group, added, 1, writer);
            at += 2;
            continue;
        }
        for line in *group {
            writer.begin(Block::new(kind(line)));
            writer.show(Style::TEXT, line.clone());
        }
        at += 1;
    }
}

/// Lays out what became of the text before `split` in the text after it.
pub(super) fn write_edit(text: &str, split: usize, writer: &mut Writer) {
    let (old, new) = (lines(text, 0..split), lines(text, split..text.len()));
    if old.len() > MAX_LINES || new.len() > MAX_LINES {
        return write_change(text, &old, &new, 0, writer);
    }
    let texts = |lines: &[Range<usize>]| -> Vec<&str> {
        lines
            .iter()
            .map(|line| text.get(line.clone()).unwrap_or_default().trim_end_matches(['\r', '\n']))
            .collect()
    };
    for change in changes(&texts(&old), &texts(&new)) {
        let removed = old.get(change.old).unwrap_or_default();
        let added = new.get(change.new).unwrap_or_default();
        if change.is_same {
            for line in added {
                begin(BlockKind::Same, 0, writer);
                writer.show(Style::TEXT, line.clone());
            }
        } else {
            write_change(text, removed, added, 0, writer);
        }
    }
}

/// Lines that stand in the place of others, the words that differ marked in each pair of them.
fn write_change(
    text: &str,
    removed: &[Range<usize>],
    added: &[Range<usize>],
    sign: usize,
    writer: &mut Writer,
) {
    // The line without the sign before it.
    let own = |line: &Range<usize>| text.get(line.start + sign..line.end).unwrap_or_default();
    let pairs: Vec<_> =
        removed.iter().zip(added).map(|(old, new)| changed_words(own(old), own(new))).collect();
    let sides =
        [(BlockKind::Removed, removed, Style::REMOVED_WORD), (BlockKind::Added, added, Style::ADDED_WORD)];
    for (side, (kind, lines, style)) in sides.into_iter().enumerate() {
        for (place, line) in lines.iter().enumerate() {
            begin(kind, sign, writer);
            let mut at = line.start;
            let changed = pairs.get(place).and_then(Option::as_ref).and_then(|pair| pair.get(side));
            for word in changed.into_iter().flatten() {
                let word = line.start + sign + word.start..line.start + sign + word.end;
                writer.show(Style::TEXT, at..word.start);
                at = word.end;
                writer.show(style, word);
            }
            writer.show(Style::TEXT, at..line.end);
        }
    }
}

fn begin(kind: BlockKind, sign: usize, writer: &mut Writer) {
    writer.begin(Block::new(kind));
    if sign == 0 {
        let own = match kind {
            BlockKind::Removed => "-",
            BlockKind::Added => "+",
            _ => " ",
        };
        writer.add(Style::ASIDE, own);
    }
}

fn lines(text: &str, extent: Range<usize>) -> Vec<Range<usize>> {
    let mut at = extent.start;
    let own = text.get(extent).unwrap_or_default();
    own.split_inclusive('\n')
        .map(|line| {
            let start = at;
            at += line.len();
            start..at
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{is_patch, write_edit, write_patch};
    use crate::reading::page::{Page, Style, Writer};

    /// The lines, with the words that differ in brackets.
    fn drawn(text: &str, page: &Page) -> Vec<String> {
        let line = |block: &crate::reading::page::Block| {
            let spans = block.spans.iter().map(|span| {
                let shown = page.slice(text, span.start as usize..span.end as usize).trim_end_matches('\n');
                let is_word = [Style::REMOVED_WORD, Style::ADDED_WORD].contains(&span.style);
                if is_word { format!("[{shown}]") } else { shown.to_owned() }
            });
            spans.collect::<String>()
        };
        page.blocks.iter().map(line).collect()
    }

    fn edit(old: &str, new: &str) -> Vec<String> {
        let text = format!("{old}{new}");
        let mut writer = Writer::new(&text);
        write_edit(&text, old.len(), &mut writer);
        drawn(&text, &writer.page)
    }

    #[test]
    fn an_edit_shows_the_words_that_differ() {
        assert_eq!(
            edit("def f(a):\n    return a + 1\n", "def f(a):\n    return a + 2\n    # done"),
            [" def f(a):", "-    return a + [1]", "+    return a + [2]", "+    # done"]
        );
        assert_eq!(edit("", "new"), ["+new"]);
        assert_eq!(edit("same", "same"), [" same"]);
    }

    #[test]
    fn lines_with_nothing_in_common_are_marked_whole() {
        assert_eq!(edit("import os", "x = [1, 2]"), ["-import os", "+x = [1, 2]"]);
    }

    #[test]
    fn a_patch_shows_them_too() {
        let text = "diff --git a/x b/x\n@@ -1 +1 @@\n keep\n-let a = 1;\n+let b = 1;\n";
        let mut writer = Writer::new(text);
        assert!(is_patch("", text));
        write_patch(text, 0..text.len(), &mut writer);
        assert_eq!(
            drawn(text, &writer.page),
            ["diff --git a/x b/x", "@@ -1 +1 @@", " keep", "-let [a] = 1;", "+let [b] = 1;"]
        );
    }

    #[test]
    fn hostile_edits_are_bounded() {
        let many = |line: &str| line.repeat(20_000);
        assert_eq!(edit(&many("a\n"), &many("b\n")).len(), 40_000);
        assert_eq!(edit(&"a".repeat(1_000_000), "错b").len(), 2);
        let numbered =
            |from: usize| (from..from + 2_900).map(|line| format!("{line}\n")).collect::<Vec<_>>().concat();
        assert_eq!(edit(&numbered(0), &numbered(10_000)).len(), 5_800);
    }
}
