use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::engine::detect::paths::{FileRole, role, same_file};
use crate::engine::detect::words::{count, failure, quoted};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::facts::{ActionOutcome, ErrorClass};
use crate::engine::trace::StepId;

pub(super) struct EditNotApplied;

static INFO: DetectorInfo = DetectorInfo {
    id: "edit-not-applied",
    title: "An edit was refused and never made",
    what: "A tool refused an edit (text not found, file not read, patch does not apply), and no later edit \
           of that file of the product succeeded.",
    why: "What the agent meant to change there is not changed, whatever it says of it later.",
    limits: "The agent may have found the edit unnecessary, or changed the file by a program whose writing \
             the trace does not show.",
    category: Category::Outcome,
    severity: Severity::Warning,
    status: Status::Preview,
    taxonomy: &["SWE-agent failed edit recovery", "MAST 1.1"],
    classic: None,
};

impl Detector for EditNotApplied {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        let mut refused: IndexMap<&str, Vec<StepId>, FxBuildHasher> = IndexMap::default();
        for (step, action) in ctx.actions() {
            let file = action.targets.first().map_or("", AsRef::as_ref);
            let is_work = !file.is_empty() && role(file) == FileRole::Source;
            if action.outcome == ActionOutcome::Error(ErrorClass::EditRejected) && is_work {
                refused.entry(file).or_default().push(step);
            }
        }
        for (file, steps) in refused {
            let (Some(first), Some(last)) = (steps.first().copied(), steps.last().copied()) else { continue };
            let made_later = ctx.actions_after(last).any(|(_, action)| {
                let edits =
                    action.edits.iter().any(|edit| edit.file.is_empty() || same_file(&edit.file, file));
                let by_command = action.command.as_deref().is_some_and(|command| {
                    action.operation.is_edit() && command.contains(file.rsplit('/').next().unwrap_or(file))
                });
                edits || by_command
            });
            if made_later {
                continue;
            }
            let message = format!(
                "{} of {} refused ({}); no later edit of the file succeeded.",
                count(steps.len(), "edit"),
                quoted(file),
                failure(ctx, first),
            );
            findings.push(
                Finding::new(&INFO, first, message)
                    .wasting(ctx.waste(&steps))
                    .proven_by([ctx.proof(first)])
                    .about(steps),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::EditNotApplied;
    use crate::engine::testing::script::check;

    #[test]
    fn refused_for_good() {
        let found = check(
            &EditNotApplied,
            "
            edit  src/lib.rs    refused  error edit-rejected String to replace not found   <- edit-not-applied
            edit  src/main.rs
            edit  src/lib.rs    refused  error edit-rejected String to replace not found
            ",
        );
        assert_eq!(
            found[0].message,
            "2 edits of “src/lib.rs” refused (“String to replace not found”); no later edit of the file succeeded."
        );
    }

    #[test]
    fn silent_where_it_was_made_later() {
        check(
            &EditNotApplied,
            "
            edit  src/lib.rs    refused  error edit-rejected String to replace not found
            edit  /app/src/lib.rs
            ",
        );
        check(
            &EditNotApplied,
            "
            edit  src/lib.rs    refused  error edit-rejected String to replace not found
            run   python3 fix.py    edits src/lib.rs
            ",
        );
    }
}
