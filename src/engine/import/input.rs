use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use serde_json::value::RawValue;

use super::{FileRole, Head, ImportError, Importer, plan, recognise, scan, text};
use crate::engine::trace::{BodySource, Decoder, Segment, SourceId, TextRef};

/// Told how many bytes have been read; answers whether to go on.
pub type Progress<'a> = dyn FnMut(u64) -> bool + 'a;

/// One file to import, with the files that lie beside it.
pub struct Input<'a> {
    pub sources: &'a dyn BodySource,
    pub main: SourceId,
    /// Sidecars of the same folder, recognised as such.
    pub sidecars: Vec<SourceId>,
    /// The other files of a run that is kept in many, in the order in which its importer gathered them.
    pub parts: Vec<SourceId>,
    /// Who reads them, where that is known.
    pub(super) importer: Option<&'static dyn Importer>,
    pub(super) progress: RefCell<&'a mut Progress<'a>>,
    pub(super) hash: Cell<u64>,
    hash_of_parts: Cell<u64>,
    pub(super) block_size: u64,
    pub(super) longest_record: u64,
}

impl<'a> Input<'a> {
    pub fn new(
        sources: &'a dyn BodySource,
        main: SourceId,
        sidecars: Vec<SourceId>,
        progress: &'a mut Progress<'a>,
    ) -> Self {
        Self {
            sources,
            main,
            sidecars,
            parts: Vec::new(),
            importer: None,
            progress: RefCell::new(progress),
            hash: Cell::new(0),
            hash_of_parts: Cell::new(0),
            block_size: scan::BLOCK_SIZE,
            longest_record: scan::LONGEST_RECORD,
        }
    }

    /// The input for the first of a set of files, with those of the others that belong to it.
    pub fn of_set(sources: &'a dyn BodySource, progress: &'a mut Progress<'a>) -> Self {
        Self::of_planned(sources, plan(sources), progress)
    }

    /// [`Input::of_set`] of files that were planned before.
    pub fn of_planned(
        sources: &'a dyn BodySource,
        plan: Vec<FileRole>,
        progress: &'a mut Progress<'a>,
    ) -> Self {
        let mut input = Self::new(sources, SourceId(0), Vec::new(), progress);
        if let Some(FileRole::Trace { importer, sidecars, parts }) = plan.into_iter().next() {
            input.importer = Some(importer);
            input.sidecars = sidecars;
            input.parts = parts;
        }
        input
    }

    /// Who reads the file.
    pub(super) fn importer(&self) -> Result<&'static dyn Importer, ImportError> {
        match self.importer {
            Some(importer) => Ok(importer),
            None => recognise(&Head::read(self.sources, self.main)?),
        }
    }

    /// Reads one of [`Input::parts`] as if it were the file: with the same progress, into the same hash. May
    /// be called while the file itself is being walked.
    pub fn with_part<T>(&self, part: SourceId, read: impl FnOnce(&Input<'_>) -> T) -> T {
        let mut progress = |done| (self.progress.borrow_mut())(done);
        let inner =
            Input::new(self.sources, part, Vec::new(), &mut progress).with_block_size(self.block_size);
        let result = read(&inner);
        self.hash_of_parts.set(self.hash_of_parts.get().rotate_left(1) ^ inner.content_hash());
        result
    }

    /// Reads the source in blocks of so many bytes; for tests, as the result never depends on it.
    #[must_use]
    pub fn with_block_size(self, bytes: u64) -> Self {
        Self { block_size: bytes.max(1), ..self }
    }

    /// Passes over records longer than so many bytes.
    #[cfg(test)]
    pub(super) fn with_longest_record(self, bytes: u64) -> Self {
        Self { longest_record: bytes, ..self }
    }

    pub fn len(&self) -> u64 {
        self.sources.len(self.main)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn name(&self) -> &str {
        self.sources.name(self.main)
    }

    /// Hash of the bytes that were walked. The same file gives the same hash, however it was read.
    pub fn content_hash(&self) -> u64 {
        self.hash.get() ^ self.hash_of_parts.get()
    }
}

/// A piece of the source that is read as one: a line, or an element of a list in a document.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    pub source: SourceId,
    /// Where `bytes` begin in the source.
    pub offset: u64,
    /// 1-based line, or 0-based element.
    pub number: u64,
    pub bytes: &'a [u8],
}

/// Decoded text and the segment it came from.
#[derive(Debug, Clone)]
pub struct Located<'a> {
    pub text: Cow<'a, str>,
    pub segment: Segment,
}

impl Located<'_> {
    /// For text that is needed after its record is gone.
    pub(super) fn into_owned(self) -> Located<'static> {
        Located { text: Cow::Owned(self.text.into_owned()), segment: self.segment }
    }

    /// Where a format has a text and this record none.
    pub(super) fn nothing() -> Self {
        Self { text: Cow::Borrowed(""), segment: Segment::Inline("".into()) }
    }

    pub fn as_ref(&self) -> TextRef<'_> {
        TextRef { text: &self.text, segment: self.segment.clone() }
    }

    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

impl<'a> Record<'a> {
    /// The segment that `piece`, a part of this record's bytes, occupies. A piece from elsewhere (text that
    /// was decoded first) becomes inline text, as `decoder` makes it.
    pub fn segment(&self, piece: &str, decoder: Decoder) -> Segment {
        let (own, start) = (self.bytes.as_ptr().addr(), piece.as_ptr().addr());
        let inside = start >= own && start + piece.len() <= own + self.bytes.len();
        match u32::try_from(piece.len()) {
            Ok(len) if inside => Segment::Stored {
                source: self.source,
                start: self.offset + (start - own) as u64,
                len,
                decoder,
            },
            _ => Segment::Inline(text::decode(decoder, piece.as_bytes()).unwrap_or_default().into()),
        }
    }

    /// [`Record::segment`] for a decoder of an importer's own, which makes `text` of the piece.
    pub fn segment_of(&self, piece: &str, decoder: Decoder, text: &str) -> Segment {
        match self.segment(piece, decoder) {
            Segment::Inline(_) => Segment::Inline(text.into()),
            stored @ Segment::Stored { .. } => stored,
        }
    }

    /// A value inside this record as a record of its own.
    #[must_use]
    pub fn inner(&self, raw: &'a RawValue, number: u64) -> Self {
        let start = raw.get().as_ptr().addr().saturating_sub(self.bytes.as_ptr().addr());
        Self { offset: self.offset + start as u64, number, bytes: raw.get().as_bytes(), ..*self }
    }

    /// A JSON value read as text: see [`text::json_text`].
    pub fn text(&self, raw: &'a RawValue) -> Located<'a> {
        Located { text: text::json_text(raw.get()), segment: self.segment(raw.get(), text::JSON_TEXT) }
    }

    /// A JSON value as it stands in the file: call arguments that are an object.
    pub fn raw(&self, raw: &'a RawValue) -> Located<'a> {
        Located { text: Cow::Borrowed(raw.get()), segment: self.segment(raw.get(), text::PLAIN) }
    }

    /// A piece of a JSON string, without its quotes.
    pub fn piece(&self, piece: &'a str) -> Located<'a> {
        let text = text::unescaped(piece);
        Located { segment: self.segment_of(piece, text::PIECE, &text), text }
    }

    /// Call arguments given as an object, or as a string that holds one.
    pub fn arguments(&self, raw: &'a RawValue) -> Located<'a> {
        if raw.get().starts_with('"') { self.text(raw) } else { self.raw(raw) }
    }
}
