use crate::engine::detect::words::{called, failure};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};

pub(super) struct IncompleteFix;

static INFO: DetectorInfo = DetectorInfo {
    id: "incomplete-fix",
    title: "Stopped with red tests",
    what: "The agent gave its final answer or submitted while its last test run was red, without another edit \
           after it. The step at which it gave up is blamed.",
    why: "The agent saw that its change does not work, and left it so.",
    limits: "Tests that also failed on the untouched source are left out where the output names them, and so \
             are runs in which some tests pass and nothing shows that the others ever did. Runs that were \
             cut off did not give up and are not meant here.",
    category: Category::Outcome,
    severity: Severity::Warning,
    status: Status::Preview,
    taxonomy: &["MAST 3.1", "SWE-agent gave up"],
    classic: Some("incomplete_fix"),
};

impl Detector for IncompleteFix {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        if ctx.is_original() {
            return original(ctx, findings);
        }
        let Some((edit, (check, action))) = ctx.last_source_edit().zip(ctx.last_test()) else { return };
        let is_excused = ctx.failed_before(action) || ctx.is_contested(check, action);
        if check < edit || !action.is_red_check() || is_excused || ctx.was_cut_off() {
            return;
        }
        // Without a last word the run may go on elsewhere.
        let Some((gave_up, _)) = ctx.closing().next() else { return };
        let message = format!(
            "The agent stopped although its last test run, {}, was red: {}.",
            called(ctx, check),
            failure(ctx, check)
        );
        findings.push(
            Finding::new(&INFO, gave_up, message)
                .about([edit, check])
                .proven_by([ctx.proof(check), ctx.proof(gave_up)]),
        );
    }
}

/// Every final answer after a failed test run, unless a new fix was generated after a failed run before it.
fn original(ctx: &DetectContext<'_>, findings: &mut Findings) {
    let mut failed = None;
    let mut fixed = false;
    for (step, action) in ctx.actions() {
        match ctx.tool(step) {
            Some("run_tests") if action.tests.as_ref().is_some_and(|tests| !tests.green) => {
                failed = Some(step);
            }
            Some("generate_fix") => fixed |= failed.is_some(),
            Some("final_answer") if !fixed => {
                let Some(red) = failed else { continue };
                findings.push(
                    Finding::new(
                        &INFO,
                        step,
                        "Agent failed to produce a proper follow-up fix after test failure.",
                    )
                    .about([red])
                    .proven_by([ctx.proof(red)]),
                );
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::IncompleteFix;
    use crate::engine::testing::script::check;

    #[test]
    fn gives_up_on_red() {
        let found = check(
            &IncompleteFix,
            "
            test       pytest -q    tests red 1/10  failing test_a
            edit       src/lib.rs +3 -1
            test       pytest -q    tests red 2/10  failing test_a,test_b
            read       src/lib.rs
            assistant  I could not find out more.      <- incomplete-fix
            ",
        );
        assert_eq!(
            found[0].message,
            "The agent stopped although its last test run, “pytest -q”, was red: 2 of 10 tests failed \
             (test_a, test_b)."
        );
    }

    #[test]
    fn silent_when_edited_again_cut_off_or_red_before() {
        check(
            &IncompleteFix,
            "
            edit       src/lib.rs +3 -1
            test       pytest -q    tests red 10/10
            edit       src/lib.rs +3 -1
            assistant  Done.
            ",
        );
        check(
            &IncompleteFix,
            "
            edit       src/lib.rs +3 -1
            test       pytest -q    tests red 10/10
            event      limit-reached max turns
            ",
        );
        check(
            &IncompleteFix,
            "
            test       pytest -q    tests red 1/10  failing test_old
            edit       src/lib.rs +3 -1
            test       pytest -q    tests red 1/10  failing test_old
            assistant  The failing test is not related.
            ",
        );
        check(
            &IncompleteFix,
            "
            edit       src/lib.rs +3 -1
            test       pytest -q    tests red 1/90
            assistant  The failing test is not related.
            ",
        );
    }

    #[test]
    fn the_original_looks_for_a_new_fix_before_each_final_answer() {
        let found = check(
            &IncompleteFix,
            "
            # format tracebench
            call    generate_fix
            call    run_tests      tests red
            call    retry_fix
            call    final_answer                <- incomplete-fix
            call    generate_fix
            call    final_answer
            ",
        );
        assert_eq!(found[0].message, "Agent failed to produce a proper follow-up fix after test failure.");
    }
}
