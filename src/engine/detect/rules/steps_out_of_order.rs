use crate::engine::detect::paths::{FileRole, role};
use crate::engine::detect::words::{called, count, number, quoted};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::facts::{ActionFacts, EditKind, Operation, RunKind};
use crate::engine::trace::StepId;

pub(super) struct StepsOutOfOrder;

static INFO: DetectorInfo = DetectorInfo {
    id: "steps-out-of-order",
    title: "Steps in the wrong order",
    what: "An existing file was changed before anything at all was looked at or run, and the looking came \
           later; or a script that reproduces the problem was run for the first time after the source had \
           been changed, so that the problem itself was never seen. The change is blamed.",
    why: "A change made before the problem is seen rests on guesses, and a reproduction that has never failed \
          proves little.",
    limits: "What the task itself showed (files, a traceback) is not known here, nor what an earlier session \
             had seen; dialogues are left out. Reproductions are told by the names of their files; others are missed.",
    category: Category::Flow,
    severity: Severity::Note,
    status: Status::Preview,
    taxonomy: &["MAST 1.1", "Beyond Resolution Rates context-before-edit"],
    classic: Some("inconsistent_flow"),
};

impl Detector for StepsOutOfOrder {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        // In a dialogue the person may have shown what was to be seen.
        if ctx.is_original() || ctx.is_dialogue() {
            return;
        }
        changed_before_looking(ctx, findings);
        reproduced_after_the_change(ctx, findings);
    }
}

fn changed_before_looking(ctx: &DetectContext<'_>, findings: &mut Findings) {
    let mut actions = ctx.actions();
    let Some((step, edit)) = actions.find(|(_, action)| looks(action) || changes_source(action).is_some())
    else {
        return;
    };
    let Some(file) = changes_source(edit) else { return };
    // An agent that never looks at anything was shown what it needs, or has no tool to look with.
    let Some((later, _)) = actions.find(|(_, action)| looks(action)) else { return };
    let message = format!(
        "{} was changed before anything was looked at or run; the first look came at step {}.",
        quoted(file),
        number(later)
    );
    findings.push(Finding::new(&INFO, step, message).proven_by([ctx.proof(step)]).about([later]));
}

fn reproduced_after_the_change(ctx: &DetectContext<'_>, findings: &mut Findings) {
    let Some((edit, _)) = ctx.actions().find(|(_, action)| changes_source(action).is_some()) else { return };
    let runs = |action: &ActionFacts| action.is_red_check() || action.is_green_check();
    if ctx.actions().take_while(|(step, _)| *step < edit).any(|(_, action)| runs(action)) {
        return;
    }
    let Some((run, _)) = ctx.actions_after(edit).find(|(_, action)| runs(action)) else { return };
    if !ctx.facts.action(run).is_some_and(is_reproduction) {
        return;
    }
    let edits: Vec<StepId> =
        ctx.source_edits().map(|(step, _)| step).take_while(|step| *step < run).collect();
    let message = format!(
        "The problem was reproduced ({}) only after {}: it was never seen on the untouched source.",
        called(ctx, run),
        count(edits.len().max(1), "source edit")
    );
    findings.push(Finding::new(&INFO, edit, message).proven_by([ctx.proof(run)]).about([run]));
}

/// Reads, searches, lists or runs something.
fn looks(action: &ActionFacts) -> bool {
    action.edits.is_empty()
        && !matches!(
            action.operation,
            Operation::Edit
                | Operation::Create
                | Operation::Delete
                | Operation::Plan
                | Operation::Ask
                | Operation::Submit
        )
}

/// The file of the product that is changed and was there before.
fn changes_source(action: &ActionFacts) -> Option<&str> {
    let mut edits = action.edits.iter();
    let edit = edits.find(|edit| {
        edit.kind == EditKind::Modify && role(&edit.file) == FileRole::Source && !edit.file.is_empty()
    });
    edit.map(|edit| &*edit.file)
}

/// Runs a script that by its name reproduces the problem.
fn is_reproduction(action: &ActionFacts) -> bool {
    matches!(action.operation, Operation::Run(RunKind::Program | RunKind::Test))
        && action.targets.iter().any(|target| target.split(['/', '\\']).any(|part| part.starts_with("repro")))
}

#[cfg(test)]
mod tests {
    use super::StepsOutOfOrder;
    use crate::engine::testing::script::check;

    #[test]
    fn changed_before_anything_was_looked_at() {
        let found = check(
            &StepsOutOfOrder,
            "
            plan  fix it
            edit  src/a.py +1 -1    <- steps-out-of-order
            read  src/a.py
            ",
        );
        assert_eq!(
            found[0].message,
            "“src/a.py” was changed before anything was looked at or run; the first look came at step 3."
        );
    }

    #[test]
    fn reproduced_after_the_change() {
        check(
            &StepsOutOfOrder,
            "
            read     src/a.py
            edit     src/a.py +1 -1    <- steps-out-of-order
            create   repro.py +9
            program  python repro.py   names repro.py
            ",
        );
    }

    #[test]
    fn silent_where_the_problem_was_seen_first_or_nothing_was_looked_at() {
        check(
            &StepsOutOfOrder,
            "
            create   repro.py +9
            program  python repro.py   exit 1  names repro.py
            edit     src/a.py +1 -1
            program  python repro.py   names repro.py
            ",
        );
        check(&StepsOutOfOrder, "edit  src/a.py +1 -1\n edit  src/b.py +1 -1");
        check(&StepsOutOfOrder, "edit  src/a.py +1 -1\n user  and b?\n read  src/b.py");
        check(&StepsOutOfOrder, "read  src/a.py\n edit  src/a.py +1 -1\n test  pytest  tests green 0/9");
    }
}
