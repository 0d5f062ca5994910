use crate::engine::detect::words::{called, quoted};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Evidence, Finding, Findings, Severity, Status,
};
use crate::engine::facts::Operation;
use crate::engine::trace::{AgentId, Role, StepKind};

pub(super) struct EndedMidWork;

static INFO: DetectorInfo = DetectorInfo {
    id: "ended-mid-work",
    title: "Ended in the middle of the work",
    what: "The run stops where another step was due: its last words announce an action that never came, or it \
           ends on a tool's result although the agent had worked without a final answer.",
    why: "Nobody judged the last result, and what was announced was not done.",
    limits: "Agents whose runs end with a tool for it, runs that a limit or a crash cut off, dialogues, \
             which end when the person leaves, and formats that do not keep messages are left out. A recorder may \
             have lost the end: without an announcement it is a warning.",
    category: Category::Outcome,
    severity: Severity::Error,
    status: Status::Stable,
    taxonomy: &["MAST 3.1", "Overthinking premature disengagement"],
    classic: None,
};

impl Detector for EndedMidWork {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        if ctx.is_original() || !ctx.works_on_files() || ctx.is_dialogue() || ctx.was_cut_off() {
            return;
        }
        let mut own = ctx.steps().rev().filter(|(_, step, _)| step.agent == AgentId::default());
        let last = own.find(|(_, step, _)| !matches!(step.kind, StepKind::Event(_)));
        let Some((step, kind, facts)) = last.map(|(id, step, facts)| (id, step.kind, facts)) else { return };
        if let Some(announced) = facts.announced.as_deref().filter(|announced| announced.closes) {
            let message = format!(
                "The last words announce {}, and nothing was done after them.",
                quoted(&announced.quote.text)
            );
            let evidence = Evidence { step, quote: announced.quote.clone() };
            findings.push(Finding::new(&INFO, step, message).proven_by([evidence]));
            return;
        }
        let Some(action) = facts.action.as_deref().filter(|_| kind == StepKind::Action) else { return };
        let ends_by_tool = matches!(action.operation, Operation::Submit | Operation::Ask | Operation::Plan);
        if !ends_by_tool && speaks(ctx) {
            let message = format!(
                "The run ends on the result of {}: the agent gave no answer after it.",
                called(ctx, step)
            );
            let finding = Finding::new(&INFO, step, message).severity(Severity::Warning).confidence(0.7);
            findings.push(finding.proven_by([ctx.proof(step)]));
        }
    }
}

/// Whether the agent talks between its actions, so that a final answer was to be expected.
fn speaks(ctx: &DetectContext<'_>) -> bool {
    ctx.steps().any(|(_, step, _)| {
        step.kind == StepKind::Message(Role::Assistant) && step.agent == AgentId::default()
    })
}

#[cfg(test)]
mod tests {
    use super::EndedMidWork;
    use crate::engine::testing::script::check;

    #[test]
    fn an_action_was_announced() {
        let found = check(
            &EndedMidWork,
            "
            edit       src/lib.rs
            assistant  Now let me run the tests.   announces      <- ended-mid-work
            ",
        );
        assert_eq!(
            found[0].message,
            "The last words announce “Now let me run the tests.”, and nothing was done after them."
        );
    }

    #[test]
    fn a_result_without_an_answer() {
        check(
            &EndedMidWork,
            "
            assistant  I look at it.
            program    ./run.sh      exit 1      <- ended-mid-work
            ",
        );
    }

    #[test]
    fn silent_after_an_answer_a_submission_a_cut_or_in_a_silent_agent() {
        check(&EndedMidWork, "assistant  I start.\nprogram  ./run.sh\nassistant  It works.");
        check(&EndedMidWork, "assistant  I start.\nprogram  ./run.sh\nsubmit  submit");
        check(&EndedMidWork, "assistant  I start.\nprogram  ./run.sh\nevent  limit-reached max turns");
        check(&EndedMidWork, "program  ./run.sh\nprogram  ./run.sh");
        check(&EndedMidWork, "assistant  I start.\nprogram  ./a\nuser  and b?\nprogram  ./b");
    }
}
