use crate::engine::detect::words::quoted;
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Evidence, Finding, Findings, Severity, Status,
};
use crate::engine::trace::{Role, StepKind};

pub(super) struct NoActionTaken;

static INFO: DetectorInfo = DetectorInfo {
    id: "no-action-taken",
    title: "No action was taken",
    what: "The agent did not call a single tool: it wrote its tool call as text, where nothing runs it, \
           announced what it would do and stopped there, or claims to have done the work without having done \
           anything.",
    why: "Nothing was read, changed or run. All 47 such runs of the measured set were unresolved. A call \
          written as text mostly means that model and agent do not agree on how tools are called.",
    limits: "Questions that need no tool are answered without one: where people chat, this rule is silent \
             unless a call stands in the text, and a command in a code fence, or a mere claim, is only a \
             warning. Conversations between several agents are not judged.",
    category: Category::Outcome,
    severity: Severity::Error,
    status: Status::Stable,
    taxonomy: &["MAST 3.1", "TRAIL formatting error", "AgentErrorTaxonomy action format"],
    classic: None,
};

impl Detector for NoActionTaken {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        if ctx.action_count() > 0 || ctx.trace.participants.len() > 1 {
            return;
        }
        let mut unmade = ctx.steps().filter_map(|(step, _, facts)| {
            Some(Evidence { step, quote: facts.unmade_call.as_deref()?.clone() })
        });
        if let Some(evidence) = unmade.next() {
            let more = unmade.count();
            let again = if more == 0 { String::new() } else { format!(" and {more} times more") };
            let message = format!(
                "No tool was called in the whole run: the call was written as text{again} ({}) and never ran.",
                quoted(&evidence.quote.text)
            );
            let shape = Shape::of(&evidence.quote.text);
            let finding =
                Finding::new(&INFO, evidence.step, message).wasting(ctx.waste_of_all()).proven_by([evidence]);
            findings.push(match shape {
                Shape::Call => finding.certain(),
                Shape::Arguments | Shape::Fence if announced(ctx).is_some() => finding.certain(),
                Shape::Arguments => finding,
                Shape::Fence => finding.severity(Severity::Warning).confidence(0.6),
            });
            return;
        }
        if let Some(evidence) = announced(ctx) {
            let message = format!(
                "No tool was called in the whole run: the agent announced {} and stopped there.",
                quoted(&evidence.quote.text)
            );
            let finding = Finding::new(&INFO, evidence.step, message).wasting(ctx.waste_of_all());
            findings.push(finding.proven_by([evidence]).certain());
            return;
        }
        let said = ctx
            .steps()
            .filter(|(_, step, _)| step.kind == StepKind::Message(Role::Assistant))
            .flat_map(|(step, _, facts)| facts.claims.iter().map(move |claim| (step, claim)));
        let claimed = said.into_iter().find(|(_, claim)| claim.kind.is_success());
        if let Some((step, claim)) = claimed.filter(|_| ctx.works_alone()) {
            let message = format!(
                "No tool was called in the whole run, although the agent claims {}.",
                quoted(&claim.quote.text)
            );
            findings.push(
                Finding::new(&INFO, step, message)
                    .severity(Severity::Warning)
                    .wasting(ctx.waste_of_all())
                    .proven_by([Evidence { step, quote: claim.quote.clone() }]),
            );
        }
    }
}

/// The last announcement of an action, in a run that has none.
fn announced(ctx: &DetectContext<'_>) -> Option<Evidence> {
    if !ctx.works_alone() {
        return None;
    }
    let mut said = ctx.steps().rev().filter(|(_, step, _)| step.kind == StepKind::Message(Role::Assistant));
    said.find_map(|(step, _, facts)| {
        Some(Evidence { step, quote: facts.announced.as_deref()?.quote.clone() })
    })
}

/// How a call that was written as text looks.
enum Shape {
    /// With the tool's name, or in the special words of a model.
    Call,
    /// Arguments alone: an example of some JSON looks much like it.
    Arguments,
    /// A command in a fence: it may be the answer to a question.
    Fence,
}

impl Shape {
    fn of(text: &str) -> Self {
        if text.starts_with("```") {
            Self::Fence
        } else if text.starts_with('{')
            && !["\"name\"", "\"tool", "\"function\""].iter().any(|key| text.contains(key))
        {
            Self::Arguments
        } else {
            Self::Call
        }
    }
}

#[cfg(test)]
mod tests {
    use super::NoActionTaken;
    use crate::engine::detect::Severity;
    use crate::engine::testing::script::check;

    #[test]
    fn a_call_written_as_text() {
        let found = check(
            &NoActionTaken,
            "
            user       fix the repository
            assistant  <tool_call>{\"name\": \"Bash\"}    unmade   <- no-action-taken
            ",
        );
        assert!(found[0].certain);
        assert_eq!(
            found[0].message,
            "No tool was called in the whole run: the call was written as text (“<tool_call>{\"name\": \
             \"Bash\"}”) and never ran."
        );
    }

    #[test]
    fn a_fenced_command_may_be_advice() {
        let found = check(
            &NoActionTaken,
            "
            user       how do I list files?
            assistant  ```bash ls ```    unmade   <- no-action-taken
            ",
        );
        assert!(!found[0].certain && found[0].severity == Severity::Warning);
        let found = check(&NoActionTaken, "assistant  {\"command\": \"ls\"}    unmade   <- no-action-taken");
        assert!(!found[0].certain && found[0].severity == Severity::Error);
    }

    #[test]
    fn an_announcement_and_nothing_else() {
        let found = check(
            &NoActionTaken,
            "
            # format swe-agent
            user       fix the repository
            assistant  I'll start with the tests.    announces   <- no-action-taken
            ",
        );
        assert!(found[0].certain);
        check(&NoActionTaken, "# format chat\nuser  is it done?\nassistant  It is fixed.   claims fixed");
        check(&NoActionTaken, "# format chat\nuser  what is a monad?\nassistant  Let me begin.  announces");
    }

    #[test]
    fn a_claim_without_any_work() {
        let found = check(
            &NoActionTaken,
            "
            # format swe-agent
            user       fix the repository
            assistant  I fixed it.    claims fixed    <- no-action-taken
            ",
        );
        assert!(!found[0].certain);
    }

    #[test]
    fn silent_on_answers_on_work_and_on_conversations() {
        check(&NoActionTaken, "user  what is a monad?\n assistant  A monoid.");
        check(&NoActionTaken, "read  src/lib.rs\n assistant  {\"name\": \"Bash\"}    unmade");
        check(&NoActionTaken, "assistant @coder  x = 1\n assistant @critic  Fixed.   claims fixed");
    }
}
