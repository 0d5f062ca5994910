//! The closing lines of compilers and linters that count what they found wrong.

use super::quote::{lines_backwards, tail};
use super::test_run::plain;

const TAIL: usize = 2048;
/// So many lines at the end may hold the count: advice and a wrapper's lines come after it.
const LAST_LINES: usize = 6;

/// Whether the end of an output counts errors, or names a broken target: `Found 3 errors in 1 file` (tsc, mypy,
/// ruff), `✖ 3 problems (2 errors, 1 warning)` (eslint), `2 errors, 0 warnings` (pyright), `2 errors` (javac),
/// `1 error generated.` (clang), `make: *** [all] Error 2`, and what `cmake` and `ninja` say.
pub(super) fn are_counted(text: &str) -> bool {
    lines_backwards(text, tail(text, TAIL)).take(LAST_LINES).any(|line| {
        let line = plain(line.text);
        ["make: *** ", "ninja: build stopped", "-- Configuring incomplete, errors occurred"]
            .iter()
            .any(|start| line.starts_with(start))
            || counts_errors(line.strip_prefix("Found ").unwrap_or(&line))
            || line
                .strip_prefix("✖ ")
                .and_then(|line| line.split_once('('))
                .is_some_and(|(_, of)| counts_errors(of))
    })
}

/// `2 errors`, alone or before more of the kind.
fn counts_errors(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(digits).unwrap_or(("", text));
    let Some(rest) = rest.strip_prefix(" error") else { return false };
    let rest = rest.strip_prefix('s').unwrap_or(rest);
    let closes = rest.is_empty()
        || rest.starts_with(" in ")
        || (rest.starts_with([',', '.', ' ']) && !rest.contains(':'));
    number.bytes().any(|digit| digit != b'0') && closes
}

#[cfg(test)]
mod tests {
    use super::are_counted;

    #[test]
    fn closing_lines_of_each_tool() {
        for text in [
            "src/a.ts(1,2): error TS2304: no\n\nFound 2 errors in 1 file, starting at: src/a.ts:1",
            "a.py:1: error: no\nFound 1 error in 1 file (checked 3 source files)",
            "a.py:1:1: F401 unused\nFound 3 errors.\n[*] 1 fixable with the `--fix` option.",
            "✖ 3 problems (2 errors, 1 warning)\n",
            "2 errors, 1 warning, 0 informations",
            "A.java:3: error: x\n1 error",
            "1 warning and 2 errors generated.\n3 errors generated.",
            "a.c:1: oops\nmake: *** [Makefile:3: all] Error 1",
            "-- Configuring incomplete, errors occurred!",
            "ninja: build stopped: subcommand failed.",
        ] {
            assert!(are_counted(text), "{text}");
        }
        for text in [
            "Success: no issues found in 3 source files",
            "All checks passed!",
            "0 errors, 0 warnings, 0 informations",
            "✖ 1 problem (0 errors, 1 warning)",
            "Found 0 errors. Watching for file changes.",
            "3 errors were fixed: see above",
            "",
        ] {
            assert!(!are_counted(text), "{text}");
        }
    }
}
