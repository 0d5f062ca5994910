//! A trace drawn as text, so that a detector's test reads like the run it is about.
//!
//! One line per step, in columns that are separated by two or more spaces:
//!
//! ```text
//! user          fix the parser
//! thought       I will run the tests       claims unsure
//! edit          src/lib.rs +3 -1
//! test          pytest -q                  exit 1  tests red 2/10  failing test_a,test_b
//! run @helper   ls                         time 3  tokens 500
//! assistant     All tests pass now.        claims tests-pass  <- claim-contradicts-check
//! event         limit-reached max turns
//! ```
//!
//! First what happened, by whom (`@name`, else the main agent), and its text; the columns after it are
//! facts, as [`Line::fact`] lists them. `<- detector-id` at the end of a line says which findings blame that step.
//! Lines such as `# outcome failed` before the steps describe the run, as [`Script::head`] lists them.

mod line;
mod words;

use line::{Clock, Line};
use words::quote;

use crate::engine::detect::{DetectContext, Detector, Finding, Findings};
use crate::engine::facts::{Measurement, Requirement, RunFacts};
use crate::engine::trace::{Outcome, PartKind, RunIndex, StepId, Trace, TraceBuilder};

/// Runs `detector` alone over the script and compares the steps it blames with those that are marked, both
/// ways. Returns what it found, for a closer look.
pub fn check(detector: &dyn Detector, script: &str) -> Vec<Finding> {
    let run = Script::read(script);
    let mut findings = Findings::default();
    detector.detect(&DetectContext::new(&run.trace, &run.facts), &mut findings);
    let findings = findings.into_sorted();
    let id = detector.info().id;
    let mut problems = Vec::new();
    for mark in &run.marks {
        assert_eq!(mark.detector, id, "line {} is marked for another detector", mark.line);
    }
    for (step, line) in (0u32..).map(StepId).zip(&run.lines) {
        let expected = run.marks.iter().filter(|mark| mark.step == step).count();
        let found: Vec<&Finding> = findings.iter().filter(|finding| finding.step == step).collect();
        if expected != found.len() {
            let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
            problems.push(format!("{line}\n    expected {expected}, found {}: {messages:?}", found.len()));
        }
    }
    assert!(problems.is_empty(), "{id} blames other steps than the marked ones:\n{}", problems.join("\n"));
    findings
}

/// A run drawn as text, with its facts made by hand rather than read from any text.
pub struct Script {
    pub trace: Trace,
    pub facts: RunFacts,
    lines: Vec<String>,
    marks: Vec<Mark>,
}

/// `<- detector` at the end of a line.
struct Mark {
    detector: String,
    step: StepId,
    line: usize,
}

impl Script {
    pub fn read(script: &str) -> Self {
        let mut builder = TraceBuilder::new(RunIndex(0), format_of(script));
        builder.participant("agent");
        let mut facts = RunFacts::default();
        let (mut lines, mut marks) = (Vec::new(), Vec::new());
        let mut clock = Clock::default();
        for (number, text) in script.lines().enumerate().map(|(index, line)| (index + 1, line.trim())) {
            if let Some(directive) = text.strip_prefix('#') {
                Self::head(&mut builder, directive.trim());
            } else if !text.is_empty() {
                let (text, marked) = text.split_once("<-").unwrap_or((text, ""));
                let mut line = Line::new(number, text);
                let step = line.add(&mut builder, &mut clock);
                lines.push(format!("line {number}: {}", text.trim()));
                if let Some(required) = line.requires.take() {
                    facts.requirements.push(Requirement { stated: step, ..required });
                }
                if let (Some(value), Some(required)) = (line.measures, facts.requirements.last_mut()) {
                    let quote = quote(PartKind::Result, &format!("{} {value}", required.name));
                    required.record(Measurement { step, value, quote });
                }
                for detector in marked.split([',', ' ']).filter(|word| !word.is_empty()) {
                    marks.push(Mark { detector: detector.to_owned(), step, line: number });
                }
                facts.steps.push(line.facts);
            }
        }
        Self { trace: builder.build(0), facts, lines, marks }
    }

    /// `# format ID`, `# outcome resolved|failed`, `# exit STATUS`, `# submission empty|patch`, `# task ID`.
    fn head(builder: &mut TraceBuilder, directive: &str) {
        let (name, value) = directive.split_once(' ').unwrap_or((directive, ""));
        let value = value.trim();
        match (name, value) {
            ("format", _) => {}
            ("outcome", "resolved") => builder.head.outcome = Outcome::resolved("the script"),
            ("outcome", "failed") => builder.head.outcome = Outcome::failed("the script"),
            ("exit", status) => builder.head.exit_status = Some(status.to_owned()),
            ("submission", what) => builder.head.submission_empty = Some(what == "empty"),
            ("task", id) => builder.head.task_id = Some(id.to_owned()),
            _ => panic!("unknown directive “# {directive}”"),
        }
    }
}

/// The format a script is in: `script`, or one whose runs are judged differently.
fn format_of(script: &str) -> &'static str {
    let named = script.lines().find_map(|line| line.trim().strip_prefix("# format "));
    match named.map(str::trim) {
        Some("tracebench") => "tracebench",
        Some("swe-agent") => "swe-agent",
        Some("chat") => "chat",
        _ => "script",
    }
}

#[cfg(test)]
mod tests {
    use super::Script;
    use crate::engine::facts::Operation;
    use crate::engine::trace::OutcomeValue;

    #[test]
    fn lines_become_steps_with_their_facts() {
        let run = Script::read(
            "
            # outcome failed
            user           fix the parser
            edit           src/lib.rs +3 -1
            run @helper    pytest -q          exit 1  tests red 2/10  failing test_a,test_b  time 4
            assistant      All tests pass.    claims tests-pass
            event          limit-reached max turns
            ",
        );
        assert_eq!(run.trace.head.outcome.value, OutcomeValue::Failed);
        assert_eq!(run.trace.steps.len(), 5);
        assert_eq!(run.trace.participant(run.trace.steps[2].agent), "helper");
        assert_eq!(run.trace.steps[2].time.unwrap().duration_ms(), 4000);
        let edit = run.facts.steps[1].action.as_ref().unwrap();
        assert_eq!(
            (edit.operation, edit.edits[0].added, edit.edits[0].removed),
            (Operation::Edit, Some(3), Some(1))
        );
        let tests = run.facts.steps[2].action.as_ref().unwrap();
        assert!(tests.is_red_check() && tests.tests.as_ref().unwrap().failing.len() == 2);
        assert_eq!(run.facts.steps[3].claims.len(), 1);
    }
}
