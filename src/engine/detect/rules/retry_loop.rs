use crate::engine::detect::episodes::Failure;
use crate::engine::detect::words::{count, failure};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::facts::Operation;
use crate::engine::trace::StepId;

pub(super) struct RetryLoop;

static INFO: DetectorInfo = DetectorInfo {
    id: "retry-loop",
    title: "Retry loop",
    what: "The agent changes something and checks again, and the check fails in the same way: the same tests, \
           or the same error. Two such retries without any progress are a loop; the second one is blamed.",
    why: "Each retry costs a full round, and repeating an approach that does not move the error rarely ends \
          well. In measured runs loops say more about cost than about the outcome.",
    limits: "Failures are compared by the names of the failing tests or by the error with numbers, paths and \
             names masked; a check that says neither is not judged. One failing test less counts as progress.",
    category: Category::Flow,
    severity: Severity::Warning,
    status: Status::Stable,
    taxonomy: &["MAST 1.3", "AgentErrorTaxonomy inefficient plan"],
    classic: Some("retry_loop"),
};

/// Fruitless retries from which on it is a loop.
const RETRIES: usize = 2;

/// Failed checks of the same failure, each after a new edit.
struct Streak<'a> {
    failure: Failure<'a>,
    operation: Operation,
    red: Vec<StepId>,
}

impl Detector for RetryLoop {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        if ctx.is_original() {
            return original(ctx, findings);
        }
        let mut streak: Option<Streak<'_>> = None;
        let mut edited = false;
        let mut checks = ctx.checks().peekable();
        for (step, action) in ctx.actions() {
            edited |= !action.edits.is_empty();
            if checks.next_if(|(check, _)| *check == step).is_none() {
                continue;
            }
            let failure = Failure::of(action).filter(|_| !ctx.failed_before(action));
            match (&mut streak, failure) {
                (Some(known), Some(failure)) if known.failure == failure => {
                    if edited {
                        known.red.push(step);
                    }
                }
                // A green lint run between two red test runs proves nothing about the tests.
                (Some(known), None) if !action.is_green_check() || known.operation != action.operation => {}
                (known, failure) => {
                    report(ctx, known.take(), findings);
                    *known = failure.map(|failure| Streak {
                        failure,
                        operation: action.operation,
                        red: vec![step],
                    });
                }
            }
            edited = false;
        }
        report(ctx, streak, findings);
    }
}

fn report(ctx: &DetectContext<'_>, streak: Option<Streak<'_>>, findings: &mut Findings) {
    let Some(streak) = streak else { return };
    let (Some(first), Some(blamed)) = (streak.red.first(), streak.red.get(RETRIES)) else { return };
    let retries = streak.red.len() - 1;
    let last = streak.red.last().unwrap_or(blamed);
    let round: Vec<StepId> =
        ctx.actions_after(*first).map(|(step, _)| step).take_while(|step| step <= last).collect();
    let message = format!(
        "{} changed nothing: each time {} again.",
        count(retries, "edit-and-check round"),
        failure(ctx, *blamed)
    );
    findings.push(
        Finding::new(&INFO, *blamed, message)
            .proven_by([ctx.proof(*first), ctx.proof(*blamed)])
            .wasting(ctx.waste(&round))
            .about(streak.red.iter().copied()),
    );
}

/// Every `retry_fix` from the second on, each with the one before it.
fn original(ctx: &DetectContext<'_>, findings: &mut Findings) {
    let retries = ctx.actions().filter(|(step, _)| ctx.tool(*step) == Some("retry_fix"));
    let retries: Vec<StepId> = retries.map(|(step, _)| step).collect();
    for (before, step) in retries.iter().zip(retries.iter().skip(RETRIES - 1)) {
        findings.push(
            Finding::new(&INFO, *step, "Agent is stuck in a retry loop.")
                .proven_by([ctx.proof(*step)])
                .wasting(ctx.waste(&[*step]))
                .about([*before]),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RetryLoop;
    use crate::engine::testing::script::check;

    #[test]
    fn the_second_fruitless_retry_is_blamed() {
        let found = check(
            &RetryLoop,
            "
            edit    src/lib.rs +1 -1
            test    pytest -q    tests red 1/10  failing test_a
            edit    src/lib.rs +2 -2
            test    pytest -q    tests red 1/10  failing test_a
            read    src/lib.rs
            edit    src/lib.rs +3 -3
            test    pytest -q    tests red 1/10  failing test_a   <- retry-loop
            edit    src/lib.rs +4 -4
            test    pytest -q    tests red 1/10  failing test_a
            ",
        );
        assert_eq!(
            found[0].message,
            "3 edit-and-check rounds changed nothing: each time 1 of 10 tests failed (test_a) again."
        );
        assert_eq!((found[0].steps.len(), found[0].waste.steps), (4, 7));
    }

    #[test]
    fn the_same_error_of_a_program_counts_too() {
        check(
            &RetryLoop,
            "
            program ./run.sh     exit 1  error exception KeyError: <str>
            edit    run.sh +1 -1
            program ./run.sh     exit 1  error exception KeyError: <str>
            edit    run.sh +1 -1
            program ./run.sh     exit 1  error exception KeyError: <str>   <- retry-loop
            ",
        );
    }

    #[test]
    fn silent_where_the_failure_moves_or_nothing_was_tried() {
        check(
            &RetryLoop,
            "
            edit    src/lib.rs +1 -1
            test    pytest -q    tests red 2/10  failing test_a,test_b
            edit    src/lib.rs +2 -2
            test    pytest -q    tests red 1/10  failing test_a
            edit    src/lib.rs +2 -2
            test    pytest -q    tests red 1/10  failing test_c
            test    pytest -q    tests red 1/10  failing test_c
            test    pytest -q    tests red 1/10  failing test_c
            ",
        );
    }

    #[test]
    fn the_original_blames_each_retry_from_the_second_on() {
        let found = check(
            &RetryLoop,
            "
            # format tracebench
            call    retrieve_context
            call    generate_fix
            call    run_tests     tests red
            call    retry_fix
            call    run_tests     tests red
            call    retry_fix                    <- retry-loop
            call    retry_fix                    <- retry-loop
            ",
        );
        assert_eq!(found[0].message, "Agent is stuck in a retry loop.");
    }
}
