//! The public files in `../shared` (or `$TRACEBENCH_SHARED`), archives unpacked, for tests that go over them.
#![expect(clippy::disallowed_methods, reason = "the files are the point")]
#![expect(clippy::print_stdout, reason = "a skipped test must be seen")]
#![expect(dead_code, reason = "each test program uses a part of it")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tracebench::engine::import::unpack::{Container, Limits, Sink, unpack};
use tracebench::engine::trace::{MemorySources, SourceId};

/// Files that were kept together, by their paths from the folder of all sets.
pub(crate) struct Set {
    pub(crate) name: String,
    pub(crate) files: Vec<(String, Vec<u8>)>,
}

impl Set {
    pub(crate) fn sources(&self) -> MemorySources {
        MemorySources::new(self.files.clone())
    }
}

/// A line of the corpus's manifest.
pub(crate) struct Listed {
    pub(crate) format: String,
    /// As the manifest counts: `13 steps`, `52 messages`, `10 lines`, or nothing.
    pub(crate) size: String,
}

/// A line of the labels.
pub(crate) struct Label {
    pub(crate) set: String,
    /// Path of the file from the folder of all sets, unpacked.
    pub(crate) file: String,
    /// Which run of the file, from 0.
    pub(crate) index: usize,
    pub(crate) agent: String,
    pub(crate) task: String,
    /// Whether the task was solved, where that is known.
    pub(crate) resolved: Option<bool>,
    /// What others say of the run, as JSON.
    pub(crate) labels: String,
}

/// The folder `name` of the shared data; says aloud what is skipped where it is not at hand.
fn folder(name: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("TRACEBENCH_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let folder = shared.join(name);
    if !folder.is_dir() {
        println!("SKIPPED: there is no {} (set TRACEBENCH_SHARED)", folder.display());
        return None;
    }
    Some(folder)
}

/// The sets in a folder of the shared data: one for each folder right inside it.
pub(crate) fn sets(name: &str) -> Vec<Set> {
    let Some(root) = folder(name) else { return Vec::new() };
    let folders = sorted(&root).into_iter().filter(|path| path.is_dir());
    folders
        .map(|path| {
            let mut files = Vec::new();
            collect(&root, &path, &mut files);
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            Set { name, files }
        })
        .collect()
}

/// What the manifest says of the corpus's files, by path.
pub(crate) fn manifest() -> BTreeMap<String, Listed> {
    let rows = table("corpus", "MANIFEST.tsv").into_iter();
    rows.filter_map(|row| {
        let [file, format, _, _, _, _, _, size, ..] = row.as_slice() else { return None };
        Some((file.clone(), Listed { format: format.clone(), size: size.clone() }))
    })
    .collect()
}

pub(crate) fn labels() -> Vec<Label> {
    let rows = table("labelled", "labels.tsv").into_iter();
    rows.filter_map(|row| {
        let [set, file, index, _, agent, _, task, resolved, labels] = row.as_slice() else { return None };
        Some(Label {
            set: set.clone(),
            file: file.trim_end_matches(".gz").to_owned(),
            index: if index.is_empty() { 0 } else { index.parse().ok()? },
            agent: agent.clone(),
            task: task.clone(),
            resolved: resolved.parse::<u8>().ok().map(|value| value == 1),
            labels: labels.clone(),
        })
    })
    .collect()
}

fn table(name: &str, file: &str) -> Vec<Vec<String>> {
    let text = folder(name).and_then(|folder| fs::read_to_string(folder.join(file)).ok()).unwrap_or_default();
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for path in sorted(folder) {
        if path.is_dir() {
            collect(root, &path, files);
            continue;
        }
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        match fs::read(&path) {
            Ok(bytes) if Container::of(&bytes).is_some() => files.extend(unpacked(name, bytes)),
            Ok(bytes) => files.push((name, bytes)),
            Err(error) => println!("SKIPPED: {name}: {error}"),
        }
    }
}

/// The files in an archive, as they are opened when the archive is.
fn unpacked(name: String, bytes: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    #[derive(Default)]
    struct Kept(Vec<(String, Vec<u8>)>);
    impl Sink for Kept {
        fn begin(&mut self, name: &str) {
            self.0.push((name.to_owned(), Vec::new()));
        }
        fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
            self.0.last_mut().ok_or("no entry has begun")?.1.extend(bytes);
            Ok(())
        }
        fn end(&mut self, keep: bool) -> Result<(), String> {
            if !keep {
                self.0.pop();
            }
            Ok(())
        }
    }
    let mut kept = Kept::default();
    let archive = MemorySources::single(name, bytes);
    let unpacked = unpack(&archive, SourceId(0), Limits::default(), &mut |_| true, &mut kept);
    for loss in unpacked.losses() {
        println!("LOST: {loss}");
    }
    kept.0
}
