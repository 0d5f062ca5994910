//! What the arguments stand for: each folder and archive is planned as one set of files, a file together
//! with what lies beside it.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::files::{Files, Known, Place};
use super::output::complain;
use super::pool::in_order;
use super::store::Store;
use crate::engine::import::{FileRole, ImportError, MOST_FILES, gathered, look, plan_with, sidecar};
use crate::engine::trace::{BodySource as _, SourceId};

/// One file to be reported on.
pub(super) struct Job {
    /// The file, then those that belong to it or may do so.
    pub(super) files: Vec<Known>,
    /// Found in a folder or an archive, not named: no complaint if it is no trace.
    pub(super) found: bool,
    /// Why it cannot be read, where that is known already.
    pub(super) refused: Option<Refused>,
}

pub(super) enum Refused {
    /// There is no such file, or it cannot be opened.
    Io(std::io::Error),
    Import(ImportError),
}

impl Job {
    pub(super) fn name(&self) -> &str {
        self.files.first().map_or("", |known| &known.name)
    }
}

/// All that is to be done.
#[derive(Default)]
pub(super) struct Gathered {
    /// In the order of the arguments; those of a folder by name.
    pub(super) jobs: Vec<Job>,
    /// What could not be got out of archives, a sentence each.
    pub(super) losses: Vec<String>,
}

/// [`gather`], with a complaint of each loss; `None` where there is nothing to read, which is complained of, too.
pub(super) fn gather_or_complain(arguments: &[PathBuf], threads: Option<NonZeroUsize>) -> Option<Gathered> {
    let gathered = gather(arguments, threads);
    gathered.losses.iter().for_each(|loss| complain(loss));
    if gathered.jobs.is_empty() {
        complain("there is no trace in the folders and archives that were given");
        return None;
    }
    Some(gathered)
}

pub(super) fn gather(arguments: &[PathBuf], threads: Option<NonZeroUsize>) -> Gathered {
    let mut gathered = Gathered::default();
    let mut store = Store::default();
    let mut neighbours = Neighbours::default();
    for path in arguments {
        if path.is_dir() {
            let mut found = Vec::new();
            walk(path, usize::MAX, &mut found);
            gathered.set(found, &mut store, threads);
            continue;
        }
        match Known::on_disk(path) {
            Ok(known) if known.container().is_some() => gathered.set(vec![known], &mut store, threads),
            Ok(known) => {
                let mut files = neighbours.of(path);
                files.insert(0, known);
                gathered.jobs.push(Job { files, found: false, refused: None });
            }
            Err(error) => {
                let name = path.display().to_string();
                let known = Known { name, place: Place::Disk(path.clone()), len: 0 };
                let refused = Some(Refused::Io(error));
                gathered.jobs.push(Job { files: vec![known], found: false, refused });
            }
        }
    }
    gathered
}

impl Gathered {
    /// Plans files that belong together, archives among them opened.
    fn set(&mut self, found: Vec<Known>, store: &mut Store, threads: Option<NonZeroUsize>) {
        let mut files = Vec::with_capacity(found.len());
        for known in found {
            match known.container() {
                Some(_) => files.extend(store.unpack(&known, &mut self.losses)),
                None => files.push(known),
            }
        }
        for portion in portions(files) {
            self.plan(&portion, threads);
        }
    }

    fn plan(&mut self, files: &[Known], threads: Option<NonZeroUsize>) {
        let set = Files::lying(files.to_vec());
        let roles = plan_with(&set, |ids| {
            let mut roles = Vec::with_capacity(ids.len());
            let keep = |role| {
                roles.push(role);
                Ok(())
            };
            match in_order(ids, threads, |id| look(&set, *id), keep) {
                Ok(()) => roles,
                // Without threads it only takes longer.
                Err(_) => ids.iter().map(|id| look(&set, *id)).collect(),
            }
        });
        let known = |id: SourceId| files.get(usize::from(id.0)).cloned();
        for (role, file) in roles.into_iter().zip(files) {
            let (belongings, refused): (Vec<SourceId>, _) = match role {
                FileRole::Trace { sidecars, parts, .. } => {
                    (sidecars.into_iter().chain(parts).collect(), None)
                }
                FileRole::Part(_) | FileRole::Sidecar(_) => continue,
                FileRole::Container(container) => {
                    let found = format!("{} that was not opened", container.title());
                    (Vec::new(), Some(Refused::Import(ImportError::Binary { found })))
                }
                FileRole::Unreadable(error) => (Vec::new(), Some(Refused::Import(error))),
            };
            let files =
                std::iter::once(file.clone()).chain(belongings.into_iter().filter_map(known)).collect();
            self.jobs.push(Job { files, found: true, refused });
        }
    }
}

/// As many files as can be planned together, cut where another folder begins. What belongs to files of
/// another portion is not seen; nobody keeps so many files of one run.
fn portions(mut files: Vec<Known>) -> Vec<Vec<Known>> {
    let mut portions = Vec::new();
    while files.len() > MOST_FILES {
        let folder = |known: &Known| known.name.rsplit_once('/').map_or(0, |(folder, _)| folder.len());
        let differs = |pair: &[Known]| match pair {
            [one, two] => {
                folder(one) != folder(two) || !two.name.starts_with(one.name.get(..folder(one)).unwrap_or(""))
            }
            _ => false,
        };
        let first = files.get(..MOST_FILES).unwrap_or(&files);
        let cut = first.windows(2).rposition(differs).map_or(MOST_FILES, |at| at + 1);
        let rest = files.split_off(cut);
        portions.push(std::mem::replace(&mut files, rest));
    }
    portions.push(files);
    portions
}

/// The files of a folder and of those in it, by name, down to a depth.
fn walk(folder: &Path, depth: usize, found: &mut Vec<Known>) {
    let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = fs::read_dir(listed) else { return };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = folder.join(entry.file_name());
        // A link is not followed: it could lead back up.
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth > 0 => walk(&path, depth - 1, found),
            Ok(kind) if kind.is_file() => found.extend(Known::on_disk(&path)),
            _ => {}
        }
        if depth != usize::MAX && found.len() > Neighbours::MOST {
            return;
        }
    }
}

/// What lies beside files that are named, each folder looked at once.
#[derive(Default)]
struct Neighbours {
    folders: BTreeMap<PathBuf, BTreeMap<String, Vec<Known>>>,
}

impl Neighbours {
    /// Folders inside the file's own: Claude Code keeps sub-agents two below the session.
    const DEPTH: usize = 2;
    /// Beyond that, nobody has put the file there to be seen with the others.
    const MOST: usize = 20_000;

    /// Sidecars that may speak of the file, and the other files of its run if it is kept in many.
    fn of(&mut self, path: &Path) -> Vec<Known> {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let runs = self.folders.entry(folder).or_insert_with_key(|folder| runs_in(folder));
        let mut files: Vec<Known> = sidecar::near(&path.display().to_string())
            .into_iter()
            .filter_map(|near| Known::on_disk(Path::new(&near)).ok().filter(|_| Path::new(&near).is_file()))
            .collect();
        files.extend(runs.get(&path.display().to_string()).into_iter().flatten().cloned());
        files
    }
}

/// The parts of the runs of a folder that are kept in many files, by the name of the file each begins in.
fn runs_in(folder: &Path) -> BTreeMap<String, Vec<Known>> {
    let mut found = Vec::new();
    walk(folder, Neighbours::DEPTH, &mut found);
    let files = Files::lying(found.clone());
    let names: Vec<(SourceId, &str)> = (0..files.source_count())
        .filter_map(|id| u16::try_from(id).ok())
        .map(|id| (SourceId(id), files.name(SourceId(id))))
        .collect();
    let known = |id: SourceId| found.get(usize::from(id.0)).cloned();
    gathered(&names).into_iter().fold(BTreeMap::new(), |mut runs: BTreeMap<String, Vec<Known>>, (_, run)| {
        let parts = run.parts.into_iter().filter_map(known);
        runs.entry(files.name(run.main).to_owned()).or_default().extend(parts);
        runs
    })
}
