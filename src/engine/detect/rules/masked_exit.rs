use crate::engine::detect::words::called;
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::trace::StepId;

pub(super) struct MaskedExit;

static INFO: DetectorInfo = DetectorInfo {
    id: "masked-exit",
    title: "A check that cannot fail",
    what: "After an edit, tests, a build or a linter were run with their failure thrown away (`|| true`, \
           `; exit 0`), their output does not say how they ended, and no later check does.",
    why: "Such a check looks passed whatever happened.",
    limits: "Commands that only look whether something is there are not meant, nor those whose output tells \
             the result all the same. A script that hides failures inside is not seen.",
    category: Category::Verification,
    severity: Severity::Warning,
    status: Status::Preview,
    taxonomy: &["MAST 3.3"],
    classic: None,
};

impl Detector for MaskedExit {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        let Some(edit) = ctx.last_source_edit() else { return };
        let told = |step: StepId| ctx.last_check().is_some_and(|(check, _)| check > step);
        let mut masked = ctx
            .actions_after(edit)
            .filter(|(_, action)| action.masks_exit && action.tests.is_none() && !action.outcome.is_error())
            .map(|(step, _)| step);
        let Some(first) = masked.next().filter(|step| !told(*step)) else { return };
        let message = format!(
            "{} throws its own failure away, prints no result, and nothing was checked after it.",
            called(ctx, first)
        );
        findings.push(Finding::new(&INFO, first, message).proven_by([ctx.proof(first)]).about(masked));
    }
}

#[cfg(test)]
mod tests {
    use super::MaskedExit;
    use crate::engine::testing::script::check;

    #[test]
    fn nothing_else_tells_the_result() {
        let found = check(
            &MaskedExit,
            "
            build  make                exit 2
            edit   src/a.c
            build  make -s || true     masked  unknown    <- masked-exit
            ",
        );
        assert_eq!(
            found[0].message,
            "“make -s || true” throws its own failure away, prints no result, and nothing was checked after it."
        );
    }

    #[test]
    fn silent_where_the_result_is_known_or_checked_later() {
        check(&MaskedExit, "edit  src/a.c\n test  pytest || true   tests red 1/2  masked");
        check(&MaskedExit, "edit  src/a.c\n build  make || true   masked  unknown\n build  make");
        check(&MaskedExit, "build  make || true   masked  unknown\n edit  src/a.c");
    }
}
