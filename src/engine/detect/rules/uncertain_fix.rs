use crate::engine::detect::paths::same_file;
use crate::engine::detect::words::{called, count, quoted};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Evidence, Finding, Findings, Severity, Status,
};
use crate::engine::facts::{ClaimKind, Operation, StepFacts};
use crate::engine::trace::StepId;

pub(super) struct UncertainFix;

static INFO: DetectorInfo = DetectorInfo {
    id: "uncertain-fix",
    title: "Uncertain fix",
    what: "A change that nobody made sure of: the last edit of the source was followed by no test, build or \
           program run; or the final message itself hedges (“maybe”, “should probably”); or the agent says \
           beside an edit that it is not sure of it and never checks it.",
    why: "Unchecked last edits fail more often than checked ones on most measured sets, and agents that \
          doubt their own work in the final message are mostly right to do so.",
    limits: "Where the file was at least looked at again it is a note. Says nothing about whether the change is right. Where no check was ever run there may have been \
             none to run. Changes made by programs the trace does not show are not seen. Hedges in passing, \
             far from an edit, are ignored.",
    category: Category::Verification,
    severity: Severity::Warning,
    status: Status::Stable,
    taxonomy: &["MAST 3.2", "OpenHands insufficient testing"],
    classic: Some("uncertain_fix"),
};

/// Hedges in the final message from which on it counts: a single “should” is politeness.
const CLOSING_HEDGES: usize = 2;

/// The words the original takes for doubt.
const ORIGINAL_HEDGES: &[&str] = &["maybe", "not sure"];

impl Detector for UncertainFix {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        if ctx.is_original() {
            return original(ctx, findings);
        }
        unchecked_edit(ctx, findings);
        hedged_edits(ctx, findings);
        hedged_closing(ctx, findings);
    }
}

/// The last edit of the source came after the last check.
fn unchecked_edit(ctx: &DetectContext<'_>, findings: &mut Findings) {
    let Some(edit) = ctx.last_source_edit() else { return };
    let message = match ctx.last_check() {
        Some((check, _)) if check > edit => return,
        // One command line that edits and then tests.
        Some((check, action)) if check == edit && action.tests.is_some() => return,
        Some((check, _)) if check == edit => {
            format!(
                "The last source edit was made by {} itself, and nothing was checked after it.",
                called(ctx, check)
            )
        }
        Some((check, action)) => {
            let edits = match ctx.source_edits().filter(|(step, _)| *step > check).count() {
                1 => "last source edit".to_owned(),
                more => format!("last {more} source edits"),
            };
            let verdict = if action.is_green_check() { "was green" } else { "failed" };
            format!(
                "The last check, {}, {verdict} but came before the {edits}: what was handed in was never checked.",
                called(ctx, check)
            )
        }
        None => {
            let edits = count(ctx.source_edits().count(), "source edit");
            format!("No test, build or program was run in the whole run, which made {edits}.")
        }
    };
    let checked = ctx.last_check().map(|(step, _)| step);
    let reread = reread(ctx, edit);
    let (severity, looked) = match reread {
        Some(step) => (Severity::Note, format!(" It was looked at again in step {}.", step.0 + 1)),
        None => (Severity::Warning, String::new()),
    };
    findings.push(
        Finding::new(&INFO, edit, message + &looked)
            .severity(severity)
            .proven_by([ctx.proof(edit)])
            .proven_by(checked.map(|step| ctx.proof(step)))
            .about(checked.into_iter().chain(reread)),
    );
}

/// The step at which a file of the edit was read or listed again: the least that can be done to check it.
fn reread(ctx: &DetectContext<'_>, edit: StepId) -> Option<StepId> {
    let edits = &ctx.facts.action(edit)?.edits;
    let is_edited = |target: &str| edits.iter().any(|edit| same_file(&edit.file, target));
    let mut looks = ctx.actions_after(edit).filter(|(_, action)| {
        matches!(action.operation, Operation::Read | Operation::List | Operation::Search)
            && !action.outcome.is_error()
    });
    looks.find(|(_, action)| action.targets.iter().any(|target| is_edited(target))).map(|(step, _)| step)
}

/// Doubts voiced at an edit, or between the last action and it, when no green check followed.
fn hedged_edits(ctx: &DetectContext<'_>, findings: &mut Findings) {
    let last_green = ctx.checks().rev().find(|(_, check)| check.is_green_check()).map(|(step, _)| step);
    let mut doubts: Vec<Evidence> = Vec::new();
    let mut pending: Vec<Evidence> = Vec::new();
    for (step, _, facts) in ctx.steps() {
        pending.extend(hedges(step, facts));
        let Some(action) = facts.action.as_deref() else { continue };
        let is_source_edit = ctx.is_source_edit(action);
        if is_source_edit && last_green.is_none_or(|green| green < step) {
            doubts.append(&mut pending);
        }
        pending.clear();
    }
    let Some(first) = doubts.first() else { return };
    let message = format!(
        "The agent was not sure of its own edit ({}) and no green check followed.",
        quoted(&first.quote.text)
    );
    let (step, steps): (StepId, Vec<StepId>) = (first.step, doubts.iter().map(|doubt| doubt.step).collect());
    findings.push(
        Finding::new(&INFO, step, message)
            .severity(Severity::Note)
            .confidence(0.6)
            .about(steps)
            .proven_by(doubts),
    );
}

/// The final message hedges.
fn hedged_closing(ctx: &DetectContext<'_>, findings: &mut Findings) {
    let Some((step, facts)) = ctx.closing().next_back() else { return };
    let doubts: Vec<Evidence> = hedges(step, facts).collect();
    if doubts.len() < CLOSING_HEDGES || ctx.source_edits().next().is_none() {
        return;
    }
    let message = format!("The final message hedges {}.", count(doubts.len(), "time"));
    findings
        .push(Finding::new(&INFO, step, message).severity(Severity::Note).confidence(0.7).proven_by(doubts));
}

fn hedges(step: StepId, facts: &StepFacts) -> impl Iterator<Item = Evidence> {
    facts
        .claims
        .iter()
        .filter(|claim| claim.kind == ClaimKind::Unsure)
        .map(move |claim| Evidence { step, quote: claim.quote.clone() })
}

/// A generated fix whose text says “maybe” or “not sure”.
fn original(ctx: &DetectContext<'_>, findings: &mut Findings) {
    for (step, _, facts) in ctx.steps().filter(|(step, ..)| ctx.tool(*step) == Some("generate_fix")) {
        let doubt = hedges(step, facts).find(|hedge| {
            let text = hedge.quote.text.to_lowercase();
            ORIGINAL_HEDGES.iter().any(|word| text.contains(word))
        });
        if let Some(doubt) = doubt {
            findings.push(
                Finding::new(&INFO, step, "Generated fix is uncertain or under-specified.")
                    .proven_by([doubt])
                    .wasting(ctx.waste(&[step])),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::UncertainFix;
    use crate::engine::detect::Severity;
    use crate::engine::testing::script::check;

    #[test]
    fn the_last_edit_was_never_checked() {
        let found = check(
            &UncertainFix,
            "
            edit    src/lib.rs +3 -1
            test    pytest -q    tests green 0/10
            edit    src/lib.rs +1 -1    <- uncertain-fix
            ",
        );
        assert_eq!(
            found[0].message,
            "The last check, “pytest -q”, was green but came before the last source edit: what was handed in \
             was never checked."
        );
        assert_eq!(found[0].evidence.len(), 2);
    }

    #[test]
    fn clearing_up_needs_no_check() {
        check(
            &UncertainFix,
            "
            create  repro.py +9 -0
            edit    src/lib.rs +3 -1
            test    pytest -q    tests green 0/10
            delete  repro.py +0 -9
            ",
        );
    }

    #[test]
    fn nothing_was_ever_run() {
        let found = check(&UncertainFix, "edit    src/lib.rs +3 -1   <- uncertain-fix");
        assert_eq!(
            found[0].message,
            "No test, build or program was run in the whole run, which made 1 source edit."
        );
    }

    #[test]
    fn doubts_beside_an_edit_that_no_green_check_answers() {
        let found = check(
            &UncertainFix,
            "
            thought   maybe this is it    claims unsure   <- uncertain-fix
            edit      src/lib.rs +3 -1
            test      pytest -q    tests red 1/10
            ",
        );
        assert_eq!(found[0].severity, Severity::Note);
        check(
            &UncertainFix,
            "
            thought   maybe this is it    claims unsure
            edit      src/lib.rs +3 -1
            test      pytest -q    tests green 0/10
            thought   maybe more          claims unsure
            read      src/lib.rs
            ",
        );
    }

    #[test]
    fn a_hedging_final_message() {
        check(
            &UncertainFix,
            "
            edit      src/lib.rs +3 -1
            test      pytest -q    tests green 0/10
            assistant it should work, maybe    claims unsure should work   claims unsure maybe   <- uncertain-fix
            ",
        );
        check(
            &UncertainFix,
            "
            edit      src/lib.rs +3 -1
            test      pytest -q    tests green 0/10
            assistant it should work      claims unsure
            ",
        );
    }

    #[test]
    fn silent_after_edits_of_tests_and_documents() {
        check(
            &UncertainFix,
            "
            edit    src/lib.rs +3 -1
            test    pytest -q    tests green 0/10
            edit    README.md +3 -1
            create  tests/test_new.py +9 -0
            ",
        );
    }

    #[test]
    fn a_program_that_edits_checks_nothing() {
        let found =
            check(&UncertainFix, "program  fix.py   edits src/lib.rs      <- uncertain-fix\nassistant  So.");
        assert!(found[0].message.contains("made by “fix.py” itself"), "{}", found[0].message);
    }

    #[test]
    fn a_look_at_the_file_makes_it_a_note() {
        let found = check(
            &UncertainFix,
            "
            create     src/lib.rs +3      <- uncertain-fix
            read       /app/src/lib.rs
            assistant  There it is.
            ",
        );
        assert_eq!(found[0].severity, Severity::Note);
        assert!(found[0].message.ends_with("It was looked at again in step 2."), "{}", found[0].message);
    }

    #[test]
    fn the_original_reads_the_patch() {
        let found = check(
            &UncertainFix,
            "
            # format tracebench
            call    generate_fix    claims unsure maybe raise the timeout     <- uncertain-fix
            call    generate_fix    claims unsure probably
            call    retry_fix       claims unsure maybe
            ",
        );
        assert_eq!(found[0].message, "Generated fix is uncertain or under-specified.");
    }
}
