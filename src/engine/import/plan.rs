use super::{Head, ImportError, Importer, recognise, sidecar};
use crate::engine::trace::{BodySource, SourceId};

/// What a file is to the set it came with.
pub enum FileRole {
    /// Holds runs; to be read with these sidecars.
    Trace {
        importer: &'static dyn Importer,
        sidecars: Vec<SourceId>,
    },
    /// Says something about the runs beside it.
    Sidecar(sidecar::Sidecar),
    Unreadable(ImportError),
}

/// Sorts a set of files into traces and what belongs to them, looking at heads only.
pub fn plan(sources: &dyn BodySource) -> Vec<FileRole> {
    let ids: Vec<SourceId> =
        (0..sources.source_count()).filter_map(|id| u16::try_from(id).ok()).map(SourceId).collect();
    let mut roles: Vec<FileRole> = ids.iter().map(|id| role(sources, *id)).collect();
    let found: Vec<SourceId> = ids
        .iter()
        .zip(&roles)
        .filter(|(_, role)| matches!(role, FileRole::Sidecar(_)))
        .map(|(id, _)| *id)
        .collect();
    for (id, role) in ids.iter().zip(&mut roles) {
        if let FileRole::Trace { sidecars, .. } = role {
            let own = sources.name(*id);
            *sidecars =
                found.iter().copied().filter(|other| sidecar::belongs(sources.name(*other), own)).collect();
        }
    }
    roles
}

fn role(sources: &dyn BodySource, id: SourceId) -> FileRole {
    let head = match Head::read(sources, id) {
        Ok(head) => head,
        Err(error) => return FileRole::Unreadable(error),
    };
    if let Some(kind) = sidecar::probe(&head) {
        return FileRole::Sidecar(kind);
    }
    match recognise(&head) {
        Ok(importer) => FileRole::Trace { importer, sidecars: Vec::new() },
        Err(error) => FileRole::Unreadable(error),
    }
}
