use std::borrow::Cow;
use std::ops::Range;

use smallvec::SmallVec;

/// The place of a source in the list of files that a run was read from.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct SourceId(pub u16);

/// How the bytes of a segment become text. Values below 16 are shared by all importers (see
/// `import::text`); from 16 on the trace's own importer gives them meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decoder(pub u8);

/// The parts a step's body may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PartKind {
    Message,
    Thought,
    Call,
    Result,
}

/// A piece of a part: bytes of a source, or text that stands nowhere in one piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    Stored { source: SourceId, start: u64, len: u32, decoder: Decoder },
    Inline(Box<str>),
}

/// One part of a body. Its text is the decoded segments, one after the other.
#[derive(Debug, Clone)]
pub struct Part {
    pub kind: PartKind,
    pub segments: SmallVec<[Segment; 1]>,
}

/// Reads bytes of the sources a run came from: from memory natively and in tests, from slices of the
/// dropped `File` in the worker. Nothing else in the engine reads a source.
pub trait BodySource {
    fn source_count(&self) -> usize;
    /// The name as the person knows it, with its folder: `run-7/trajectory.json`.
    fn name(&self, source: SourceId) -> &str;
    fn len(&self, source: SourceId) -> u64;
    /// The bytes of `range`, all of them or an error. Borrowed where the source is in memory.
    fn read(&self, source: SourceId, range: Range<u64>) -> Result<Cow<'_, [u8]>, BodyError>;
    /// All bytes at once, where they are in memory anyway.
    fn in_memory(&self, _source: SourceId) -> Option<&[u8]> {
        None
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    #[error("no source number {0}")]
    NoSource(u16),
    #[error("expected bytes {start} to {end}, but the source ends at {len}: was the file changed?")]
    OutOfRange { start: u64, end: u64, len: u64 },
    #[error("the source could not be read: {0}")]
    Io(String),
    #[error("the text could not be decoded: {0}")]
    Decode(String),
}

/// Sources held in memory.
#[derive(Debug, Clone, Default)]
pub struct MemorySources {
    files: Vec<(String, Vec<u8>)>,
}

impl MemorySources {
    pub fn new(files: Vec<(String, Vec<u8>)>) -> Self {
        Self { files }
    }

    pub fn single(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { files: vec![(name.into(), bytes.into())] }
    }
}

impl BodySource for MemorySources {
    fn source_count(&self) -> usize {
        self.files.len()
    }

    fn name(&self, source: SourceId) -> &str {
        self.files.get(usize::from(source.0)).map_or("", |(name, _)| name)
    }

    fn len(&self, source: SourceId) -> u64 {
        self.files.get(usize::from(source.0)).map_or(0, |(_, bytes)| bytes.len() as u64)
    }

    fn read(&self, source: SourceId, range: Range<u64>) -> Result<Cow<'_, [u8]>, BodyError> {
        let (_, bytes) = self.files.get(usize::from(source.0)).ok_or(BodyError::NoSource(source.0))?;
        let (Ok(start), Ok(end)) = (usize::try_from(range.start), usize::try_from(range.end)) else {
            return Err(out_of_range(&range, bytes.len() as u64));
        };
        bytes.get(start..end).map(Cow::Borrowed).ok_or_else(|| out_of_range(&range, bytes.len() as u64))
    }

    fn in_memory(&self, source: SourceId) -> Option<&[u8]> {
        self.files.get(usize::from(source.0)).map(|(_, bytes)| bytes.as_slice())
    }
}

fn out_of_range(range: &Range<u64>, len: u64) -> BodyError {
    BodyError::OutOfRange { start: range.start, end: range.end, len }
}
