use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::engine::detect::delivery::{hidden_change, is_patch_task};
use crate::engine::detect::paths::{FileRole, role};
use crate::engine::detect::words::count;
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::facts::{EditKind, Operation};
use crate::engine::trace::StepId;

pub(super) struct NoSourceChanged;

static INFO: DetectorInfo = DetectorInfo {
    id: "no-source-changed",
    title: "No existing source file was changed",
    what: "The task was to change a repository, and the run touched only files of its own making, tests, \
           documents or scratch files such as a reproduction script; no source file that was there before.",
    why: "A fix that changes nothing that existed fixes nothing: all 604 such runs of two measured sets were \
          unresolved, and so were all 584 found from the actions alone.",
    limits: "Files beside the tests that are no tests by their own names count as source: a task may be about \
             them. Silent unless the run hands in a patch or its task is named as an issue (owner__repo-123), and \
             where a command may have changed files unseen. A task that asks for a new file only, or for \
             tests or documents, would be reported wrongly.",
    category: Category::Outcome,
    severity: Severity::Error,
    status: Status::Stable,
    taxonomy: &["MAST 1.1", "MAST 3.1"],
    classic: None,
};

/// Files named in the message.
const NAMED: usize = 3;

impl Detector for NoSourceChanged {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        if !is_patch_task(ctx.trace) || ctx.trace.head.submission_empty == Some(true) {
            return;
        }
        let Some(touched) = touched_beside_the_source(ctx) else { return };
        let (Some((_, first)), Some(last)) = (touched.iter().next(), ctx.last_step()) else { return };
        if hidden_change(ctx).is_some() {
            return;
        }
        let mut names: Vec<String> = touched.keys().take(NAMED).map(|file| (*file).to_owned()).collect();
        if touched.len() > NAMED {
            names.push(format!("{} more", touched.len() - NAMED));
        }
        let message = format!(
            "No source file that existed before was changed; the run touched only {} ({}).",
            count(touched.len(), "file"),
            names.join(", ")
        );
        let steps: Vec<StepId> = touched.values().copied().collect();
        findings
            .push(Finding::new(&INFO, last, message).certain().proven_by([ctx.proof(*first)]).about(steps));
    }
}

/// The files that were touched, each with the step that did so first, if none of them is a source file that
/// existed before the run.
fn touched_beside_the_source<'a>(ctx: &DetectContext<'a>) -> Option<BTreeMap<&'a str, StepId>> {
    let mut created: FxHashSet<&str> = FxHashSet::default();
    let mut read: FxHashSet<&str> = FxHashSet::default();
    let mut touched = BTreeMap::new();
    for (step, action) in ctx.actions() {
        for edit in action.edits.iter().filter(|edit| edit.kind != EditKind::Revert) {
            let file: &str = &edit.file;
            let is_new = edit.kind == EditKind::Create && !read.contains(file);
            if is_new {
                created.insert(file);
            }
            if matches!(role(file), FileRole::Source | FileRole::TestSupport) && !created.contains(file) {
                return None;
            }
            touched.entry(file).or_insert(step);
        }
        if action.operation == Operation::Read && !action.outcome.is_error() {
            read.extend(action.targets.iter().map(AsRef::as_ref));
        }
    }
    Some(touched)
}

#[cfg(test)]
mod tests {
    use super::NoSourceChanged;
    use crate::engine::testing::script::check;

    #[test]
    fn only_a_reproduction_script_was_written() {
        let found = check(
            &NoSourceChanged,
            "
            # submission patch
            create   reproduce.py +9 -0
            edit     reproduce.py +1 -1
            program  python reproduce.py   exit 1
            read     sympy/core/expr.py
            submit   submit                 <- no-source-changed
            ",
        );
        assert!(found[0].certain);
        assert_eq!(
            found[0].message,
            "No source file that existed before was changed; the run touched only 1 file (reproduce.py)."
        );
    }

    #[test]
    fn only_tests_and_new_files_under_an_issue() {
        check(
            &NoSourceChanged,
            "
            # task django__django-11910
            edit       tests/test_models.py +9 -0
            create     django/helpers.py +9 -0
            edit       django/helpers.py +9 -0
            assistant  Done.    <- no-source-changed
            ",
        );
    }

    #[test]
    fn silent_when_existing_source_changed_was_overwritten_or_may_have_been() {
        check(&NoSourceChanged, "# submission patch\n create  reproduce.py\n edit  sympy/core/expr.py");
        check(&NoSourceChanged, "# submission patch\n read  a/expr.py\n create  a/expr.py");
        check(&NoSourceChanged, "# submission patch\n create  x.py\n run  python apply_fix.py");
    }

    #[test]
    fn silent_where_the_task_may_be_to_write_something_new() {
        check(&NoSourceChanged, "user  write a server\n create  server.py\n assistant  Done.");
    }
}
