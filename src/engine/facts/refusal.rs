//! What tools answer to a call that they did not carry out.

use std::sync::LazyLock;

use super::ErrorClass;
use super::error::ErrorLine;
use super::finder::Finder;
use super::quote::{head, lines};

/// An answer that reports a refused call does so in its beginning.
const HEAD: usize = 1024;

/// Phrases of such answers, separated by ` | `.
const REFUSALS: &[(ErrorClass, &str)] = &[
    (
        ErrorClass::EditRejected,
        "Your proposed edit has introduced new syntax error | No replacement was performed | \
         String to replace not found | File has not been read yet | \
         File has been modified since read | File has been unexpectedly modified | \
         matches of the string to replace | \
         No changes to make: old_string and new_string are exactly the same | \
         did not appear verbatim | Multiple occurrences of old_str | error: patch failed | \
         patch does not apply | apply_patch verification failed | Failed to find expected lines | \
         Failed to find context | Invalid Context | invalid patch | Invalid patch | hunks FAILED | \
         hunk FAILED | 0 occurrences found | could not find the string to replace | \
         Could not find the string to replace | No file open | The search block | SEARCH block | \
         failed to find context | oldString not found | old_string not found | old_str not found | \
         your edit command was NOT | Your edit was not applied | malformed patch | \
         error: corrupt patch | is the same as old_str | must be different | \
         You must read the file | must read file | Edit range | found multiple times",
    ),
    (
        ErrorClass::InvalidCall,
        "InputValidationError | No such tool available | Unknown tool | unknown tool | \
         Tool not found | tool not found | missing required parameter | \
         Missing required parameter | missing required argument | \
         failed to parse function arguments | params must have | \
         Your output was not formatted correctly | Your command contains syntax error | \
         is not a valid tool | Invalid parameters | invalid arguments | Error parsing args | \
         Error validating | missing field ` | Function call validation | \
         not found in the list of tools | Interactive operation ' | unsupported call | Invalid ` | \
         Unrecognized command | unknown command. Do not | Please format your | \
         Please always provide exactly one action",
    ),
    (
        ErrorClass::Rejected,
        "The user doesn't want to proceed | The user doesn't want to take this action | \
         rejected by user | user rejected | User rejected | [Request interrupted by user | \
         requested permissions | This command requires approval | denied by policy | \
         was blocked. For security | has been denied | user denied | User denied | \
         Operation cancelled by user | user cancelled",
    ),
];

static REFUSED: LazyLock<Option<(Finder, Vec<ErrorClass>)>> = LazyLock::new(|| {
    let (classes, phrases): (Vec<ErrorClass>, Vec<&str>) = REFUSALS
        .iter()
        .flat_map(|(class, phrases)| phrases.split(" | ").map(move |phrase| (*class, phrase)))
        .unzip();
    Some((Finder::of(phrases)?, classes))
});

/// The line of an answer that states a refusal.
pub(super) fn line(text: &str) -> Option<ErrorLine<'_>> {
    let (finder, classes) = REFUSED.as_ref()?;
    let found = finder.find(head(text, HEAD))?;
    let class = classes.get(found.pattern().as_usize()).copied()?;
    let line = lines(text, 0..text.len()).find(|line| line.range().end > found.start())?;
    Some(ErrorLine { line, class })
}

/// The class of a refusal that the beginning of an answer states.
pub(super) fn refusal(text: &str) -> Option<ErrorClass> {
    line(text).map(|line| line.class)
}

#[cfg(test)]
mod tests {
    use super::{ErrorClass, line};

    #[test]
    fn the_line_that_refuses() {
        let answer = "Your proposed edit has introduced new syntax error(s). Read them.\n\nERRORS:\n- E999 SyntaxError";
        let found = line(answer).unwrap();
        assert!(found.line.text.starts_with("Your proposed edit"));
        assert_eq!(found.class, ErrorClass::EditRejected);
        assert!(line("The file was edited.").is_none());
    }
}
