//! Where a run may have gone wrong first, and what followed from there.

use crate::engine::report::{CandidateReport, RunReport};
use crate::engine::trace::OutcomeValue;

/// Links of the chain that are drawn: a longer one is read in the list of findings.
const LINKS: usize = 6;

/// A step that may be the first wrong one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspect {
    pub step: u32,
    /// What was found there, or who was at work where nothing was.
    pub title: String,
    /// Nothing where the verdict's own sentences say it.
    pub why: Option<String>,
}

/// What stands beside the steps: nothing more than the verdict dares to say.
pub fn suspects_label(report: &RunReport) -> &'static str {
    match report.outcome.value {
        OutcomeValue::Unknown if report.verdict.abstained => "If it failed",
        _ => "First wrong",
    }
}

/// Likeliest first.
pub fn suspects(report: &RunReport) -> Vec<Suspect> {
    report.verdict.candidates.iter().map(|candidate| suspect(report, candidate)).collect()
}

fn suspect(report: &RunReport, candidate: &CandidateReport) -> Suspect {
    let finding = candidate.finding.and_then(|place| report.findings.get(place as usize));
    let is_told = report.verdict.explanation.starts_with(&candidate.why);
    Suspect {
        step: candidate.step,
        title: finding.map_or(&candidate.agent, |finding| &finding.title).clone(),
        why: (!is_told).then(|| candidate.why.clone()),
    }
}

/// One finding of the chain, or several of a kind in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Of the first of them.
    pub step: u32,
    pub title: String,
    pub times: usize,
}

/// What followed from the finding that the verdict rests on, it included.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chain {
    pub links: Vec<Link>,
    /// Findings beyond those.
    pub left_out: usize,
}

/// The chain, if anything followed.
pub fn chain(report: &RunReport) -> Option<Chain> {
    let mut chain = Chain::default();
    for place in &report.verdict.chain {
        let Some(finding) = report.findings.get(*place as usize) else { continue };
        let is_full = chain.links.len() == LINKS;
        match chain.links.last_mut() {
            Some(last) if last.title == finding.title => last.times += 1,
            _ if is_full => chain.left_out += 1,
            _ => chain.links.push(Link { step: finding.step, title: finding.title.clone(), times: 1 }),
        }
    }
    (chain.links.len() > 1).then_some(chain)
}

#[cfg(test)]
mod tests {
    use super::{LINKS, chain, suspects, suspects_label};
    use crate::engine::detect::Severity;
    use crate::engine::report::CandidateReport;
    use crate::view_model::testing::{finding, report};

    fn candidate(step: u32, why: &str, finding: Option<u32>) -> CandidateReport {
        let agent = "Surfer".to_owned();
        CandidateReport { step, source_step: step, agent, why: why.to_owned(), finding }
    }

    #[test]
    fn a_candidate_says_only_what_the_verdict_does_not() {
        let mut run = report();
        run.findings = vec![finding("retry-loop", 1, Severity::Error)];
        run.verdict.explanation = "It went round. The run failed.".to_owned();
        run.verdict.candidates =
            vec![candidate(1, "It went round.", Some(0)), candidate(2, "It spoke.", None)];
        let shown = suspects(&run);
        assert_eq!((shown[0].title.as_str(), &shown[0].why), ("retry loop", &None));
        assert_eq!((shown[1].title.as_str(), shown[1].why.as_deref()), ("Surfer", Some("It spoke.")));
        assert_eq!(suspects_label(&run), "If it failed");
        run.verdict.abstained = false;
        assert_eq!(suspects_label(&run), "First wrong");
    }

    #[test]
    fn findings_of_a_kind_are_one_link_and_a_long_chain_is_cut() {
        let mut run = report();
        run.findings = ["a", "a", "b", "c", "d", "e", "f", "g", "h"]
            .iter()
            .zip(0..)
            .map(|(detector, step)| finding(detector, step, Severity::Warning))
            .collect();
        run.verdict.chain = vec![0];
        assert_eq!(chain(&run), None);
        run.verdict.chain = (0..9).collect();
        let shown = chain(&run).unwrap();
        let links: Vec<_> =
            shown.links.iter().map(|link| (link.title.as_str(), link.step, link.times)).collect();
        assert_eq!(links[..2], [("a", 0, 2), ("b", 2, 1)]);
        assert_eq!((links.len(), shown.left_out), (LINKS, 2));
        run.verdict.chain = vec![0, 1];
        assert_eq!(chain(&run), None);
    }
}
