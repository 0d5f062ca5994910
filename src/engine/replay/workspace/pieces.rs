//! A text as pieces of sources: each version of a file is a list of line ranges, and a line that is learned later
//! becomes known in every version that holds it.

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
        Some(self.0.get(piece.source as usize)?.lines.get(&(piece.start + offset))?)
    }

    pub(super) fn source(&self, source: u32) -> Option<&Source> {
        self.0.get(source as usize)
    }

    pub(super) fn source_mut(&mut self, source: u32) -> Option<&mut Source> {
        self.0.get_mut(source as usize)
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
    pub(super) fn known_lines<'s>(&'s self, pieces: &'s [Piece]) -> impl Iterator<Item = (u32, &'s str)> {
        let mut first = 1_u32;
        pieces.iter().flat_map(move |piece| {
            let at = first;
            first = first.saturating_add(self.len(*piece).unwrap_or(OPEN)).min(OPEN);
            let known = self.source(piece.source).map(|source| source.lines.range(lines_of(*piece)));
            known.into_iter().flatten().map(move |(line, text)| (at + (line - piece.start), &**text))
        })
    }
}

fn lines_of(piece: Piece) -> Range<u32> {
    piece.start..piece.start.saturating_add(piece.len)
}

/// The piece that holds a line, by its place in the list, and how many of its lines stand before.
pub(super) fn locate(pieces: &[Piece], sources: &Sources, line: u32) -> Option<(usize, u32)> {
    let mut before = line.checked_sub(1)?;
    for (index, piece) in pieces.iter().enumerate() {
        match sources.len(*piece) {
            Some(len) if before >= len => before -= len,
            _ => return Some((index, before)),
        }
    }
    None
}

/// Replaces `remove` lines from the line `at` on. `false` where the text ends before.
pub(super) fn splice(
    pieces: &mut Vec<Piece>,
    sources: &Sources,
    at: u32,
    remove: u32,
    insert: &[Piece],
) -> bool {
    let Some(first) = cut(pieces, sources, at) else { return false };
    let end =
        if remove >= OPEN { Some(pieces.len()) } else { cut(pieces, sources, at.saturating_add(remove)) };
    let Some(end) = end else { return false };
    let insert = insert.iter().copied().filter(|piece| piece.len > 0);
    pieces.splice(first..end.max(first), insert);
    join(pieces);
    true
}

/// Makes a piece begin at a line; returns its place in the list.
fn cut(pieces: &mut Vec<Piece>, sources: &Sources, line: u32) -> Option<usize> {
    let Some((index, before)) = locate(pieces, sources, line) else {
        let len: Option<u32> = pieces.iter().map(|piece| sources.len(*piece)).sum();
        return (len? + 1 == line).then_some(pieces.len());
    };
    if before == 0 {
        return Some(index);
    }
    let piece = pieces.get_mut(index)?;
    let rest = Piece {
        start: piece.start + before,
        len: if piece.len >= OPEN { OPEN } else { piece.len - before },
        ..*piece
    };
    piece.len = before;
    pieces.insert(index + 1, rest);
    Some(index + 1)
}

fn join(pieces: &mut Vec<Piece>) {
    pieces.dedup_by(|next, piece| {
        let follows =
            next.source == piece.source && piece.len < OPEN && piece.start + piece.len == next.start;
        if follows {
            piece.len = if next.len >= OPEN { OPEN } else { piece.len + next.len };
        }
        follows
    });
}

#[cfg(test)]
mod tests {
    use super::{OPEN, Piece, START, Sources, locate, splice};

    #[test]
    fn a_line_is_replaced_in_a_text_of_unknown_length() {
        let mut sources = Sources::default();
        let mut pieces = vec![Piece { source: START, start: 1, len: OPEN }];
        let new = sources.write(["x", "y"].into_iter());
        assert!(splice(&mut pieces, &sources, 10, 1, &[new]));
        let brief: Vec<_> = pieces.iter().map(|piece| (piece.source, piece.start, piece.len)).collect();
        assert_eq!(brief, [(1, 1, 9), (0, 1, 2), (1, 11, OPEN)]);
        assert_eq!(locate(&pieces, &sources, 13), Some((2, 1)));
        assert!(splice(&mut pieces, &sources, 10, 2, &[Piece { source: START, start: 10, len: 1 }]));
        assert_eq!(pieces, [Piece { source: START, start: 1, len: OPEN }]);
    }

    #[test]
    fn a_text_has_an_end() {
        let mut sources = Sources::default();
        let mut pieces = vec![sources.write(["a", "b"].into_iter())];
        let more = sources.write(["c"].into_iter());
        assert!(splice(&mut pieces, &sources, 3, 0, &[more]));
        assert!(!splice(&mut pieces, &sources, 5, 0, &[more]));
        assert_eq!(pieces.len(), 1);
        assert_eq!(sources.known_lines(&pieces).map(|(_, text)| text).collect::<String>(), "abc");
    }
}
