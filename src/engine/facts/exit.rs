//! The exit status where a tool wrote it into its answer instead of a field of its own.

use super::quote::{head, tail};

/// What stands before the number in the first lines of an answer.
const OPENINGS: &[&str] = &[
    "<returncode>",
    "Exit code: ",
    "Exit code ",
    "Process exited with code ",
    "exitcode: ",
    "[exit_code] ",
    "Exit Code: ",
    "Command failed with exit code ",
];

/// What stands before it in the last lines.
const CLOSINGS: &[&str] = &[
    "[The command completed with exit code ",
    "[Command finished with exit code ",
    "[exit_code] ",
    "[exit code: ",
    "<exit_code>",
    "Exit Code: ",
    "(exit code: ",
    "exit status ",
];

/// The exit status that `text` states in a line of its own, at its beginning or its end.
pub(super) fn stated(text: &str) -> Option<i32> {
    let opening = head(text, 400).lines().take(6).find_map(|line| after(line, OPENINGS));
    opening
        .or_else(|| text.get(tail(text, 400))?.lines().rev().take(6).find_map(|line| after(line, CLOSINGS)))
}

fn after(line: &str, marks: &[&str]) -> Option<i32> {
    let line = line.trim();
    let number = marks.iter().find_map(|mark| line.strip_prefix(mark))?;
    let len = number.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'-').count();
    number.get(..len)?.parse().ok()
}

/// Whether a line only wraps the output of a command.
pub(super) fn is_wrapper(line: &str) -> bool {
    matches!(
        line,
        "<output>"
            | "</output>"
            | "Output:"
            | "Code output:"
            | "[stdout]"
            | "[stderr]"
            | "<stdout>"
            | "</stdout>"
            | "<stderr>"
            | "</stderr>"
            | "```"
            | "(Bash completed with no output)"
            | "(no output)"
            | "bash-$"
    ) || after(line, OPENINGS).is_some()
        || after(line, CLOSINGS).is_some()
        || line.starts_with("Wall time: ")
        || line.starts_with("[Current working directory: ")
        || line.starts_with("[Python interpreter: ")
        || line.starts_with("[Jupyter current working directory: ")
        || line.starts_with("[Command finished")
        || line.starts_with("<timestamp>")
        || line.starts_with("<status>")
        || line.starts_with("(Open file: ")
        || line.starts_with("(Current directory: ")
}

#[cfg(test)]
mod tests {
    use super::{is_wrapper, stated};

    #[test]
    fn at_the_beginning_or_the_end() {
        assert_eq!(stated("<returncode>2</returncode>\n<output>\n</output>"), Some(2));
        assert_eq!(stated("Exit code 1\nboom"), Some(1));
        assert_eq!(
            stated("Chunk ID: a\nWall time: 0.1 seconds\nProcess exited with code 0\nOutput:\n"),
            Some(0)
        );
        assert_eq!(
            stated("x\n[Python interpreter: /usr/bin/python]\n[The command completed with exit code 127.]"),
            Some(127)
        );
        assert_eq!(stated("the Exit code 1 is bad"), None);
        assert!(is_wrapper("</output>") && !is_wrapper("output"));
    }
}
