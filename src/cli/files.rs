//! Reads files: on the disk, or unpacked from an archive. The only place that opens any.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::store::Spill;
use crate::engine::import::unpack::Container;
use crate::engine::trace::{BodyError, BodySource, SourceId};

/// Larger files stay where they are and are read in ranges.
const IN_MEMORY: u64 = 256 << 20;

/// Where the bytes of a file lie.
#[derive(Clone)]
pub(super) enum Place {
    Disk(PathBuf),
    /// Unpacked from an archive.
    Memory(Arc<[u8]>),
    /// Unpacked into a temporary file, in which it begins at `start`.
    Spilled {
        spill: Arc<Spill>,
        start: u64,
    },
}

/// A file that was named or found, under the name that the person knows it by.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) len: u64,
}

impl Known {
    pub(super) fn on_disk(path: &Path) -> io::Result<Self> {
        let len = path.metadata()?.len();
        Ok(Self { name: path.display().to_string(), place: Place::Disk(path.to_owned()), len })
    }

    /// The container that the file is, if it is one and can be read.
    pub(super) fn container(&self) -> Option<Container> {
        let head = self.len.min(Container::HEAD as u64);
        self.read(0..head).ok().and_then(|bytes| Container::of(&bytes))
    }

    fn read(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        match &self.place {
            Place::Disk(path) => read_range(&open(path)?, range),
            Place::Memory(bytes) => Ok(slice(bytes, &range).unwrap_or_default().to_vec()),
            Place::Spilled { spill, start } => spill.read(start + range.start..start + range.end),
        }
    }
}

enum Content {
    Memory(Arc<[u8]>),
    Open {
        file: File,
        len: u64,
    },
    /// Read from where it lies each time.
    Lying(Known),
}

/// Files that are looked at together: a trace with what belongs to it, or a whole folder.
pub(super) struct Files {
    files: Vec<(String, Content)>,
}

impl Files {
    /// Files to be read whole: in memory, except for the largest.
    pub(super) fn load(files: &[Known]) -> io::Result<Self> {
        let load = |known: &Known| Ok((known.name.clone(), content(known)?));
        Ok(Self { files: files.iter().map(load).collect::<io::Result<_>>()? })
    }

    /// Files of which only the beginnings and ends are to be seen: none is held.
    pub(super) fn lying(files: Vec<Known>) -> Self {
        Self { files: files.into_iter().map(|known| (known.name.clone(), Content::Lying(known))).collect() }
    }

    fn content(&self, source: SourceId) -> Option<&Content> {
        self.files.get(usize::from(source.0)).map(|(_, content)| content)
    }
}

fn content(known: &Known) -> io::Result<Content> {
    match &known.place {
        Place::Memory(bytes) => Ok(Content::Memory(Arc::clone(bytes))),
        Place::Disk(path) => {
            let mut file = open(path)?;
            let len = file.metadata()?.len();
            if len > IN_MEMORY {
                return Ok(Content::Open { file, len });
            }
            let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or_default());
            file.read_to_end(&mut bytes)?;
            Ok(Content::Memory(bytes.into()))
        }
        Place::Spilled { .. } if known.len > IN_MEMORY => Ok(Content::Lying(known.clone())),
        Place::Spilled { .. } => Ok(Content::Memory(known.read(0..known.len)?.into())),
    }
}

/// The whole of a small file that is no trace.
#[expect(clippy::disallowed_methods, reason = "this is where files are opened")]
pub(super) fn read_text(path: &Path) -> io::Result<String> {
    std::fs::read_to_string(path)
}

/// A text of any length, to be read line by line.
pub(super) fn open_text(path: &Path) -> io::Result<BufReader<File>> {
    open(path).map(BufReader::new)
}

#[expect(clippy::disallowed_methods, reason = "this is where files are opened")]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
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
            Some(Content::Open { len, .. }) => *len,
            Some(Content::Lying(known)) => known.len,
            None => 0,
        }
    }

    fn read(&self, source: SourceId, range: Range<u64>) -> Result<Cow<'_, [u8]>, BodyError> {
        let len = self.len(source);
        let out_of_range = BodyError::OutOfRange { start: range.start, end: range.end, len };
        if range.start > range.end || range.end > len {
            return Err(out_of_range);
        }
        let read = match self.content(source) {
            None => return Err(BodyError::NoSource(source.0)),
            Some(Content::Memory(bytes)) => {
                return slice(bytes, &range).map(Cow::Borrowed).ok_or(out_of_range);
            }
            Some(Content::Open { file, .. }) => read_range(file, range),
            Some(Content::Lying(known)) => known.read(range),
        };
        read.map(Cow::Owned).map_err(|error| BodyError::Io(error.to_string()))
    }

    fn in_memory(&self, source: SourceId) -> Option<&[u8]> {
        match self.content(source)? {
            Content::Memory(bytes) => Some(bytes),
            Content::Open { .. } | Content::Lying(_) => None,
        }
    }
}

fn slice<'a>(bytes: &'a [u8], range: &Range<u64>) -> Option<&'a [u8]> {
    let (start, end) = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok())?;
    bytes.get(start..end)
}

pub(super) fn read_range(mut file: &File, range: Range<u64>) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(range.start))?;
    let len = usize::try_from(range.end - range.start).map_err(io::Error::other)?;
    let mut bytes = vec![0; len];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}
