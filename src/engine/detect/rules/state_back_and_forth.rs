use std::collections::BTreeMap;

use crate::engine::detect::words::{count, number, quoted};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::facts::{ActionFacts, Edit, EditKind};
use crate::engine::trace::StepId;

pub(super) struct StateBackAndForth;

static INFO: DetectorInfo = DetectorInfo {
    id: "state-back-and-forth",
    title: "A file goes back and forth",
    what: "A file came back to an earlier state and nothing was learnt on the way: a change was undone by \
           hand, or made again after it was undone, with no test or program run in between; or the same file \
           was given back to version control at least twice; or deleted and written anew three times. The \
           step that goes back is blamed.",
    why: "The agent has no settled idea of the change, or fights its tools. Of the runs flagged in one set \
          of a strong model 6 in 10 had failed, against 1 in 4 of all.",
    limits: "States are known by the texts that edits show: what sed, scripts and other programs change is \
             not seen. Undoing after a check is good practice and not meant; a file given back twice may \
             have been compared with its untouched state each time. Files are told apart by the name used.",
    category: Category::Flow,
    severity: Severity::Note,
    status: Status::Stable,
    taxonomy: &["MAST 1.3", "Graphectory back-edges"],
    classic: Some("inconsistent_flow"),
};

/// Times that a file is given back to version control from which on it counts.
const RESTORED: usize = 2;

/// Times that a file is deleted and written anew from which on it counts.
const WRITTEN_ANEW: usize = 3;

/// What happened to one file so far.
#[derive(Default)]
struct History {
    changes: Vec<Change>,
    /// Each time version control gave it back after a change.
    restored: Vec<StepId>,
    /// Deletions with the writing that followed at once.
    anew: Vec<[StepId; 2]>,
    /// Changed since it was last given back.
    is_changed: bool,
    deleted: Option<StepId>,
}

#[derive(Clone, Copy)]
struct Change {
    step: StepId,
    before: Option<u64>,
    after: Option<u64>,
    /// How many checks came before it.
    checks: usize,
}

impl Detector for StateBackAndForth {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        if ctx.is_original() {
            return;
        }
        let mut files: BTreeMap<&str, History> = BTreeMap::new();
        let (mut checks, mut previous) = (0, None);
        for (step, action) in ctx.actions() {
            for edit in action.edits.iter().filter(|edit| !edit.file.is_empty()) {
                let history = files.entry(&edit.file).or_default();
                if let Some([from, to]) = history.add(step, edit, checks, previous) {
                    findings.push(undone(ctx, &edit.file, from, to));
                }
            }
            checks += usize::from(runs_something(action));
            previous = Some(step);
        }
        for (file, history) in files {
            if let Some(blamed) = history.restored.get(RESTORED - 1) {
                let message = format!(
                    "{} was changed and given back to version control {}.",
                    quoted(file),
                    count(history.restored.len(), "time")
                );
                findings.push(
                    Finding::new(&INFO, *blamed, message)
                        .proven_by([ctx.proof(*blamed)])
                        .about(history.restored.iter().copied()),
                );
            }
            if let Some([blamed, _]) = history.anew.get(WRITTEN_ANEW - 1) {
                let message = format!(
                    "{} was deleted and written anew {} instead of being edited.",
                    quoted(file),
                    count(history.anew.len(), "time")
                );
                // The first rounds may each have had a reason; what is concerned are those after them.
                let steps: Vec<StepId> =
                    history.anew.iter().skip(WRITTEN_ANEW - 1).flatten().copied().collect();
                findings.push(
                    Finding::new(&INFO, *blamed, message)
                        .proven_by([ctx.proof(*blamed)])
                        .wasting(ctx.waste(&steps))
                        .about(steps),
                );
            }
        }
    }
}

impl History {
    /// Takes in a change; the step that is undone and the one that undoes it, if it does.
    fn add(
        &mut self,
        step: StepId,
        edit: &Edit,
        checks: usize,
        previous: Option<StepId>,
    ) -> Option<[StepId; 2]> {
        let deleted = self.deleted.take();
        match edit.kind {
            EditKind::Delete => self.deleted = Some(step),
            EditKind::Revert => {
                self.changes.clear();
                if std::mem::take(&mut self.is_changed) {
                    self.restored.push(step);
                }
            }
            EditKind::Create | EditKind::Modify => {
                self.is_changed = true;
                if let Some(deletion) = deleted.filter(|deletion| previous == Some(*deletion)) {
                    self.anew.push([deletion, step]);
                }
                let change = Change { step, before: edit.before, after: edit.after, checks };
                let undone = self.changes.last().copied().filter(|last| last.is_undone_by(change));
                self.changes.push(change);
                return undone.map(|undone| [undone.step, step]);
            }
        }
        None
    }
}

impl Change {
    /// Whether `next`, the change that follows, puts back what this one replaced, with nothing run between.
    fn is_undone_by(self, next: Self) -> bool {
        self.before.is_some()
            && self.before == next.after
            && self.after == next.before
            && self.before != self.after
            && self.checks == next.checks
            && self.step != next.step
    }
}

/// Something was run from which it can be learnt whether a change was right.
fn runs_something(action: &ActionFacts) -> bool {
    action.is_check()
}

fn undone(ctx: &DetectContext<'_>, file: &str, from: StepId, to: StepId) -> Finding {
    let message = format!(
        "{} came back to what it was: step {} undid the change of step {}, and nothing was run in between.",
        quoted(file),
        number(to),
        number(from)
    );
    Finding::new(&INFO, to, message)
        .proven_by([ctx.proof(from), ctx.proof(to)])
        .wasting(ctx.waste(&[from, to]))
        .about([from])
}

#[cfg(test)]
mod tests {
    use super::StateBackAndForth;
    use crate::engine::testing::script::check;

    #[test]
    fn a_change_undone_before_anything_was_run() {
        let found = check(
            &StateBackAndForth,
            "
            edit  a.py x>y
            read  b.py
            edit  a.py y>x      <- state-back-and-forth
            ",
        );
        assert_eq!(
            found[0].message,
            "“a.py” came back to what it was: step 3 undid the change of step 1, and nothing was run in between."
        );
    }

    #[test]
    fn a_file_given_back_twice() {
        check(
            &StateBackAndForth,
            "
            edit  a.py x>y
            git   git checkout a.py    reverts a.py
            git   git checkout a.py    reverts a.py
            edit  a.py x>z
            git   git checkout a.py    reverts a.py    <- state-back-and-forth
            ",
        );
    }

    #[test]
    fn a_file_deleted_and_written_anew_three_times() {
        let found = check(
            &StateBackAndForth,
            "
            create   a.py >a
            program  python a.py    exit 1
            delete   a.py
            create   a.py >b
            program  python a.py    exit 1
            delete   a.py
            create   a.py >c
            program  python a.py    exit 1
            delete   a.py           <- state-back-and-forth
            create   a.py >d
            ",
        );
        assert_eq!(found[0].message, "“a.py” was deleted and written anew 3 times instead of being edited.");
        assert_eq!(found[0].steps.len(), 2);
    }

    #[test]
    fn silent_where_something_was_run_and_on_other_changes() {
        check(&StateBackAndForth, "edit  a.py x>y\n test  t  exit 1\n edit  a.py y>x");
        check(&StateBackAndForth, "edit  a.py x>y\n edit  b.py y>x\n edit  a.py y>z");
        check(&StateBackAndForth, "edit  a.py x>y\n git  git checkout a.py   reverts a.py\n test  t");
        check(&StateBackAndForth, "create  a.py >a\n delete  a.py\n create  a.py >b\n delete  a.py");
    }
}
