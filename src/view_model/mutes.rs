//! What a person said is no problem, remembered between visits.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::report::RunReport;

/// By run, the findings that count for nothing: those of a detector at a step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mutes {
    runs: BTreeMap<String, BTreeSet<(String, u32)>>,
}

impl Mutes {
    /// From what was kept; what cannot be read was never said.
    pub fn read(text: &str) -> Self {
        Self { runs: serde_json::from_str(text).unwrap_or_default() }
    }

    pub fn write(&self) -> String {
        serde_json::to_string(&self.runs).unwrap_or_default()
    }

    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Mutes a finding, or takes that back.
    pub fn set(&mut self, report: &RunReport, place: u32, muted: bool) {
        let Some(finding) = report.findings.get(place as usize) else { return };
        let key = key(report);
        let about = (finding.detector.clone(), finding.step);
        if muted {
            self.runs.entry(key).or_default().insert(about);
        } else if let Some(known) = self.runs.get_mut(&key) {
            known.remove(&about);
            if known.is_empty() {
                self.runs.remove(&key);
            }
        }
    }

    /// Detector and step of each that was muted in a run.
    pub fn of(&self, report: &RunReport) -> impl Iterator<Item = (&str, u32)> {
        let known = self.runs.get(&key(report));
        known.into_iter().flatten().map(|(detector, step)| (detector.as_str(), *step))
    }
}

/// What a run is known by, in whatever folder its file lies and however far it has grown. The file's own name
/// is a part of it, because in some formats the run's id is the task's, which other attempts bear as well.
pub(super) fn key(report: &RunReport) -> String {
    let name = report.file.rsplit(['/', '\\']).next().unwrap_or_default();
    format!("{}/{}/{name}", report.format, report.trace_id)
}

#[cfg(test)]
mod tests {
    use super::Mutes;
    use crate::engine::detect::Severity;
    use crate::engine::report::RunReport;
    use crate::view_model::testing::{finding, report};

    #[test]
    fn what_was_muted_is_known_again_and_can_be_taken_back() {
        let mut run = report();
        run.findings =
            vec![finding("retry-loop", 4, Severity::Warning), finding("exact-repeat", 7, Severity::Note)];
        let mut mutes = Mutes::default();
        mutes.set(&run, 1, true);
        mutes.set(&run, 9, true);
        let kept = Mutes::read(&mutes.write());
        assert_eq!(kept.of(&run).collect::<Vec<_>>(), [("exact-repeat", 7)]);
        let in_file = |file: &str| RunReport { file: file.to_owned(), ..run.clone() };
        assert_eq!(kept.of(&in_file("moved/run.jsonl")).count(), 1);
        assert_eq!(kept.of(&in_file("folder/attempt-2.jsonl")).count(), 0);
        let mut other = run.clone();
        other.trace_id.push('x');
        assert_eq!(kept.of(&other).count(), 0);
        mutes.set(&run, 1, false);
        assert_eq!(mutes, Mutes::read("broken"));
    }
}
