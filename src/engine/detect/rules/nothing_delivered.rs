use crate::engine::detect::delivery::{hidden_change, is_patch_task};
use crate::engine::detect::words::count;
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::facts::EditKind;
use crate::engine::trace::StepId;

pub(super) struct NothingDelivered;

static INFO: DetectorInfo = DetectorInfo {
    id: "nothing-delivered",
    title: "Nothing was delivered",
    what: "The task was to change a repository, and the patch handed in is empty; or, where the format keeps no \
           patch, no action of the run changed any file.",
    why: "An empty patch solves nothing: all 147 such runs of two measured sets were unresolved.",
    limits: "Silent unless the run hands in a patch or its task is named as an issue (owner__repo-123), and, \
             without a patch, where a command may have changed files unseen. Runs that made no tool call at \
             all are reported as such.",
    category: Category::Outcome,
    severity: Severity::Error,
    status: Status::Stable,
    taxonomy: &["MAST 3.1", "SWE-agent gave up"],
    classic: None,
};

impl Detector for NothingDelivered {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        if !is_patch_task(ctx.trace) || ctx.action_count() == 0 {
            return;
        }
        let Some(last) = ctx.last_step() else { return };
        let edits: Vec<StepId> = ctx
            .actions()
            .filter(|(_, action)| action.edits.iter().any(|edit| edit.kind != EditKind::Revert))
            .map(|(step, _)| step)
            .collect();
        let is_empty = match ctx.trace.head.submission_empty {
            Some(is_empty) => is_empty,
            None => edits.is_empty() && hidden_change(ctx).is_none(),
        };
        if !is_empty {
            return;
        }
        let message = if edits.is_empty() {
            format!("No file was changed in {}.", count(ctx.action_count(), "action"))
        } else {
            format!("The patch handed in is empty; {} came to nothing.", count(edits.len(), "edit"))
        };
        findings.push(
            Finding::new(&INFO, last, message)
                .certain()
                .wasting(ctx.waste_of_all())
                .proven_by(edits.iter().rev().take(3).rev().chain([&last]).map(|step| ctx.proof(*step)))
                .about(edits),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::NothingDelivered;
    use crate::engine::testing::script::check;

    #[test]
    fn an_empty_patch() {
        let found = check(
            &NothingDelivered,
            "
            # submission empty
            edit    src/lib.rs +3 -1
            git     git checkout -- src/lib.rs
            submit  submit        <- nothing-delivered
            ",
        );
        assert!(found[0].certain);
        assert_eq!(found[0].message, "The patch handed in is empty; 1 edit came to nothing.");
    }

    #[test]
    fn no_edit_where_an_issue_was_to_be_solved() {
        check(
            &NothingDelivered,
            "
            # task django__django-11910
            read       django/db/models.py
            program    python reproduce.py     exit 1
            assistant  This is by design.      <- nothing-delivered
            ",
        );
    }

    #[test]
    fn silent_on_questions_on_patches_and_on_unseen_changes() {
        check(&NothingDelivered, "user  what does this do?\n read  src/lib.rs\n assistant  It parses.");
        check(&NothingDelivered, "# submission patch\n read  src/lib.rs\n submit  submit");
        check(&NothingDelivered, "# task a__b-1\n run  sed -i s/a/b/ src/lib.rs\n submit  submit");
    }
}
