use rustc_hash::{FxHashMap, FxHashSet};

use super::unpack::Container;
use super::{Head, ImportError, Importer, Probe, importers, recognise, sidecar};
use crate::engine::order;
use crate::engine::trace::{BodySource, SourceId};

/// The files of one run, as their paths tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gathered {
    /// The file that says what the run is; its importer must recognise it.
    pub main: SourceId,
    /// The others, in the order in which they are to be read.
    pub parts: Vec<SourceId>,
}

/// The files that `number` gives a number, by their folders, in the order of the numbers.
pub(super) fn numbered_in_folders<'a>(
    names: &[(SourceId, &'a str)],
    number: impl Fn(&str) -> Option<u32>,
) -> Vec<(&'a str, Vec<SourceId>)> {
    let mut folders: Vec<(&str, Vec<(u32, SourceId)>)> = Vec::new();
    for (id, path) in names {
        let Some(number) = number(path) else { continue };
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        match folders.iter_mut().find(|(known, _)| *known == folder) {
            Some((_, files)) => files.push((number, *id)),
            None => folders.push((folder, vec![(number, *id)])),
        }
    }
    let in_order = |(folder, mut files): (&'a str, Vec<(u32, SourceId)>)| {
        order::sort(&mut files);
        (folder, files.into_iter().map(|(_, id)| id).collect())
    };
    folders.into_iter().map(in_order).collect()
}

/// What a file is to the set it came with.
pub enum FileRole {
    /// Holds runs; to be read with these sidecars and, if its run is kept in many files, these parts.
    Trace {
        importer: &'static dyn Importer,
        sidecars: Vec<SourceId>,
        parts: Vec<SourceId>,
    },
    /// Belongs to the run that begins in another file.
    Part(SourceId),
    /// Says something about the runs beside it.
    Sidecar(sidecar::Sidecar),
    /// Holds other files: see [`super::unpack`].
    Container(Container),
    Unreadable(ImportError),
}

/// So many files can be planned together; callers with more plan them in portions.
pub const MOST_FILES: usize = 1 << 16;

/// Sorts a set of files into traces and what belongs to them, looking at heads only.
pub fn plan(sources: &dyn BodySource) -> Vec<FileRole> {
    plan_with(sources, |ids| ids.iter().map(|id| look(sources, *id)).collect())
}

/// The format of each file that is a trace by itself, as its content tells; `None` for all else. For callers that
/// look at parts of a set in several places, and then plan the whole with [`plan_known`].
pub fn look_at_all(sources: &dyn BodySource) -> Vec<Option<&'static str>> {
    let format = |id: u16| match look(sources, SourceId(id)) {
        FileRole::Trace { importer, .. } => Some(importer.info().id),
        _ => None,
    };
    (0..sources.source_count()).filter_map(|id| u16::try_from(id).ok()).map(format).collect()
}

/// [`plan`] of files of which those with a format in `known`, in their order, were looked at before.
pub fn plan_known(sources: &dyn BodySource, known: &[String]) -> Vec<FileRole> {
    let importer = |id: SourceId| {
        let format = known.get(usize::from(id.0))?;
        importers().find(|importer| importer.info().id == format)
    };
    let role = |id: &SourceId| match importer(*id) {
        Some(importer) => FileRole::Trace { importer, sidecars: Vec::new(), parts: Vec::new() },
        None => look(sources, *id),
    };
    plan_with(sources, |ids| ids.iter().map(role).collect())
}

/// [`plan`] for callers that can look at several files at once: `look_at_all` calls [`look`] on each.
pub fn plan_with(
    sources: &dyn BodySource,
    look_at_all: impl FnOnce(&[SourceId]) -> Vec<FileRole>,
) -> Vec<FileRole> {
    let ids: Vec<SourceId> =
        (0..sources.source_count()).filter_map(|id| u16::try_from(id).ok()).map(SourceId).collect();
    let names: Vec<(SourceId, &str)> = ids.iter().map(|id| (*id, sources.name(*id))).collect();
    let gathered = confirmed(sources, gathered(&names));
    let mut roles = roles(sources, &ids, gathered, look_at_all);
    attach(&names, &mut roles);
    roles
}

/// Gives each trace the sidecars that speak of it.
fn attach(names: &[(SourceId, &str)], roles: &mut [FileRole]) {
    let mut traces: Vec<(&str, SourceId)> = names
        .iter()
        .zip(roles.iter())
        .filter(|(_, role)| matches!(role, FileRole::Trace { .. }))
        .map(|((id, name), _)| (*name, *id))
        .collect();
    order::sort(&mut traces);
    let sidecars: Vec<(sidecar::Sidecar, SourceId, &str)> = names
        .iter()
        .zip(roles.iter())
        .filter_map(|((id, name), role)| match role {
            FileRole::Sidecar(kind) => Some((*kind, *id, *name)),
            _ => None,
        })
        .collect();
    for (kind, id, name) in sidecars {
        for trace in speaks_of(kind, name, below(sidecar::reach(name), &traces)) {
            if let Some(FileRole::Trace { sidecars, .. }) = roles.get_mut(usize::from(trace.0)) {
                sidecars.push(id);
            }
        }
    }
}

/// The traces in and below a folder, of all traces in the order of their names.
fn below<'a, 'n>(folder: &str, traces: &'a [(&'n str, SourceId)]) -> &'a [(&'n str, SourceId)] {
    let inside =
        |name: &str| name.as_bytes().get(..folder.len()).unwrap_or(name.as_bytes()) <= folder.as_bytes();
    let start = traces.partition_point(|(name, _)| *name < folder);
    let rest = traces.get(start..).unwrap_or_default();
    rest.get(..rest.partition_point(|(name, _)| inside(name))).unwrap_or_default()
}

/// What each file is by itself or as part of a run; parts are not looked at.
fn roles(
    sources: &dyn BodySource,
    ids: &[SourceId],
    gathered: Vec<(&'static dyn Importer, Gathered)>,
    look_at_all: impl FnOnce(&[SourceId]) -> Vec<FileRole>,
) -> Vec<FileRole> {
    let mut known: FxHashMap<SourceId, FileRole> = FxHashMap::default();
    for (importer, group) in gathered {
        known.extend(group.parts.iter().map(|part| (*part, FileRole::Part(group.main))));
        known.insert(group.main, FileRole::Trace { importer, sidecars: Vec::new(), parts: group.parts });
    }
    let open: Vec<SourceId> = ids.iter().copied().filter(|id| !known.contains_key(id)).collect();
    let looked = look_at_all(&open);
    known.extend(open.into_iter().zip(looked));
    ids.iter().map(|id| known.remove(id).unwrap_or_else(|| look(sources, *id))).collect()
}

type Named<'a> = &'a (&'a str, SourceId);

/// Of which of the traces a sidecar speaks. Files dropped together without their folders may come from many
/// trials: then it speaks only of what Harbor itself names `trajectory`, and of nothing if that is several.
fn speaks_of(kind: sidecar::Sidecar, name: &str, traces: &[(&str, SourceId)]) -> Vec<SourceId> {
    let candidates = traces.iter().filter(|(trace, _)| sidecar::belongs(kind, name, trace));
    let (of_many, mut near): (Vec<Named<'_>>, Vec<Named<'_>>) =
        candidates.partition(|(trace, _)| sidecar::is_of_many(kind, name, trace));
    if of_many.len() + near.len() > 1 {
        near.retain(|(trace, _)| sidecar::file_name(trace).split('.').next() == Some("trajectory"));
        let begins = |(trace, _): &&Named<'_>| sidecar::file_name(trace) == "trajectory.json";
        if near.iter().filter(begins).count() != 1 {
            near.clear();
        }
    }
    of_many.into_iter().chain(near).map(|(_, id)| *id).collect()
}

/// The runs that are kept in many files, as their paths alone tell.
pub fn gathered(names: &[(SourceId, &str)]) -> Vec<(&'static dyn Importer, Gathered)> {
    importers()
        .flat_map(|importer| importer.gather(names).into_iter().map(move |group| (importer, group)))
        .collect()
}

/// Those of the groups whose main file is what its name promises, each file in one group only.
fn confirmed(
    sources: &dyn BodySource,
    groups: Vec<(&'static dyn Importer, Gathered)>,
) -> Vec<(&'static dyn Importer, Gathered)> {
    let mut taken = FxHashSet::default();
    let mut all = Vec::new();
    for (importer, group) in groups {
        let is_free = !taken.contains(&group.main) && group.parts.iter().all(|part| !taken.contains(part));
        let fits = || Head::read(sources, group.main).is_ok_and(|head| importer.probe(&head) != Probe::No);
        if is_free && fits() {
            taken.insert(group.main);
            taken.extend(&group.parts);
            all.push((importer, group));
        }
    }
    all
}

/// What a file is by itself.
pub fn look(sources: &dyn BodySource, id: SourceId) -> FileRole {
    let head = match Head::read(sources, id) {
        Ok(head) => head,
        Err(error) => return FileRole::Unreadable(error),
    };
    if let Some(container) = Container::of(&head.bytes) {
        return FileRole::Container(container);
    }
    if let Some(kind) = sidecar::probe(&head) {
        return FileRole::Sidecar(kind);
    }
    match recognise(&head) {
        Ok(importer) => FileRole::Trace { importer, sidecars: Vec::new(), parts: Vec::new() },
        Err(error) => FileRole::Unreadable(error),
    }
}

#[cfg(test)]
mod tests {
    use super::{FileRole, plan};
    use crate::engine::trace::MemorySources;

    const ATIF: &str =
        r#"{"schema_version":"ATIF-v1.2","session_id":"s","agent":{"name":"a","version":"1"},"steps":[]}"#;

    /// How many sidecars each of these files is read with.
    fn sidecars(names: &[&str]) -> Vec<usize> {
        let bytes = |name: &str| if name.ends_with("txt") { b"1".to_vec() } else { ATIF.as_bytes().to_vec() };
        let files = names.iter().map(|name| ((*name).to_owned(), bytes(name))).collect();
        let count = |role: FileRole| match role {
            FileRole::Trace { sidecars, .. } => Some(sidecars.len()),
            _ => None,
        };
        plan(&MemorySources::new(files)).into_iter().filter_map(count).collect()
    }

    #[test]
    fn a_reward_speaks_of_the_trial_it_lies_in() {
        assert_eq!(
            sidecars(&["a/agent/trajectory.json", "a/verifier/reward.txt", "b/trajectory.json"]),
            [1, 0]
        );
        assert_eq!(sidecars(&["a.json", "reward.txt"]), [1]);
    }

    #[test]
    fn among_files_without_folders_it_speaks_of_the_trajectory_alone() {
        assert_eq!(
            sidecars(&["other.json", "trajectory.json", "trajectory.cont-1.json", "reward.txt"]),
            [0, 1, 1]
        );
        assert_eq!(sidecars(&["one.json", "two.json", "reward.txt"]), [0, 0]);
    }
}
