use crate::engine::detect::words::{count, failure, quoted};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::facts::{ActionOutcome, ErrorClass};
use crate::engine::trace::StepId;

pub(super) struct ToolProtocolErrors;

static INFO: DetectorInfo = DetectorInfo {
    id: "tool-protocol-errors",
    title: "Calls the tools did not understand",
    what: "Two calls or more were answered with “unknown tool”, “invalid input” or “wrong format”.",
    why: "An agent that does not master its tools does not get to its task.",
    limits: "Some agents report refusals of other kinds as invalid input. Single slips are left out.",
    category: Category::System,
    severity: Severity::Warning,
    status: Status::Preview,
    taxonomy: &["TRAIL formatting errors", "TRAIL tool selection", "AgentRx invalid invocation"],
    classic: None,
};

/// One slip is ordinary.
const LEAST: usize = 2;

impl Detector for ToolProtocolErrors {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        let steps: Vec<StepId> = ctx
            .actions()
            .filter(|(_, action)| action.outcome == ActionOutcome::Error(ErrorClass::InvalidCall))
            .map(|(step, _)| step)
            .collect();
        let Some(first) = steps.first().copied().filter(|_| steps.len() >= LEAST) else { return };
        let message = format!(
            "{} not understood, first of {}: {}.",
            count(steps.len(), "call"),
            quoted(ctx.tool(first).unwrap_or("a tool")),
            failure(ctx, first)
        );
        findings.push(
            Finding::new(&INFO, first, message)
                .wasting(ctx.waste(&steps))
                .proven_by(steps.iter().take(3).map(|step| ctx.proof(*step)))
                .about(steps),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::ToolProtocolErrors;
    use crate::engine::testing::script::check;

    #[test]
    fn twice_not_understood() {
        let found = check(
            &ToolProtocolErrors,
            "
            call  Explore      error invalid-call No such tool available: Explore   <- tool-protocol-errors
            call  Explore      error invalid-call No such tool available: Explore
            ",
        );
        assert_eq!(
            found[0].message,
            "2 calls not understood, first of “Explore”: “No such tool available: Explore”."
        );
    }

    #[test]
    fn silent_on_a_slip() {
        check(&ToolProtocolErrors, "call  Explore   error invalid-call No such tool\n run  ls   exit 2");
    }
}
