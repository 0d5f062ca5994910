//! Files that runs call by names of different length: the root of one may not have been found.

use std::collections::{BTreeMap, BTreeSet};

use super::tokens::names_file;
use super::track::Track;
use crate::engine::facts::paths::same_file;

/// What a file is called in all of some runs.
pub(super) struct SharedNames<'a> {
    /// From a longer name to the shortest.
    shorter: BTreeMap<&'a str, &'a str>,
}

impl<'a> SharedNames<'a> {
    pub(super) fn of(tracks: &[&'a Track]) -> Self {
        let mut by_file_name: BTreeMap<&str, Vec<(usize, &'a str)>> = BTreeMap::new();
        for (run, track) in tracks.iter().enumerate() {
            for path in paths(track) {
                let name = path.rsplit('/').next().unwrap_or(path);
                by_file_name.entry(name).or_default().push((run, path));
            }
        }
        let mut shorter = BTreeMap::new();
        for paths in by_file_name.values() {
            let mut names: Vec<&'a str> = paths.iter().map(|(_, path)| *path).collect();
            names.sort_unstable_by_key(|name| (name.len(), *name));
            names.dedup();
            for name in &names {
                let alike = || paths.iter().filter(|(_, path)| same_file(name, path));
                let runs: BTreeSet<usize> = alike().map(|(run, _)| *run).collect();
                // Where one run has two of them, the name does not tell which.
                if runs.len() == alike().count() {
                    alike().filter(|(_, path)| path.len() > name.len()).for_each(|(_, path)| {
                        shorter.entry(*path).or_insert(*name);
                    });
                }
            }
        }
        Self { shorter }
    }

    pub(super) fn name(&self, path: &'a str) -> &'a str {
        self.shorter.get(path).copied().unwrap_or(path)
    }
}

/// The paths that a track names, each once.
fn paths(track: &Track) -> BTreeSet<&str> {
    let named = track.acts().filter(|act| names_file(act.operation)).map(|act| act.target);
    let edited = track.edits.iter().map(|edit| track.word(edit.2));
    named.chain(edited).filter(|path| !path.is_empty()).collect()
}
