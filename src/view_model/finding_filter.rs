//! Which findings of a run are listed, and how many each choice would leave.

use std::fmt::Write as _;

use crate::engine::detect::{Category, Severity};
use crate::engine::report::FindingReport;

use super::percent;

/// What a person narrowed the list to. Everything that is set must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FindingFilter {
    pub severity: Option<Severity>,
    pub category: Option<Category>,
    /// A detector's id.
    pub detector: Option<String>,
    /// Only what does not occur in runs that solved their task.
    pub certain: bool,
    /// Only what was said to be no problem.
    pub muted: bool,
    /// Stands in the title, the sentence or a quote, in whatever case.
    pub text: String,
}

/// How many findings each choice would leave, the others being as they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facets {
    /// Errors first; those that the run has.
    pub severities: Vec<(Severity, usize)>,
    pub categories: Vec<(Category, usize)>,
    /// Id, title and count, in the order in which they first occur.
    pub detectors: Vec<(String, String, usize)>,
    pub certain: usize,
    pub muted: usize,
}

pub const SEVERITIES: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Note];

impl FindingFilter {
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// The places of the findings that are listed.
    pub fn places(&self, findings: &[FindingReport]) -> Vec<u32> {
        let wanted = self.text.trim().to_lowercase();
        (0u32..)
            .zip(findings)
            .filter(|(_, finding)| self.holds(finding, &wanted))
            .map(|(place, _)| place)
            .collect()
    }

    fn holds(&self, finding: &FindingReport, wanted: &str) -> bool {
        self.severity.is_none_or(|severity| severity == finding.severity)
            && self.category.is_none_or(|category| category == finding.category)
            && self.detector.as_ref().is_none_or(|detector| *detector == finding.detector)
            && (!self.certain || finding.certain)
            && (!self.muted || finding.muted)
            && (wanted.is_empty() || says(finding, wanted))
    }

    pub fn facets(&self, findings: &[FindingReport]) -> Facets {
        let left = |filter: Self| filter.places(findings).len();
        let has = |test: &dyn Fn(&FindingReport) -> bool| findings.iter().any(test);
        let mut detectors: Vec<(String, String, usize)> = Vec::new();
        for finding in findings {
            if detectors.iter().all(|(known, ..)| *known != finding.detector) {
                let filter = Self { detector: Some(finding.detector.clone()), ..self.clone() };
                detectors.push((finding.detector.clone(), finding.title.clone(), left(filter)));
            }
        }
        Facets {
            severities: SEVERITIES
                .into_iter()
                .filter(|severity| has(&|finding| finding.severity == *severity))
                .map(|severity| (severity, left(Self { severity: Some(severity), ..self.clone() })))
                .collect(),
            categories: Category::ALL
                .into_iter()
                .filter(|category| has(&|finding| finding.category == *category))
                .map(|category| (category, left(Self { category: Some(category), ..self.clone() })))
                .collect(),
            detectors,
            certain: left(Self { certain: true, ..self.clone() }),
            muted: left(Self { muted: true, ..self.clone() }),
        }
    }

    /// Takes in one member of an address's fragment.
    pub(super) fn read(&mut self, key: &str, value: &str) {
        match key {
            "severity" => {
                self.severity =
                    SEVERITIES.into_iter().find(|severity| super::words::severity(*severity) == value);
            }
            "category" => {
                self.category = Category::ALL.into_iter().find(|category| category.name() == value);
            }
            "detector" => self.detector = Some(percent::decode(value)),
            "only" => {
                self.certain = value.split('.').any(|word| word == "certain");
                self.muted = value.split('.').any(|word| word == "muted");
            }
            "find" => self.text = percent::decode(value),
            _ => {}
        }
    }

    /// Adds what is set to a fragment that says something already.
    pub(super) fn write(&self, fragment: &mut String) {
        let only: Vec<&str> = [self.certain.then_some("certain"), self.muted.then_some("muted")]
            .into_iter()
            .flatten()
            .collect();
        let members = [
            ("severity", self.severity.map(|severity| super::words::severity(severity).to_owned())),
            ("category", self.category.map(|category| category.name().to_owned())),
            ("detector", self.detector.as_deref().map(percent::encode)),
            ("only", (!only.is_empty()).then(|| only.join("."))),
            ("find", (!self.text.trim().is_empty()).then(|| percent::encode(self.text.trim()))),
        ];
        for (key, value) in members {
            if let Some(value) = value {
                // Only the memory's end could stop writing into it.
                write!(fragment, "&{key}={value}").unwrap_or_default();
            }
        }
    }
}

fn says(finding: &FindingReport, wanted: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    has(&finding.title)
        || has(&finding.message)
        || has(&finding.detector)
        || finding.evidence.iter().any(|evidence| has(&evidence.quote))
}

#[cfg(test)]
mod tests {
    use super::{Category, FindingFilter, Severity};
    use crate::view_model::testing::finding;

    #[test]
    fn everything_that_is_set_must_hold() {
        let findings = [
            finding("last-check-failed", 4, Severity::Error),
            finding("retry-loop", 2, Severity::Warning),
            finding("retry-loop", 9, Severity::Note),
        ];
        let places = |filter: &FindingFilter| filter.places(&findings);
        assert_eq!(places(&FindingFilter::default()), [0, 1, 2]);
        let loops = FindingFilter { detector: Some("retry-loop".to_owned()), ..FindingFilter::default() };
        assert_eq!(places(&loops), [1, 2]);
        assert_eq!(places(&FindingFilter { severity: Some(Severity::Note), ..loops.clone() }), [2]);
        assert_eq!(places(&FindingFilter { text: " Step 9 ".to_owned(), ..loops.clone() }), [2]);
        assert_eq!(places(&FindingFilter { certain: true, ..loops }), [] as [u32; 0]);
    }

    #[test]
    fn each_choice_says_what_it_would_leave_of_the_rest() {
        let mut findings = [
            finding("last-check-failed", 4, Severity::Error),
            finding("retry-loop", 2, Severity::Warning),
            finding("retry-loop", 9, Severity::Warning),
        ];
        findings[2].muted = true;
        let facets =
            FindingFilter { severity: Some(Severity::Warning), ..FindingFilter::default() }.facets(&findings);
        assert_eq!(facets.severities, [(Severity::Error, 1), (Severity::Warning, 2)]);
        let counts: Vec<(&str, usize)> =
            facets.detectors.iter().map(|(id, _, count)| (id.as_str(), *count)).collect();
        assert_eq!(counts, [("last-check-failed", 0), ("retry-loop", 2)]);
        assert_eq!((facets.certain, facets.muted), (0, 1));
        assert_eq!(facets.categories, [(Category::Flow, 2)]);
    }
}
