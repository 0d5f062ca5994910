use crate::engine::detect::missing::missing;
use crate::engine::detect::words::called;
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::facts::{Operation, RunKind};
use crate::engine::trace::StepId;

pub(super) struct CheckingImpossible;

static INFO: DetectorInfo = DetectorInfo {
    id: "checking-impossible",
    title: "Handed in although it could not be checked",
    what: "The test runner or the compiler that the agent called is not installed, no check succeeded after \
           that, and the changed source was handed in.",
    why: "Nobody knows whether such a change even runs.",
    limits: "Only programs that are plainly missing are meant, not those that are broken. Where most runs of a \
             set fail, this says little more.",
    category: Category::Verification,
    severity: Severity::Warning,
    status: Status::Preview,
    taxonomy: &["MAST 3.2", "TRAIL environment setup"],
    classic: None,
};

impl Detector for CheckingImpossible {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        let Some((gave_in, _)) = ctx.closing().next() else { return };
        let lacking: Vec<(StepId, &str)> = ctx
            .actions()
            .filter(|(_, action)| matches!(action.operation, Operation::Run(RunKind::Test | RunKind::Build)))
            .filter_map(|(step, action)| Some((step, missing(action)?)))
            .collect();
        let Some((first, name)) = lacking.first().copied() else { return };
        let checked = ctx.checks().any(|(step, check)| step > first && check.is_green_check());
        if checked || ctx.last_source_edit().is_none() || ctx.was_cut_off() {
            return;
        }
        let message = format!(
            "{} could not run, because {name} is not installed; no later check succeeded, and the change was \
             handed in.",
            called(ctx, first)
        );
        findings.push(
            Finding::new(&INFO, first, message)
                .about(lacking.iter().map(|(step, _)| *step).chain([gave_in]))
                .proven_by([ctx.proof(first), ctx.proof(gave_in)]),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::CheckingImpossible;
    use crate::engine::testing::script::check;

    #[test]
    fn the_runner_is_missing_and_nothing_else_is_tried() {
        let found = check(
            &CheckingImpossible,
            "
            edit       src/a.py
            test       python -m pytest   exit 1  error not-found /usr/bin/python: No module named pytest  <- checking-impossible
            assistant  Done.
            ",
        );
        assert_eq!(
            found[0].message,
            "“python -m pytest” could not run, because pytest is not installed; no later check succeeded, and \
             the change was handed in."
        );
    }

    #[test]
    fn silent_where_another_check_is_found_or_nothing_was_changed() {
        let missing = "test  mvn test   exit 127  error not-found bash: mvn: command not found";
        check(
            &CheckingImpossible,
            &format!("edit  src/A.java\n {missing}\n build  javac A.java\n assistant  Done."),
        );
        check(&CheckingImpossible, &format!("{missing}\n assistant  I cannot run the tests."));
    }
}
