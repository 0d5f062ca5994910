//! From what a tool answered to how the action ended.

use super::call::Pending;
use super::error;
use super::exit::is_wrapper;
use super::mask::{exact_hash, result_hash, template};
use super::outcome::{self, Call};
use super::quote::{lines_backwards, tail};
use super::{
    ActionFacts, ActionOutcome, ErrorClass, ErrorSignature, Operation, Quote, RunKind, refusal, test_run,
    vocabulary,
};
use crate::engine::trace::{PartKind, ResultText};

/// The closing line of a result is looked for in so much of its end.
const CLOSING: usize = 1024;

/// Completes the facts of an action.
pub(super) fn apply(
    facts: &mut ActionFacts,
    pending: &Pending,
    result: &ResultText<'_>,
    scratch: &mut Vec<u8>,
) {
    let text = result.text;
    let is_run = matches!(facts.operation, Operation::Run(_));
    facts.result_len = u32::try_from(text.len()).unwrap_or(u32::MAX);
    // What is read from a file is compared as it stands.
    facts.result_hash = if is_run { result_hash(text, scratch) } else { exact_hash(text) };
    facts.tests = test_run(facts.operation, pending, result);
    if facts.tests.is_some() {
        facts.operation = Operation::Run(RunKind::Test);
    }
    let call = Call {
        operation: facts.operation,
        hides_exit: pending.hides_exit,
        masks_exit: facts.masks_exit,
        one_means_no: pending.one_means_no,
    };
    let green = facts.tests.as_ref().map(|tests| tests.green);
    (facts.outcome, facts.exit_code) = outcome::read(call, result, green);
    if facts.outcome.is_error() {
        facts.error = signature(facts, text);
        let refused = facts.outcome == ActionOutcome::Error(ErrorClass::EditRejected);
        if facts.operation.is_edit() && (refused || !pending.compound) {
            facts.edits.clear();
        }
    }
    facts.unshown = unshown(facts, pending).map(Into::into);
    if is_run || facts.outcome.is_error() || matches!(facts.operation, Operation::Other | Operation::Submit) {
        facts.result_quote = lines_backwards(text, tail(text, CLOSING))
            .find(|line| !is_wrapper(line.text))
            .map(|line| Quote::of(PartKind::Result, text, line.range()));
    }
}

/// The line that says why. A refused call says so in its own words; a verdict that the format states is all
/// there is.
fn signature(facts: &ActionFacts, text: &str) -> Option<ErrorSignature> {
    let stated = facts.tests.as_ref().filter(|tests| &*tests.framework == test_run::STATED);
    if let Some(quote) = stated.and_then(|tests| tests.quote.clone()) {
        return Some(ErrorSignature { template: template(&quote.text), quote });
    }
    let refused = matches!(
        facts.outcome,
        ActionOutcome::Error(ErrorClass::EditRejected | ErrorClass::InvalidCall | ErrorClass::Rejected)
    );
    let line = if refused { refusal::line(text) } else { None };
    line.or_else(|| error::of_failure(text)).map(|error| error.signature(PartKind::Result, text))
}

/// A path that nothing before the call held and that the answer says is not there. Programs, packages and what
/// is to be removed are not meant.
fn unshown<'a>(facts: &'a ActionFacts, pending: &Pending) -> Option<&'a str> {
    let new = |text: &'a str| {
        vocabulary::name_of(text, &pending.new_words).filter(|name| name.contains(['/', '.']))
    };
    let leaves_alone = matches!(
        facts.operation,
        Operation::Run(RunKind::Install | RunKind::VersionControl | RunKind::Server)
            | Operation::Browse
            | Operation::Delete
    );
    if leaves_alone || facts.outcome != ActionOutcome::Error(ErrorClass::NotFound) {
        return None;
    }
    let said = &*facts.error.as_ref()?.quote.text;
    if said.contains("command not found") || said.contains("No module named") {
        return None;
    }
    // Some tools only say that there is no such file.
    let target = || facts.targets.first().filter(|_| said.contains("not exist")).and_then(|file| new(file));
    new(said).or_else(target)
}

fn test_run(operation: Operation, pending: &Pending, result: &ResultText<'_>) -> Option<super::TestRun> {
    if let Some(passed) = result.tests_passed {
        return Some(test_run::stated(passed, result.text));
    }
    // What is read, searched or committed may hold the log of some other run.
    let may_be = match operation {
        Operation::Run(kind) => !matches!(kind, RunKind::VersionControl | RunKind::Install | RunKind::Server),
        _ => pending.framework.is_some(),
    };
    if may_be { test_run::read(result.text, pending.framework) } else { None }
}

#[cfg(test)]
mod tests {
    use super::super::call::{Workbench, read};
    use super::super::{ActionFacts, ActionOutcome, ErrorClass, Operation, RunKind};
    use super::apply;
    use crate::engine::trace::{CallInput, CallText, ResultText};

    fn run(command: &str, text: &str, exit_code: Option<i32>) -> ActionFacts {
        let call = CallText { tool: "bash", input: CallInput::Command(command), cwd: None };
        let reading = read(&call, &mut Workbench::default());
        let mut facts = reading.facts;
        apply(
            &mut facts,
            &reading.pending,
            &ResultText { text, exit_code, ..ResultText::default() },
            &mut Vec::new(),
        );
        facts
    }

    #[test]
    fn a_test_run_behind_a_pipe() {
        let facts = run("pytest -q | tail -3", "FAILED a.py::b - x\n1 failed, 2 passed in 0.1s", Some(0));
        assert_eq!(facts.outcome, ActionOutcome::Error(ErrorClass::TestFailure));
        assert!(facts.is_red_check());
        assert_eq!(&*facts.error.unwrap().template, "FAILED <path>.py - x");
    }

    #[test]
    fn a_build_whose_failure_is_thrown_away_says_nothing() {
        let facts = run("make -j4 2>&1 || true", "cc -c a.c", Some(0));
        assert!(facts.masks_exit && !facts.is_green_check() && !facts.is_red_check());
    }

    #[test]
    fn a_script_that_turns_out_to_run_tests() {
        let facts = run("python test_fix.py", "..\nRan 2 tests in 0.1s\n\nOK", Some(0));
        assert_eq!(facts.operation, Operation::Run(RunKind::Test));
        assert!(facts.is_green_check());
    }

    #[test]
    fn a_log_that_is_read_is_no_test_run() {
        assert!(run("cat log.txt", "=== 1 failed in 0.1s ===", Some(0)).tests.is_none());
        assert!(run("git show HEAD", "+=== 1 failed in 0.1s ===", Some(0)).tests.is_none());
    }

    #[test]
    fn a_failure_elsewhere_in_the_line_leaves_the_edits() {
        let facts = run("rm a.py\nrmdir b", "rmdir: failed to remove 'b': Directory not empty", Some(1));
        assert!(facts.outcome.is_error());
        assert_eq!(facts.edits.len(), 1);
        assert!(run("rm a.py", "rm: cannot remove 'a.py'", Some(1)).edits.is_empty());
    }

    #[test]
    fn what_went_to_the_background_has_not_ended() {
        let facts = run("make -j", "Command running in background with ID: cd3eaa", None);
        assert_eq!(facts.outcome, ActionOutcome::Unknown);
        assert!(!facts.is_green_check());
    }

    #[test]
    fn a_refused_edit_changes_nothing() {
        let facts =
            run("edit 1:2\nx\nend_of_edit", "Your proposed edit has introduced new syntax error(s).", None);
        assert_eq!(facts.outcome, ActionOutcome::Error(ErrorClass::EditRejected));
        assert!(facts.edits.is_empty());
    }
}
