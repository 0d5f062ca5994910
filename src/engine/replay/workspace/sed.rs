//! `sed` on a text that may be known in part.

use std::collections::BTreeMap;

use super::history::{Doubt, History};
use super::pieces::{OPEN, Piece, Source};
use super::text::Text;
use crate::engine::facts::touch::{Address, SedAction, SedCommand};
use crate::engine::trace::StepId;

/// A longer range is one to the end.
const MAX_RANGE: u32 = 100_000;

/// What a line says then.
#[derive(Debug, Default)]
enum Change {
    #[default]
    None,
    /// Something that cannot be told.
    Unknown,
    To(String),
}

/// What becomes of one line.
#[derive(Debug, Default)]
struct LineEdit {
    text: Change,
    before: Vec<String>,
    after: Vec<String>,
    gone: bool,
}

#[derive(Debug, Default)]
struct Plan {
    edits: BTreeMap<u32, LineEdit>,
    /// From that line on everything goes.
    cut_from: Option<u32>,
    at_end: Vec<String>,
    /// Lines that were never shown may have matched.
    unsure: bool,
    /// Where it happens is not known.
    lost: bool,
}

/// Applies a script. `read` gives the text of another file.
pub(super) fn apply(
    history: &mut History,
    step: StepId,
    commands: &[SedCommand],
    read: &dyn Fn(&str) -> Option<String>,
) {
    let known = known_lines(history, commands);
    let mut plan = Plan::default();
    for command in commands {
        plan.add(history, &known, command, read);
    }
    if plan.lost {
        history.lose(step, Doubt::Place(step));
        return;
    }
    let doubt = history.doubt().cloned().or(plan.unsure.then_some(Doubt::Pattern(step)));
    match plan.applied(history) {
        Some(text) => history.push(step, text, true, doubt),
        None => history.lose(step, Doubt::Contradicted(step)),
    }
}

/// The known lines that a script may look at: only those it names, where it names few.
fn known_lines<'h>(history: &'h History, commands: &[SedCommand]) -> BTreeMap<u32, &'h str> {
    const FEW: u32 = 500;
    let named = |command: &SedCommand| match (&command.from, &command.to) {
        (Some(Address::Line(line)), None) => Some((*line, *line)),
        (Some(Address::Line(first)), Some(Address::Line(last))) => Some((*first, (*last).max(*first))),
        _ => None,
    };
    let ranges: Option<Vec<(u32, u32)>> = commands.iter().map(named).collect();
    match ranges {
        Some(ranges) if ranges.iter().all(|(first, last)| last - first < FEW) => ranges
            .into_iter()
            .flat_map(|(first, last)| first..=last)
            .filter_map(|line| Some((line, history.text_of(line)??)))
            .collect(),
        _ => history.sources.known_lines(history.current().pieces()).collect(),
    }
}

fn lines_of(texts: &[String]) -> impl Iterator<Item = &str> {
    texts.iter().flat_map(|text| text.split('\n'))
}

impl Plan {
    /// The text when all of it is done; `None` where the text is too short for it.
    fn applied(&self, history: &mut History) -> Option<Text> {
        let mut now = history.current().clone();
        let sources = &mut history.sources;
        now = now.then(&Text::of([sources.write(lines_of(&self.at_end))]));
        if let Some(line) = self.cut_from {
            now = now.splice(sources, line, OPEN, &[])?;
        }
        for (line, edit) in self.edits.iter().rev() {
            let before = sources.write(lines_of(&edit.before));
            let own = match &edit.text {
                _ if edit.gone => None,
                Change::None => None,
                Change::To(text) => Some(sources.write(text.split('\n'))),
                Change::Unknown => Some(sources.add(Source { len: Some(1), ..Source::default() })),
            };
            let after = sources.write(lines_of(&edit.after));
            if edit.gone || own.is_some() {
                let new: Vec<Piece> = [Some(before), own, Some(after)].into_iter().flatten().collect();
                now = now.splice(sources, *line, 1, &new)?;
            } else {
                now = now.splice(sources, line.saturating_add(1), 0, &[after])?.splice(
                    sources,
                    *line,
                    0,
                    &[before],
                )?;
            }
        }
        Some(now)
    }

    fn add(
        &mut self,
        history: &History,
        known: &BTreeMap<u32, &str>,
        command: &SedCommand,
        read: &dyn Fn(&str) -> Option<String>,
    ) {
        let ranges = self.ranges(history, known, command);
        let text = match &command.action {
            SedAction::ReadFile(name) => {
                let Some(text) = read(name) else {
                    self.lost = true;
                    return;
                };
                text
            }
            SedAction::Append(text) | SedAction::Insert(text) | SedAction::Change(text) => text.to_string(),
            _ => String::new(),
        };
        let to_end = matches!((&command.from, &command.to), (Some(Address::Last), None));
        for (first, last) in ranges {
            if last >= first.saturating_add(MAX_RANGE) {
                match command.action {
                    SedAction::Delete => self.cut_from = Some(first),
                    SedAction::Substitute(_) => {}
                    _ => self.lost = true,
                }
                if matches!(command.action, SedAction::Delete) {
                    continue;
                }
            }
            match &command.action {
                SedAction::Substitute(substitution) => {
                    for (line, text) in known.range(first..=last) {
                        let edit = self.edits.entry(*line).or_default();
                        let now = match &edit.text {
                            Change::To(text) => text.as_str(),
                            Change::Unknown => continue,
                            Change::None => text,
                        };
                        if let Some(new) = substitution.apply(now) {
                            edit.text = Change::To(new);
                        }
                    }
                    let single = last.saturating_sub(first) < 500;
                    if single && command.from.is_some() {
                        for line in (first..=last).filter(|line| !known.contains_key(line)) {
                            self.edits.entry(line).or_default().text = Change::Unknown;
                            self.unsure = true;
                        }
                    } else {
                        self.unsure |= history.has_gaps();
                    }
                }
                SedAction::Delete => {
                    for line in first..=last {
                        self.edits.entry(line).or_default().gone = true;
                    }
                }
                SedAction::Change(_) => {
                    for line in first..=last {
                        self.edits.entry(line).or_default().gone = true;
                    }
                    self.edits.entry(last).or_default().after.push(text.clone());
                }
                SedAction::Append(_) | SedAction::ReadFile(_) => {
                    for line in first..=last {
                        self.edits.entry(line).or_default().after.push(text.clone());
                    }
                }
                SedAction::Insert(_) => {
                    for line in first..=last {
                        self.edits.entry(line).or_default().before.push(text.clone());
                    }
                }
                SedAction::Print => {}
            }
        }
        if to_end && history.len().is_none() {
            match command.action {
                SedAction::Append(_) | SedAction::ReadFile(_) => self.at_end.push(text),
                _ => self.lost = true,
            }
        }
    }

    /// The lines that a command is for.
    fn ranges(
        &mut self,
        history: &History,
        known: &BTreeMap<u32, &str>,
        command: &SedCommand,
    ) -> Vec<(u32, u32)> {
        let end = history.len().unwrap_or(OPEN);
        let starts: Vec<u32> = match &command.from {
            None => return vec![(1, end)],
            Some(Address::Line(line)) => vec![*line],
            Some(Address::Last) => history.len().into_iter().collect(),
            Some(Address::Match(pattern)) => {
                let found: Vec<u32> =
                    known.iter().filter(|(_, text)| pattern.is_match(text)).map(|(line, _)| *line).collect();
                if history.has_gaps() {
                    self.unsure = true;
                    self.lost |= found.is_empty() && !matches!(command.action, SedAction::Substitute(_));
                }
                found
            }
            Some(Address::Plus(_)) => Vec::new(),
        };
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for start in starts {
            if ranges.last().is_some_and(|(_, last)| start <= *last) {
                continue;
            }
            let last = match &command.to {
                None => start,
                Some(Address::Line(line)) => (*line).max(start),
                Some(Address::Plus(lines)) => start.saturating_add(*lines),
                Some(Address::Last) => end,
                Some(Address::Match(pattern)) => {
                    let mut line = start.saturating_add(1);
                    loop {
                        match known.get(&line) {
                            Some(text) if pattern.is_match(text) => break line,
                            Some(_) => line += 1,
                            None if line > end => break end,
                            None => {
                                self.lost = true;
                                break start;
                            }
                        }
                    }
                }
            };
            ranges.push((start, last));
        }
        ranges
    }
}
