use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::{Phase, phases};
use crate::engine::detect::Finding;
use crate::engine::facts::RunFacts;
use crate::engine::trace::{Role, StepId, StepKind, Trace};

/// Stands where a finding has no operation or no error.
pub const NONE: &str = "-";

/// What makes a finding the same as one in another run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Signature {
    pub detector: String,
    /// The operation of the blamed step: `edit`, `run-test`, …; else what it is: `message`, `thought`, …
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
        .map(|(place, finding)| {
            let mut signature = at_step(trace, facts, &phases, finding.step);
            finding.detector.clone_into(&mut signature.detector);
            signature.finding = place;
            if signature.template == NONE
                && let Some(template) = finding.steps.iter().rev().find_map(|step| error_at(facts, *step))
            {
                template.clone_into(&mut signature.template);
            }
            signature
        })
        .collect()
}

/// What the failure at a step would be the same as: by the strongest of the findings that concern it, else
/// by the step alone. For failures that others have found.
pub fn signature_at(trace: &Trace, facts: &RunFacts, findings: &[Finding], step: StepId) -> Signature {
    let concerning = (0u32..).zip(findings).filter(|(_, finding)| finding.steps.contains(&step));
    let strongest = concerning.max_by_key(|(place, finding)| (finding.severity, Reverse(*place)));
    let mut signature = at_step(trace, facts, &phases(trace, facts), step);
    if let Some((place, finding)) = strongest {
        finding.detector.clone_into(&mut signature.detector);
        signature.finding = place;
    }
    signature
}

fn at_step(trace: &Trace, facts: &RunFacts, phases: &[Phase], id: StepId) -> Signature {
    let operation = facts.action(id).map(|action| action.operation.name());
    let kind = trace.step(id).map(|step| kind_name(step.kind));
    Signature {
        detector: NONE.to_owned(),
        operation: operation.or(kind).unwrap_or(NONE).to_owned(),
        template: error_at(facts, id).unwrap_or(NONE).to_owned(),
        phase: phases.get(id.index()).map_or(NONE, |phase| phase.name()).to_owned(),
        finding: 0,
    }
}

fn error_at(facts: &RunFacts, id: StepId) -> Option<&str> {
    let step = facts.step(id)?;
    let action = step.action.as_deref().and_then(|action| action.error.as_ref());
    action.or(step.reported_error.as_deref()).map(|error| &*error.template)
}

fn kind_name(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Message(Role::System) => "system-message",
        StepKind::Message(Role::User) => "user-message",
        StepKind::Message(Role::Assistant) => "message",
        StepKind::Thought => "thought",
        StepKind::Action => NONE,
        StepKind::Event(_) => "event",
    }
}

#[cfg(test)]
mod tests {
    use super::{Signature, signature_at, signatures};
    use crate::engine::detect::detect;
    use crate::engine::testing::script::Script;
    use crate::engine::trace::StepId;

    fn told(signature: &Signature) -> [&str; 4] {
        [&signature.detector, &signature.operation, &signature.template, &signature.phase]
    }

    #[test]
    fn a_finding_is_known_by_its_detector_operation_error_and_phase() {
        let run = Script::read(
            "
            edit       src/lib.rs +3 -1
            build      make                    exit 2  error exception error: <str> undeclared
            assistant  Everything works now.   claims fixed
            ",
        );
        let findings = detect(&run.trace, &run.facts);
        let all = signatures(&run.trace, &run.facts, &findings);
        let claimed = all.iter().find(|signature| signature.detector == "claim-contradicts-check").unwrap();
        assert_eq!(
            told(claimed),
            ["claim-contradicts-check", "message", "error: <str> undeclared", "finish"]
        );
    }

    #[test]
    fn a_step_that_no_finding_concerns_is_known_by_what_it_is() {
        let run = Script::read(
            "
            user              find the paper
            assistant @shell  exitcode: 1      reports ValueError: empty query
            ",
        );
        let at = |step| signature_at(&run.trace, &run.facts, &[], StepId(step));
        assert_eq!(told(&at(0)), ["-", "user-message", "-", "explore"]);
        assert_eq!(at(1).operation, "message");
        assert_ne!(at(1).template, "-");
    }
}
