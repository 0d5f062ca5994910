//! What one run did in a row of two runs side by side, and how a run is marked there.

use std::collections::BTreeMap;

use crate::engine::detect::Severity;
use crate::engine::report::{RunReport, StepShade};

/// How an act ended, as far as that is worth a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Green,
    Red,
    Error,
    Timeout,
}

impl Ending {
    fn of(word: &str) -> Option<Self> {
        match word {
            "green" => Some(Self::Green),
            "red" => Some(Self::Red),
            "error" => Some(Self::Error),
            "timeout" => Some(Self::Timeout),
            _ => None,
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Green => "✓ green",
            Self::Red => "✕ red",
            Self::Error => "! failed",
            Self::Timeout => "! timeout",
        }
    }

    pub fn is_good(self) -> bool {
        self == Self::Green
    }
}

/// An act of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub step: u32,
    pub shade: StepShade,
    pub verb: &'static str,
    /// What it was done to; may be empty.
    pub target: String,
    /// Who acted; empty where one agent did everything.
    pub agent: String,
    /// Lines added and removed.
    pub lines: Option<(u32, u32)>,
    pub ending: Option<Ending>,
    /// The masked error.
    pub error: String,
    /// The first wrong step, if it is here or was only thought after this act.
    pub first_wrong: Option<u32>,
    /// The gravest finding here that nobody muted, and its title.
    pub finding: Option<(Severity, String)>,
}

/// What is marked at the acts of a run, by their places in its track.
#[derive(Debug, Clone, Default)]
pub(super) struct Marks {
    first_wrong: Option<(usize, u32)>,
    findings: BTreeMap<usize, (Severity, String)>,
}

impl Marks {
    pub(super) fn of(report: &RunReport) -> Self {
        let steps = &report.track.steps;
        // Thoughts are no acts: what is said of one stands at the act before it.
        let place = |step: u32| steps.partition_point(|known| *known <= step).saturating_sub(1);
        let mut findings: BTreeMap<usize, (Severity, String)> = BTreeMap::new();
        for finding in report.findings.iter().filter(|finding| !finding.muted) {
            let mark = findings
                .entry(place(finding.step))
                .or_insert_with(|| (finding.severity, finding.title.clone()));
            if finding.severity > mark.0 {
                *mark = (finding.severity, finding.title.clone());
            }
        }
        let blamed = report.verdict.candidates.first().map(|candidate| candidate.step);
        Self { first_wrong: blamed.map(|step| (place(step), step)), findings }
    }
}

/// The act at this place of the track of a run.
pub(super) fn cell(report: &RunReport, marks: &Marks, place: usize) -> Option<Cell> {
    let act = report.track.act(place)?;
    let (verb, shade) = verb(act.operation);
    let known = report.track.edits_of(place).iter().filter_map(|edit| Some((edit.3?, edit.4?)));
    Some(Cell {
        step: act.step,
        shade,
        verb,
        target: act.target.to_owned(),
        agent: act.agent.to_owned(),
        lines: known.reduce(|sum, next| (sum.0.saturating_add(next.0), sum.1.saturating_add(next.1))),
        ending: Ending::of(act.ending),
        error: act.error.to_owned(),
        first_wrong: marks.first_wrong.filter(|(at, _)| *at == place).map(|(_, step)| step),
        finding: marks.findings.get(&place).cloned(),
    })
}

/// The word for an operation of a track, and what it is drawn as.
pub fn verb(operation: &str) -> (&'static str, StepShade) {
    match operation {
        "read" => ("read", StepShade::Read),
        "search" => ("search", StepShade::Read),
        "list" => ("list", StepShade::Read),
        "browse" => ("browse", StepShade::Read),
        "edit" => ("edit", StepShade::Edit),
        "create" => ("write", StepShade::Edit),
        "delete" => ("delete", StepShade::Edit),
        "run-test" => ("test", StepShade::Test),
        "run-build" => ("build", StepShade::Test),
        "run-lint" => ("lint", StepShade::Test),
        "run-install" => ("install", StepShade::Run),
        "run-server" => ("serve", StepShade::Run),
        "run-program" | "run-version-control" | "run-other" => ("run", StepShade::Run),
        "plan" => ("plan", StepShade::Other),
        "delegate" => ("delegate", StepShade::Other),
        "submit" => ("hand in", StepShade::Other),
        "ask" => ("ask", StepShade::Other),
        "message" => ("say", StepShade::Message),
        "user-message" => ("user", StepShade::Prompt),
        "submission" => ("handed in", StepShade::Event),
        "hand-off" => ("pass on", StepShade::Event),
        "compaction" => ("context cut", StepShade::Event),
        "limit-reached" => ("limit reached", StepShade::Event),
        "crash" => ("crash", StepShade::Event),
        "interrupted" => ("stopped", StepShade::Event),
        _ => ("call", StepShade::Other),
    }
}
