//! Two versions of a file side by side, gaps included.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Workspace;
use super::history::{Before, History};
use super::pieces::{OPEN, Piece};
use crate::difference::{changed_words, changes};
use crate::engine::trace::StepId;

/// What a file at a step is shown beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Against {
    /// Nothing: the text as it is.
    Nothing,
    Start,
    /// As it was before its last change.
    Before,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RowKind {
    Same,
    Added,
    Removed,
    /// Lines that nothing showed; as many as `old` and `new` say, an unknown number if neither does.
    Gap,
    /// The same, but gone; or new.
    GapRemoved,
    GapAdded,
    /// Lines that are the same and left out here.
    Skipped,
}

/// A line of a file as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FileRow {
    pub kind: RowKind,
    /// Its numbers before and after; of lines that are not shown, the first.
    pub old: Option<u32>,
    pub new: Option<u32>,
    /// How many lines it stands for; 0 where that is not known.
    pub count: u32,
    pub text: String,
    /// Byte ranges that differ from the line in its place.
    pub marks: Vec<(u32, u32)>,
}

/// Rows of a file at most: more is no reading.
const MAX_ROWS: usize = 20_000;
/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// One line, or a run of lines that are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Token<'a> {
    Text(&'a str),
    Gap { source: u32, start: u32, len: u32 },
}

impl Workspace {
    /// The rows of a file at a step; empty where it is not there.
    pub fn rows(&self, name: &str, step: StepId, against: Against) -> Vec<FileRow> {
        let Some(history) = self.files().get(name) else { return Vec::new() };
        let version = history.version_at(step);
        let new = history.tokens_of(version);
        let old = match against {
            Against::Nothing => None,
            Against::Start => Some(None),
            Against::Before => Some(version.and_then(|version| version.checked_sub(1))),
        };
        let mut rows = match old {
            None => text_rows(&new),
            Some(old) => history.diff(old, version),
        };
        rows.truncate(MAX_ROWS);
        rows
    }
}

impl History {
    /// The pieces of a version; none where the file is not there.
    fn present(&self, version: Option<usize>) -> Vec<Piece> {
        let exists = match version {
            Some(version) => self.versions().get(version).is_some_and(|version| version.exists),
            None => self.before != Before::Absent,
        };
        if exists { self.text(version).pieces() } else { Vec::new() }
    }

    fn tokens_of(&self, version: Option<usize>) -> Vec<Token<'_>> {
        self.tokens(&self.present(version), &BTreeMap::new())
    }

    fn diff(&self, old: Option<usize>, new: Option<usize>) -> Vec<FileRow> {
        let (old, new) = (self.present(old), self.present(new));
        // Gaps of both sides begin and end at the same lines, so that they can be compared.
        let mut cuts: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for piece in old.iter().chain(&new) {
            let cuts = cuts.entry(piece.source).or_default();
            cuts.insert(piece.start);
            cuts.insert(self.end_of(*piece));
        }
        let (old, new) = (self.tokens(&old, &cuts), self.tokens(&new, &cuts));
        diff_rows(&old, &new)
    }

    /// The line behind a piece; where its end is not known, one behind all lines.
    fn end_of(&self, piece: Piece) -> u32 {
        self.sources.len(piece).map_or(2 * OPEN, |len| piece.start.saturating_add(len))
    }

    fn tokens(&self, pieces: &[Piece], cuts: &BTreeMap<u32, BTreeSet<u32>>) -> Vec<Token<'_>> {
        let mut tokens = Vec::new();
        for piece in pieces {
            let Some(source) = self.sources.source(piece.source) else { continue };
            let end = self.end_of(*piece);
            let no_cuts = BTreeSet::new();
            let cuts = cuts.get(&piece.source).unwrap_or(&no_cuts);
            let gap = |from: u32, to: u32, tokens: &mut Vec<Token<'_>>| {
                let mut start = from;
                for cut in cuts.range(from..to).copied().filter(|cut| *cut > from).chain([to]) {
                    if cut > start {
                        tokens.push(Token::Gap { source: piece.source, start, len: cut - start });
                    }
                    start = cut;
                }
            };
            let mut next = piece.start;
            for (line, text) in source.lines.range(piece.start..end) {
                gap(next, *line, &mut tokens);
                tokens.push(Token::Text(text));
                next = line + 1;
            }
            gap(next, end, &mut tokens);
        }
        tokens
    }
}

impl Token<'_> {
    /// How many lines it stands for; 0 where that is not known.
    fn count(&self) -> u32 {
        match self {
            Self::Text(_) => 1,
            // A source has no more lines than that, so it is one whose end is not known.
            Self::Gap { len, .. } => {
                if *len > OPEN / 2 {
                    0
                } else {
                    *len
                }
            }
        }
    }
}

fn row(kind: RowKind, token: &Token<'_>, old: Option<u32>, new: Option<u32>) -> FileRow {
    let (kind, text) = match (token, kind) {
        (Token::Text(text), kind) => (kind, (*text).to_owned()),
        (_, RowKind::Added) => (RowKind::GapAdded, String::new()),
        (_, RowKind::Removed) => (RowKind::GapRemoved, String::new()),
        _ => (RowKind::Gap, String::new()),
    };
    FileRow { kind, old, new, count: token.count(), text, marks: Vec::new() }
}

fn text_rows(tokens: &[Token<'_>]) -> Vec<FileRow> {
    let mut line = 1;
    tokens
        .iter()
        .map(|token| {
            let row = row(RowKind::Same, token, None, Some(line));
            line += token.count();
            row
        })
        .collect()
}

fn diff_rows(old: &[Token<'_>], new: &[Token<'_>]) -> Vec<FileRow> {
    let mut rows = Vec::new();
    let (mut old_line, mut new_line) = (1, 1);
    let changes = changes(old, new);
    let last = changes.len().saturating_sub(1);
    for (index, change) in changes.into_iter().enumerate() {
        let gone = old.get(change.old).unwrap_or_default();
        let come = new.get(change.new).unwrap_or_default();
        if change.is_same {
            let (head, tail) =
                (if index == 0 { 0 } else { CONTEXT }, if index == last { 0 } else { CONTEXT });
            let hidden = head..gone.len().saturating_sub(tail).max(head);
            for (at, token) in gone.iter().enumerate() {
                let count = token.count();
                if hidden.len() > 1 && hidden.contains(&at) {
                    skip(&mut rows, at == hidden.start, count, old_line, new_line);
                } else {
                    rows.push(row(RowKind::Same, token, Some(old_line), Some(new_line)));
                }
                old_line += count;
                new_line += count;
            }
            continue;
        }
        let first = rows.len();
        for token in gone {
            rows.push(row(RowKind::Removed, token, Some(old_line), None));
            old_line += token.count();
        }
        let second = rows.len();
        for token in come {
            rows.push(row(RowKind::Added, token, None, Some(new_line)));
            new_line += token.count();
        }
        mark(&mut rows, first, second);
    }
    rows
}

fn skip(rows: &mut Vec<FileRow>, first: bool, count: u32, old: u32, new: u32) {
    match rows.last_mut().filter(|_| !first) {
        // To an end that is not known it stays unknown.
        Some(last) => last.count = if count == 0 || last.count == 0 { 0 } else { last.count + count },
        None => rows.push(FileRow {
            kind: RowKind::Skipped,
            old: Some(old),
            new: Some(new),
            count,
            text: String::new(),
            marks: Vec::new(),
        }),
    }
}

/// Marks the words that differ between lines in the same place of a change.
fn mark(rows: &mut [FileRow], first: usize, second: usize) {
    let Some((before, after)) =
        rows.get_mut(first..).and_then(|rows| rows.split_at_mut_checked(second - first))
    else {
        return;
    };
    let brief =
        |range: Range<usize>| Some((u32::try_from(range.start).ok()?, u32::try_from(range.end).ok()?));
    for (old, new) in before.iter_mut().zip(after) {
        if old.kind == RowKind::Removed
            && new.kind == RowKind::Added
            && let Some([olds, news]) = changed_words(&old.text, &new.text)
        {
            old.marks = olds.into_iter().filter_map(brief).collect();
            new.marks = news.into_iter().filter_map(brief).collect();
        }
    }
}
