use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::detect::{Category, Severity};

/// How deductions are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// As the original TraceBench: once for each kind found, no parts, no caps.
    Classic,
    /// By detector, capped by category, in three parts.
    Weighted,
}

/// How much each thing counts. Plain data, so that a person can write their own.
///
/// **default**: a run starts with 100 points, 45 of them for the outcome, 40 for the process and 15 for
/// efficiency. Each *distinct* detector that fired costs its weight once, up to the cap of its category
/// (outcome 45; verification 25, system 10 and style 5 make up the process; flow 15 is efficiency). A green
/// check after the last edit gives back some of what outcome and verification cost. A known outcome settles
/// the outcome part: a solved task loses nothing there, a failed one loses it all. Certain evidence of
/// failure, and a known failure, put a ceiling on the total. Length is never penalised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Of this shape.
    pub version: u32,
    pub name: String,
    pub method: Method,
    /// Points a detector costs, by its id; in the classic method by its kind.
    pub weights: BTreeMap<String, f64>,
    /// Points of detectors that `weights` does not name.
    pub other: SeverityWeights,
    /// The most that the detectors of a category cost together.
    #[serde(default)]
    pub caps: BTreeMap<Category, f64>,
    /// The highest total that a run with certain evidence of failure can have.
    #[serde(default)]
    pub certain_ceiling: Option<f64>,
    /// Points that a green check after the last edit gives back.
    #[serde(default)]
    pub proof: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeverityWeights {
    pub error: f64,
    pub warning: f64,
    pub note: f64,
}

/// Points by how often the runs that a detector flags turned out not to have solved their task, measured on
/// public labelled runs.
const WEIGHTS: &[(&str, u32)] = &[
    ("no-action-taken", 45),
    ("nothing-delivered", 45),
    ("no-source-changed", 40),
    ("plan-left-open", 25),
    ("ended-mid-work", 10),
    ("gave-up", 15),
    ("incomplete-fix", 20),
    ("claim-contradicts-check", 25),
    ("last-check-failed", 20),
    ("regression", 5),
    ("coherence-collapse", 5),
    ("failing-tests", 10),
    ("threshold-missed", 10),
    ("tampering-signs", 2),
    ("red-ignored", 0),
    ("checking-impossible", 5),
    ("masked-exit", 5),
    ("never-tested", 3),
    ("uncertain-fix", 8),
    ("assumed-result", 8),
    ("retry-loop", 5),
    ("exact-repeat", 5),
    ("blind-retry", 5),
    ("cycle", 5),
    ("plan-action-mismatch", 3),
    ("loop-anatomy", 0),
    ("state-back-and-forth", 5),
    ("steps-out-of-order", 2),
    ("redundant-read", 1),
    ("repeated-thinking", 1),
    ("others-would-have-stopped", 0),
    ("stopped-by-limit", 10),
    ("environment-blocked", 5),
    ("substituted-input", 5),
    ("edit-not-applied", 3),
    ("tool-protocol-errors", 5),
    ("error-ignored", 2),
    ("invented-path", 2),
    ("risky-command", 0),
];

/// There is no built-in profile of that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected the profile “classic” or “default”, found “{0}”")]
pub struct UnknownProfile(pub String);

impl Profile {
    pub const VERSION: u32 = 1;

    /// The names of the built-in profiles.
    pub const NAMES: [&str; 2] = ["default", "classic"];

    pub fn named(name: &str) -> Result<Self, UnknownProfile> {
        match name {
            "default" => Ok(Self::default()),
            "classic" => Ok(Self::classic()),
            other => Err(UnknownProfile(other.to_owned())),
        }
    }

    /// The original TraceBench's weights.
    pub fn classic() -> Self {
        let weights =
            [("failing_tests", 25), ("retry_loop", 20), ("incomplete_fix", 15), ("uncertain_fix", 10)];
        Self {
            version: Self::VERSION,
            name: "classic".to_owned(),
            method: Method::Classic,
            weights: table(&weights),
            other: SeverityWeights { error: 5.0, warning: 5.0, note: 0.0 },
            caps: BTreeMap::new(),
            certain_ceiling: None,
            proof: 0.0,
        }
    }

    /// What a detector of severity `own` costs whose worst finding is of severity `worst`. A note costs no more
    /// than any note, and where the finding is milder than the detector's own severity, no more than any of its
    /// severity. Asks for both, because looking the detector up here would bring all of them into the page.
    pub fn weight(&self, id: &str, own: Severity, worst: Severity) -> f64 {
        let other = self.other.of(worst);
        match self.weights.get(id) {
            Some(weight) if worst < own || worst == Severity::Note => weight.min(other),
            Some(weight) => *weight,
            None => other,
        }
    }

    pub(super) fn cap(&self, category: Category) -> f64 {
        self.caps.get(&category).copied().unwrap_or(f64::INFINITY)
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            version: Self::VERSION,
            name: "default".to_owned(),
            method: Method::Weighted,
            weights: table(WEIGHTS),
            other: SeverityWeights { error: 20.0, warning: 8.0, note: 2.0 },
            caps: [
                (Category::Outcome, 45.0),
                (Category::Verification, 25.0),
                (Category::Flow, 15.0),
                (Category::System, 10.0),
                (Category::Style, 5.0),
            ]
            .into(),
            certain_ceiling: Some(20.0),
            proof: 10.0,
        }
    }
}

impl SeverityWeights {
    pub(super) fn of(&self, severity: Severity) -> f64 {
        match severity {
            Severity::Error => self.error,
            Severity::Warning => self.warning,
            Severity::Note => self.note,
        }
    }
}

fn table(weights: &[(&str, u32)]) -> BTreeMap<String, f64> {
    weights.iter().map(|(id, points)| ((*id).to_owned(), f64::from(*points))).collect()
}

#[cfg(test)]
mod tests {
    use super::Profile;

    #[test]
    fn every_weight_is_that_of_a_detector() {
        for id in Profile::default().weights.keys() {
            assert!(crate::engine::detect::info(id).is_some(), "no detector is called {id}");
        }
    }

    #[test]
    fn caps_add_up_to_the_whole_score() {
        assert!((Profile::default().caps.values().sum::<f64>() - 100.0).abs() < f64::EPSILON);
    }

    #[test]
    fn an_unknown_name_is_an_error_that_names_the_known_ones() {
        assert_eq!(
            Profile::named("strict").unwrap_err().to_string(),
            "expected the profile “classic” or “default”, found “strict”"
        );
    }
}
