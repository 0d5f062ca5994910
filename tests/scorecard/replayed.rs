//! How well the files of a run are reconstructed, measured against the patch that the run handed in.
//!
//! The patch itself is hidden from the reconstruction: it is not told what the step that hands it in was answered.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde_json::Value;
use tracebench::engine::facts::Operation;
use tracebench::engine::import::{Input, read_part};
use tracebench::engine::replay::workspace::{FileLine, Lines, Workspace};
use tracebench::engine::trace::{MemorySources, PartKind, SourceId, StepId};
use tracebench::engine::{Options, Run, analyze};

use crate::shared_data::{Set, sets};

pub(crate) const MINI: &str = "mini-swe-agent with Gemini 3 Pro on SWE-bench Verified";
pub(crate) const SWE_AGENT: &str = "SWE-agent, samples";

/// What was measured on the runs of a set that carry their patch.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Replayed {
    pub(crate) runs: u32,
    /// Runs of whose files at least one is called known, and those where all of these agree with the patch.
    pub(crate) told: u32,
    pub(crate) agreeing: u32,
    /// Files that are in the patch or are said to be changed, by what is said of their change.
    pub(crate) known: u32,
    pub(crate) known_right: u32,
    pub(crate) partly: u32,
    pub(crate) unknown: u32,
    /// Files of the patch that no step of the run names.
    pub(crate) unnamed: u32,
}

impl Replayed {
    /// Measures the runs of a set of the shared data that carry their patch.
    pub(crate) fn of_set(folder: &str, name: &str) -> Self {
        let files: Vec<(String, Vec<u8>)> =
            sets(folder).into_iter().filter(|set| set.name == name).flat_map(|set: Set| set.files).collect();
        files.into_par_iter().map(|(name, bytes)| of_file(&name, bytes)).reduce(Self::default, Self::add)
    }

    fn add(mut self, other: Self) -> Self {
        self.runs += other.runs;
        self.told += other.told;
        self.agreeing += other.agreeing;
        self.known += other.known;
        self.known_right += other.known_right;
        self.partly += other.partly;
        self.unknown += other.unknown;
        self.unnamed += other.unnamed;
        self
    }

    pub(crate) fn share(&self) -> Option<f64> {
        (self.told > 0).then(|| f64::from(self.agreeing) / f64::from(self.told))
    }
}

fn of_file(name: &str, bytes: Vec<u8>) -> Replayed {
    let Ok(document) = serde_json::from_slice::<Value>(&bytes) else { return Replayed::default() };
    let Some(patch) = document["info"]["submission"].as_str().filter(|patch| patch.contains("\n@@ ")) else {
        return Replayed::default();
    };
    let sources = MemorySources::single(name, bytes);
    let mut go_on = |_| true;
    let input = Input::new(&sources, SourceId(0), Vec::new(), &mut go_on);
    let Ok(runs) = analyze(&input, &Options { hide_outcome: true, ..Options::default() }) else {
        return Replayed::default();
    };
    let [run] = runs.as_slice() else { return Replayed::default() };
    compared(run, &sources, &truth(patch))
}

fn compared(run: &Run, sources: &MemorySources, truth: &BTreeMap<String, Truth>) -> Replayed {
    let is_submission =
        |step: StepId| run.facts.action(step).is_some_and(|action| action.operation == Operation::Submit);
    let mut read = |step: StepId, kind: PartKind| {
        let hidden = kind == PartKind::Result && is_submission(step);
        let part = run.trace.step(step)?.part(kind).filter(|_| !hidden)?;
        read_part(&run.trace, part, sources).ok()
    };
    let space = Workspace::of(&run.trace, &run.facts, &mut read);
    let step = StepId(u32::MAX);
    let mut found = Replayed { runs: 1, ..Replayed::default() };
    let files = space.files_at(step);
    for (name, patch) in truth {
        let Some(line) = files.iter().find(|line| line.name == name) else {
            found.unnamed += 1;
            continue;
        };
        if line.change_known {
            found.known += 1;
            let right = agrees(&space, line, step, Some(patch));
            found.known_right += u32::from(right);
        } else if line.known_lines > 0 {
            found.partly += 1;
        } else {
            found.unknown += 1;
        }
    }
    let changed = files.iter().filter(|line| line.change_known && line.added + line.removed > 0);
    for line in changed.filter(|line| !truth.contains_key(line.name) && !line.name.starts_with('/')) {
        found.known += 1;
        let right = agrees(&space, line, step, None);
        found.known_right += u32::from(right);
    }
    found.told = u32::from(found.known > 0);
    found.agreeing = u32::from(found.known > 0 && found.known == found.known_right);
    found
}

/// A file of a patch, read here anew so that the engine is not measured by itself.
#[derive(Debug, Default)]
struct Truth {
    is_new: bool,
    is_gone: bool,
    hunks: Vec<(u32, Vec<(char, String)>)>,
}

fn truth(patch: &str) -> BTreeMap<String, Truth> {
    let mut files: BTreeMap<String, Truth> = BTreeMap::new();
    let mut name = String::new();
    for line in patch.lines() {
        if let Some(rest) = line.strip_prefix("diff --git a/") {
            rest.split(" b/").next().unwrap_or(rest).clone_into(&mut name);
            files.insert(name.clone(), Truth::default());
            continue;
        }
        let Some(file) = files.get_mut(&name) else { continue };
        if line.starts_with("new file mode") {
            file.is_new = true;
        } else if line.starts_with("deleted file mode") {
            file.is_gone = true;
        } else if let Some(rest) = line.strip_prefix("@@ -") {
            let old = rest.split(' ').next().unwrap_or("1");
            let (start, count) = old.split_once(',').unwrap_or((old, "1"));
            let start: u32 = start.parse().unwrap_or(1);
            file.hunks.push((if count == "0" { start + 1 } else { start }, Vec::new()));
        } else if let Some((_, lines)) = file.hunks.last_mut()
            && !line.starts_with('\\')
        {
            let mark = line.chars().next().unwrap_or(' ');
            lines.push((mark, line.get(1..).unwrap_or("").to_owned()));
        }
    }
    // Binary files and changes of modes say nothing about lines.
    files.retain(|_, file| !file.hunks.is_empty());
    files
}

/// A line of a text: its number before the run, and what it says, as far as that is known.
type Item = (Option<u32>, Option<String>);

fn agrees(space: &Workspace, line: &FileLine<'_>, step: StepId, truth: Option<&Truth>) -> bool {
    let none = Truth::default();
    let truth = truth.unwrap_or(&none);
    if truth.is_gone || !line.exists {
        return truth.is_gone != line.exists;
    }
    let mut start: BTreeMap<u32, String> = BTreeMap::new();
    for stretch in space.text_at_start(line.name) {
        if let (Some(first), Lines::Known(lines)) = (stretch.start_line, stretch.lines) {
            start.extend((first..).zip(lines.into_iter().map(str::to_owned)));
        }
    }
    let mut last = 0;
    for (first, lines) in &truth.hunks {
        let olds = lines.iter().filter(|(mark, _)| *mark != '+');
        for (number, (_, text)) in (*first..).zip(olds) {
            start.insert(number, text.clone());
            last = number;
        }
    }
    let stretches = space.text_at(line.name, step);
    let reach = stretches.iter().filter_map(|stretch| stretch.start_line).max().unwrap_or(0).max(last) + 5;
    let mut ours: Vec<Item> = Vec::new();
    let mut ends = true;
    for (index, stretch) in stretches.iter().enumerate() {
        match &stretch.lines {
            Lines::Known(lines) => ours.extend(
                lines
                    .iter()
                    .zip(0..)
                    .map(|(text, at)| (stretch.start_line.map(|line| line + at), Some((*text).to_owned()))),
            ),
            Lines::Gap(len) => {
                let Some(first) = stretch.start_line else { return false };
                ends = len.is_some() || index + 1 < stretches.len();
                // An end that is not known is where the patch says that something follows it.
                let end = if index + 1 < stretches.len() { last + 1 } else { reach };
                let len = len.unwrap_or(end.saturating_sub(first));
                ours.extend((0..len).map(|at| (Some(first + at), None)));
            }
        }
    }
    let mut theirs: Vec<Item> = Vec::new();
    let mut at = 1;
    for (first, lines) in &truth.hunks {
        theirs.extend((at..*first).map(|line| (Some(line), None)));
        at = (*first).max(at);
        for (mark, text) in lines {
            if *mark == '+' {
                theirs.push((None, Some(text.clone())));
            } else {
                if *mark != '-' {
                    theirs.push((Some(at), Some(text.clone())));
                }
                at += 1;
            }
        }
    }
    if !truth.is_new {
        let start_len = ours.iter().filter_map(|(line, _)| *line).max().filter(|_| ends);
        theirs.extend((at..start_len.map_or(reach, |len| len + 1).max(at)).map(|line| (Some(line), None)));
    }
    let rewritten =
        ours.iter().all(|(line, _)| line.is_none()) && !truth.is_new && line.was_there != Some(false);
    let text = |item: &Item| item.1.clone().or_else(|| start.get(&item.0?).cloned());
    let same = |(ours, theirs): (&Item, &Item)| {
        (ours.0.is_some() && ours.0 == theirs.0)
            || match (text(ours), text(theirs)) {
                (Some(one), Some(two)) => one == two,
                _ => rewritten,
            }
    };
    let as_long = if rewritten { ours.len() + 5 >= theirs.len() } else { ours.len() == theirs.len() };
    as_long && ours.iter().zip(&theirs).all(same)
}
