use serde::{Deserialize, Serialize};

use crate::engine::compare::{Divergence, FileDifference, OperationCounts, Row};
use crate::engine::report::RunReport;
use crate::engine::trace::Outcome;

/// What two runs have in common and where they differ. `a` and `b` are the runs in the order they were given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    pub format_version: u32,
    pub a: ComparedRun,
    pub b: ComparedRun,
    /// The runs side by side: places in [`RunReport::track`] of A, of B, and how the two go together. Each act is
    /// in one row, in order.
    pub rows: Vec<Row>,
    pub agreement: Agreement,
    /// `null` where they differ in nothing but the order of looks.
    pub divergence: Option<Divergence>,
    /// Files changed by one or both; those of only one first.
    pub files: Vec<FileDifference>,
    /// Tests that ended differently, by name, at most 200.
    pub tests: Vec<TestDifference>,
    /// How many more such tests there are.
    pub more_tests: u32,
    pub numbers: Vec<NumberDifference>,
    /// The kinds of acts in which they differ, most first.
    pub operations: Vec<OperationCounts>,
    pub findings: FindingDifferences,
    /// What makes the comparison less than whole, a sentence each.
    pub notes: Vec<String>,
}

/// What a run is, beside the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparedRun {
    pub file: String,
    pub index: u32,
    pub format: String,
    pub agent: Option<String>,
    pub model: Option<String>,
    pub task: Option<String>,
    pub outcome: Outcome,
    /// 0 to 100; `null` when there is no basis for a score.
    pub score: Option<f64>,
    pub headline: String,
    /// The first wrong step, if one was found.
    pub blamed_step: Option<u32>,
    /// The first run of tests that was green after something had been changed.
    pub first_green: Option<FirstGreen>,
    /// Whether the last run of tests was green.
    pub last_green: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstGreen {
    pub step: u32,
    pub source_step: u32,
}

/// How many rows there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    pub same: u32,
    pub similar: u32,
    pub only_a: u32,
    pub only_b: u32,
}

/// A test by how it stood at the end: see `TestReport::standing`; `null` where it was never seen red or skipped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestDifference {
    pub name: String,
    pub a: Option<String>,
    pub b: Option<String>,
}

/// A number of both runs; `null` where it is not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NumberDifference {
    /// `steps`, `turns`, `tokens in`, `tokens out`, `cost (USD)`, `seconds`.
    pub name: String,
    pub a: Option<f64>,
    pub b: Option<f64>,
}

/// Places in [`RunReport::findings`] of each run; what someone muted is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingDifferences {
    /// Of the same detector, operation, error and phase.
    pub same: Vec<(u32, u32)>,
    /// Of the same detector, elsewhere or with another error.
    pub similar: Vec<(u32, u32)>,
    pub only_a: Vec<u32>,
    pub only_b: Vec<u32>,
}

impl ComparedRun {
    pub(super) fn of(report: &RunReport) -> Self {
        let runs = report.tests.as_ref().map_or(&[][..], |tests| &tests.runs);
        let first_green = runs.iter().find(|run| run.green && !run.baseline);
        Self {
            file: report.file.clone(),
            index: report.index,
            format: report.format.clone(),
            agent: report.agent.clone(),
            model: report.model.clone(),
            task: report.task.clone(),
            outcome: report.outcome.clone(),
            score: report.score.as_ref().map(|score| score.total),
            headline: report.verdict.headline.clone(),
            blamed_step: report.verdict.candidates.first().map(|candidate| candidate.step),
            first_green: first_green.map(|run| FirstGreen { step: run.step, source_step: run.source_step }),
            last_green: runs.last().map(|run| run.green),
        }
    }
}
