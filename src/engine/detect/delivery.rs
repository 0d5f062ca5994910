//! What a run handed in, as far as its actions show.

use super::DetectContext;
use crate::engine::facts::{ActionFacts, Operation, RunKind};
use crate::engine::trace::{StepId, Trace};

/// Ways for a command to change files that its text does not name.
const WRITING_WORDS: &[&str] = &[
    "sed -i",
    "sed --in-place",
    "perl -",
    "patch ",
    "git apply",
    "git am",
    "git checkout",
    "git restore",
    "git revert",
    "git cherry-pick",
    "git merge",
    "git rebase",
    "git reset",
    "git stash",
    "mv ",
    "cp ",
    "tee ",
    "install ",
    "write(",
    "write_text",
    ".replace(",
    ".sub(",
    "open(",
    " > ",
    ">>",
    "--fix",
    "black ",
    "isort ",
    "autopep8",
    "prettier",
    "cargo fmt",
    "gofmt",
    "rustfmt",
];

/// Words in the name of a script that was written to change files.
const WRITING_SCRIPTS: &[&str] = &[
    "fix", "patch", "apply", "modify", "update", "edit", "replace", "insert", "change", "refactor",
    "migrate", "convert", "generate",
];

/// Facts keep at most so much of a command; a longer one may hide anything.
const COMMAND_CHARS: usize = 390;

/// Whether the run's task was to change a repository: it hands in a patch, or its task is named as those of
/// SWE-bench and its kin are (`owner__repo-123`).
pub(super) fn is_patch_task(trace: &Trace) -> bool {
    trace.head.submission_empty.is_some() || trace.head.task_id.as_deref().is_some_and(is_issue_id)
}

fn is_issue_id(task: &str) -> bool {
    let numbered = task.rsplit_once('-').is_some_and(|(name, number)| {
        name.contains("__") && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    numbered && !task.contains(char::is_whitespace)
}

/// The first action that may have changed files without showing which.
pub(super) fn hidden_change(ctx: &DetectContext<'_>) -> Option<StepId> {
    ctx.actions().find(|(step, action)| may_change_unseen(ctx, *step, action)).map(|(step, _)| step)
}

fn may_change_unseen(ctx: &DetectContext<'_>, step: StepId, action: &ActionFacts) -> bool {
    if !action.edits.is_empty() {
        return false;
    }
    match action.operation {
        // Refused edits are known to have no edits; a silent one is not understood.
        Operation::Edit | Operation::Create | Operation::Delete | Operation::Other => {
            !action.outcome.is_error()
        }
        // A sub-agent that the trace does not show.
        Operation::Delegate => !ctx.has_children(step),
        Operation::Run(RunKind::Install | RunKind::Server | RunKind::Test | RunKind::Build) => false,
        Operation::Run(_) => action.command.as_deref().is_none_or(command_may_write),
        _ => false,
    }
}

fn command_may_write(command: &str) -> bool {
    let command = command.to_lowercase();
    command.chars().count() >= COMMAND_CHARS
        || WRITING_WORDS.iter().any(|word| command.contains(word))
        || command.split_whitespace().any(is_writing_script)
}

fn is_writing_script(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    let Some((stem, "py" | "sh" | "js" | "ts" | "pl" | "rb")) = name.rsplit_once('.') else { return false };
    stem.split(['_', '-']).any(|part| WRITING_SCRIPTS.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::{command_may_write, is_issue_id};

    #[test]
    fn issue_ids() {
        assert!(is_issue_id("django__django-11910"));
        assert!(!is_issue_id("fix-git") && !is_issue_id("a__b") && !is_issue_id("what __ is this-1"));
    }

    #[test]
    fn commands_that_may_write() {
        assert!(command_may_write("sed -i s/a/b/ x.py"));
        assert!(command_may_write("python /tmp/apply_fix.py"));
        assert!(!command_may_write("python reproduce.py"));
        assert!(!command_may_write("grep -rn foo src"));
    }
}
