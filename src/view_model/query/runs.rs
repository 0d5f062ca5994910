use std::collections::BTreeSet;

use super::Known;
use crate::engine::query::{Field, Needle, Node, Term, Test, is_named, is_path};
use crate::engine::report::RunReport;
use crate::engine::trace::OutcomeValue;
use crate::view_model::words;

/// Names that occur in these runs.
pub fn known(runs: &mut dyn Iterator<Item = &RunReport>) -> Known {
    let mut names: BTreeSet<(Field, &str)> = BTreeSet::from([(Field::Finding, "any")]);
    for run in runs {
        let own = [(Field::Agent, &run.agent), (Field::Model, &run.model), (Field::Task, &run.task)];
        names.extend(own.into_iter().filter_map(|(field, name)| Some((field, name.as_deref()?))));
        names.insert((Field::Format, &run.format));
        names.extend(run.findings.iter().map(|finding| (Field::Finding, finding.detector.as_str())));
    }
    let mut known: Known = Vec::new();
    for (field, name) in names {
        match known.last_mut().filter(|(last, _)| *last == field) {
            Some((_, names)) => names.push(name.to_owned()),
            None => known.push((field, vec![name.to_owned()])),
        }
    }
    known
}

/// Whether a run is like that. What a run does not tell of itself is never so.
pub fn is_match(node: &Node, run: &RunReport) -> bool {
    match node {
        Node::All(nodes) => nodes.iter().all(|node| is_match(node, run)),
        Node::Any(nodes) => nodes.iter().any(|node| is_match(node, run)),
        Node::Not(inside) => !is_match(inside, run),
        Node::Is(Term { test: Test::Text(needle), .. }) => says(run, needle),
        Node::Is(Term { field, test: Test::Number(test) }) => {
            number(*field, run).is_some_and(|value| test.holds(value))
        }
        Node::Is(Term { field, test: Test::OneOf(values) }) => {
            values.iter().any(|value| is(*field, value, run))
        }
    }
}

fn is(field: Field, value: &str, run: &RunReport) -> bool {
    let named = |name: Option<&String>| name.is_some_and(|name| is_named(value, name));
    let mut findings = run.findings.iter().filter(|finding| !finding.muted);
    match field {
        Field::Agent => named(run.agent.as_ref()),
        Field::Model => named(run.model.as_ref()),
        Field::Task => named(run.task.as_ref()),
        Field::Format => is_named(value, &run.format),
        Field::File => is_path(value, &run.file),
        Field::Outcome => value == outcome(run.outcome.value),
        Field::Finding => findings.any(|finding| value == "any" || is_named(value, &finding.detector)),
        Field::Severity => findings.any(|finding| words::severity(finding.severity) == value),
        _ => false,
    }
}

fn outcome(value: OutcomeValue) -> &'static str {
    match value {
        OutcomeValue::Resolved => "resolved",
        OutcomeValue::Failed => "failed",
        OutcomeValue::Unknown => "unknown",
    }
}

fn number(field: Field, run: &RunReport) -> Option<f64> {
    let totals = &run.totals;
    match field {
        Field::Score => run.score.as_ref().map(|score| score.total),
        Field::Steps => Some(f64::from(run.steps)),
        Field::Cost => totals.cost_usd,
        Field::Duration => totals.seconds,
        Field::Tokens => {
            totals.tokens_in.or(totals.tokens_out)?;
            Some(totals.tokens_in.unwrap_or(0).saturating_add(totals.tokens_out.unwrap_or(0)) as f64)
        }
        _ => None,
    }
}

fn says(run: &RunReport, needle: &Needle) -> bool {
    let own = [
        run.task.as_deref(),
        run.agent.as_deref(),
        run.model.as_deref(),
        Some(&run.file),
        Some(&run.verdict.headline),
    ];
    let found = run.findings.iter().flat_map(|finding| [finding.title.as_str(), &finding.message]);
    own.into_iter().flatten().chain(found).any(|text| needle.find(text, 0).is_some())
}

#[cfg(test)]
mod tests {
    use super::{is_match, known};
    use crate::engine::detect::Severity;
    use crate::engine::query::{Field, Query, RUN_FIELDS};
    use crate::view_model::testing::{finding, report};

    #[test]
    fn names_are_those_that_occur() {
        let mut run = report();
        run.agent = Some("aider".to_owned());
        run.findings = vec![finding("retry-loop", 4, Severity::Warning)];
        let known = known(&mut [&run, &run].into_iter());
        let of = |field| known.iter().find(|(known, _)| *known == field).map(|(_, names)| names.join(" "));
        assert_eq!(of(Field::Agent).as_deref(), Some("aider"));
        assert_eq!(of(Field::Finding).as_deref(), Some("any retry-loop"));
    }

    #[test]
    fn runs_are_told_apart_by_what_their_reports_say() {
        let mut run = report();
        run.findings = vec![finding("retry-loop", 4, Severity::Warning)];
        run.agent = Some("claude-code".to_owned());
        run.totals.cost_usd = Some(0.4);
        run.steps = 120;
        let fits = |query: &str| {
            let query = Query::parse(query, RUN_FIELDS).unwrap().unwrap();
            is_match(&query.root, &run)
        };
        assert!(fits("agent:Claude* finding:retry-loop"));
        assert!(fits("severity:warning cost:<0.5 steps:100..200"));
        assert!(fits("-severity:error") && !fits("finding:regression"));
        assert!(!fits("model:x") && fits("-model:x"));
        assert!(fits("claude") && !fits("no such words"));
    }
}
