use crate::engine::detect::words::{called, failure, quoted};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Evidence, FailedCheck, Finding, Findings, Severity,
    Status,
};

pub(super) struct ClaimContradictsCheck;

static INFO: DetectorInfo = DetectorInfo {
    id: "claim-contradicts-check",
    title: "Success claimed over a failed check",
    what: "The final message says that the work is done, fixed or tested, while the last check the agent ran \
           failed and nothing was edited or checked after it. The claim and the failing output stand side by \
           side.",
    why: "Whoever believes the message ships something that is known not to work. All 23 runs of four \
          measured sets in which it occurs had not solved their task.",
    limits: "Claims are recognised by their words, in English. A failure that the agent expected, or that it \
             names in the same message as one it could not solve, is not meant here. Tests that also failed \
             on the untouched source are left out where the output names them; where some tests pass and \
             nothing shows that the others ever did, only a claim that the tests pass is contradicted.",
    category: Category::Verification,
    severity: Severity::Error,
    status: Status::Stable,
    taxonomy: &["MAST 3.3", "HAL verification"],
    classic: None,
};

impl Detector for ClaimContradictsCheck {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        let Some(FailedCheck { step: check, contested }) = ctx.failed_last_check() else { return };
        let Some((step, claim)) = ctx.contradicted(check, contested) else { return };
        let message = format!(
            "The final message claims {}, but the last check, {}, had failed: {}.",
            quoted(&claim.quote.text),
            called(ctx, check),
            failure(ctx, check)
        );
        let finding = Finding::new(&INFO, step, message)
            .about([check])
            .proven_by([Evidence { step, quote: claim.quote.clone() }, ctx.proof(check)]);
        findings.push(if contested { finding } else { finding.certain() });
    }
}

#[cfg(test)]
mod tests {
    use super::ClaimContradictsCheck;
    use crate::engine::testing::script::check;

    #[test]
    fn claim_and_failing_output_side_by_side() {
        let found = check(
            &ClaimContradictsCheck,
            "
            edit       src/lib.rs +3 -1
            test       pytest -q               tests green 0/10
            edit       src/lib.rs +1 -1
            test       pytest -q               tests red 2/10  failing test_a,test_b
            run        rm repro.py
            assistant  All tests pass now.     claims tests-pass   <- claim-contradicts-check
            ",
        );
        assert!(found[0].certain);
        assert_eq!(
            found[0].message,
            "The final message claims “All tests pass now.”, but the last check, “pytest -q”, had failed: 2 \
             of 10 tests failed (test_a, test_b)."
        );
        let quotes: Vec<&str> = found[0].evidence.iter().map(|evidence| &*evidence.quote.text).collect();
        assert_eq!(quotes, ["All tests pass now.", "2 failed, 8 passed"]);
    }

    #[test]
    fn without_a_baseline_only_a_claim_about_the_tests_is_contradicted() {
        let found = check(
            &ClaimContradictsCheck,
            "
            edit       src/lib.rs +3 -1
            test       pytest -q               tests red 1/90
            assistant  All tests pass.         claims tests-pass   <- claim-contradicts-check
            ",
        );
        assert!(!found[0].certain);
        check(
            &ClaimContradictsCheck,
            "
            edit       src/lib.rs +3 -1
            test       pytest -q               tests red 1/90
            assistant  Fixed it.               claims fixed
            ",
        );
    }

    #[test]
    fn a_claim_in_the_submission_counts() {
        check(
            &ClaimContradictsCheck,
            "
            program  ./server      exit 1
            submit   patch         claims done The task is complete   <- claim-contradicts-check
            ",
        );
    }

    #[test]
    fn silent_when_the_agent_admits_it_or_went_on() {
        check(
            &ClaimContradictsCheck,
            "
            edit       src/lib.rs +3 -1
            test       pytest -q               tests red 2/10
            assistant  Fixed a, could not fix b.     claims fixed  claims gave-up
            ",
        );
        check(
            &ClaimContradictsCheck,
            "
            edit       src/lib.rs +3 -1
            test       pytest -q               tests red 2/10
            edit       src/lib.rs +3 -1
            assistant  Fixed.                  claims fixed
            ",
        );
        check(
            &ClaimContradictsCheck,
            "
            edit       src/lib.rs +3 -1
            test       pytest -q               tests red 2/10
            test       pytest -q               tests green 0/10
            assistant  Fixed.                  claims fixed
            ",
        );
    }
}
