//! The line of an output that says what went wrong, and what sort of error it is.

mod words;

use std::sync::LazyLock;

use super::exit::is_wrapper;
use super::finder::Finder;
use super::mask;
use super::quote::{Line, lines, lines_backwards, tail};
use super::{ErrorClass, ErrorSignature, Quote};
use crate::engine::trace::PartKind;
pub(super) use words::class_of;

/// Only so much of an output's end and beginning is looked at.
const TAIL: usize = 3072;
const HEAD: usize = 1024;
/// A longer line is data.
const MAX_LINE: usize = 2000;

/// A line that reports an error.
#[derive(Debug, Clone, Copy)]
pub(super) struct ErrorLine<'a> {
    pub(super) line: Line<'a>,
    pub(super) class: ErrorClass,
}

impl ErrorLine<'_> {
    pub(super) fn signature(&self, part: PartKind, text: &str) -> ErrorSignature {
        let quote = Quote::of(part, text, self.line.range());
        ErrorSignature { template: mask::template(&quote.text), quote }
    }
}

/// Beginnings of lines that say no more than that there was an error. Separated by ` | `.
const WEAK: &str = "\
    make: *** | make[ | gmake: *** | error: could not compile | error: aborting due to | \
    error: test failed | npm ERR! A complete log | npm ERR! code | npm error A complete log | \
    Error: Process completed | ninja: build stopped | collect2: error | error Command failed | \
    FAILED ( | ERROR: Failed to build | For more information about this error | note:  | \
    Caused by:";

/// Beginnings of lines that report an error. Separated by ` | `.
const PLAIN: &str = "\
    error | Error | ERROR | fatal: | FATAL | npm ERR! | npm error | E    | FAILED  | FAIL: | \
    [ERROR] | ✗ | ✘ | CRITICAL | [error] | Failed | failed | panic | Could not | Cannot | Unable | \
    <tool_use_error> | No such | not ok | Invalid | usage:  | unknown";

/// What stands in lines that name the error. Separated by ` | `.
const STRONG: &str = "\
    command not found | No such file or directory | Permission denied | Segmentation fault | \
    panicked at | Kernel panic | error[E | : error:  | : fatal error:  | undefined reference to | \
    No space left on device | Could not resolve host | Connection refused | error TS | \
    core dumped | cannot find symbol | error: cannot ";

/// Beginnings of messages that report an error. Separated by ` | `.
const REPORTS: &str = "\
    Error:  | ERROR:  | Error executing | Error calling | An error occurred | Execution failed";

static WEAK_STARTS: LazyLock<Vec<&str>> = LazyLock::new(|| WEAK.split(" | ").collect());
static PLAIN_STARTS: LazyLock<Vec<&str>> = LazyLock::new(|| PLAIN.split(" | ").collect());
static STRONG_MARKS: LazyLock<Option<Finder>> = LazyLock::new(|| Finder::of(STRONG.split(" | ")));

/// How much a line says about the error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// Says that there was one: `make: *** [all] Error 2`.
    Weak,
    /// Begins like a report of one.
    Plain,
    /// Names it: an exception with its type, a missing command, a crash.
    Strong,
}

/// The line that says why a call failed that is known to have failed: the last strong one, else the last one
/// that looks like an error, else the last line.
pub(super) fn of_failure(text: &str) -> Option<ErrorLine<'_>> {
    let window = tail(text, TAIL);
    let beginning = 0..text.floor_char_boundary(HEAD.min(window.start));
    let mut best: Option<(Weight, Line<'_>)> = None;
    let mut last = None;
    let candidates = lines_backwards(text, window).chain(lines(text, beginning));
    for line in candidates.filter(|line| !is_wrapper(line.text)) {
        last = last.or(Some(line));
        let Some(weight) = weight(line.text) else { continue };
        if best.is_none_or(|(known, _)| weight > known) {
            best = Some((weight, line));
        }
        if weight == Weight::Strong {
            break;
        }
    }
    let line = best.map(|(_, line)| line).or(last)?;
    let class = class_of(line.text).unwrap_or(match best {
        Some((Weight::Strong, _)) => ErrorClass::Exception,
        _ => ErrorClass::Other,
    });
    Some(ErrorLine { line, class })
}

/// The error that the end of an output shows though nothing states that the call failed: one of its last
/// lines is a strong one.
pub(super) fn of_text(text: &str) -> Option<ErrorLine<'_>> {
    const LAST_LINES: usize = 6;
    let line = lines_backwards(text, tail(text, TAIL))
        .filter(|line| !is_wrapper(line.text))
        .take(LAST_LINES)
        .find(|line| weight(line.text) == Some(Weight::Strong))?;
    Some(ErrorLine { line, class: class_of(line.text).unwrap_or(ErrorClass::Exception) })
}

/// The error that a message of a conversation reports: code that was run for an agent and failed, or a page
/// or tool that could not be reached.
pub(super) fn reported(text: &str) -> Option<ErrorLine<'_>> {
    let exit = super::exit::stated(text);
    if exit.is_some_and(|code| code != 0) {
        return of_failure(text);
    }
    if exit.is_some() {
        return None;
    }
    let traceback = text.contains("Traceback (most recent call last)");
    if traceback && let Some(error) = of_text(text) {
        return Some(error);
    }
    let first = lines(text, 0..text.floor_char_boundary(HEAD)).next()?;
    let reports = REPORTS.split(" | ").any(|start| first.text.starts_with(start)) || is_strong(first.text);
    reports.then(|| ErrorLine { line: first, class: class_of(first.text).unwrap_or(ErrorClass::Other) })
}

fn weight(line: &str) -> Option<Weight> {
    if line.len() > MAX_LINE {
        return None;
    }
    if is_strong(line) {
        return Some(Weight::Strong);
    }
    // A heading: what went wrong stands below it.
    if matches!(line, "ERROR:" | "ERRORS:" | "Error:" | "error:" | "Errors:" | "[ERROR]" | "[error]") {
        return None;
    }
    if WEAK_STARTS.iter().any(|start| line.starts_with(start)) {
        return Some(Weight::Weak);
    }
    if PLAIN_STARTS.iter().any(|start| line.starts_with(start))
        || [": error", ": fatal", ": Error", " ERROR "].iter().any(|mark| line.contains(mark))
    {
        return Some(Weight::Plain);
    }
    None
}

/// Names an error beyond doubt.
fn is_strong(line: &str) -> bool {
    is_exception(line.strip_prefix("E ").map_or(line, str::trim_start))
        || STRONG_MARKS.as_ref().is_some_and(|marks| marks.find(line).is_some())
        || line == "Killed"
        || line.starts_with("fatal: ")
}

/// `KeyError: 'x'`, `django.db.utils.OperationalError: …`, `Exception in thread "main" java.lang.X: …`,
/// `Uncaught TypeError: …`; not `Error:` alone and no sentence that speaks of one.
fn is_exception(line: &str) -> bool {
    let line = line
        .strip_prefix("Uncaught ")
        .or_else(|| line.strip_prefix("Exception in thread \"main\" "))
        .unwrap_or(line);
    let len = line
        .find(|character: char| !(character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '$')));
    let (name, rest) = line.split_at(len.unwrap_or(line.len()));
    let class = name.rsplit('.').next().unwrap_or(name);
    let named = ["Error", "Exception", "Interrupt", "Failure", "Exit", "DoesNotExist"]
        .iter()
        .any(|end| class.len() > end.len() && class.ends_with(end));
    named
        && class.starts_with(|first: char| first.is_ascii_uppercase())
        && (rest.is_empty() || rest.starts_with(": ") || rest == ":" || rest.starts_with(" ["))
}

#[cfg(test)]
mod tests {
    use super::{ErrorClass, of_failure, of_text};

    fn failure(text: &str) -> (&str, ErrorClass) {
        let error = of_failure(text).unwrap();
        (error.line.text, error.class)
    }

    #[test]
    fn the_line_that_tells_most() {
        assert_eq!(
            failure("Traceback (most recent call last):\n  File \"a\", line 1\nKeyError: 'x'\n</output>"),
            ("KeyError: 'x'", ErrorClass::Exception)
        );
        assert_eq!(
            failure("a.c:3:5: error: expected ';' before '}'\nmake: *** [all] Error 1"),
            ("a.c:3:5: error: expected ';' before '}'", ErrorClass::Syntax)
        );
        assert_eq!(
            failure("error[E0308]: mismatched types\n --> src/a.rs\nerror: could not compile `a`"),
            ("error[E0308]: mismatched types", ErrorClass::Syntax)
        );
        assert_eq!(
            failure("bash: foo: command not found"),
            ("bash: foo: command not found", ErrorClass::NotFound)
        );
        assert_eq!(failure("all was well\nuntil it was not"), ("until it was not", ErrorClass::Other));
        assert_eq!(failure("curl: (6) Could not resolve host: x").1, ErrorClass::Network);
    }

    #[test]
    fn text_alone_must_end_on_an_error() {
        assert!(of_text("Traceback (most recent call last):\nValueError: bad").is_some());
        assert!(of_text("ValueError is raised when bad").is_none());
        assert!(of_text("ValueError: bad\n1\n2\n3\n4\n5\n6\n").is_none());
        assert!(of_text("0 errors").is_none());
    }
}
