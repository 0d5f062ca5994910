//! Opens files: the only place that does.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::engine::import::{Head, sidecar};
use crate::engine::trace::{BodyError, BodySource, SourceId};

/// Larger files stay on the disk and are read in ranges.
const IN_MEMORY: u64 = 256 << 20;

/// Where sidecars lie, seen from the folder of the trace.
const SIDECARS: &[&str] = &[
    "result.json",
    "reward.txt",
    "ctrf.json",
    "verifier/result.json",
    "verifier/reward.txt",
    "verifier/ctrf.json",
];

enum Content {
    Memory(Vec<u8>),
    Disk { file: File, len: u64 },
}

/// A trace file with the files beside it that belong to it.
pub(super) struct Files {
    files: Vec<(String, Content)>,
}

impl Files {
    /// Opens `path` and its sidecars.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut files = Self { files: vec![(path.display().to_string(), read(path)?)] };
        for beside in beside(path) {
            if let Ok(content) = read(&beside) {
                files.files.push((beside.display().to_string(), content));
            }
        }
        Ok(files)
    }

    /// The files that say something about the first one.
    pub(super) fn sidecars(&self) -> Vec<SourceId> {
        let own = self.name(SourceId(0));
        (1..self.source_count())
            .filter_map(|place| u16::try_from(place).ok())
            .map(SourceId)
            .filter(|id| sidecar::belongs(self.name(*id), own))
            .filter(|id| Head::read(self, *id).is_ok_and(|head| sidecar::probe(&head).is_some()))
            .collect()
    }

    fn content(&self, source: SourceId) -> Option<&Content> {
        self.files.get(usize::from(source.0)).map(|(_, content)| content)
    }
}

fn beside(path: &Path) -> Vec<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let above = folder.parent().filter(|_| folder.file_name().is_some_and(|name| name == "agent"));
    [Some(folder), above]
        .into_iter()
        .flatten()
        .flat_map(|folder| SIDECARS.iter().map(move |name| folder.join(name)))
        .filter(|beside| beside != path && beside.is_file())
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "this is where files are opened")]
fn read(path: &Path) -> io::Result<Content> {
    let mut file = File::open(path)?;
    let len = file.metadata()?.len();
    if len > IN_MEMORY {
        return Ok(Content::Disk { file, len });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or_default());
    file.read_to_end(&mut bytes)?;
    Ok(Content::Memory(bytes))
}

impl BodySource for Files {
    fn source_count(&self) -> usize {
        self.files.len()
    }

    fn name(&self, source: SourceId) -> &str {
        self.files.get(usize::from(source.0)).map_or("", |(name, _)| name)
    }

    fn len(&self, source: SourceId) -> u64 {
        match self.content(source) {
            Some(Content::Memory(bytes)) => bytes.len() as u64,
            Some(Content::Disk { len, .. }) => *len,
            None => 0,
        }
    }

    fn read(&self, source: SourceId, range: Range<u64>) -> Result<Cow<'_, [u8]>, BodyError> {
        let len = self.len(source);
        let out_of_range = BodyError::OutOfRange { start: range.start, end: range.end, len };
        if range.start > range.end || range.end > len {
            return Err(out_of_range);
        }
        match self.content(source) {
            None => Err(BodyError::NoSource(source.0)),
            Some(Content::Memory(bytes)) => {
                let place = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
                let slice = place.and_then(|(start, end)| bytes.get(start..end));
                slice.map(Cow::Borrowed).ok_or(out_of_range)
            }
            Some(Content::Disk { file, .. }) => {
                read_range(file, range).map(Cow::Owned).map_err(|error| BodyError::Io(error.to_string()))
            }
        }
    }

    fn in_memory(&self, source: SourceId) -> Option<&[u8]> {
        match self.content(source)? {
            Content::Memory(bytes) => Some(bytes),
            Content::Disk { .. } => None,
        }
    }
}

fn read_range(mut file: &File, range: Range<u64>) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(range.start))?;
    let len = usize::try_from(range.end - range.start).map_err(io::Error::other)?;
    let mut bytes = vec![0; len];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// A file to be reported on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) path: PathBuf,
    /// Found in a folder, not named: no complaint if it is no trace.
    pub(super) found: bool,
}

/// The files that the arguments stand for, in their order; those of a folder by name.
pub(super) fn asked(arguments: &[PathBuf]) -> Vec<Asked> {
    let mut asked = Vec::new();
    for path in arguments {
        if path.is_dir() {
            walk(path, &mut asked);
        } else {
            asked.push(Asked { path: path.clone(), found: false });
        }
    }
    asked
}

fn walk(folder: &Path, asked: &mut Vec<Asked>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        // A link is not followed: it could lead back up.
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&entry.path(), asked),
            Ok(kind) if kind.is_file() => asked.push(Asked { path: entry.path(), found: true }),
            _ => {}
        }
    }
}
