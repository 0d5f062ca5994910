use serde::{Deserialize, Serialize};

use super::DetectContext;
use crate::engine::facts::Quote;
use crate::engine::order;
use crate::engine::trace::StepId;

/// How bad. Apart from how sure: see [`Finding::confidence`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; says little about the outcome.
    Note,
    /// A weakness that often goes with failure.
    Warning,
    /// Strong evidence that the run failed.
    Error,
}

/// What part of the work a rule looks at. The score caps what each may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// What was delivered, and how the run ended.
    Outcome,
    /// Whether and how it was checked.
    Verification,
    /// Loops, repeats, going back and forth.
    Flow,
    /// Tools, environment, limits.
    System,
    /// How it is told.
    Style,
}

impl Category {
    pub const ALL: [Self; 5] = [Self::Outcome, Self::Verification, Self::Flow, Self::System, Self::Style];

    /// As it is written in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Outcome => "outcome",
            Self::Verification => "verification",
            Self::Flow => "flow",
            Self::System => "system",
            Self::Style => "style",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It flagged fewer than ten labelled runs, so that its precision is not known yet.
    Preview,
    Stable,
}

/// What users read about a rule.
#[derive(Debug, Serialize)]
pub struct DetectorInfo {
    /// Kebab-case, equal to the file's name; names the pattern, not the cure.
    pub id: &'static str,
    pub title: &'static str,
    /// What it looks for.
    pub what: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// When it is wrong or silent.
    pub limits: &'static str,
    pub category: Category,
    /// The severity its findings have unless they say otherwise.
    pub severity: Severity,
    pub status: Status,
    /// `MAST 3.3`, `TRAIL resource exhaustion`, …
    pub taxonomy: &'static [&'static str],
    /// The failure kind of the original TraceBench this rule generalises, with its underscores.
    pub classic: Option<&'static str>,
}

/// A rule that looks at one run.
pub trait Detector: Sync {
    fn info(&self) -> &'static DetectorInfo;
    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings);
}

/// A quote and the step it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    pub step: StepId,
    pub quote: Quote,
}

/// What a failure cost beyond what was needed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Waste {
    pub steps: u32,
    pub tokens: Option<u64>,
    pub seconds: Option<f64>,
    pub cost_usd: Option<f64>,
}

/// A failure at a step, with its proof.
#[derive(Debug, Clone)]
pub struct Finding {
    pub detector: &'static str,
    pub severity: Severity,
    /// The pattern does not occur in runs that solved their task.
    pub certain: bool,
    /// 0 to 1: how sure that the pattern is really there.
    pub confidence: f32,
    /// The step to blame.
    pub step: StepId,
    /// The steps concerned, in order, the blamed one included; the first [`Finding::STEPS`] where there are more.
    /// The message counts them all.
    pub steps: Vec<StepId>,
    /// Full sentences for a person.
    pub message: String,
    pub evidence: Vec<Evidence>,
    pub waste: Waste,
    /// Whoever looked said that it is no problem here. No detector sets it; verdict and score pass it over.
    pub muted: bool,
}

impl Finding {
    /// More steps are not named one by one, so that a finding stays small however long the run is.
    pub const STEPS: usize = 200;
    /// More quotes prove nothing more.
    pub const QUOTES: usize = 20;

    /// A finding of `info`'s own severity that wastes nothing.
    pub fn new(info: &'static DetectorInfo, step: StepId, message: impl Into<String>) -> Self {
        Self {
            detector: info.id,
            severity: info.severity,
            certain: false,
            confidence: 0.9,
            step,
            steps: vec![step],
            message: message.into(),
            evidence: Vec::new(),
            waste: Waste::default(),
            muted: false,
        }
    }

    #[must_use]
    pub fn severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    /// Marks a pattern that does not occur in runs that solved their task.
    #[must_use]
    pub fn certain(self) -> Self {
        Self { certain: true, confidence: 0.98, ..self }
    }

    #[must_use]
    pub fn confidence(self, confidence: f32) -> Self {
        Self { confidence, ..self }
    }

    /// Names the steps concerned; the blamed one is added if it is not among them.
    #[must_use]
    pub fn about(mut self, steps: impl IntoIterator<Item = StepId>) -> Self {
        self.steps.extend(steps.into_iter().take(Self::STEPS));
        order::sort(&mut self.steps);
        self.steps.dedup();
        self
    }

    #[must_use]
    pub fn proven_by(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence.into_iter().take(Self::QUOTES));
        self
    }

    #[must_use]
    pub fn wasting(self, waste: Waste) -> Self {
        Self { waste, ..self }
    }
}

/// Where detectors put what they find.
#[derive(Debug, Default)]
pub struct Findings {
    list: Vec<Finding>,
}

impl Findings {
    pub fn push(&mut self, finding: Finding) {
        self.list.push(finding);
    }

    pub fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.list.extend(findings);
    }

    pub(in crate::engine) fn into_sorted(mut self) -> Vec<Finding> {
        order::sort_by(&mut self.list, |a, b| (a.step, b.severity).cmp(&(b.step, a.severity)));
        self.list
    }
}
