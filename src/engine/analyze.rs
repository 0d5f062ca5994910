//! The pipeline: bytes → import with facts → detect → verdict → score.

use super::detect::{Finding, FindingPlaces, Verdict, detect};
use super::facts::{FactsCollector, RunFacts, StepFacts};
use super::import::{ImportError, Input, import};
use super::report::{RewardWeights, Rewarded, RunReport, Weighing, reward_lines, run_report, weighing};
use super::score::{Profile, Score, score};
use super::trace::{Outcome, Trace};

/// How to analyse.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub profile: Profile,
    /// Analyse as if no outcome had been read, so that no label leaks into a score.
    pub hide_outcome: bool,
}

/// One run with all that is known about it.
#[derive(Debug)]
pub struct Run {
    pub trace: Trace,
    pub facts: RunFacts,
    pub findings: Vec<Finding>,
    /// Which of them concern which step.
    pub places: FindingPlaces,
    pub verdict: Verdict,
    /// `None` where there is no basis for one.
    pub score: Option<Score>,
}

/// Reads one file and analyses its runs. Fails only where nothing could be read at all.
pub fn analyze(input: &Input<'_>, options: &Options) -> Result<Vec<Run>, ImportError> {
    let mut collector = FactsCollector::default();
    let imported = import(input, &mut collector)?;
    let mut facts = collector.into_runs();
    let mut facts_of = |trace: &Trace| facts.get_mut(trace.run.0 as usize).map(std::mem::take);
    Ok(imported
        .traces
        .into_iter()
        .map(|trace| {
            let facts = facts_of(&trace).unwrap_or_default();
            analyze_run(trace, facts, options)
        })
        .collect())
}

fn analyze_run(mut trace: Trace, mut facts: RunFacts, options: &Options) -> Run {
    // A step without any text was never shown to the collector.
    facts.steps.resize_with(trace.steps.len(), StepFacts::default);
    if options.hide_outcome {
        hide_outcome(&mut trace);
    }
    let findings = detect(&trace, &facts);
    let verdict = Verdict::of(&trace, &facts, &findings);
    let score = score(&trace, &facts, &findings, &options.profile);
    let places = FindingPlaces::of(&findings);
    Run { trace, facts, findings, places, verdict, score }
}

/// Words of exit statuses that say whether the task was solved, not how the run stopped.
const LABELS: &[&str] = &["resolved", "solved", "passed", "failed", "correct", "incorrect", "reward"];

fn hide_outcome(trace: &mut Trace) {
    trace.head.outcome = Outcome::default();
    let is_label = |status: &str| {
        let status = status.to_ascii_lowercase();
        status.split(|c: char| !c.is_alphabetic()).any(|word| LABELS.contains(&word.trim_start_matches("un")))
    };
    if trace.head.exit_status.as_deref().is_some_and(is_label) {
        trace.head.exit_status = None;
    }
}

impl Run {
    /// The public result. `index` says which run of the file it is.
    pub fn report(&self, file_name: &str, index: u32) -> RunReport {
        let place = (file_name, index);
        run_report(place, &self.trace, &self.facts, &self.findings, &self.verdict, self.score.as_ref())
    }

    /// Its rewards as JSON lines.
    pub fn reward_lines(&self, file_name: &str, index: u32, weights: &RewardWeights) -> String {
        let run = Rewarded { trace: &self.trace, facts: &self.facts, findings: &self.findings };
        reward_lines((file_name, index), run, weights)
    }

    /// Makes verdict and score anew, by that profile and without the findings that `is_muted` names.
    pub fn weigh(&mut self, profile: &Profile, is_muted: impl Fn(&Finding) -> bool) {
        for finding in &mut self.findings {
            finding.muted = is_muted(finding);
        }
        self.verdict = Verdict::of(&self.trace, &self.facts, &self.findings);
        self.score = score(&self.trace, &self.facts, &self.findings, profile);
    }

    /// What [`Run::weigh`] changed of the report.
    pub fn weighing(&self, index: u32) -> Weighing {
        weighing(index, &self.trace, &self.findings, &self.verdict, self.score.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::{Options, analyze, analyze_run};
    use crate::engine::import::Input;
    use crate::engine::score::Profile;
    use crate::engine::testing::script::Script;
    use crate::engine::trace::{MemorySources, OutcomeValue, SourceId};

    const SAMPLE: &[u8] = include_bytes!("../../tests/fixtures/tracebench/api_timeout.json");

    #[test]
    fn bytes_become_a_report() {
        let sources = MemorySources::single("sample.json", SAMPLE);
        let mut go_on = |_| true;
        let input = Input::new(&sources, SourceId(0), Vec::new(), &mut go_on);
        let runs = analyze(&input, &Options::default()).unwrap();
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].facts.steps.len(), runs[0].trace.steps.len());
        let report = runs[0].report("sample.json", 0);
        assert_eq!((report.file.as_str(), report.steps), ("sample.json", 6));
        assert_eq!(report.signatures.len(), report.findings.len());
        assert!(!report.verdict.abstained);
    }

    #[test]
    fn weighing_anew_gives_the_report_that_importing_anew_would() {
        let run = || {
            let run = Script::read("edit  src/lib.rs\n test  pytest -q   tests red 1/10\n assistant  Done.");
            analyze_run(run.trace, run.facts, &Options::default())
        };
        let mut weighed = run();
        let before = weighed.report("run", 0);
        weighed.weigh(&Profile::classic(), |finding| finding.detector == "last-check-failed");
        let after = weighed.report("run", 0);
        assert_eq!(before.weighed(weighed.weighing(0)), after);
        assert_eq!(after.score.as_ref().unwrap().profile, "classic");
        assert_eq!(after.findings.iter().filter(|finding| finding.muted).count(), 1);
        weighed.weigh(&Profile::default(), |_| false);
        assert_eq!(weighed.report("run", 0), before);
    }

    #[test]
    fn a_hidden_outcome_leaves_no_trace() {
        let steps = "
            edit         src/lib.rs
            test         pytest -q       tests red 1/10
            assistant    I gave up.
            ";
        let told = |head: &str| {
            let run = Script::read(&format!("{head}\n{steps}"));
            let options = Options { hide_outcome: true, ..Options::default() };
            let run = analyze_run(run.trace, run.facts, &options);
            assert_eq!(run.trace.head.outcome.value, OutcomeValue::Unknown);
            assert_eq!(run.trace.head.exit_status, None);
            let mut report = run.report("run", 0);
            report.trace_id.clear();
            report
        };
        let unknown = told("");
        assert_eq!(told("# outcome failed"), unknown);
        assert_eq!(told("# outcome resolved"), unknown);
        assert_eq!(told("# outcome failed\n# exit unresolved"), unknown);
    }
}
