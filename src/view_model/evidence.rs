//! What the verdict points at: quotes, links to steps, highlights in a step's text.

use crate::engine::detect::{Category, Severity};
use crate::engine::report::{EvidenceReport, FindingReport, RunReport};
use crate::engine::trace::PartKind;

use super::quote::Highlight;

/// The finding that the verdict rests on, with its place in the report.
pub fn leading(report: &RunReport) -> Option<(u32, &FindingReport)> {
    let place = *report.verdict.chain.first()?;
    Some((place, report.findings.get(place as usize)?))
}

/// Where a run is opened: at what the verdict rests on, else where it most likely went wrong, else at its start.
pub fn opening_step(report: &RunReport) -> u32 {
    let likeliest = report.verdict.candidates.first().map(|candidate| candidate.step);
    leading(report).map(|(_, finding)| finding.step).or(likeliest).unwrap_or_default()
}

/// A quote as it is shown, with a heading of its own where two stand against each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownQuote {
    pub heading: Option<&'static str>,
    pub evidence: EvidenceReport,
}

/// At most two quotes that prove the verdict.
pub fn verdict_quotes(report: &RunReport) -> Vec<ShownQuote> {
    leading(report).map(|(_, finding)| quotes(finding)).unwrap_or_default()
}

/// At most two quotes that prove a finding: the two sides of a contradiction, else in the order of the run.
pub fn quotes(finding: &FindingReport) -> Vec<ShownQuote> {
    if let Some((said, checked)) = contradiction(finding) {
        let shown = |heading, evidence: &EvidenceReport| ShownQuote {
            heading: Some(heading),
            evidence: evidence.clone(),
        };
        return vec![shown("What the agent said", said), shown("What the check said", checked)];
    }
    plain_quotes(finding)
        .into_iter()
        .map(|evidence| ShownQuote { heading: None, evidence: evidence.clone() })
        .collect()
}

/// What was said, and what came back and says otherwise: the first quote of each.
pub fn contradiction(finding: &FindingReport) -> Option<(&EvidenceReport, &EvidenceReport)> {
    let first = |parts: &[PartKind]| {
        finding
            .evidence
            .iter()
            .find(|evidence| parts.contains(&evidence.part) && !evidence.quote.trim().is_empty())
    };
    let is_about_checks = matches!(finding.category, Category::Verification | Category::Outcome);
    let said = first(&[PartKind::Message, PartKind::Thought]).filter(|_| is_about_checks)?;
    Some((said, first(&[PartKind::Result])?))
}

fn plain_quotes(finding: &FindingReport) -> Vec<&EvidenceReport> {
    let mut quotes: Vec<&EvidenceReport> = Vec::new();
    for evidence in &finding.evidence {
        let is_new =
            quotes.iter().all(|known| (known.step, &known.quote) != (evidence.step, &evidence.quote));
        if is_new && quotes.len() < 2 && !evidence.quote.trim().is_empty() {
            quotes.push(evidence);
        }
    }
    quotes.sort_by_key(|evidence| (evidence.step, evidence.start));
    quotes
}

/// The phrases of one part of a step that findings rest on.
pub fn highlights(report: &RunReport, step: u32, part: PartKind) -> Vec<Highlight> {
    (0u32..)
        .zip(&report.findings)
        .flat_map(|(place, finding)| finding.evidence.iter().map(move |evidence| (place, evidence)))
        .filter(|(_, evidence)| evidence.step == step && evidence.part == part)
        .map(|(finding, evidence)| Highlight {
            range: evidence.start as usize..evidence.end as usize,
            finding,
        })
        .collect()
}

/// The steps that findings blame, with the worst severity at each, sorted. What was muted blames nothing.
pub fn flagged_steps(report: &RunReport) -> Vec<(u32, Severity)> {
    let mut flagged: Vec<(u32, Severity)> =
        counted(report).map(|finding| (finding.step, finding.severity)).collect();
    flagged.sort_unstable_by_key(|(step, severity)| (*step, std::cmp::Reverse(*severity)));
    flagged.dedup_by_key(|(step, _)| *step);
    flagged
}

fn counted(report: &RunReport) -> impl Iterator<Item = &FindingReport> {
    report.findings.iter().filter(|finding| !finding.muted)
}

/// A stretch of a sentence; with `step` it leads there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked<'a> {
    pub text: &'a str,
    /// 0-based.
    pub step: Option<u32>,
}

/// Cuts a sentence at its mentions of steps ("step 12"), which count from 1.
pub fn link_steps(sentence: &str, step_count: u32) -> Vec<Linked<'_>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for (start, word) in mentions(sentence) {
        let digits_start = start + word.len();
        let rest = sentence.get(digits_start..).unwrap_or_default();
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number = rest.get(..length).and_then(|digits| digits.parse::<u32>().ok());
        let Some(step) = number.and_then(|number| number.checked_sub(1)).filter(|step| *step < step_count)
        else {
            continue;
        };
        let end = digits_start + length;
        push(&mut pieces, sentence.get(at..start), None);
        push(&mut pieces, sentence.get(start..end), Some(step));
        at = end;
    }
    push(&mut pieces, sentence.get(at..), None);
    pieces
}

fn mentions(sentence: &str) -> impl Iterator<Item = (usize, &'static str)> {
    let find = |word: &'static str| sentence.match_indices(word).map(move |(start, _)| (start, word));
    let mut found: Vec<_> = find("step ").chain(find("Step ")).collect();
    found.sort_unstable();
    found.into_iter()
}

fn push<'a>(pieces: &mut Vec<Linked<'a>>, text: Option<&'a str>, step: Option<u32>) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        pieces.push(Linked { text, step });
    }
}

#[cfg(test)]
mod tests {
    use super::{Linked, contradiction, flagged_steps, link_steps, quotes};
    use crate::engine::detect::{Category, Severity};
    use crate::engine::trace::PartKind;
    use crate::view_model::testing::{evidence, finding, report};

    #[test]
    fn a_claim_stands_against_the_output_that_says_otherwise() {
        let mut lie = finding("claim-contradicts-check", 9, Severity::Error);
        lie.category = Category::Verification;
        lie.evidence =
            vec![evidence(4, PartKind::Result, "2 failed"), evidence(9, PartKind::Message, "All pass.")];
        let shown = quotes(&lie);
        let headings: Vec<_> =
            shown.iter().map(|quote| (quote.heading.unwrap(), quote.evidence.step)).collect();
        assert_eq!(headings, [("What the agent said", 9), ("What the check said", 4)]);
        lie.evidence.pop();
        assert_eq!(contradiction(&lie), None);
        assert_eq!(quotes(&lie)[0].heading, None);
    }

    #[test]
    fn what_was_muted_flags_no_step() {
        let mut run = report();
        run.findings =
            vec![finding("retry-loop", 2, Severity::Note), finding("exact-repeat", 2, Severity::Error)];
        assert_eq!(flagged_steps(&run), [(2, Severity::Error)]);
        run.findings[1].muted = true;
        assert_eq!(flagged_steps(&run), [(2, Severity::Note)]);
    }

    #[test]
    fn mentions_of_steps_become_links() {
        assert_eq!(
            link_steps("At step 42 it broke. Step 3 was good.", 57),
            [
                Linked { text: "At ", step: None },
                Linked { text: "step 42", step: Some(41) },
                Linked { text: " it broke. ", step: None },
                Linked { text: "Step 3", step: Some(2) },
                Linked { text: " was good.", step: None },
            ]
        );
    }

    #[test]
    fn what_leads_nowhere_is_no_link() {
        for sentence in ["step 0", "step 58", "step by step", "the next 15 steps", "step 99999999999", ""] {
            assert!(link_steps(sentence, 57).iter().all(|piece| piece.step.is_none()), "{sentence}");
        }
    }
}
