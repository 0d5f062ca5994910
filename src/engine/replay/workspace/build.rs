//! From the steps of a run to the histories of its files.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::history::{Before, Doubt, History};
use super::names::Names;
use super::pieces::Source;
use super::text::Text;
use super::{Act, Setting, sed};
use crate::engine::facts::touch::{SedAction, Touch, TouchKind, Toucher, read_patch};
use crate::engine::trace::StepId;

/// Every file with its history, in order of the names.
pub(super) type Files = BTreeMap<Box<str>, History>;

#[derive(Default)]
pub(super) struct Build {
    files: Files,
    toucher: Toucher,
    names: Names,
    /// What `git stash` put away.
    stash: Vec<(Box<str>, usize)>,
    /// Of which version of which file a copy was made.
    copies: FxHashMap<Box<str>, Copied>,
    /// Version control may hold another text than the start.
    committed: bool,
}

/// A copy that was not changed since.
struct Copied {
    of: Box<str>,
    version: Option<usize>,
    own_version: usize,
}

impl Build {
    pub(super) fn new(setting: Setting) -> Self {
        Self {
            toucher: Toucher::new(setting.keeps_folder),
            names: Names { root: setting.root },
            ..Self::default()
        }
    }

    pub(super) fn files(&self) -> &Files {
        &self.files
    }

    /// Takes in what a step did. Steps are told in their order.
    pub(super) fn add(&mut self, act: &Act) {
        for touch in self.toucher.touches(act.texts()) {
            self.touch(act.step, touch);
        }
    }

    fn touch(&mut self, step: StepId, touch: Touch) {
        let name: Box<str> = self.names.plain(&touch.file).into();
        match touch.kind {
            TouchKind::Committed => self.committed = true,
            TouchKind::StashedAway => self.stash_away(step),
            TouchKind::StashedBack => self.stash_back(step),
            TouchKind::Reverted if name.is_empty() => self.revert_all(step),
            TouchKind::PatchedFrom { patch, strip } => self.patch_from(step, &patch, strip),
            TouchKind::Unseen(_) if name.is_empty() => {}
            TouchKind::Moved(to) => self.copy(step, &name, &to, true),
            TouchKind::Copied(to) => self.copy(step, &name, &to, false),
            TouchKind::Deleted => self.delete(step, &name),
            TouchKind::Diffed(_) if self.committed => {}
            TouchKind::Sed(commands) => {
                let texts: FxHashMap<String, Option<String>> = commands
                    .iter()
                    .filter_map(|command| match &command.action {
                        SedAction::ReadFile(file) => Some(file.to_string()),
                        _ => None,
                    })
                    .map(|file| (file.clone(), self.text(&file)))
                    .collect();
                let history = self.file(step, &name, Before::Unknown);
                sed::apply(history, step, &commands, &|file| texts.get(file).cloned().flatten());
            }
            kind => self.change(step, &name, kind),
        }
    }

    fn change(&mut self, step: StepId, name: &str, kind: TouchKind) {
        let committed = self.committed;
        if name.is_empty() {
            return;
        }
        let before = match kind {
            TouchKind::Written(_) => Before::Absent,
            TouchKind::Appended(ref text) if text.is_empty() => Before::Absent,
            TouchKind::Patched(ref patch) if patch.creates => Before::Absent,
            TouchKind::Diffed(_) | TouchKind::Reverted => Before::There,
            _ => Before::Unknown,
        };
        let history = self.file(step, name, before);
        match kind {
            TouchKind::Shown(shown) if history.exists() => history.learn(step, &shown),
            TouchKind::Written(text) => history.write(step, &text),
            TouchKind::Appended(text) if !history.exists() => history.write(step, &text),
            TouchKind::Appended(text) if text.is_empty() => {}
            TouchKind::Appended(text) => history.append(step, &text),
            TouchKind::Replaced { old, new, all } => history.replace(step, &old, &new, all),
            TouchKind::Inserted { after, text } => history.lines(step, after.saturating_add(1), 0, &text),
            TouchKind::Lines { start, count, text } => history.lines(step, start, count, &text),
            TouchKind::Patched(patch) => history.patch(step, &patch),
            TouchKind::Diffed(patch) => history.diffed(&patch),
            TouchKind::Reverted if history.before == Before::Absent => {}
            TouchKind::Reverted if committed => history.lose(step, Doubt::Unseen(step, "git".into())),
            TouchKind::Reverted => history.revert(step),
            TouchKind::Unseen(why) => history.lose(step, Doubt::Unseen(step, why)),
            _ => {}
        }
    }

    fn file(&mut self, step: StepId, name: &str, before: Before) -> &mut History {
        self.files.entry(name.into()).or_insert_with(|| History::new(before, step))
    }

    /// All of a file's text, where it is known.
    fn text(&self, name: &str) -> Option<String> {
        let history = self.files.get(self.names.plain(name).as_str())?;
        (history.exists() && !history.has_gaps()).then(|| {
            let lines: Vec<&str> =
                history.sources.known_lines(history.current().pieces()).map(|(_, text)| text).collect();
            lines.join("\n")
        })
    }

    fn patch_from(&mut self, step: StepId, from: &str, strip: u32) {
        let Some(text) = self.text(from) else { return };
        for patch in read_patch(&text, "") {
            let mut name: &str = &patch.file;
            for _ in 0..strip {
                name = name.split_once('/').map_or(name, |(_, rest)| rest);
            }
            let name = self.names.plain(name);
            self.change(step, &name, TouchKind::Patched(patch));
        }
    }

    fn delete(&mut self, step: StepId, name: &str) {
        if let Some(history) = self.files.get_mut(name) {
            history.push(step, Text::default(), false, None);
        }
        let folder = format!("{name}/");
        for (_, history) in self.files.iter_mut().filter(|(other, _)| other.starts_with(&folder)) {
            if history.exists() {
                history.push(step, Text::default(), false, None);
            }
        }
    }

    fn copy(&mut self, step: StepId, from: &str, to: &str, moves: bool) {
        let to = self.names.plain(to);
        let Some(source) = self.files.get(from).filter(|source| source.exists()) else {
            if moves || self.files.contains_key(to.as_str()) {
                self.file(step, &to, Before::Absent)
                    .lose(step, Doubt::Unseen(step, format!("a copy of {from}").into()));
            }
            return;
        };
        // A copy that comes back is the text it was made of.
        let back = self
            .copies
            .get(from)
            .filter(|copied| *copied.of == *to && source.versions().len() == copied.own_version);
        if let Some((copied, origin)) = back.and_then(|copied| Some((copied, self.files.get(to.as_str())?))) {
            let text = origin.text(copied.version).clone();
            let doubt = copied.version.and_then(|version| origin.versions().get(version)?.doubt.clone());
            self.file(step, &to, Before::Unknown).push(step, text, true, doubt);
        } else {
            let text = Source {
                lines: source
                    .sources
                    .known_lines(source.current().pieces())
                    .map(|(line, text)| (line, text.into()))
                    .collect(),
                len: source.len(),
            };
            let version = source.versions().len().checked_sub(1);
            let target = self.file(step, &to, Before::Absent);
            let piece = target.sources.add(text);
            target.push(step, Text::of([piece]), true, None);
            let own_version = target.versions().len();
            self.copies.insert(to.as_str().into(), Copied { of: from.into(), version, own_version });
        }
        if moves {
            self.delete(step, from);
        }
    }

    /// Files under version control that differ from what it holds.
    fn changed(&self) -> Vec<(Box<str>, usize)> {
        let tracked = self.files.iter().filter(|(_, history)| history.before != Before::Absent);
        tracked
            .filter_map(|(name, history)| Some((name.clone(), history.versions().len().checked_sub(1)?)))
            .collect()
    }

    fn revert_all(&mut self, step: StepId) {
        for (name, _) in self.changed() {
            self.change(step, &name, TouchKind::Reverted);
        }
    }

    fn stash_away(&mut self, step: StepId) {
        self.stash = self.changed();
        self.revert_all(step);
    }

    fn stash_back(&mut self, step: StepId) {
        for (name, version) in std::mem::take(&mut self.stash) {
            let Some(history) = self.files.get_mut(&name) else { continue };
            if let Some(kept) = history.versions().get(version).cloned() {
                history.push(step, kept.text, kept.exists, kept.doubt);
            }
        }
    }
}
