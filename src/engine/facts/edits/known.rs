//! What earlier changes left in files: the text that a later call replaces without showing it.

use rustc_hash::FxHashMap;

use super::exact_hash;
use crate::engine::facts::{Edit, EditKind};

/// The lines that a windowed editor replaces: the first, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine::facts) struct Window {
    pub(in crate::engine::facts) start: u32,
    pub(in crate::engine::facts) lines: u32,
}

/// A text that the run itself wrote, by its hash.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// The lines it stands in; none for a whole file.
    window: Option<Window>,
    hash: u64,
}

/// What is known of each file, as far as the run wrote it and nothing else changed it since.
#[derive(Debug, Clone, Default)]
pub(in crate::engine::facts) struct KnownTexts {
    files: FxHashMap<Box<str>, Known>,
}

impl KnownTexts {
    /// Says of changes that took effect what they replaced, where an earlier one tells.
    pub(in crate::engine::facts) fn follow(&mut self, edits: &mut [Edit], window: Option<Window>) {
        for edit in edits {
            let known = if edit.file.is_empty() { None } else { self.files.remove(&edit.file) };
            if edit.kind == EditKind::Revert && edit.file.is_empty() {
                self.files.clear();
            }
            let replaced = match (edit.kind, window) {
                (_, Some(Window { lines: 0, .. })) => Some(exact_hash("")),
                (EditKind::Modify, Some(window)) => {
                    known.filter(|known| known.window == Some(window)).map(|known| known.hash)
                }
                (EditKind::Create | EditKind::Delete, None) => {
                    known.filter(|known| known.window.is_none()).map(|known| known.hash)
                }
                _ => None,
            };
            edit.before = edit.before.or(replaced);
            let left = match (edit.kind, window) {
                (EditKind::Create, None) => Some(None),
                (EditKind::Modify, Some(Window { start, .. })) => {
                    edit.added.map(|lines| Some(Window { start, lines }))
                }
                _ => None,
            };
            if let (Some(window), Some(hash), false) = (left, edit.after, edit.file.is_empty()) {
                self.files.insert(edit.file.clone(), Known { window, hash });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{KnownTexts, Window};
    use crate::engine::facts::edits::{created, of_window, unseen};
    use crate::engine::facts::{Edit, EditKind};

    #[test]
    fn a_file_written_whole_replaces_what_was_written_before() {
        let mut known = KnownTexts::default();
        let mut write = |text| {
            let mut edits = [created("a.py", text)];
            known.follow(&mut edits, None);
            (edits[0].before, edits[0].after)
        };
        let (first, second, third) = (write("one"), write("two"), write("one"));
        assert_eq!(first.0, None);
        assert_eq!((second.0, third.0, third.1), (first.1, second.1, first.1));
    }

    #[test]
    fn a_window_is_known_while_nothing_else_changed_the_file() {
        let edit = |text: &str| {
            let (edit, window) = of_window(text, "a.py").unwrap();
            ([edit], Some(window))
        };
        let mut known = KnownTexts::default();
        let (mut one, window) = edit("edit 5:5\nx\ny\nend_of_edit");
        known.follow(&mut one, window);
        let (mut two, window) = edit("edit 5:6\nz\nend_of_edit");
        known.follow(&mut two, window);
        assert_eq!((one[0].before, two[0].before), (None, one[0].after));
        known.follow(&mut [unseen("a.py", EditKind::Modify)], None);
        let (mut three, window) = edit("edit 5:5\nx\nend_of_edit");
        known.follow(&mut three, window);
        assert_eq!(three[0].before, None);
    }

    #[test]
    fn what_is_inserted_replaces_nothing() {
        let mut edits = [unseen("a.py", EditKind::Modify)];
        KnownTexts::default().follow(&mut edits, Some(Window { start: 3, lines: 0 }));
        assert_eq!(edits[0].before, Some(super::exact_hash("")));
        let [Edit { kind, .. }] = edits;
        assert_eq!(kind, EditKind::Modify);
    }

    #[test]
    fn taking_everything_back_leaves_nothing_known() {
        let mut known = KnownTexts::default();
        known.follow(&mut [created("a.py", "one")], None);
        known.follow(&mut [unseen("", EditKind::Revert)], None);
        let mut again = [created("a.py", "two")];
        known.follow(&mut again, None);
        assert_eq!(again[0].before, None);
    }
}
