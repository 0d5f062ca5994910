//! Finds text in the bodies of steps without decoding what cannot hold it.

use std::borrow::Cow;

use super::Needle;
use super::unescape::unescape;
use crate::engine::import::{self, Importer};
use crate::engine::trace::{BodySource, Part, PartKind, Segment, SourceId, Step, Trace};

/// Read at once, where a source is not in memory: a read of its own for each step costs a round trip. Little
/// where the reading jumps, much where it goes on behind what was read.
const FIRST_WINDOW: u64 = 256 << 10;
const NEXT_WINDOW: u64 = 4 << 20;
/// Windows kept: calls, results and attachments may lie apart, each in its own order.
const WINDOWS: usize = 4;
/// Looking at a byte that is decoded costs about so many that are not.
const DECODING: u64 = 6;
/// Looking at a step at all costs about as much as so many bytes.
const STEP: u64 = 64;

/// How the bytes of a segment relate to its text, as far as decoders are shared by all importers.
const PLAIN: u8 = 0;
const JSON: u8 = 1;
const PIECE: u8 = 2;

pub(super) struct Bodies<'a> {
    sources: &'a dyn BodySource,
    importer: Option<&'static dyn Importer>,
    /// The one used last comes last.
    windows: Vec<Window>,
    /// What was done so far, in bytes.
    pub(super) spent: u64,
}

struct Window {
    source: SourceId,
    start: u64,
    bytes: Vec<u8>,
}

impl<'a> Bodies<'a> {
    pub(super) fn new(trace: &Trace, sources: &'a dyn BodySource) -> Self {
        let importer = import::importer(trace.format);
        Self { sources, importer, windows: Vec::new(), spent: 0 }
    }

    pub(super) fn begin_step(&mut self) {
        self.spent += STEP;
    }

    /// Whether a step's label or its whole body holds the text. What cannot be read holds nothing.
    pub(super) fn hold(&mut self, step: &Step, needle: &Needle) -> bool {
        needle.find(&step.label, 0).is_some() || step.parts.iter().any(|part| self.part_holds(part, needle))
    }

    fn part_holds(&mut self, part: &Part, needle: &Needle) -> bool {
        if let [only] = part.segments.as_slice()
            && self.is_ruled_out(only, needle)
        {
            return false;
        }
        // All pieces at once: what is looked for may begin in one and end in another.
        let mut text = String::new();
        for segment in &part.segments {
            text.push_str(&self.decoded(segment).unwrap_or_default());
        }
        // The arguments of a call are shown one by one, as the texts they are.
        let is_json = part.kind == PartKind::Call && text.starts_with(['{', '[']);
        let text = if is_json { unescape(&text) } else { Cow::Borrowed(text.as_str()) };
        needle.find(&text, 0).is_some()
    }

    /// Whether the bytes show that their text does not hold it.
    fn is_ruled_out(&mut self, segment: &Segment, needle: &Needle) -> bool {
        let Segment::Stored { decoder, len, .. } = segment else { return false };
        self.spent += u64::from(*len);
        let decoder = decoder.0;
        let Some(raw) = self.raw(segment) else { return true };
        let keeps_words = match decoder {
            PLAIN | PIECE => true,
            JSON => !needle.is_number() || raw.first() == Some(&b'"'),
            _ => false,
        };
        keeps_words && needle.may_be_in(&raw) == Some(false)
    }

    fn decoded<'b>(&'b mut self, segment: &'b Segment) -> Option<Cow<'b, str>> {
        match segment {
            Segment::Inline(text) => Some(Cow::Borrowed(text)),
            Segment::Stored { decoder, len, .. } => {
                self.spent += u64::from(*len) * DECODING;
                let importer = self.importer?;
                let raw = self.raw(segment)?;
                importer.decode(*decoder, &raw).ok().map(Cow::Owned)
            }
        }
    }

    fn raw(&mut self, segment: &Segment) -> Option<Cow<'_, [u8]>> {
        let Segment::Stored { source, start, len, .. } = segment else { return None };
        let end = start + u64::from(*len);
        if self.sources.in_memory(*source).is_some() {
            return self.sources.read(*source, *start..end).ok();
        }
        let window = match self.windows.iter().position(|window| window.holds(*source, *start, end)) {
            Some(place) => self.windows.remove(place),
            None => self.open(*source, *start, end)?,
        };
        self.windows.push(window);
        let window = self.windows.last()?;
        let from = usize::try_from(start - window.start).ok()?;
        window.bytes.get(from..from + *len as usize).map(Cow::Borrowed)
    }

    fn open(&mut self, source: SourceId, start: u64, end: u64) -> Option<Window> {
        let before = self.windows.iter().position(|window| window.leads_to(source, start));
        let size = if before.is_some() { NEXT_WINDOW } else { FIRST_WINDOW };
        // What was gone through makes room for what follows it.
        if let Some(place) = before.or((self.windows.len() >= WINDOWS).then_some(0)) {
            self.windows.remove(place);
        }
        let limit = (start + size).min(self.sources.len(source)).max(end);
        let bytes = self.sources.read(source, start..limit).ok()?.into_owned();
        Some(Window { source, start, bytes })
    }
}

impl Window {
    fn holds(&self, source: SourceId, start: u64, end: u64) -> bool {
        self.source == source && self.start <= start && end <= self.start + self.bytes.len() as u64
    }

    /// Whether what begins there follows it, or nearly so.
    fn leads_to(&self, source: SourceId, start: u64) -> bool {
        let end = self.start + self.bytes.len() as u64;
        self.source == source && self.start <= start && start <= end + FIRST_WINDOW
    }
}
