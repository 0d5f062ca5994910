//! A file through patches, and through diffs that show how it stands.

use super::history::{Before, Doubt, History};
use super::pieces::{OPEN, Piece, Sources};
use super::text::Text;
use crate::engine::facts::touch::{FilePatch, Hunk, Side};
use crate::engine::trace::StepId;

impl History {
    /// Applies the hunks of a patch.
    pub(super) fn patch(&mut self, step: StepId, patch: &FilePatch) {
        if patch.deletes {
            self.push(step, Text::default(), false, None);
            return;
        }
        if patch.creates {
            let lines: Vec<&str> = patch.hunks.iter().flat_map(|hunk| hunk.side(Side::New)).collect();
            let piece = self.sources.write(lines.into_iter());
            self.push(step, Text::of([piece]), true, None);
            return;
        }
        let mut text = self.current().clone();
        let mut moved = 0_i64;
        for hunk in &patch.hunks {
            let stated =
                hunk.start.map(|start| i64::from(start) + moved).and_then(|at| u32::try_from(at).ok());
            let at = stated.filter(|at| self.fits(&text, hunk, *at)).or_else(|| self.search(&text, hunk));
            let Some(at) = at else {
                self.lose(step, Doubt::Place(step));
                return;
            };
            moved += self.apply(&mut text, hunk, at);
        }
        self.push(step, text, true, self.doubt().cloned());
    }

    /// The file is the one under control with these differences, and no others.
    pub(super) fn diffed(&mut self, patch: &FilePatch) {
        self.before = if patch.creates { self.before } else { Before::There };
        if patch.creates || patch.deletes || self.versions().is_empty() {
            return;
        }
        let mut text = self.text(None).clone();
        let mut moved = 0_i64;
        for hunk in &patch.hunks {
            let at = hunk.start.and_then(|start| u32::try_from(i64::from(start) + moved).ok());
            let Some(at) = at.filter(|at| self.fits(&text, hunk, *at)) else { return };
            moved += self.apply(&mut text, hunk, at);
        }
        if self.doubt().is_some() {
            self.correct(text, None);
        }
    }

    fn fits(&self, now: &Text, hunk: &Hunk, at: u32) -> bool {
        at < OPEN
            && hunk.side(Side::Old).zip(at..).all(|(text, line)| {
                now.locate(&self.sources, line).is_some_and(|(piece, offset)| {
                    self.sources.get(piece, offset).is_none_or(|known| known == text)
                })
            })
    }

    /// Where the old lines of a hunk stand, all of them known.
    fn search(&self, now: &Text, hunk: &Hunk) -> Option<u32> {
        let wanted: Vec<&str> = hunk.side(Side::Old).collect();
        let known: Vec<(u32, &str)> = self.sources.known_lines(now.pieces()).collect();
        let first = wanted.first()?;
        let place = known.windows(wanted.len()).find(|window| {
            window.first().is_some_and(|(start, text)| {
                text == first
                    && window
                        .iter()
                        .zip(*start..)
                        .zip(&wanted)
                        .all(|(((at, text), line), wanted)| *at == line && text == wanted)
            })
        })?;
        place.first().map(|(line, _)| *line)
    }

    /// Puts a hunk in its place and learns the lines it shows. Returns how far it moves what stands behind.
    fn apply(&mut self, now: &mut Text, hunk: &Hunk, at: u32) -> i64 {
        let mut line = at;
        let mut moved = 0;
        for (side, text) in &hunk.lines {
            if *side != Side::New {
                self.sources.learn(now.locate(&self.sources, line), text);
            }
            let mut splice = |sources: &Sources, remove, new: &[Piece]| {
                if let Some(text) = now.splice(sources, line, remove, new) {
                    *now = text;
                }
            };
            match side {
                Side::Both => line += 1,
                Side::Old => {
                    splice(&self.sources, 1, &[]);
                    moved -= 1;
                }
                Side::New => {
                    let new = self.sources.write(std::iter::once(&**text));
                    splice(&self.sources, 0, &[new]);
                    line += 1;
                    moved += 1;
                }
            }
        }
        moved
    }
}
