use crate::engine::detect::words::{count, failure};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status, Waste,
};
use crate::engine::facts::{ActionFacts, Operation, RunKind};
use crate::engine::trace::StepId;

pub(super) struct FailingTests;

static INFO: DetectorInfo = DetectorInfo {
    id: "failing-tests",
    title: "Tests fail after the fix",
    what: "A test run that fails after the agent has changed the source. Failed runs that follow each other, \
           with no green one between them, are one finding.",
    why: "Red tests after a change say that the change is wrong or not enough. Where they turn green later, \
          that is ordinary work and only noted; where they stay red, the run most likely failed.",
    limits: "Tests that fail before the first edit are taken for a reproduction of the problem. Tests that \
             also failed on the untouched source are left out, which can be told only where the output \
             names them. Runs whose changes cannot be seen are not judged.",
    category: Category::Verification,
    severity: Severity::Warning,
    status: Status::Stable,
    taxonomy: &["MAST 3.3"],
    classic: Some("failing_tests"),
};

/// One or more failed test runs with no green one between them.
struct Episode {
    red: Vec<StepId>,
    recovered: bool,
}

impl Detector for FailingTests {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        if ctx.is_original() {
            return original(ctx, findings);
        }
        for episode in episodes(ctx) {
            let Some(first) = episode.red.first().copied() else { continue };
            let last = episode.red.last().copied().unwrap_or(first);
            let runs = count(episode.red.len(), "test run");
            let message = if episode.recovered {
                format!("After an edit, {} at first; green again after {runs}.", failure(ctx, first))
            } else {
                format!(
                    "After an edit, {}, and no later test run was green ({runs} red).",
                    failure(ctx, last)
                )
            };
            // A red run that led to the fix was no waste.
            let (severity, waste) = if episode.recovered {
                (Severity::Note, Waste::default())
            } else {
                (Severity::Warning, ctx.waste(&episode.red))
            };
            findings.push(
                Finding::new(&INFO, first, message)
                    .severity(severity)
                    .wasting(waste)
                    .proven_by([ctx.proof(first)])
                    .about(episode.red),
            );
        }
    }
}

fn episodes(ctx: &DetectContext<'_>) -> Vec<Episode> {
    let Some(first_edit) = ctx.source_edits().next().map(|(step, _)| step) else { return Vec::new() };
    let mut episodes = Vec::new();
    let mut red: Vec<StepId> = Vec::new();
    for (step, check) in ctx.checks().filter(|(step, check)| *step > first_edit && is_test(check)) {
        if check.is_green_check() {
            if !red.is_empty() {
                episodes.push(Episode { red: std::mem::take(&mut red), recovered: true });
            }
        } else if !ctx.failed_before(check) {
            red.push(step);
        }
    }
    if !red.is_empty() {
        episodes.push(Episode { red, recovered: false });
    }
    episodes
}

fn is_test(check: &ActionFacts) -> bool {
    check.tests.is_some() || check.operation == Operation::Run(RunKind::Test)
}

/// In the original format a fix always comes first, and every failed run counts.
fn original(ctx: &DetectContext<'_>, findings: &mut Findings) {
    for (step, action) in ctx.actions() {
        let is_run_tests = ctx.tool(step) == Some("run_tests");
        if is_run_tests && action.tests.as_ref().is_some_and(|tests| !tests.green) {
            findings.push(
                Finding::new(&INFO, step, "Tests failed after applying the fix.")
                    .wasting(ctx.waste(&[step]))
                    .proven_by([ctx.proof(step)]),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FailingTests;
    use crate::engine::detect::Severity;
    use crate::engine::testing::script::check;

    #[test]
    fn red_after_an_edit_and_never_green_again() {
        let found = check(
            &FailingTests,
            "
            test    pytest -q    tests green 0/10
            edit    src/lib.rs +3 -1
            test    pytest -q    tests red 2/10  failing test_a,test_b   <- failing-tests
            edit    src/lib.rs +1 -1
            test    pytest -q    tests red 1/10  failing test_a
            ",
        );
        assert_eq!(found[0].severity, Severity::Warning);
        assert_eq!(
            found[0].message,
            "After an edit, 1 of 10 tests failed (test_a), and no later test run was green (2 test runs red)."
        );
        assert_eq!((found[0].steps.len(), found[0].waste.steps), (2, 2));
    }

    #[test]
    fn red_that_turns_green_is_only_noted() {
        let found = check(
            &FailingTests,
            "
            edit    src/lib.rs +3 -1
            test    pytest -q    tests red 2/10      <- failing-tests
            edit    src/lib.rs +1 -1
            test    pytest -q    tests green 0/10
            ",
        );
        assert_eq!(found[0].severity, Severity::Note);
    }

    #[test]
    fn silent_on_reproductions_and_on_what_failed_before() {
        check(
            &FailingTests,
            "
            test    pytest -q            tests red 2/10  failing test_a,test_old
            edit    src/lib.rs +3 -1
            test    pytest -q            tests red 1/10  failing test_old
            ",
        );
        check(
            &FailingTests,
            "
            edit    src/lib.rs +3 -1
            git     git stash
            test    pytest -q            tests red 1/10  failing test_old
            git     git stash pop
            test    pytest -q            tests red 1/10  failing test_old
            ",
        );
        check(
            &FailingTests,
            "
            edit    src/lib.rs +3 -1
            git     git checkout src/lib.rs    reverts src/lib.rs
            test    pytest -q            tests red 1/10  failing test_old
            edit    src/lib.rs +3 -1
            test    pytest -q            tests red 1/10  failing test_old
            ",
        );
    }

    #[test]
    fn the_original_counts_every_failed_run() {
        let found = check(
            &FailingTests,
            "
            # format tracebench
            call    generate_fix
            call    run_tests     tests red   <- failing-tests
            call    retry_fix
            call    run_tests     tests red   <- failing-tests
            call    run_tests     tests green
            ",
        );
        assert!(found.iter().all(|finding| finding.message == "Tests failed after applying the fix."));
    }
}
