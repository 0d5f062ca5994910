//! The format doctor: what one file was taken for and why, what of it could not be read, what it does not
//! hold, and what therefore cannot be shown.

use std::fmt::{self, Write};

use serde::{Deserialize, Serialize};

use super::ErrorText;
use super::wording::one_line;
use crate::engine::facts::{Operation, RunFacts};
use crate::engine::import::{Head, ImportError, Input, Probe, importer, probes, survey};
use crate::engine::order;
use crate::engine::trace::{OutcomeValue, PartKind, Position, Trace, Warning, WarningKind};

/// Everything the doctor says of one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diagnosis {
    pub file: String,
    /// `null` when nothing was recognised.
    pub format: Option<Recognised>,
    /// Why nothing could be read, if so.
    pub error: Option<ErrorText>,
    /// The files that were read with it: sidecars, and the parts of a run that is kept in many.
    pub read_with: Vec<String>,
    pub runs: u32,
    pub steps: u32,
    /// Lines, or elements of the lists of a document.
    pub records: u64,
    pub notes: Vec<Note>,
    /// What the product cannot show of this file, as full sentences.
    pub cannot_show: Vec<String>,
}

/// A format with the reason why a file was taken for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recognised {
    pub id: String,
    pub title: String,
    /// What the format is recognised by.
    pub marks: String,
    /// Whether the file bears marks that no other format has.
    pub sure: bool,
    /// Other formats that it could be, by id; none where it is sure.
    pub could_be: Vec<String>,
}

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// Records that were left out, or that the file's end cut off.
    Lost,
    /// Record types and members that the reader does not know.
    Unknown,
    /// Calls without results and the like.
    Unpaired,
    /// What the file could hold and does not.
    Missing,
    /// Numbers that are only bounds.
    Bound,
    /// Read in a way that the file does not state outright.
    Guessed,
}

impl Topic {
    /// In the order in which they are told.
    pub const ALL: [Self; 6] =
        [Self::Lost, Self::Unknown, Self::Unpaired, Self::Missing, Self::Bound, Self::Guessed];

    pub fn title(self) -> &'static str {
        match self {
            Self::Lost => "Left out",
            Self::Unknown => "Not known here",
            Self::Unpaired => "Without a counterpart",
            Self::Missing => "Missing",
            Self::Bound => "Only a bound",
            Self::Guessed => "Guessed",
        }
    }

    fn of(kind: WarningKind) -> Self {
        match kind {
            WarningKind::BadRecord | WarningKind::Truncated => Self::Lost,
            WarningKind::UnknownType => Self::Unknown,
            WarningKind::Unpaired => Self::Unpaired,
            WarningKind::Missing => Self::Missing,
            WarningKind::Bound => Self::Bound,
            WarningKind::Guessed => Self::Guessed,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub topic: Topic,
    pub text: String,
    pub count: u64,
    /// Of how many, where that is known.
    pub of: Option<u64>,
    /// Where it was met first.
    pub position: Option<Position>,
}

impl Note {
    /// `3 of 12`, or `3 ×` where it is not known of how many.
    pub fn how_many(&self) -> String {
        match self.of {
            Some(of) => format!("{} of {of}", self.count),
            None => format!("{} ×", self.count),
        }
    }
}

/// Examines a file that was read: `runs` are all that came out of it.
pub fn diagnose(input: &Input<'_>, runs: &[(&Trace, &RunFacts)]) -> Diagnosis {
    let mut diagnosis = Diagnosis { format: recognised(input), ..Diagnosis::empty(input) };
    diagnosis.runs = number(runs.len());
    diagnosis.steps = number(runs.iter().map(|(trace, _)| trace.steps.len()).sum());
    let mut notes = Vec::new();
    for warning in runs.iter().flat_map(|(trace, _)| &trace.warnings) {
        add_warning(&mut notes, warning);
    }
    if let Ok(survey) = survey(input) {
        diagnosis.records = survey.records;
        notes.extend(survey.unknown.into_iter().map(|(name, count, first)| Note {
            topic: Topic::Unknown,
            text: format!("the member `{name}`"),
            count,
            of: None,
            position: Some(first),
        }));
    }
    for gap in gaps(runs) {
        if gap.count > 0 {
            diagnosis.cannot_show.extend(gap.so.filter(|_| gap.count == gap.of).map(str::to_owned));
            notes.push(Note {
                topic: gap.topic,
                text: gap.text.to_owned(),
                count: gap.count,
                of: Some(gap.of),
                position: None,
            });
        }
    }
    order::sort_by_key(&mut notes, |note| note.topic);
    diagnosis.notes = notes;
    if let Some(info) = diagnosis.format.as_ref().and_then(|format| importer(&format.id)) {
        diagnosis.cannot_show.push(format!("The format itself does not hold {}.", info.info().lacks));
    }
    diagnosis
}

impl Diagnosis {
    /// Of a file of which nothing could be read.
    pub fn refused(input: &Input<'_>, error: &ImportError) -> Self {
        Self { format: recognised(input), error: Some(ErrorText::of(error)), ..Self::empty(input) }
    }

    fn empty(input: &Input<'_>) -> Self {
        let with = input.sidecars.iter().chain(&input.parts);
        Self {
            file: input.name().to_owned(),
            format: None,
            error: None,
            read_with: with.map(|source| input.sources.name(*source).to_owned()).collect(),
            runs: 0,
            steps: 0,
            records: 0,
            notes: Vec::new(),
            cannot_show: Vec::new(),
        }
    }
}

fn recognised(input: &Input<'_>) -> Option<Recognised> {
    let head = Head::read(input.sources, input.main).ok()?;
    let claims = probes(&head);
    let (best, probe) = claims.first()?;
    let info = best.info();
    let sure = *probe == Probe::Yes;
    let others = claims.iter().skip(1).filter(|_| !sure);
    Some(Recognised {
        id: info.id.to_owned(),
        title: info.title.to_owned(),
        marks: info.marks.to_owned(),
        sure,
        could_be: others.map(|(other, _)| other.info().id.to_owned()).collect(),
    })
}

fn add_warning(notes: &mut Vec<Note>, warning: &Warning) {
    let topic = Topic::of(warning.kind);
    match notes.iter_mut().find(|note| note.topic == topic && note.text == warning.text) {
        Some(known) => known.count += warning.count,
        None => notes.push(Note {
            topic,
            text: warning.text.clone(),
            count: warning.count,
            of: None,
            position: warning.position,
        }),
    }
}

/// Something that steps or runs lack.
struct Gap {
    topic: Topic,
    text: &'static str,
    count: u64,
    of: u64,
    /// What cannot be shown if all of them lack it.
    so: Option<&'static str>,
}

fn gaps(runs: &[(&Trace, &RunFacts)]) -> Vec<Gap> {
    let steps = || runs.iter().flat_map(|(trace, _)| trace.live_steps().map(|(_, step)| step));
    let actions = || {
        runs.iter().flat_map(|(trace, facts)| {
            trace.live_steps().filter_map(|(id, step)| Some((step, facts.action(id)?)))
        })
    };
    let commands = || actions().filter(|(_, action)| matches!(action.operation, Operation::Run(_)));
    let of_runs = |lacks: &dyn Fn(&Trace) -> bool| {
        (count(runs.iter().filter(|(trace, _)| lacks(trace))), runs.len() as u64)
    };
    let missing = |text, (count, of): (u64, u64), so| Gap { topic: Topic::Missing, text, count, of, so };
    let bound = |text, count, of| Gap { topic: Topic::Bound, text, count, of, so: None };
    vec![
        missing(
            "steps without a time",
            (count(steps().filter(|step| step.time.is_none())), count(steps())),
            Some(
                "No step has a time: there is no axis by time, no duration and no idle gap, only the order.",
            ),
        ),
        missing(
            "calls that do not say how long they took",
            (
                count(actions().filter(|(step, _)| step.time.is_none_or(|span| span.duration_ms() == 0))),
                count(actions()),
            ),
            Some("No call says how long it took: what was slow cannot be told."),
        ),
        missing(
            "calls without a result",
            (count(actions().filter(|(step, _)| step.part(PartKind::Result).is_none())), count(actions())),
            Some("No call has a result: errors and tests cannot be told."),
        ),
        missing(
            "commands without an exit code; whether they failed is read from their output",
            (count(commands().filter(|(_, action)| action.exit_code.is_none())), count(commands())),
            None,
        ),
        missing(
            "runs that do not state their task",
            of_runs(&|trace| trace.task_step.is_none() && trace.head.task_id.is_none()),
            Some("The task is not stated: runs of the same task cannot be put side by side."),
        ),
        missing("runs that do not name their model", of_runs(&|trace| trace.head.models.is_empty()), None),
        missing(
            "runs without token counts",
            of_runs(&|trace| trace.totals.tokens_in.is_none() && trace.totals.tokens_out.is_none()),
            Some("Tokens are not counted: what a run used, and what a finding wasted of it, stays unknown."),
        ),
        missing(
            "runs without a cost",
            of_runs(&|trace| trace.totals.cost_usd.is_none()),
            Some("No cost is given, and none is made up from price lists."),
        ),
        missing(
            "runs without an outcome",
            of_runs(&|trace| trace.head.outcome.value == OutcomeValue::Unknown),
            Some("Whether the task was solved is not recorded: the score rests on the process alone."),
        ),
        bound(
            "steps whose output tokens are a lower bound, written when the answer began",
            count(steps().filter(|step| step.usage.as_ref().is_some_and(|usage| usage.out_is_lower_bound))),
            count(steps().filter(|step| step.usage.is_some())),
        ),
        bound(
            "calls whose duration is an upper bound, as they ran beside others",
            count(steps().filter(|step| step.time.is_some_and(|span| span.bound))),
            count(steps().filter(|step| step.is_action())),
        ),
    ]
}

fn count<T>(items: impl Iterator<Item = T>) -> u64 {
    items.count() as u64
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Writes a diagnosis for reading.
pub fn text_diagnosis(diagnosis: &Diagnosis, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "{}", one_line(&diagnosis.file))?;
    if let Some(format) = &diagnosis.format {
        let sure = if format.sure { "" } else { ", though other formats look alike" };
        writeln!(out, "  recognised as {} ({}){sure}", format.title, format.id)?;
        writeln!(out, "  by {}", format.marks)?;
        if !format.could_be.is_empty() {
            writeln!(out, "  could also be {}", format.could_be.join(", "))?;
        }
    }
    if let Some(error) = &diagnosis.error {
        return writeln!(out, "  not read: {}", one_line(&error.message));
    }
    for name in &diagnosis.read_with {
        writeln!(out, "  read with {}", one_line(name))?;
    }
    let Diagnosis { runs, steps, records, .. } = diagnosis;
    let records = if *records > 0 { format!("{records} records, ") } else { String::new() };
    writeln!(out, "  {records}{runs} runs, {steps} steps")?;
    for topic in Topic::ALL {
        let notes: Vec<&Note> = diagnosis.notes.iter().filter(|note| note.topic == topic).collect();
        if !notes.is_empty() {
            writeln!(out, "  {}:", topic.title())?;
        }
        for note in notes {
            let place = note.position.map_or_else(String::new, |position| format!(" ({})", place(position)));
            writeln!(out, "    {} {}{place}", note.how_many(), one_line(&note.text))?;
        }
    }
    if !diagnosis.cannot_show.is_empty() {
        writeln!(out, "  Cannot be shown:")?;
    }
    diagnosis.cannot_show.iter().try_for_each(|sentence| writeln!(out, "    {}", one_line(sentence)))
}

/// `first at line 7`, in the words of [`Position`].
pub fn place(position: Position) -> String {
    match position {
        Position::Line(line) => format!("first at line {line}"),
        Position::Record(record) => format!("first at record {record}"),
        Position::Byte(byte) => format!("at byte {byte}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Diagnosis, Topic, diagnose, text_diagnosis};
    use crate::engine::import::Input;
    use crate::engine::trace::{MemorySources, SourceId};
    use crate::engine::{Options, analyze};

    fn examine(text: &str) -> Diagnosis {
        let sources = MemorySources::single("run.jsonl", text);
        let mut progress = |_| true;
        let input = Input::new(&sources, SourceId(0), Vec::new(), &mut progress);
        match analyze(&input, &Options::default()) {
            Ok(runs) => {
                let runs: Vec<_> = runs.iter().map(|run| (&run.trace, &run.facts)).collect();
                diagnose(&input, &runs)
            }
            Err(error) => Diagnosis::refused(&input, &error),
        }
    }

    #[test]
    fn says_what_was_left_out_and_what_is_missing() {
        let diagnosis = examine(include_str!("../../../tests/fixtures/codex-exec/run.jsonl"));
        let format = diagnosis.format.as_ref().unwrap();
        assert_eq!((format.id.as_str(), format.sure), ("codex-exec", true));
        let missing = diagnosis.notes.iter().find(|note| note.text == "steps without a time").unwrap();
        assert_eq!((missing.topic, Some(missing.count)), (Topic::Missing, missing.of));
        assert!(diagnosis.cannot_show.iter().any(|sentence| sentence.contains("no axis by time")));
        assert!(diagnosis.cannot_show.iter().any(|sentence| sentence.contains("does not hold the prompt")));
        let mut text = String::new();
        text_diagnosis(&diagnosis, &mut text).unwrap();
        assert!(text.contains("recognised as Codex exec stream (codex-exec)"), "{text}");
    }

    #[test]
    fn bad_lines_are_counted_with_their_place() {
        let broken = include_str!("../../../tests/fixtures/codex-exec/run.jsonl").replacen(
            '\n',
            "\n{oops}\n{oops}\n",
            1,
        );
        let diagnosis = examine(&broken);
        let lost: Vec<_> = diagnosis.notes.iter().filter(|note| note.topic == Topic::Lost).collect();
        assert!(!lost.is_empty() && lost.iter().all(|note| note.position.is_some()), "{lost:?}");
        assert_eq!(lost.iter().map(|note| note.count).sum::<u64>(), 2);
    }

    #[test]
    fn a_refused_file_says_why() {
        let diagnosis = examine("# notes\n");
        assert_eq!(diagnosis.error.unwrap().kind, "unknown");
        assert!(diagnosis.format.is_none());
    }
}
