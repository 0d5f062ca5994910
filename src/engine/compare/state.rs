//! What each run left behind: the files it changed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::names::SharedNames;
use super::track::Track;

/// A file that at least one of two runs changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileDifference {
    /// Relative to the project's root.
    pub file: String,
    /// `None` where that run left it alone, or took all of it back.
    pub a: Option<FileChange>,
    pub b: Option<FileChange>,
    /// Both made the very same changes, as far as their texts are known.
    pub same: bool,
}

/// All that a run did to a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    pub edits: u32,
    /// Lines of all edits, not of the file as it was left.
    pub added: u32,
    pub removed: u32,
    /// Some edits do not show how many lines they changed.
    pub at_least: bool,
    pub deleted: bool,
}

#[derive(Default)]
struct Left {
    change: FileChange,
    /// Of each edit, 0 where its text is not known.
    hashes: Vec<u32>,
}

/// Files changed by only one first, then by name.
pub fn file_differences(a: &Track, b: &Track) -> Vec<FileDifference> {
    let names = SharedNames::of(&[a, b]);
    let (mut of_a, mut of_b) = (left(a, &names), left(b, &names));
    let files: BTreeSet<&str> = of_a.keys().chain(of_b.keys()).copied().collect();
    let mut differences: Vec<FileDifference> = files
        .into_iter()
        .map(|file| {
            let (a, b) = (of_a.remove(file), of_b.remove(file));
            let same = match (&a, &b) {
                (Some(a), Some(b)) => a.hashes == b.hashes && !a.hashes.contains(&0),
                _ => false,
            };
            let (a, b) = (a.map(|left| left.change), b.map(|left| left.change));
            FileDifference { file: file.to_owned(), a, b, same }
        })
        .collect();
    differences.sort_by_key(|file| file.a.is_some() && file.b.is_some());
    differences
}

fn left<'a>(track: &'a Track, names: &SharedNames<'a>) -> BTreeMap<&'a str, Left> {
    let mut files: BTreeMap<&str, Left> = BTreeMap::new();
    for (_, kind, file, added, removed, hash) in &track.edits {
        let (kind, file) = (track.word(*kind), names.name(track.word(*file)));
        match (kind, file) {
            ("revert", "") => files.clear(),
            ("revert", file) => {
                files.remove(file);
            }
            (_, "") => {}
            (kind, file) => {
                let Left { change, hashes } = files.entry(file).or_default();
                change.edits = change.edits.saturating_add(1);
                change.added = change.added.saturating_add(added.unwrap_or(0));
                change.removed = change.removed.saturating_add(removed.unwrap_or(0));
                change.at_least |= added.is_none() || removed.is_none();
                change.deleted = kind == "delete";
                hashes.push(*hash);
            }
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::file_differences;
    use crate::engine::testing::tracked;

    #[test]
    fn what_each_left_changed() {
        let a = tracked(
            "
            edit  src/same.rs a>b
            edit  src/lib.rs +3 -1
            edit  src/lib.rs +2 -0
            edit  src/undone.rs +9 -9
            run   git checkout src/undone.rs    reverts src/undone.rs
            ",
        );
        let b = tracked(
            "edit  /x/src/same.rs a>b
 edit  src/lib.rs
 delete  src/old.rs
 read  src/lib.rs",
        );
        let differences = file_differences(&a, &b);
        let told: Vec<_> = differences
            .iter()
            .map(|file| (&*file.file, file.a.is_some(), file.b.is_some(), file.same))
            .collect();
        assert_eq!(
            told,
            [
                ("src/old.rs", false, true, false),
                ("src/lib.rs", true, true, false),
                ("src/same.rs", true, true, true),
            ]
        );
        let lib = differences[1].a.as_ref().unwrap();
        assert_eq!((lib.edits, lib.added, lib.removed, lib.at_least), (2, 5, 1, false));
        assert!(differences[1].b.as_ref().unwrap().at_least && differences[0].b.as_ref().unwrap().deleted);
    }

    #[test]
    fn taking_all_back_leaves_nothing() {
        let a = tracked(
            "edit  a.rs
 run  git stash    reverts",
        );
        assert!(file_differences(&a, &tracked("")).is_empty());
    }
}
