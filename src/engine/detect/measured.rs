use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// What `make scorecard` measured on labelled runs, with their outcomes hidden; `SCORECARD.md` says more.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Measurements {
    /// The sets of runs whose outcome is known.
    pub sets: Vec<MeasuredSet>,
    /// By detector, for each set in their order, the runs it flagged.
    pub detectors: BTreeMap<String, Vec<Runs>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasuredSet {
    /// For a person: agent and benchmark.
    pub title: String,
    pub runs: Runs,
    /// How often a failed run has a lower score than a resolved one, and the 95 % interval around that.
    pub auc: Option<[f64; 3]>,
    /// Runs with a finding of severity error; the resolved ones are false alarms.
    pub alarmed: Runs,
    /// Runs in which no failure signal was found.
    pub abstained: Runs,
}

/// How many runs, by how they ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "[u32; 2]", into = "[u32; 2]")]
pub struct Runs {
    pub failed: u32,
    pub resolved: u32,
}

impl Runs {
    pub fn all(self) -> u32 {
        self.failed + self.resolved
    }
}

impl From<[u32; 2]> for Runs {
    fn from([failed, resolved]: [u32; 2]) -> Self {
        Self { failed, resolved }
    }
}

impl From<Runs> for [u32; 2] {
    fn from(runs: Runs) -> Self {
        [runs.failed, runs.resolved]
    }
}

impl std::iter::Sum for Runs {
    fn sum<I: Iterator<Item = Self>>(runs: I) -> Self {
        runs.fold(Self::default(), |sum, runs| Self {
            failed: sum.failed + runs.failed,
            resolved: sum.resolved + runs.resolved,
        })
    }
}

static SHIPPED: LazyLock<Measurements> =
    LazyLock::new(|| serde_json::from_str(include_str!("measured.json")).unwrap_or_default());

/// The figures that ship with this build.
pub fn measurements() -> &'static Measurements {
    &SHIPPED
}

impl Measurements {
    /// What is known of a detector, a sentence; `None` where it was never measured.
    pub fn sentence(&self, id: &str) -> Option<String> {
        let flagged = self.detectors.get(id)?;
        let mut parts: Vec<String> = Vec::new();
        let mut silent = 0;
        for (set, flagged) in self.sets.iter().zip(flagged) {
            if flagged.all() == 0 {
                silent += 1;
                continue;
            }
            let (first, last) = if parts.is_empty() { ("Flags ", " runs") } else { ("", "") };
            parts.push(format!(
                "{first}{} of {} failed and {} of {} resolved{last} ({})",
                flagged.failed, set.runs.failed, flagged.resolved, set.runs.resolved, set.title
            ));
        }
        if parts.is_empty() {
            let runs: Runs = self.sets.iter().map(|set| set.runs).sum();
            return Some(format!("Flags none of {} runs with a known outcome.", runs.all()));
        }
        if silent > 0 {
            parts.push(format!("none in {silent} other set{}", if silent == 1 { "" } else { "s" }));
        }
        Some(format!("{}.", parts.join("; ")))
    }

    /// What it has meant that no failure signal was found, a sentence.
    pub fn of_abstained(&self) -> String {
        let abstained: Runs = self.sets.iter().map(|set| set.abstained).sum();
        let runs = abstained.all();
        let share = (100 * abstained.failed + runs / 2).checked_div(runs).unwrap_or_default();
        format!(
            "Of such runs {share} % in our reference data had still failed ({} of {runs}).",
            abstained.failed
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{MeasuredSet, Measurements, Runs, measurements};

    fn set(title: &str, runs: [u32; 2], abstained: [u32; 2]) -> MeasuredSet {
        let (runs, abstained) = (runs.into(), abstained.into());
        MeasuredSet { title: title.into(), runs, auc: None, alarmed: Runs::default(), abstained }
    }

    #[test]
    fn a_detector_is_told_set_by_set() {
        let measured = Measurements {
            sets: vec![set("one", [9, 5], [1, 4]), set("two", [2, 3], [0, 1]), set("three", [4, 4], [2, 2])],
            detectors: [
                ("often", vec![[7, 1].into(), [0, 0].into(), [1, 0].into()]),
                ("never", vec![Runs::default(); 3]),
            ]
            .map(|(id, runs)| (id.to_owned(), runs))
            .into(),
        };
        assert_eq!(
            measured.sentence("often").as_deref(),
            Some(
                "Flags 7 of 9 failed and 1 of 5 resolved runs (one); 1 of 4 failed and 0 of 4 resolved \
                 (three); none in 1 other set."
            )
        );
        assert_eq!(
            measured.sentence("never").as_deref(),
            Some("Flags none of 27 runs with a known outcome.")
        );
        assert_eq!(measured.sentence("unheard-of"), None);
        assert_eq!(
            measured.of_abstained(),
            "Of such runs 30 % in our reference data had still failed (3 of 10)."
        );
    }

    #[test]
    fn the_shipped_figures_can_be_read() {
        let shipped = measurements();
        assert!(!shipped.sets.is_empty());
        assert!(shipped.detectors.values().all(|runs| runs.len() == shipped.sets.len()));
    }
}
