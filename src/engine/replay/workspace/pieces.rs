//! Pieces of sources: each version of a file is made of line ranges, and a line that is learned later becomes known
//! in every version that holds it.

use std::collections::BTreeMap;
use std::ops::Range;

/// The texts that the run itself wrote.
pub(super) const WRITTEN: u32 = 0;
/// The file as it was before the run.
pub(super) const START: u32 = 1;
/// A range to the end of a source whose length is not known.
pub(super) const OPEN: u32 = 1 << 30;

/// Lines of a source: the first, from 1, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) source: u32,
    pub(super) start: u32,
    pub(super) len: u32,
}

impl Piece {
    /// Its first so many lines, and the others.
    pub(super) fn cut(self, lines: u32) -> (Self, Self) {
        let len = if self.len >= OPEN { OPEN } else { self.len - lines };
        // Behind that line nothing is told apart.
        let start = self.start.saturating_add(lines).min(OPEN);
        (Self { len: lines, ..self }, Self { start, len, ..self })
    }

    pub(super) fn is_followed_by(self, next: Self) -> bool {
        next.source == self.source && self.len < OPEN && self.start.saturating_add(self.len) == next.start
    }
}

/// Lines that are known by their number.
#[derive(Debug, Clone, Default)]
pub(super) struct Source {
    pub(super) lines: BTreeMap<u32, Box<str>>,
    pub(super) len: Option<u32>,
}

/// All texts that versions of a file are made of.
#[derive(Debug, Clone)]
pub(super) struct Sources(Vec<Source>);

impl Default for Sources {
    fn default() -> Self {
        Self(vec![Source { len: Some(0), ..Source::default() }, Source::default()])
    }
}

impl Sources {
    pub(super) fn get(&self, piece: Piece, offset: u32) -> Option<&str> {
        Some(self.0.get(piece.source as usize)?.lines.get(&piece.start.saturating_add(offset))?)
    }

    pub(super) fn source(&self, source: u32) -> Option<&Source> {
        self.0.get(source as usize)
    }

    pub(super) fn source_mut(&mut self, source: u32) -> Option<&mut Source> {
        self.0.get_mut(source as usize)
    }

    /// A line says this, so many lines into a piece, if nothing else is known of it.
    pub(super) fn learn(&mut self, place: Option<(Piece, u32)>, text: &str) {
        if let Some((piece, offset)) = place
            && let Some(source) = self.source_mut(piece.source)
        {
            source.lines.entry(piece.start.saturating_add(offset)).or_insert_with(|| text.into());
        }
    }

    /// Keeps lines that were written.
    pub(super) fn write<'t>(&mut self, lines: impl Iterator<Item = &'t str>) -> Piece {
        let mut piece = Piece { source: WRITTEN, start: 1, len: 0 };
        if let Some(written) = self.0.first_mut() {
            let before = written.len.unwrap_or(0);
            piece.start = before + 1;
            for line in lines {
                piece.len += 1;
                written.lines.insert(before + piece.len, line.into());
            }
            written.len = Some(before + piece.len);
        }
        piece
    }

    /// A text of which nothing is known yet, or what `source` says.
    pub(super) fn add(&mut self, source: Source) -> Piece {
        let len = source.len.unwrap_or(OPEN);
        self.0.push(source);
        Piece { source: u32::try_from(self.0.len() - 1).unwrap_or(u32::MAX), start: 1, len }
    }

    /// How many lines a piece has; `None` where its end is not known.
    pub(super) fn len(&self, piece: Piece) -> Option<u32> {
        if piece.len < OPEN {
            return Some(piece.len);
        }
        let len = self.source(piece.source)?.len?;
        Some((len + 1).saturating_sub(piece.start))
    }

    /// How many lines the file had before the run.
    pub(super) fn start_len(&self) -> Option<u32> {
        self.source(START)?.len
    }

    /// How many lines of a piece are known.
    pub(super) fn known(&self, piece: Piece) -> u32 {
        if piece.source == WRITTEN {
            return piece.len;
        }
        let Some(source) = self.source(piece.source) else { return 0 };
        u32::try_from(source.lines.range(lines_of(piece)).count()).unwrap_or(u32::MAX)
    }

    /// The known lines of a text, each with its number there.
    pub(super) fn known_lines(&self, pieces: Vec<Piece>) -> impl Iterator<Item = (u32, &str)> {
        let mut first = 1_u32;
        pieces.into_iter().flat_map(move |piece| {
            let at = first;
            first = first.saturating_add(self.len(piece).unwrap_or(OPEN)).min(OPEN);
            let known = self.source(piece.source).map(|source| source.lines.range(lines_of(piece)));
            known.into_iter().flatten().map(move |(line, text)| (at + (line - piece.start), &**text))
        })
    }
}

fn lines_of(piece: Piece) -> Range<u32> {
    piece.start..piece.start.saturating_add(piece.len)
}
