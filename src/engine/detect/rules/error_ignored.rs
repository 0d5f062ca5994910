use crate::engine::detect::words::{called, failure};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::facts::{ActionFacts, ActionOutcome, ErrorClass, Tone};
use crate::engine::trace::StepId;

pub(super) struct ErrorIgnored;

static INFO: DetectorInfo = DetectorInfo {
    id: "error-ignored",
    title: "Pleased with a failure",
    what: "A test, a build or a program failed; the agent went on with “Perfect” or “Great”, and it \
           did not come back to what had failed in its next action.",
    why: "A failure that is taken for a success is not repaired.",
    limits: "A failure that the agent asked for, or says it expected, is left out where its words show it. Two in \
             three of such places were harmless where the next action was not looked at.",
    category: Category::Verification,
    severity: Severity::Note,
    status: Status::Preview,
    taxonomy: &["MAST 2.5", "TRAIL tool output misinterpretation"],
    classic: None,
};

impl Detector for ErrorIgnored {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        let mut expected = false;
        let mut failed: Option<(StepId, &ActionFacts)> = None;
        let mut pleased: Option<StepId> = None;
        let mut ignored = |failed: Option<(StepId, &ActionFacts)>, pleased: Option<StepId>| {
            let (Some((failed, _)), Some(pleased)) = (failed, pleased) else { return };
            let message = format!(
                "{} failed ({}), and the agent went on pleased.",
                called(ctx, failed),
                failure(ctx, failed)
            );
            findings.push(
                Finding::new(&INFO, failed, message)
                    .proven_by([ctx.proof(failed), ctx.whole_call(pleased)])
                    .about([pleased]),
            );
        };
        for (step, _, facts) in ctx.steps().filter(|(step, _, _)| ctx.is_main(*step)) {
            // The thought of an action may be part of its step: it comes first.
            match facts.tone {
                Tone::ExpectsFailure => (expected, failed, pleased) = (true, None, None),
                Tone::Pleased if failed.is_some() => pleased = Some(step),
                _ => {}
            }
            let Some(action) = facts.action.as_deref() else { continue };
            if failed.is_some_and(|(_, what)| !returns_to(action, what)) {
                ignored(failed, pleased);
            }
            (failed, pleased) = (fails(action).then_some((step, action)).filter(|_| !expected), None);
            expected = false;
        }
        ignored(failed, pleased);
    }
}

/// Failed at work rather than at looking around.
fn fails(action: &ActionFacts) -> bool {
    action.is_red_check()
        && matches!(action.outcome, ActionOutcome::Error(class) if class != ErrorClass::Rejected)
}

/// Whether an action looks at what failed, or does it again.
fn returns_to(action: &ActionFacts, failed: &ActionFacts) -> bool {
    let words = |action: &ActionFacts| -> Vec<String> {
        let command = action.command.as_deref().unwrap_or("");
        let files = action.targets.iter().map(AsRef::as_ref).chain([command]);
        files
            .flat_map(|text: &str| {
                text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '-')))
            })
            .filter(|word| word.len() > 3)
            .map(str::to_owned)
            .collect()
    };
    let known = words(failed);
    words(action).iter().any(|word| known.contains(word))
}

#[cfg(test)]
mod tests {
    use super::ErrorIgnored;
    use crate::engine::testing::script::check;

    #[test]
    fn pleased_with_a_failure() {
        let found = check(
            &ErrorIgnored,
            "
            build      make image        exit 2  error other Kernel panic   <- error-ignored
            assistant  Perfect! It boots.    tone pleased
            edit       notes.txt
            ",
        );
        assert_eq!(found[0].message, "“make image” failed (“Kernel panic”), and the agent went on pleased.");
    }

    #[test]
    fn silent_where_it_is_expected_or_taken_up() {
        check(
            &ErrorIgnored,
            "
            thought    This should fail.     tone expects-failure
            program    python repro.py       exit 1
            assistant  Great, as thought.    tone pleased
            edit       src/lib.rs
            ",
        );
        check(
            &ErrorIgnored,
            "
            program    python server.py      exit 1
            assistant  Great progress.       tone pleased
            edit       server.py
            ",
        );
    }
}
