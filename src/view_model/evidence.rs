//! What the verdict points at: quotes, links to steps, highlights in a step's text.

use crate::engine::detect::Severity;
use crate::engine::report::{EvidenceReport, FindingReport, RunReport};
use crate::engine::trace::PartKind;

use super::quote::Highlight;

/// The finding that the verdict rests on, with its place in the report.
pub fn leading(report: &RunReport) -> Option<(u32, &FindingReport)> {
    let place = *report.verdict.chain.first()?;
    Some((place, report.findings.get(place as usize)?))
}

/// At most two quotes that prove the verdict, in the order of the run.
pub fn verdict_quotes(report: &RunReport) -> Vec<&EvidenceReport> {
    let Some((_, finding)) = leading(report) else { return Vec::new() };
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

/// The steps that findings blame, with the worst severity at each, sorted.
pub fn flagged_steps(report: &RunReport) -> Vec<(u32, Severity)> {
    let mut flagged: Vec<(u32, Severity)> =
        report.findings.iter().map(|finding| (finding.step, finding.severity)).collect();
    flagged.sort_unstable_by_key(|(step, severity)| (*step, std::cmp::Reverse(*severity)));
    flagged.dedup_by_key(|(step, _)| *step);
    flagged
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
    use super::{Linked, link_steps};

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
