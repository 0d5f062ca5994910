use serde::{Deserialize, Serialize};

use super::phases;
use crate::engine::detect::Finding;
use crate::engine::facts::{Operation, RunFacts, RunKind};
use crate::engine::trace::{StepId, Trace};

/// Stands where a finding has no operation or no error.
pub const NONE: &str = "-";

/// What makes a finding the same as one in another run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Signature {
    pub detector: String,
    /// The operation of the blamed step: `edit`, `run-test`, …; `-` for none.
    pub operation: String,
    /// The masked error, `-` for none.
    pub template: String,
    /// `explore`, `reproduce`, `edit`, `verify` or `finish`.
    pub phase: String,
    /// Place of the finding in its run's list.
    pub finding: u32,
}

/// The signature of every finding, in their order.
pub fn signatures(trace: &Trace, facts: &RunFacts, findings: &[Finding]) -> Vec<Signature> {
    let phases = phases(trace, facts);
    (0u32..)
        .zip(findings)
        .map(|(place, finding)| Signature {
            detector: finding.detector.to_owned(),
            operation: facts
                .action(finding.step)
                .map_or(NONE, |action| operation_name(action.operation))
                .to_owned(),
            template: template(facts, finding).unwrap_or(NONE).to_owned(),
            phase: phases.get(finding.step.index()).map_or(NONE, |phase| phase.name()).to_owned(),
            finding: place,
        })
        .collect()
}

/// The error at the blamed step, else the last one among the steps concerned.
fn template<'a>(facts: &'a RunFacts, finding: &Finding) -> Option<&'a str> {
    error_at(facts, finding.step)
        .or_else(|| finding.steps.iter().rev().find_map(|step| error_at(facts, *step)))
}

fn error_at(facts: &RunFacts, id: StepId) -> Option<&str> {
    let step = facts.step(id)?;
    let action = step.action.as_deref().and_then(|action| action.error.as_ref());
    action.or(step.reported_error.as_deref()).map(|error| &*error.template)
}

fn operation_name(operation: Operation) -> &'static str {
    match operation {
        Operation::Read => "read",
        Operation::Search => "search",
        Operation::List => "list",
        Operation::Edit => "edit",
        Operation::Create => "create",
        Operation::Delete => "delete",
        Operation::Run(RunKind::Test) => "run-test",
        Operation::Run(RunKind::Build) => "run-build",
        Operation::Run(RunKind::Lint) => "run-lint",
        Operation::Run(RunKind::Install) => "run-install",
        Operation::Run(RunKind::VersionControl) => "run-version-control",
        Operation::Run(RunKind::Server) => "run-server",
        Operation::Run(RunKind::Program) => "run-program",
        Operation::Run(RunKind::Other) => "run-other",
        Operation::Browse => "browse",
        Operation::Plan => "plan",
        Operation::Delegate => "delegate",
        Operation::Submit => "submit",
        Operation::Ask => "ask",
        Operation::Other => "other",
    }
}
