//! Which two runs to compare.

use std::collections::BTreeMap;

use crate::engine::report::RunReport;
use crate::engine::trace::OutcomeValue;
use crate::view_model::collection::name;
use crate::view_model::format::score;

/// A run that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Place among the runs that were given.
    pub place: u32,
    pub name: String,
    /// What tells it from other runs of its task.
    pub note: String,
    pub outcome: OutcomeValue,
    /// It ran the task of the run it is to stand beside.
    pub same_task: bool,
}

/// The runs in which every word of the text occurs: those of the same task as `beside` first.
pub fn candidates(reports: &[&RunReport], beside: Option<&RunReport>, text: &str) -> Vec<Candidate> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let task = beside.and_then(|run| run.task.as_ref());
    let mut found: Vec<Candidate> = (0u32..)
        .zip(reports)
        .filter(|(_, report)| fits(report, &words))
        .map(|(place, report)| Candidate {
            place,
            name: name(report),
            note: scored(report),
            outcome: report.outcome.value,
            same_task: task.is_some() && report.task.as_ref() == task,
        })
        .collect();
    found.sort_by_key(|candidate| !candidate.same_task);
    found
}

fn fits(report: &RunReport, words: &[String]) -> bool {
    let known = [&report.task, &report.agent, &report.model]
        .into_iter()
        .flatten()
        .chain([&report.file, &report.format]);
    let text: String =
        if words.is_empty() { String::new() } else { known.map(|text| text.to_lowercase() + "\n").collect() };
    words.iter().all(|word| text.contains(word.as_str()))
}

/// What a run is, beside its task: who ran it, and where it stands.
pub fn note(report: &RunReport) -> String {
    let mut parts: Vec<String> = [&report.agent, &report.model].into_iter().flatten().cloned().collect();
    if parts.is_empty() {
        parts.push(report.format.clone());
    }
    let file = report.file.rsplit(['/', '\\']).next().unwrap_or(&report.file);
    parts.push(if report.index == 0 {
        file.to_owned()
    } else {
        format!("{file} · run {}", report.index + 1)
    });
    parts.join(" · ")
}

fn scored(report: &RunReport) -> String {
    let known = report.score.as_ref().map(|known| format!(" · score {}", score(known.total)));
    note(report) + &known.unwrap_or_default()
}

/// Two runs of a task of which one failed and one solved it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    pub task: String,
    /// Places among the runs that were given: of one that failed, and of one that solved it.
    pub failed: u32,
    pub resolved: u32,
    /// What tells the two from other runs of the task.
    pub notes: [String; 2],
}

/// At most so many, in the order of the runs.
pub fn suggestions(reports: &[&RunReport], most: usize) -> Vec<Suggestion> {
    let mut tasks: BTreeMap<&str, [Option<u32>; 2]> = BTreeMap::new();
    for (place, report) in (0u32..).zip(reports) {
        let Some(task) = report.task.as_deref().filter(|task| !task.trim().is_empty()) else { continue };
        let [failed, resolved] = tasks.entry(task).or_default();
        match report.outcome.value {
            OutcomeValue::Failed => _ = failed.get_or_insert(place),
            OutcomeValue::Resolved => _ = resolved.get_or_insert(place),
            OutcomeValue::Unknown => {}
        }
    }
    let pair = |(_, [failed, resolved]): (&str, [Option<u32>; 2])| {
        let (failed, resolved) = (failed?, resolved?);
        let (one, other) = (reports.get(failed as usize)?, reports.get(resolved as usize)?);
        let notes = [scored(one), scored(other)];
        Some(Suggestion { task: name(one), failed, resolved, notes })
    };
    let mut pairs: Vec<Suggestion> = tasks.into_iter().filter_map(pair).collect();
    pairs.sort_by_key(|pair| pair.failed.min(pair.resolved));
    pairs.truncate(most);
    pairs
}

#[cfg(test)]
mod tests {
    use super::{candidates, suggestions};
    use crate::engine::report::RunReport;
    use crate::engine::trace::Outcome;

    fn run(task: &str, agent: &str, outcome: Outcome) -> RunReport {
        let report = crate::view_model::testing::report();
        RunReport { task: Some(task.to_owned()), agent: Some(agent.to_owned()), outcome, ..report }
    }

    fn runs() -> [RunReport; 4] {
        [
            run("one", "Kim", Outcome::failed("x")),
            run("two", "Kim", Outcome::failed("x")),
            run("two", "Lee", Outcome::resolved("x")),
            run("one", "Lee", Outcome::failed("x")),
        ]
    }

    #[test]
    fn runs_of_the_same_task_come_first() {
        let runs = runs();
        let all: Vec<&RunReport> = runs.iter().collect();
        let places = |beside, text: &str| {
            candidates(&all, beside, text).iter().map(|one| one.place).collect::<Vec<_>>()
        };
        assert_eq!(places(None, ""), [0, 1, 2, 3]);
        assert_eq!(places(Some(&runs[3]), ""), [0, 3, 1, 2]);
        assert_eq!(places(Some(&runs[3]), "lee TWO"), [2]);
        assert_eq!(places(None, "nobody"), [0; 0]);
    }

    #[test]
    fn a_task_with_both_outcomes_is_worth_a_look() {
        let runs = runs();
        let pairs = suggestions(&runs.iter().collect::<Vec<_>>(), 8);
        let pairs: Vec<_> =
            pairs.iter().map(|pair| (pair.task.as_str(), pair.failed, pair.resolved)).collect();
        assert_eq!(pairs, [("two", 1, 2)]);
    }
}
