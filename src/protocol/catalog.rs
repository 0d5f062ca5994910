use serde::{Deserialize, Serialize};

use crate::engine::detect::{Category, Severity};
use crate::engine::{detect, import};

/// What users read about a format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormatText {
    pub id: String,
    pub title: String,
    pub written_by: String,
    pub lacks: String,
}

/// What users read about a detector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetectorText {
    pub id: String,
    pub title: String,
    pub what: String,
    pub why: String,
    pub limits: String,
    pub category: Category,
    /// What its findings have unless they say otherwise.
    pub severity: Severity,
    pub is_preview: bool,
    pub taxonomy: Vec<String>,
    /// How often it fired on labelled runs, a sentence; `None` where it was not measured.
    pub measured: Option<String>,
    /// The kind of failure of the original TraceBench that it generalises.
    pub classic: Option<String>,
}

/// The engine's own words. They travel from the worker, so that the page need not contain the engine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    pub formats: Vec<FormatText>,
    pub detectors: Vec<DetectorText>,
}

impl DetectorText {
    /// Whether all words that someone looks for stand somewhere in it.
    pub fn says(&self, wanted: &str) -> bool {
        let texts = [&self.id, &self.title, &self.what, &self.why, &self.limits];
        let all: Vec<String> =
            texts.into_iter().chain(&self.taxonomy).map(|text| text.to_lowercase()).collect();
        wanted.to_lowercase().split_whitespace().all(|word| all.iter().any(|text| text.contains(word)))
    }
}

impl Catalog {
    pub fn of_engine() -> Self {
        let formats = import::formats().map(|info| FormatText {
            id: info.id.to_owned(),
            title: info.title.to_owned(),
            written_by: info.written_by.to_owned(),
            lacks: info.lacks.to_owned(),
        });
        let detectors = detect::catalog().map(|info| DetectorText {
            id: info.id.to_owned(),
            title: info.title.to_owned(),
            what: info.what.to_owned(),
            why: info.why.to_owned(),
            limits: info.limits.to_owned(),
            category: info.category,
            severity: info.severity,
            is_preview: info.status == detect::Status::Preview,
            taxonomy: info.taxonomy.iter().map(|&link| link.to_owned()).collect(),
            measured: detect::measurements().sentence(info.id),
            classic: info.classic.map(str::to_owned),
        });
        Self { formats: formats.collect(), detectors: detectors.collect() }
    }

    pub fn detector(&self, id: &str) -> Option<&DetectorText> {
        self.detectors.iter().find(|detector| detector.id == id)
    }

    pub fn format(&self, id: &str) -> Option<&FormatText> {
        self.formats.iter().find(|format| format.id == id)
    }
}
