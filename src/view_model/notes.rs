//! What a person notes about runs and says of findings, remembered between visits and carried in files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::mutes::key;
use crate::engine::detect::Severity;
use crate::engine::report::RunReport;

/// The shape of the file; a newer one is not guessed at.
const FORMAT_VERSION: u32 = 1;

/// A remark about some steps, or about the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The first and the last, 0-based; `None`: the whole run.
    pub steps: Option<(u32, u32)>,
    pub severity: Severity,
    pub text: String,
}

impl Note {
    pub fn is_about(&self, step: u32) -> bool {
        self.steps.is_some_and(|(first, last)| (first..=last).contains(&step))
    }
}

/// Whether a finding is right: that of a detector at a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    pub detector: String,
    pub step: u32,
    pub agrees: bool,
}

/// What was said of one run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RunNotes {
    pub notes: Vec<Note>,
    pub opinions: Vec<Opinion>,
}

/// All that was ever noted, by run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notes {
    format_version: u32,
    runs: BTreeMap<String, RunNotes>,
}

impl Default for Notes {
    fn default() -> Self {
        Self { format_version: FORMAT_VERSION, runs: BTreeMap::new() }
    }
}

impl Notes {
    /// From a file, or why it cannot be taken.
    pub fn read(text: &str) -> Result<Self, String> {
        let notes: Self = serde_json::from_str(text).map_err(|error| format!("no file of notes: {error}"))?;
        if notes.format_version > FORMAT_VERSION {
            let newest = notes.format_version;
            return Err(format!("its format version is {newest}; this page reads up to {FORMAT_VERSION}"));
        }
        Ok(notes)
    }

    pub fn write(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    pub fn of(&self, report: &RunReport) -> RunNotes {
        self.runs.get(&key(report)).cloned().unwrap_or_default()
    }

    fn change(&mut self, report: &RunReport, change: impl FnOnce(&mut RunNotes)) {
        let key = key(report);
        let mut run = self.runs.remove(&key).unwrap_or_default();
        change(&mut run);
        if run != RunNotes::default() {
            self.runs.insert(key, run);
        }
    }

    /// Keeps a note in the place of another, or as a new one. Notes stand in the order of the run, those about
    /// all of it first.
    pub fn put(&mut self, report: &RunReport, place: Option<usize>, note: Note) {
        self.change(report, |run| {
            if let Some(place) = place.filter(|place| *place < run.notes.len()) {
                run.notes.remove(place);
            }
            run.notes.push(note);
            run.notes.sort_by_key(|note| note.steps);
        });
    }

    pub fn remove(&mut self, report: &RunReport, place: usize) {
        self.change(report, |run| {
            if place < run.notes.len() {
                run.notes.remove(place);
            }
        });
    }

    /// Says whether a finding is right; `None` takes that back.
    pub fn judge(&mut self, report: &RunReport, place: u32, agrees: Option<bool>) {
        let Some(finding) = report.findings.get(place as usize) else { return };
        let (detector, step) = (finding.detector.clone(), finding.step);
        self.change(report, |run| {
            run.opinions.retain(|known| (known.step, &known.detector) != (step, &detector));
            run.opinions.extend(agrees.map(|agrees| Opinion { detector, step, agrees }));
        });
    }

    /// What was said of a finding.
    pub fn opinion(&self, report: &RunReport, place: u32) -> Option<bool> {
        let finding = report.findings.get(place as usize)?;
        let run = self.runs.get(&key(report))?;
        let about = |known: &&Opinion| known.step == finding.step && known.detector == finding.detector;
        run.opinions.iter().find(about).map(|known| known.agrees)
    }

    /// Adds what others noted: the same twice is once, and of two opinions on a finding theirs is kept.
    pub fn merge(&mut self, other: Self) {
        for (key, theirs) in other.runs {
            let own = self.runs.entry(key).or_default();
            for note in theirs.notes {
                if !own.notes.contains(&note) {
                    own.notes.push(note);
                }
            }
            own.notes.sort_by_key(|note| note.steps);
            for opinion in theirs.opinions {
                own.opinions
                    .retain(|known| (known.step, &known.detector) != (opinion.step, &opinion.detector));
                own.opinions.push(opinion);
            }
        }
        self.runs.retain(|_, run| *run != RunNotes::default());
    }
}

/// How a detector's findings fare with those who judged them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub title: String,
    pub agreed: u32,
    pub disagreed: u32,
    pub open: u32,
}

/// Detectors against what a person says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Confusion {
    /// Those that found something, by the title.
    pub detectors: Vec<Judged>,
    /// Notes of an error at steps that no finding blames.
    pub missed: u32,
}

impl Confusion {
    pub fn of(notes: &Notes, runs: &mut dyn Iterator<Item = &RunReport>) -> Self {
        let mut detectors: BTreeMap<&str, Judged> = BTreeMap::new();
        let mut missed = 0;
        for run in runs {
            for (place, finding) in (0u32..).zip(&run.findings) {
                let judged = detectors.entry(&finding.detector).or_insert_with(|| Judged {
                    title: finding.title.clone(),
                    agreed: 0,
                    disagreed: 0,
                    open: 0,
                });
                match notes.opinion(run, place) {
                    Some(true) => judged.agreed += 1,
                    Some(false) => judged.disagreed += 1,
                    None => judged.open += 1,
                }
            }
            let is_missed = |note: &&Note| {
                let is_seen = run.findings.iter().any(|finding| note.is_about(finding.step));
                note.severity == Severity::Error && note.steps.is_some() && !is_seen
            };
            missed += notes.of(run).notes.iter().filter(is_missed).map(|_| 1).sum::<u32>();
        }
        let mut detectors: Vec<Judged> = detectors.into_values().collect();
        detectors.sort_by(|one, other| one.title.cmp(&other.title));
        Self { detectors, missed }
    }
}

/// What a note is about, as its heading says it.
pub fn place_words(steps: Option<(u32, u32)>) -> String {
    match steps.map(|(first, last)| (u64::from(first) + 1, u64::from(last) + 1)) {
        None => "The whole run".to_owned(),
        Some((first, last)) if first == last => format!("Step {first}"),
        Some((first, last)) => format!("Steps {first} to {last}"),
    }
}

/// The steps between two numbers as a person types them, in whatever order.
pub fn typed_steps(first: &str, last: &str, count: u32) -> Option<(u32, u32)> {
    let step = |text: &str| text.trim().parse::<u32>().ok()?.checked_sub(1).filter(|step| *step < count);
    let (first, last) = (step(first)?, step(last)?);
    Some((first.min(last), first.max(last)))
}

#[cfg(test)]
mod tests {
    use super::{Confusion, Judged, Note, Notes, place_words, typed_steps};
    use crate::engine::detect::Severity;
    use crate::engine::report::RunReport;
    use crate::view_model::testing::{finding, report};

    fn note(steps: Option<(u32, u32)>, severity: Severity) -> Note {
        Note { steps, severity, text: "Look here.".to_owned() }
    }

    fn run() -> RunReport {
        let mut run = report();
        run.findings =
            vec![finding("retry-loop", 4, Severity::Warning), finding("exact-repeat", 7, Severity::Note)];
        run
    }

    #[test]
    fn notes_come_back_from_a_file() {
        let (run, mut notes) = (run(), Notes::default());
        notes.put(&run, None, note(Some((3, 3)), Severity::Note));
        notes.put(&run, None, note(None, Severity::Warning));
        notes.judge(&run, 1, Some(false));
        let kept = Notes::read(&notes.write()).unwrap();
        assert_eq!(kept, notes);
        assert_eq!(
            kept.of(&run).notes.iter().map(|note| note.steps).collect::<Vec<_>>(),
            [None, Some((3, 3))]
        );
        assert_eq!((kept.opinion(&run, 0), kept.opinion(&run, 1)), (None, Some(false)));
        let mut other = run.clone();
        other.trace_id.push('x');
        assert_eq!(kept.of(&other).notes.len(), 0);
    }

    #[test]
    fn what_was_said_can_be_changed_and_taken_back() {
        let (run, mut notes) = (run(), Notes::default());
        notes.put(&run, None, note(Some((3, 3)), Severity::Note));
        notes.put(&run, Some(0), note(Some((1, 2)), Severity::Error));
        assert_eq!(notes.of(&run).notes, [note(Some((1, 2)), Severity::Error)]);
        notes.judge(&run, 0, Some(true));
        notes.judge(&run, 0, None);
        notes.remove(&run, 0);
        assert!(notes.is_empty());
    }

    #[test]
    fn notes_of_others_are_added_once() {
        let (run, mut own, mut theirs) = (run(), Notes::default(), Notes::default());
        own.put(&run, None, note(Some((3, 3)), Severity::Note));
        own.judge(&run, 0, Some(true));
        theirs.put(&run, None, note(Some((3, 3)), Severity::Note));
        theirs.put(&run, None, note(Some((1, 1)), Severity::Note));
        theirs.judge(&run, 0, Some(false));
        own.merge(theirs.clone());
        own.merge(theirs);
        assert_eq!(own.of(&run).notes.len(), 2);
        assert_eq!((own.opinion(&run, 0), own.of(&run).opinions.len()), (Some(false), 1));
    }

    #[test]
    fn a_file_that_is_none_says_why() {
        assert!(Notes::read("[]").unwrap_err().starts_with("no file of notes"));
        assert!(Notes::read(r#"{"format_version": 9, "runs": {}}"#).unwrap_err().contains("version is 9"));
    }

    #[test]
    fn detectors_are_counted_against_what_was_said() {
        let (run, mut notes) = (run(), Notes::default());
        notes.judge(&run, 0, Some(true));
        // Found by a detector, not found by any, no error.
        notes.put(&run, None, note(Some((2, 4)), Severity::Error));
        notes.put(&run, None, note(Some((5, 6)), Severity::Error));
        notes.put(&run, None, note(Some((5, 6)), Severity::Warning));
        let confusion = Confusion::of(&notes, &mut [&run].into_iter());
        let judged =
            |title: &str, agreed, open| Judged { title: title.to_owned(), agreed, disagreed: 0, open };
        assert_eq!(confusion.detectors, [judged("exact repeat", 0, 1), judged("retry loop", 1, 0)]);
        assert_eq!(confusion.missed, 1);
    }

    #[test]
    fn steps_are_named_and_read_from_one_on() {
        assert_eq!(place_words(Some((2, 2))), "Step 3");
        assert_eq!(place_words(Some((2, 4))), "Steps 3 to 5");
        assert_eq!(typed_steps("5", " 3", 9), Some((2, 4)));
        assert_eq!(typed_steps("0", "3", 9), None);
        assert_eq!(typed_steps("1", "10", 9), None);
    }
}
