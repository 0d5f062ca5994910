//! One file through the run: its versions, and what is known of each.

use super::pieces::{OPEN, Piece, START, Source, Sources};
use super::text::Text;
use crate::engine::facts::touch::Shown;
use crate::engine::trace::StepId;

/// Whether the file was there before the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Before {
    /// It was read, or version control has it.
    There,
    /// Its first mention writes it.
    Absent,
    #[default]
    Unknown,
}

/// Why a text is not what it was known to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// Changed by a command whose effect is not shown.
    Unseen(StepId, Box<str>),
    /// A pattern may also have matched lines that nothing showed.
    Pattern(StepId),
    /// What was replaced was never shown: where it stands is not known.
    Place(StepId),
    /// A later answer shows something else than what had been known.
    Contradicted(StepId),
}

/// The file from a step on.
#[derive(Debug, Clone)]
pub(super) struct Version {
    pub(super) step: StepId,
    pub(super) text: Text,
    pub(super) exists: bool,
    pub(super) doubt: Option<Doubt>,
}

#[derive(Debug, Clone)]
pub(super) struct History {
    pub(super) sources: Sources,
    pub(super) before: Before,
    /// The first step that named it.
    pub(super) first_seen: StepId,
    versions: Vec<Version>,
    /// All of the file as it was.
    start: Text,
}

impl History {
    pub(super) fn new(before: Before, first_seen: StepId) -> Self {
        let start = Text::of([Piece { source: START, start: 1, len: OPEN }]);
        Self { sources: Sources::default(), before, first_seen, versions: Vec::new(), start }
    }

    pub(super) fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// The version that holds at a step, by its number; `None` before the first change.
    pub(super) fn version_at(&self, step: StepId) -> Option<usize> {
        self.versions.partition_point(|version| version.step <= step).checked_sub(1)
    }

    pub(super) fn doubt(&self) -> Option<&Doubt> {
        self.versions.last()?.doubt.as_ref()
    }

    pub(super) fn exists(&self) -> bool {
        self.versions.last().map_or(self.before != Before::Absent, |version| version.exists)
    }

    /// The text as it is now.
    pub(super) fn current(&self) -> &Text {
        self.versions.last().map_or(&self.start, |version| &version.text)
    }

    /// The text of a version; of `None`, that before the run.
    pub(super) fn text(&self, version: Option<usize>) -> &Text {
        version.and_then(|version| self.versions.get(version)).map_or(&self.start, |version| &version.text)
    }

    /// The file is like this from the step on.
    pub(super) fn push(&mut self, step: StepId, text: Text, exists: bool, doubt: Option<Doubt>) {
        // Several changes of one step are one.
        if self.versions.last().is_some_and(|last| last.step == step) {
            self.versions.pop();
        }
        self.versions.push(Version { step, text, exists, doubt });
    }

    /// The last version turns out to have been like this.
    pub(super) fn correct(&mut self, text: Text, doubt: Option<Doubt>) {
        if let Some(last) = self.versions.last_mut() {
            (last.text, last.doubt) = (text, doubt);
        }
    }

    pub(super) fn write(&mut self, step: StepId, text: &str) {
        let piece = self.sources.write(text.lines());
        self.push(step, Text::of([piece]), true, None);
    }

    /// Nothing is known of its text any more.
    pub(super) fn lose(&mut self, step: StepId, doubt: Doubt) {
        let piece = self.sources.add(Source::default());
        self.push(step, Text::of([piece]), true, Some(doubt));
    }

    pub(super) fn revert(&mut self, step: StepId) {
        if !self.versions.is_empty() {
            self.push(step, self.start.clone(), true, None);
        }
    }

    pub(super) fn append(&mut self, step: StepId, text: &str) {
        let new = self.sources.write(text.lines());
        let text = self.current().then(&Text::of([new]));
        self.push(step, text, true, self.doubt().cloned());
    }

    /// Replaces lines at a place that is known.
    pub(super) fn lines(&mut self, step: StepId, at: u32, remove: u32, text: &str) {
        let new = self.sources.write(text.lines());
        match self.current().splice(&self.sources, at, remove, &[new]) {
            Some(text) => self.push(step, text, true, self.doubt().cloned()),
            None => self.lose(step, Doubt::Contradicted(step)),
        }
    }

    /// What an answer shows of the file as it is now.
    pub(super) fn learn(&mut self, step: StepId, shown: &Shown) {
        self.find_end(shown);
        let (mut agrees, mut differs) = (0, Vec::new());
        for (number, text) in &shown.lines {
            match self.text_of(*number) {
                Some(Some(known)) if known == &**text => agrees += 1,
                Some(Some(_)) | None => differs.push(*number),
                Some(None) => {}
            }
        }
        let len = self.len();
        let other_len = len.zip(shown.len).is_some_and(|(known, shown)| known != shown);
        if !differs.is_empty() || other_len {
            self.contradicted(step, shown, agrees, &differs, other_len);
        }
        for (number, text) in &shown.lines {
            let place = self.current().locate(&self.sources, *number);
            self.sources.learn(place, text);
        }
    }

    /// Finds out how long the one piece is whose end is not known: by the length of the whole, or by what was
    /// written behind it.
    fn find_end(&mut self, shown: &Shown) {
        if self.len().is_some() {
            return;
        }
        let pieces = self.current().pieces();
        let Some(index) = pieces.iter().position(|piece| self.sources.len(*piece).is_none()) else { return };
        let Some(piece) = pieces.get(index).copied() else { return };
        let sum = |pieces: &[Piece]| pieces.iter().map(|piece| self.sources.len(*piece)).sum::<Option<u32>>();
        let before = sum(pieces.get(..index).unwrap_or_default());
        let behind = pieces.get(index + 1..).unwrap_or_default();
        let at = match (shown.len, behind.first()) {
            (Some(len), _) => sum(behind).and_then(|behind| (len + 1).checked_sub(behind)),
            (None, Some(next)) => {
                let wanted: Vec<Option<&str>> =
                    (0..next.len.min(3)).map(|at| self.sources.get(*next, at)).collect();
                let says = |window: &[(u32, Box<str>)]| {
                    window.iter().zip(&wanted).all(|((_, text), wanted)| Some(&**text) == *wanted)
                };
                let found = shown.lines.windows(wanted.len().max(1)).find(|window| says(window));
                found.and_then(|window| Some(window.first()?.0))
            }
            _ => None,
        };
        let len = at.zip(before).and_then(|(at, before)| (at + piece.start).checked_sub(before + 2));
        if let (Some(len), Some(source)) = (len, self.sources.source_mut(piece.source)) {
            source.len = Some(len);
        }
    }

    /// Something changed the file unseen, or an answer was misread: what is shown holds.
    fn contradicted(&mut self, step: StepId, shown: &Shown, agrees: usize, differs: &[u32], other_len: bool) {
        let doubt = Doubt::Contradicted(step);
        if other_len || differs.len() > agrees || differs.iter().any(|line| self.text_of(*line).is_none()) {
            self.lose(step, doubt);
            return;
        }
        let mut now = self.current().clone();
        for (number, text) in shown.lines.iter().filter(|(number, _)| differs.contains(number)) {
            let new = self.sources.write(std::iter::once(&**text));
            now = now.splice(&self.sources, *number, 1, &[new]).unwrap_or(now);
        }
        self.push(step, now, true, Some(doubt));
    }

    /// `None` where the text ends before; `Some(None)` where the line is not known.
    #[expect(clippy::option_option, reason = "a line that is not known is not the same as none")]
    pub(super) fn text_of(&self, line: u32) -> Option<Option<&str>> {
        let (piece, offset) = self.current().locate(&self.sources, line)?;
        Some(self.sources.get(piece, offset))
    }

    pub(super) fn len(&self) -> Option<u32> {
        self.current().len(&self.sources)
    }

    /// Whether any line is not known.
    pub(super) fn has_gaps(&self) -> bool {
        self.current()
            .pieces()
            .iter()
            .any(|piece| self.sources.len(*piece) != Some(self.sources.known(*piece)))
    }

    /// A text in the place of another, as editors do it.
    pub(super) fn replace(&mut self, step: StepId, old: &str, new: &str, all: bool) {
        // Whole lines, with their ends.
        let whole = old.ends_with('\n') && (new.is_empty() || new.ends_with('\n'));
        let (old, removes) =
            if whole { (old.strip_suffix('\n').unwrap_or(old), new.is_empty()) } else { (old, false) };
        let new = if whole { new.strip_suffix('\n').unwrap_or(new) } else { new };
        let olds: Vec<&str> = old.split('\n').collect();
        let places = self.find(&olds, whole);
        let places = if all { places.as_slice() } else { places.get(..1).unwrap_or_default() };
        if places.is_empty() {
            let doubt = if self.has_gaps() { Doubt::Place(step) } else { Doubt::Contradicted(step) };
            self.lose(step, doubt);
            return;
        }
        let mut now = self.current().clone();
        let count = u32::try_from(olds.len()).unwrap_or(u32::MAX);
        for line in places.iter().rev() {
            let first = self.text_of(*line).flatten().unwrap_or("");
            let last = self.text_of(line + count - 1).flatten().unwrap_or("");
            let text = if let [old] = olds.as_slice() {
                if all { first.replace(old, new) } else { first.replacen(old, new, 1) }
            } else {
                let (head, tail) = (olds.first().copied().unwrap_or(""), olds.last().copied().unwrap_or(""));
                let head = first.strip_suffix(head).unwrap_or("");
                let tail = last.strip_prefix(tail).unwrap_or("");
                format!("{head}{new}{tail}")
            };
            let gone = removes && text.is_empty();
            let new = self.sources.write(text.split('\n').filter(|_| !gone));
            now = now.splice(&self.sources, *line, count, &[new]).unwrap_or(now);
        }
        let doubt = self.doubt().cloned().or((all && self.has_gaps()).then_some(Doubt::Pattern(step)));
        self.push(step, now, true, doubt);
    }

    /// The lines at which a text begins, that do not overlap. The first line of it may be the end of one, the last
    /// the beginning.
    fn find(&self, text: &[&str], whole: bool) -> Vec<u32> {
        let known: Vec<(u32, &str)> = self.sources.known_lines(self.current().pieces()).collect();
        let last = text.len() - 1;
        let fits = |at: usize| {
            let Some(window) = known.get(at..at + text.len()) else { return false };
            window.iter().zip(text).enumerate().all(|(index, ((number, line), wanted))| {
                let fits = match index {
                    _ if last == 0 => {
                        if whole {
                            line.ends_with(wanted)
                        } else {
                            line.contains(wanted)
                        }
                    }
                    0 => line.ends_with(wanted),
                    _ if index == last && !whole => line.starts_with(wanted),
                    _ => line == wanted,
                };
                fits && window.first().is_some_and(|(first, _)| {
                    u32::try_from(index).is_ok_and(|index| first + index == *number)
                })
            })
        };
        let mut places = Vec::new();
        let mut at = 0;
        while at + text.len() <= known.len() {
            if fits(at) {
                places.extend(known.get(at).map(|(number, _)| *number));
                at += text.len();
            } else {
                at += 1;
            }
        }
        places
    }
}
