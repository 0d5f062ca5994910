//! What is shown of the files at a step.

use super::Workspace;
use super::history::{Before, Doubt, History};
use super::pieces::{OPEN, Piece, START, Sources, WRITTEN};
use crate::engine::trace::StepId;

/// How much of a text is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Knowledge {
    Known,
    Partly,
    Unknown,
}

/// A file in the tree.
#[derive(Debug, Clone, PartialEq)]
pub struct FileLine<'a> {
    pub name: &'a str,
    pub exists: bool,
    /// It was there before the run; `None` where that cannot be told.
    pub was_there: Option<bool>,
    pub text: Knowledge,
    /// Why not all of it, or not all of its changes, is known.
    pub doubt: Option<&'a Doubt>,
    /// Known lines, and all of them where that is known.
    pub known_lines: u32,
    pub lines: Option<u32>,
    /// Lines versus the start, as far as they are known.
    pub added: u32,
    pub removed: u32,
    /// Whether what differs from the start is known in full.
    pub change_known: bool,
    /// Where it was changed last.
    pub last_change: Option<StepId>,
}

/// Lines that follow each other and are known, or a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch<'a> {
    /// The number of its first line.
    pub first: u32,
    /// The number that line had before the run, where it stood there.
    pub start_line: Option<u32>,
    pub lines: Lines<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lines<'a> {
    Known(Vec<&'a str>),
    /// So many lines that nothing showed; `None` to an end that is not known.
    Gap(Option<u32>),
}

impl Workspace {
    /// All files that the run had named by then, in order of their names.
    pub fn files_at(&self, step: StepId) -> Vec<FileLine<'_>> {
        self.files().iter().filter_map(|(name, history)| file_line(name, history, step)).collect()
    }

    pub fn file_at(&self, name: &str, step: StepId) -> Option<FileLine<'_>> {
        let (name, history) = self.files().get_key_value(name)?;
        file_line(name, history, step)
    }

    /// The text of a file at a step; empty if it is not there.
    pub fn text_at(&self, name: &str, step: StepId) -> Vec<Stretch<'_>> {
        let Some(history) = self.files().get(name) else { return Vec::new() };
        history.stretches(history.version_at(step))
    }

    /// The text of a file before the run.
    pub fn text_at_start(&self, name: &str) -> Vec<Stretch<'_>> {
        let Some(history) = self.files().get(name) else { return Vec::new() };
        history.stretches(None)
    }
}

fn file_line<'a>(name: &'a str, history: &'a History, step: StepId) -> Option<FileLine<'a>> {
    let version = history.version_at(step);
    let stored = version.and_then(|version| history.versions().get(version));
    if stored.is_none() && (history.before == Before::Absent || history.first_seen > step) {
        return None;
    }
    let exists = stored.is_none_or(|stored| stored.exists);
    let pieces = history.text(version).pieces();
    let sources = &history.sources;
    let len: Option<u32> = pieces.iter().map(|piece| sources.len(*piece)).sum();
    let known_lines = pieces.iter().map(|piece| sources.known(*piece)).sum();
    let text = match len {
        _ if !exists => Knowledge::Known,
        Some(len) if len == known_lines => Knowledge::Known,
        _ if known_lines == 0 => Knowledge::Unknown,
        _ => Knowledge::Partly,
    };
    let doubt = stored.and_then(|stored| stored.doubt.as_ref());
    let was_there = match history.before {
        Before::There => Some(true),
        Before::Absent => Some(false),
        Before::Unknown => None,
    };
    let start_len = if history.before == Before::Absent { Some(0) } else { sources.start_len() };
    // What was removed may as well have been made by the run.
    let made = !exists && history.before == Before::Unknown;
    let (added, removed) = if made { (0, 0) } else { counts(&pieces, sources, start_len) };
    let has_own_gaps = pieces
        .iter()
        .any(|piece| piece.source != START && sources.len(*piece) != Some(sources.known(*piece)));
    Some(FileLine {
        name,
        exists,
        was_there,
        text,
        doubt,
        known_lines,
        lines: len,
        added,
        removed,
        change_known: doubt.is_none() && !made && !has_own_gaps,
        last_change: stored.map(|stored| stored.step),
    })
}

/// Lines that came and lines that went since the start, as far as they are known.
fn counts(pieces: &[Piece], sources: &Sources, start_len: Option<u32>) -> (u32, u32) {
    let (mut added, mut removed, mut at) = (0, 0, 1);
    for piece in pieces {
        if piece.source == START {
            removed += piece.start.saturating_sub(at);
            at = piece.start.saturating_add(sources.len(*piece).unwrap_or(OPEN));
        } else {
            added += sources.len(*piece).unwrap_or(0);
        }
    }
    if pieces.iter().all(|piece| piece.source == WRITTEN || piece.source == START) {
        removed += start_len.map_or(0, |len| (len + 1).saturating_sub(at));
    }
    (added, removed)
}

impl History {
    fn stretches(&self, version: Option<usize>) -> Vec<Stretch<'_>> {
        let mut stretches = Vec::new();
        let mut first = 1;
        for piece in self.text(version).pieces() {
            let len = self.sources.len(piece);
            self.add(piece, first, &mut stretches);
            first += len.unwrap_or(0);
        }
        stretches
    }

    fn add<'a>(&'a self, piece: Piece, first: u32, stretches: &mut Vec<Stretch<'a>>) {
        let Some(source) = self.sources.source(piece.source) else { return };
        let len = self.sources.len(piece);
        let end = piece.start.saturating_add(len.unwrap_or(OPEN));
        let stretch = |line: u32, lines| Stretch {
            first: first + (line - piece.start),
            start_line: (piece.source == START).then_some(line),
            lines,
        };
        let mut next = piece.start;
        for (line, text) in source.lines.range(piece.start..end) {
            if *line > next {
                stretches.push(stretch(next, Lines::Gap(Some(line - next))));
            } else if *line > piece.start
                && let Some(Stretch { lines: Lines::Known(known), .. }) = stretches.last_mut()
            {
                known.push(text);
                next += 1;
                continue;
            }
            stretches.push(stretch(*line, Lines::Known(vec![text])));
            next = line + 1;
        }
        if len.is_none_or(|_| next < end) {
            stretches.push(stretch(next, Lines::Gap(len.map(|_| end - next))));
        }
    }
}
