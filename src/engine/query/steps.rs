//! What can be told of a step without its text.

use super::fields::ANY;
use super::{Field, Term, Test, is_named, is_path};
use crate::engine::detect::{Finding, FindingPlaces, Severity};
use crate::engine::facts::{
    ActionFacts, ActionOutcome, ClaimKind, ErrorClass, Operation, RunFacts, RunKind, StepFacts,
};
use crate::engine::trace::{EventKind, Role, Span, Step, StepId, StepKind, Trace};

/// A run as it is searched.
#[derive(Clone, Copy)]
pub struct Searched<'a> {
    pub trace: &'a Trace,
    pub facts: &'a RunFacts,
    pub findings: &'a [Finding],
    pub places: &'a FindingPlaces,
}

impl<'a> Searched<'a> {
    pub(super) fn holds(self, term: &Term, id: StepId) -> bool {
        let Some(step) = self.trace.step(id) else { return false };
        let action = self.facts.action(id);
        let facts = self.facts.step(id);
        match &term.test {
            // Text is searched in the bodies.
            Test::Text(_) => false,
            Test::Number(test) => number(term.field, step, action, id).is_some_and(|value| test.holds(value)),
            Test::OneOf(values) => {
                let word = |words: &[&str]| values.iter().any(|value| words.contains(&value.as_str()));
                match term.field {
                    Field::Kind => word(kind_words(step.kind)),
                    Field::Op => action.is_some_and(|action| {
                        word(op_words(action)) || !action.edits.is_empty() && word(&["edit"])
                    }),
                    Field::Outcome => action.is_some_and(|action| word(&[outcome_word(action.outcome)])),
                    Field::Error => error_word(action, facts).is_some_and(|error| word(&[ANY, error])),
                    Field::Test => action.and_then(check_word).is_some_and(|check| word(&[ANY, check])),
                    Field::Claim => facts.is_some_and(|facts| claims(facts, values)),
                    Field::Severity => {
                        self.blaming(id).any(|finding| word(&[severity_word(finding.severity)]))
                    }
                    Field::Finding => self.blaming(id).any(|finding| {
                        word(&[ANY]) || values.iter().any(|value| is_named(value, finding.detector))
                    }),
                    Field::Tool => named(values, self.trace.tool(step)),
                    Field::Agent => named(values, Some(self.trace.participant(step.agent))),
                    Field::File => action.is_some_and(|action| {
                        files(action).any(|file| values.iter().any(|value| is_path(value, file)))
                    }),
                    _ => false,
                }
            }
        }
    }

    /// The findings that blame a step and were not said to be no problem.
    fn blaming(self, id: StepId) -> impl Iterator<Item = &'a Finding> {
        let findings = self.findings;
        self.places
            .at(id)
            .filter_map(move |place| findings.get(place as usize))
            .filter(move |finding| finding.step == id && !finding.muted)
    }

    /// The number of the first step that is like one of the words.
    pub(super) fn first(self, words: &[String]) -> Option<f64> {
        let is_like = |id: &StepId| words.iter().any(|word| self.is_place(word, *id));
        (0..self.trace.steps.len()).map(StepId::from_index).find(is_like).map(number_of)
    }

    fn is_place(self, word: &str, id: StepId) -> bool {
        let action = self.facts.action(id);
        let check = action.and_then(check_word);
        match word {
            "test-fail" => check == Some("red"),
            "test-pass" => check == Some("green"),
            "edit" => action.is_some_and(|action| action.operation.is_edit() || !action.edits.is_empty()),
            "error" => error_word(action, self.facts.step(id)).is_some(),
            "finding" => self.blaming(id).next().is_some(),
            _ => self.trace.step(id).is_some_and(|step| step.kind == StepKind::Event(EventKind::Compaction)),
        }
    }
}

/// As the list numbers it.
fn number_of(id: StepId) -> f64 {
    f64::from(id.0) + 1.0
}

fn number(field: Field, step: &Step, action: Option<&ActionFacts>, id: StepId) -> Option<f64> {
    let usage = step.usage.as_deref();
    let count = |number: u64| number as f64;
    match field {
        Field::Step => Some(number_of(id)),
        Field::Turn => Some(f64::from(step.turn)),
        Field::Exit => action?.exit_code.map(f64::from),
        Field::Duration => step.time.map(Span::duration_ms).map(|ms| count(ms.unsigned_abs()) / 1000.0),
        Field::Cost => usage?.cost_usd,
        Field::Tokens => {
            let usage = usage?;
            usage.tokens_in.or(usage.tokens_out)?;
            Some(count(usage.tokens_in.unwrap_or(0).saturating_add(usage.tokens_out.unwrap_or(0))))
        }
        _ => None,
    }
}

fn named(values: &[String], name: Option<&str>) -> bool {
    name.is_some_and(|name| values.iter().any(|value| is_named(value, name)))
}

fn files(action: &ActionFacts) -> impl Iterator<Item = &str> {
    action.targets.iter().map(AsRef::as_ref).chain(action.edits.iter().map(|edit| &*edit.file))
}

fn kind_words(kind: StepKind) -> &'static [&'static str] {
    match kind {
        StepKind::Message(Role::System) => &["message", "system"],
        StepKind::Message(Role::User) => &["message", "user"],
        StepKind::Message(Role::Assistant) => &["message", "assistant"],
        StepKind::Thought => &["thought"],
        StepKind::Action => &["action"],
        StepKind::Event(EventKind::HandOff) => &["event", "hand-off"],
        StepKind::Event(EventKind::Compaction) => &["event", "compaction"],
        StepKind::Event(EventKind::LimitReached) => &["event", "limit"],
        StepKind::Event(EventKind::Crash) => &["event", "crash"],
        StepKind::Event(EventKind::Submission) => &["event", "submission"],
        StepKind::Event(EventKind::Interrupted) => &["event", "interrupted"],
        StepKind::Event(EventKind::Notice) => &["event", "notice"],
    }
}

fn op_words(action: &ActionFacts) -> &'static [&'static str] {
    match action.operation {
        Operation::Read => &["read"],
        Operation::Search => &["search"],
        Operation::List => &["list"],
        Operation::Edit => &["edit"],
        Operation::Create => &["edit", "create"],
        Operation::Delete => &["edit", "delete"],
        Operation::Run(RunKind::Test) => &["run", "test"],
        Operation::Run(RunKind::Build) => &["run", "build"],
        Operation::Run(RunKind::Lint) => &["run", "lint"],
        Operation::Run(RunKind::Install) => &["run", "install"],
        Operation::Run(RunKind::VersionControl) => &["run", "git"],
        Operation::Run(RunKind::Server) => &["run", "server"],
        Operation::Run(RunKind::Program) => &["run", "program"],
        Operation::Run(RunKind::Other) => &["run"],
        Operation::Browse => &["browse"],
        Operation::Plan => &["plan"],
        Operation::Delegate => &["delegate"],
        Operation::Submit => &["submit"],
        Operation::Ask => &["ask"],
        Operation::Other => &["other"],
    }
}

fn outcome_word(outcome: ActionOutcome) -> &'static str {
    match outcome {
        ActionOutcome::Ok => "ok",
        ActionOutcome::Error(_) => "error",
        ActionOutcome::Timeout => "timeout",
        ActionOutcome::Empty => "empty",
        ActionOutcome::Unknown => "unknown",
    }
}

fn error_word(action: Option<&ActionFacts>, facts: Option<&StepFacts>) -> Option<&'static str> {
    match action.map(|action| action.outcome) {
        Some(ActionOutcome::Error(class)) => Some(match class {
            ErrorClass::TestFailure => "test-failure",
            ErrorClass::Syntax => "syntax",
            ErrorClass::Exception => "exception",
            ErrorClass::NotFound => "not-found",
            ErrorClass::Permission => "permission",
            ErrorClass::Authentication => "authentication",
            ErrorClass::RateLimit => "rate-limit",
            ErrorClass::Network => "network",
            ErrorClass::Resources => "resources",
            ErrorClass::Timeout => "timeout",
            ErrorClass::InvalidCall => "invalid-call",
            ErrorClass::EditRejected => "edit-rejected",
            ErrorClass::Rejected => "rejected",
            ErrorClass::Other => "other",
        }),
        Some(ActionOutcome::Timeout) => Some("timeout"),
        _ => facts?.reported_error.as_ref().map(|_| "other"),
    }
}

/// Of tests, builds and linters: what the rows mark.
fn check_word(action: &ActionFacts) -> Option<&'static str> {
    let tells = action.tests.is_some()
        || matches!(action.operation, Operation::Run(RunKind::Test | RunKind::Build | RunKind::Lint));
    match action {
        _ if !tells => None,
        action if action.is_red_check() => Some("red"),
        action if action.is_green_check() => Some("green"),
        _ => None,
    }
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn claims(facts: &StepFacts, values: &[String]) -> bool {
    facts.claims.iter().any(|claim| {
        let word = match claim.kind {
            ClaimKind::TestsPass => "tests-pass",
            ClaimKind::Fixed => "fixed",
            ClaimKind::Verified => "verified",
            ClaimKind::Done => "done",
            ClaimKind::Unsure => "unsure",
            ClaimKind::GaveUp => "gave-up",
            ClaimKind::Assumed => "assumed",
            ClaimKind::Otherwise => "otherwise",
        };
        values
            .iter()
            .any(|value| value == word || value == ANY || (value == "success" && claim.kind.is_success()))
    })
}
