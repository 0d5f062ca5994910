use std::io::{self, Write as _};

/// One line on standard error. If even that cannot be written, nobody is there to be told.
pub(super) fn complain(message: &str) {
    let line: String = message.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    writeln!(io::stderr().lock(), "tracebench: {line}").unwrap_or_default();
}
