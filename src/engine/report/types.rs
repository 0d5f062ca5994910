//! The public shape of a report. It only grows; a change that breaks readers raises [`FORMAT_VERSION`].

use serde::{Deserialize, Serialize};

pub use crate::engine::cluster::Signature as SignatureReport;
pub use crate::engine::compare::Track;
use crate::engine::detect::{Category, Severity, Waste};
pub use crate::engine::facts::TestColour;
use crate::engine::trace::{Outcome, PartKind, Totals, Warning};

/// Version of the shape below.
pub const FORMAT_VERSION: u32 = 1;

/// Everything that is known about one run. `step` is always our 0-based index, `source_step` the number in
/// the original file's own terms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    pub format_version: u32,
    pub file: String,
    /// Which run of the file, from 0.
    pub index: u32,
    pub trace_id: String,
    /// The importer's id.
    pub format: String,
    pub agent: Option<String>,
    pub model: Option<String>,
    pub task: Option<String>,
    pub steps: u32,
    pub outcome: Outcome,
    /// `null` when there is no basis for a score.
    pub score: Option<ScoreReport>,
    pub verdict: VerdictReport,
    pub findings: Vec<FindingReport>,
    /// What makes each finding "the same" as one in another run.
    pub signatures: Vec<SignatureReport>,
    /// What became of the tests; `null` where none were run.
    #[serde(default)]
    pub tests: Option<TestsReport>,
    pub totals: Totals,
    pub warnings: Vec<Warning>,
    #[serde(default)]
    pub agent_version: Option<String>,
    /// When it began, as `2024-02-29T23:59:59Z`; `null` where the file holds no times of day.
    #[serde(default)]
    pub started: Option<String>,
    /// What the agent was told to be; `null` where the file holds no system message.
    #[serde(default)]
    pub prompt: Option<PromptReport>,
    /// Which operation followed which, as `edit>run-test`, sorted and each once.
    #[serde(default)]
    pub shape: Vec<String>,
    /// What it did, to be compared with what others did; empty in reports that were made before there was one.
    #[serde(default)]
    pub track: Track,
}

/// A system message, told from others by its hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PromptReport {
    /// How it begins.
    pub label: String,
    /// The same for the same prompt on another day, in another folder.
    pub hash: String,
}

/// Tests × runs of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestsReport {
    /// In order; the last 200 where there are more.
    pub runs: Vec<TestRunReport>,
    /// How many runs before those are left out.
    pub more_runs: u32,
    /// Tests that were red or skipped at some time: worst standing first, then by name; at most 200.
    pub tests: Vec<TestReport>,
    /// How many more such tests there are.
    pub more_tests: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestRunReport {
    pub step: u32,
    pub source_step: u32,
    /// `pytest`, `cargo test`, …; `tests` where only the verdict is known.
    pub framework: String,
    pub green: bool,
    /// The source was as it was before the run: nothing edited yet, all of it taken back, or set aside.
    pub baseline: bool,
    /// Numbers are `null` where the output gives none.
    pub passed: Option<u32>,
    pub failed: Option<u32>,
    pub skipped: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestReport {
    /// As a runner printed it.
    pub name: String,
    /// `regression`, `red`, `pre-existing`, `fixed`, `skipped` or `green`.
    pub standing: String,
    /// Place in [`TestsReport::runs`] and colour: its first sight and each change.
    pub changes: Vec<(u32, TestColour)>,
    /// Place in [`TestsReport::runs`] of the last run that said something about it.
    pub last_run: Option<u32>,
    /// The step of the first source edit after it was last seen green.
    pub last_green_before_edit: Option<u32>,
    /// Steps at which the agent changed the file the test stands in; at most 20.
    pub edits: Vec<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreReport {
    /// `classic`, `default`, or the name of the user's own.
    pub profile: String,
    /// 0 to 100.
    pub total: f64,
    /// Parts are 0 to 100 too; `null` where the profile has no such part.
    pub outcome: Option<f64>,
    pub process: Option<f64>,
    pub efficiency: Option<f64>,
    /// What raised or lowered it. Their points explain the total.
    pub reasons: Vec<ReasonReport>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReasonReport {
    /// Negative where it costs.
    pub points: f64,
    /// `outcome`, `process` or `efficiency`.
    pub part: String,
    pub text: String,
    /// Places in [`RunReport::findings`].
    pub findings: Vec<u32>,
    /// Where a reason that is a fact can be seen.
    #[serde(default)]
    pub steps: Vec<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VerdictReport {
    pub abstained: bool,
    pub headline: String,
    pub explanation: String,
    /// Most decisive first.
    pub candidates: Vec<CandidateReport>,
    /// The last step at which a check was green.
    pub last_good: Option<u32>,
    /// What followed from the first wrong step: places in [`RunReport::findings`], in the order of the run.
    #[serde(default)]
    pub chain: Vec<u32>,
    /// The most that a single finding shows to be wasted: a lower bound, as findings overlap.
    #[serde(default)]
    pub waste: Waste,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateReport {
    pub step: u32,
    pub source_step: u32,
    pub agent: String,
    pub why: String,
    /// Place in [`RunReport::findings`].
    pub finding: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindingReport {
    pub detector: String,
    pub title: String,
    pub category: Category,
    pub severity: Severity,
    pub certain: bool,
    pub confidence: f64,
    pub step: u32,
    pub source_step: u32,
    pub steps: Vec<u32>,
    pub message: String,
    pub evidence: Vec<EvidenceReport>,
    pub waste: Waste,
    /// Someone said that it is no problem here: verdict and score pass it over.
    #[serde(default)]
    pub muted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceReport {
    pub step: u32,
    pub source_step: u32,
    pub quote: String,
    /// Where the quote stands: part and byte range in its decoded text.
    pub part: PartKind,
    pub start: u32,
    pub end: u32,
}

/// What of a report changes when its run is weighed anew: by another profile, or without what was muted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Weighing {
    /// [`RunReport::index`].
    pub index: u32,
    pub score: Option<ScoreReport>,
    pub verdict: VerdictReport,
    /// Places of the muted ones in [`RunReport::findings`].
    pub muted: Vec<u32>,
}

impl RunReport {
    /// The same run as it is weighed now.
    #[must_use]
    pub fn weighed(&self, weighing: Weighing) -> Self {
        let mut report = Self { score: weighing.score, verdict: weighing.verdict, ..self.clone() };
        for (place, finding) in (0u32..).zip(&mut report.findings) {
            finding.muted = weighing.muted.contains(&place);
        }
        report
    }
}

/// A file nothing could be read from: `{"file", "error": {"kind", "message"}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileError {
    pub file: String,
    pub error: ErrorText,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorText {
    /// See `ImportError::kind`.
    pub kind: String,
    pub message: String,
}

impl ErrorText {
    pub fn of(error: &crate::engine::import::ImportError) -> Self {
        Self { kind: error.kind().to_owned(), message: error.to_string() }
    }
}
