//! How an action ended: what the format states comes first, the text last.

use super::error::{self, class_of};
use super::refusal::refusal;
use super::{ActionOutcome, ErrorClass, Operation, RunKind, exit, problems, test_run};
use crate::engine::trace::ResultText;

/// A longer answer of a reading tool is what was read.
const SHORT: usize = 600;

/// What is known of an action when its result arrives.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    pub(super) operation: Operation,
    /// The exit status is not that of the command that matters.
    pub(super) hides_exit: bool,
    /// The command line throws the exit status away on purpose.
    pub(super) masks_exit: bool,
    /// Programs whose exit status 1 means "no": nothing found, files differ.
    pub(super) one_means_no: bool,
}

/// The verdict and the exit status, whether stated by the format or in the text.
pub(super) fn read(
    call: Call,
    result: &ResultText<'_>,
    tests_green: Option<bool>,
) -> (ActionOutcome, Option<i32>) {
    let text = result.text;
    let exit_code = result.exit_code.or_else(|| exit::stated(text));
    (judge(call, result, exit_code, tests_green), exit_code)
}

fn judge(
    call: Call,
    result: &ResultText<'_>,
    exit_code: Option<i32>,
    tests_green: Option<bool>,
) -> ActionOutcome {
    let text = result.text;
    if result.rejected {
        return ActionOutcome::Error(ErrorClass::Rejected);
    }
    if result.timed_out {
        return ActionOutcome::Timeout;
    }
    let is_run = matches!(call.operation, Operation::Run(_));
    let is_tests = call.operation == Operation::Run(RunKind::Test);
    // A higher status says that the runner itself broke or was called wrongly.
    let ended_well = matches!(exit_code, None | Some(0 | 1 | 5));
    if is_tests && ended_well && tests_green.is_none() && test_run::ran_nothing(text) {
        let nothing_collected = exit_code == Some(5);
        return if !nothing_collected && test_run::was_misdirected(text) {
            ActionOutcome::Error(ErrorClass::NotFound)
        } else {
            ActionOutcome::Unknown
        };
    }
    match exit_code {
        Some(0) => {}
        Some(1) if call.one_means_no && !tells_error(text) => return quiet(text),
        Some(124) if is_run => return ActionOutcome::Timeout,
        Some(code) => return ActionOutcome::Error(of_status(call, code, text, tests_green)),
        None if result.is_error == Some(true) && call.one_means_no && text.trim() == "Error" => {
            return ActionOutcome::Empty;
        }
        None if result.is_error == Some(true) => {
            return ActionOutcome::Error(of_flag(call, text, tests_green));
        }
        None => {}
    }
    if tests_green == Some(false) {
        return ActionOutcome::Error(ErrorClass::TestFailure);
    }
    let says_well = exit_code == Some(0) || result.is_error == Some(false);
    if is_run && tests_green.is_none() && (call.hides_exit || !says_well) {
        if let Some(error) = error::of_text(text) {
            return ActionOutcome::Error(error.class);
        }
        match call.operation {
            Operation::Run(RunKind::Build) if problems::are_counted(text) => {
                return ActionOutcome::Error(ErrorClass::Syntax);
            }
            Operation::Run(RunKind::Lint) if problems::are_counted(text) => {
                return ActionOutcome::Error(ErrorClass::Other);
            }
            _ => {}
        }
        // Neither a closing line nor an exit status tells how it ended.
        if is_tests || call.masks_exit {
            return ActionOutcome::Unknown;
        }
    }
    if !says_well
        && !is_run
        && let Some(class) = refusal(text).or_else(|| short_error(call, text))
    {
        return ActionOutcome::Error(class);
    }
    quiet(text)
}

fn quiet(text: &str) -> ActionOutcome {
    if text.starts_with("Command running in background") {
        return ActionOutcome::Unknown;
    }
    let empty = text.len() < SHORT
        && text.lines().map(str::trim).all(|line| line.is_empty() || exit::is_wrapper(line))
        || text.starts_with("Your command ran successfully and did not produce any output");
    if empty { ActionOutcome::Empty } else { ActionOutcome::Ok }
}

fn of_status(call: Call, code: i32, text: &str, tests_green: Option<bool>) -> ErrorClass {
    if tests_green == Some(false) {
        return ErrorClass::TestFailure;
    }
    if let Some(class) = refusal(text).filter(|_| call.operation.is_edit()) {
        return class;
    }
    match (error::of_failure(text).map_or(ErrorClass::Other, |error| error.class), code) {
        (ErrorClass::Other, 126) => ErrorClass::Permission,
        (ErrorClass::Other, 127) => ErrorClass::NotFound,
        (ErrorClass::Other, 137) => ErrorClass::Resources,
        (ErrorClass::Other, 134 | 136 | 139) => ErrorClass::Exception,
        (class, _) => class,
    }
}

fn of_flag(call: Call, text: &str, tests_green: Option<bool>) -> ErrorClass {
    if let Some(class) = refusal(text) {
        return class;
    }
    if tests_green == Some(false) {
        return ErrorClass::TestFailure;
    }
    let class = error::of_failure(text).map_or(ErrorClass::Other, |error| error.class);
    match class {
        ErrorClass::Other if call.operation.is_edit() => ErrorClass::EditRejected,
        ErrorClass::Other if text.contains("<tool_use_error>") && !is_unreadable(text) => {
            ErrorClass::InvalidCall
        }
        class => class,
    }
}

/// A call that was understood, of a file that cannot be shown.
fn is_unreadable(text: &str) -> bool {
    text.contains("cannot read binary") || text.contains("exceeds maximum allowed")
}

/// What a tool without any flag reports: a short answer that begins with the word.
fn short_error(call: Call, text: &str) -> Option<ErrorClass> {
    let text = text.trim_start();
    if text.len() > SHORT {
        return None;
    }
    let starts =
        ["Error", "ERROR", "error:", "<tool_use_error>", "{\"error\"", "[ERROR]", "[error]", "Failed to "]
            .iter()
            .any(|start| text.starts_with(start))
            || (text.starts_with("File ") && text.contains("not found"))
            || text.contains("returned: Error: ")
            || tells_error(text);
    starts.then(|| match class_of(text) {
        Some(class) => class,
        None if call.operation.is_edit() => ErrorClass::EditRejected,
        None => ErrorClass::Other,
    })
}

/// A short answer that a shell or a program gives in place of what was asked for.
fn tells_error(text: &str) -> bool {
    let text = text.trim();
    text.len() < SHORT
        && [
            "No such file or directory",
            "command not found",
            "Permission denied",
            "Is a directory",
            "invalid option",
            "unrecognized option",
        ]
        .iter()
        .any(|mark| {
            text.lines()
                .last()
                .is_some_and(|line| line.trim_end().ends_with(mark) || line.contains(&format!("{mark} ")))
        })
}

#[cfg(test)]
mod tests {
    use super::{ActionOutcome, Call, ErrorClass, Operation, RunKind, read};
    use crate::engine::trace::ResultText;

    fn call(operation: Operation) -> Call {
        Call { operation, hides_exit: false, masks_exit: false, one_means_no: false }
    }

    fn outcome(
        operation: Operation,
        text: &str,
        exit_code: Option<i32>,
        is_error: Option<bool>,
    ) -> ActionOutcome {
        read(call(operation), &ResultText { text, exit_code, is_error, ..ResultText::default() }, None).0
    }

    const PROGRAM: Operation = Operation::Run(RunKind::Program);
    const TRACEBACK: &str = "Traceback (most recent call last):\n  File \"a.py\", line 1\nValueError: no";

    #[test]
    fn flags_come_before_the_text() {
        assert_eq!(outcome(PROGRAM, TRACEBACK, Some(0), None), ActionOutcome::Ok);
        assert_eq!(outcome(PROGRAM, TRACEBACK, Some(1), None), ActionOutcome::Error(ErrorClass::Exception));
        assert_eq!(outcome(PROGRAM, TRACEBACK, None, None), ActionOutcome::Error(ErrorClass::Exception));
        assert_eq!(outcome(Operation::Read, TRACEBACK, None, None), ActionOutcome::Ok);
        assert_eq!(outcome(PROGRAM, "", Some(127), None), ActionOutcome::Error(ErrorClass::NotFound));
        assert_eq!(outcome(PROGRAM, "", Some(124), None), ActionOutcome::Timeout);
        assert_eq!(
            outcome(PROGRAM, "<returncode>0</returncode>\n<output>\n</output>", None, None),
            ActionOutcome::Empty
        );
    }

    #[test]
    fn a_pipe_hides_the_exit_status() {
        let result = ResultText { text: TRACEBACK, exit_code: Some(0), ..ResultText::default() };
        let piped = Call { hides_exit: true, ..call(PROGRAM) };
        assert_eq!(read(piped, &result, None).0, ActionOutcome::Error(ErrorClass::Exception));
        let tests = Call { hides_exit: true, ..call(Operation::Run(RunKind::Test)) };
        assert_eq!(
            outcome(Operation::Run(RunKind::Test), "=== no tests ran in 0.01s ===", Some(5), None),
            ActionOutcome::Unknown
        );
        let result = ResultText { text: "collecting ...", exit_code: Some(0), ..ResultText::default() };
        assert_eq!(read(tests, &result, None).0, ActionOutcome::Unknown);
    }

    #[test]
    fn linters_behind_a_pipe_count_what_they_found() {
        let result =
            ResultText { text: "a.py:1: E501\nFound 3 errors.", exit_code: Some(0), ..ResultText::default() };
        let lint = Call { hides_exit: true, ..call(Operation::Run(RunKind::Lint)) };
        assert_eq!(read(lint, &result, None).0, ActionOutcome::Error(ErrorClass::Other));
    }

    #[test]
    fn tests_without_a_status_and_a_closing_line_have_no_colour() {
        let of = |text, exit_code| outcome(Operation::Run(RunKind::Test), text, exit_code, None);
        assert_eq!(of("collected 5 items\n\na.py ...", None), ActionOutcome::Unknown);
        assert_eq!(of("", None), ActionOutcome::Unknown);
        assert_eq!(of("all good", Some(0)), ActionOutcome::Ok);
    }

    #[test]
    fn a_runner_sent_to_tests_that_are_not_there_has_failed() {
        let of = |text| outcome(Operation::Run(RunKind::Test), text, None, None);
        assert_eq!(
            of("ERROR: file or directory not found: tests/test_a.py\n\nno tests ran in 0.01s"),
            ActionOutcome::Error(ErrorClass::NotFound)
        );
        assert_eq!(
            of(
                "= no tests ran in 0.1s =\nERROR: not found: /r/a.py::b\n(no match in any of [<Module a.py>])"
            ),
            ActionOutcome::Error(ErrorClass::NotFound)
        );
        assert_eq!(of("collected 0 items\n\n= no tests ran in 0.01s ="), ActionOutcome::Unknown);
    }

    #[test]
    fn refused_calls() {
        let edit = |text| outcome(Operation::Edit, text, None, None);
        assert_eq!(
            edit("Your proposed edit has introduced new syntax error(s). Please…"),
            ActionOutcome::Error(ErrorClass::EditRejected)
        );
        assert_eq!(edit("The file a.py has been edited."), ActionOutcome::Ok);
        assert_eq!(
            outcome(
                Operation::Edit,
                "<tool_use_error>File has not been read yet.</tool_use_error>",
                None,
                Some(true)
            ),
            ActionOutcome::Error(ErrorClass::EditRejected)
        );
        assert_eq!(
            outcome(
                Operation::Other,
                "<tool_use_error>Error: No such tool available: Foo</tool_use_error>",
                None,
                Some(true)
            ),
            ActionOutcome::Error(ErrorClass::InvalidCall)
        );
        assert_eq!(
            outcome(Operation::Read, "File does not exist.", None, Some(true)),
            ActionOutcome::Error(ErrorClass::NotFound)
        );
    }

    #[test]
    fn nothing_found_is_no_error() {
        let result = ResultText { text: "", exit_code: Some(1), ..ResultText::default() };
        let grep = Call { one_means_no: true, ..call(Operation::Search) };
        assert_eq!(read(grep, &result, None).0, ActionOutcome::Empty);
    }
}
