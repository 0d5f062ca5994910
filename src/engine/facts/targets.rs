//! The files that a command names.

use super::operation::{self, searches_text};
use super::shell::Command;
use super::{Operation, RunKind};

/// So many files of a call are kept.
pub(super) const MAX_TARGETS: usize = 20;
/// A longer name is none.
pub(super) const MAX_TARGET: usize = 300;

/// The words of a command that name files it looks at or changes.
pub(super) fn targets<'c>(command: &'c Command<'_>) -> impl Iterator<Item = &'c str> {
    let names_files = matches!(
        operation::of_command(command),
        Operation::Read
            | Operation::Search
            | Operation::List
            | Operation::Edit
            | Operation::Create
            | Operation::Delete
            | Operation::Run(RunKind::Test | RunKind::Program)
    );
    // The first operand of these is what is looked for, unless an option gave it.
    let leads_with_pattern = (searches_text(command)
        || matches!(command.program(), "sed" | "awk" | "gawk" | "search_dir" | "search_file"))
        && !command.arguments().any(|word| matches!(word, "-e" | "-f" | "--regexp" | "--expression"));
    let is_find = matches!(command.program(), "find" | "fd");
    command
        .arguments()
        // Behind its folders, `find` takes conditions.
        .take_while(move |word| !(is_find && word.starts_with('-')))
        .filter(|word| !word.starts_with('-'))
        .skip(usize::from(leads_with_pattern))
        .filter(move |word| names_files && looks_like_file(word))
        .take(MAX_TARGETS)
}

fn looks_like_file(word: &str) -> bool {
    word.len() < MAX_TARGET
        && !word.contains(['\n', ' ', '$', '*', '(', '{', '|', '<', '>', '\\', '^', ';', ','])
        && (word.contains('/') && !word.starts_with("s/")
            || word.rsplit_once('.').is_some_and(|(stem, extension)| {
                !stem.is_empty()
                    && (1..=5).contains(&extension.len())
                    && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
            }))
        && word.parse::<f64>().is_err()
}
