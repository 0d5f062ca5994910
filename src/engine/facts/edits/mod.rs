//! What a call changes in files, as far as the call itself shows it.

mod known;
mod patch;
mod script;
mod shell;
mod signs;
mod window;

use std::borrow::Cow;

use super::arguments::{Arguments, Replacement};
use super::mask::exact_hash;
use super::{Edit, EditKind, EditSigns};

pub(super) use known::{KnownTexts, Window};
pub(super) use patch::{is_patch, of_patch};
pub(super) use script::{Writes, of_code};
pub(super) use shell::{of_commands, remember};
pub(super) use window::of_window;

/// The changes that an editor tool's arguments describe. `whole`: the text given is all of the file.
pub(super) fn of_arguments(arguments: &Arguments<'_>, whole: bool) -> Vec<Edit> {
    let file = arguments.files.first().map_or("", AsRef::as_ref);
    if let Some(patch) = &arguments.patch
        && is_patch(patch)
    {
        return of_patch(patch, file);
    }
    let replacements = arguments.replacements.iter().filter(|replacement| !replacement.is_empty());
    let edits: Vec<Edit> = replacements.map(|replacement| of_replacement(file, replacement)).collect();
    if !edits.is_empty() {
        return edits;
    }
    let text = arguments.content.as_ref().or(arguments.code_patch.as_ref());
    match text {
        Some(text) if whole => vec![created(file, text)],
        Some(text) => vec![Edit { kind: EditKind::Modify, ..created(file, text) }],
        None => Vec::new(),
    }
}

impl Replacement<'_> {
    fn is_empty(&self) -> bool {
        self.old.is_none() && self.new.is_none()
    }
}

/// A file that is written whole.
pub(super) fn created(file: &str, text: &str) -> Edit {
    Edit {
        file: file.into(),
        kind: EditKind::Create,
        added: Some(line_count(text)),
        removed: None,
        before: None,
        after: Some(exact_hash(trim_line_end(text))),
        signs: EditSigns::default(),
    }
}

/// A change of which the call shows no text.
pub(super) fn unseen(file: &str, kind: EditKind) -> Edit {
    let signs = EditSigns::default();
    Edit { file: file.into(), kind, added: None, removed: None, before: None, after: None, signs }
}

fn of_replacement(file: &str, replacement: &Replacement<'_>) -> Edit {
    let old = replacement.old.as_deref().map(trim_line_end);
    let new = replacement.new.as_deref().map(trim_line_end);
    // Replacing nothing is how some tools create a file.
    let creates = old == Some("");
    let (removed, added) = match (old, new) {
        (Some(old), Some(new)) => changed_lines(old, new),
        (old, new) => (old.map_or(0, line_count), new.map_or(0, line_count)),
    };
    Edit {
        file: file.into(),
        kind: if creates { EditKind::Create } else { EditKind::Modify },
        added: Some(added),
        removed: if creates { None } else { Some(removed) },
        // An insertion replaces nothing.
        before: if creates { None } else { old.or(new.map(|_| "")).map(exact_hash) },
        after: new.map(exact_hash),
        signs: signs::signs(file, old.unwrap_or(""), new.unwrap_or("")),
    }
}

/// How many lines go and come, those that both texts begin and end with left out.
fn changed_lines(old: &str, new: &str) -> (u32, u32) {
    let mut before: Vec<&str> = old.lines().collect();
    let mut after: Vec<&str> = new.lines().collect();
    while before.last().is_some() && before.last() == after.last() {
        before.pop();
        after.pop();
    }
    let same = before.iter().zip(&after).take_while(|(old, new)| old == new).count();
    (count(before.len() - same), count(after.len() - same))
}

fn line_count(text: &str) -> u32 {
    count(text.lines().count())
}

fn count(lines: usize) -> u32 {
    u32::try_from(lines).unwrap_or(u32::MAX)
}

/// Only the line ends at the very end do not matter: an edit that changes white space is another edit.
fn trim_line_end(text: &str) -> &str {
    text.trim_end_matches(['\n', '\r'])
}

/// Joins lines of one side of a patch for its hash.
fn push_line(side: &mut Option<String>, line: &str) {
    let side = side.get_or_insert_default();
    if !side.is_empty() {
        side.push('\n');
    }
    side.push_str(line);
}

fn hash_of(side: Option<String>) -> Option<u64> {
    side.map(|text| exact_hash(trim_line_end(&text)))
}

/// The file that a script or a command names, if it is a plain name and no expression.
fn plain_name(word: &str) -> Option<Cow<'_, str>> {
    let plain = !word.is_empty() && !word.contains(['$', '`', '*', '(', '{', '\n']) && word != "-";
    plain.then_some(Cow::Borrowed(word))
}

#[cfg(test)]
mod tests {
    use super::{Arguments, EditKind, of_arguments};

    #[test]
    fn replacements_count_the_lines_that_differ() {
        let json = r#"{"file_path":"a.py","old_string":"a\nb\nc","new_string":"a\nx\ny\nc"}"#;
        let edits = of_arguments(&Arguments::read(json), false);
        assert_eq!(edits.len(), 1);
        assert_eq!((edits[0].removed, edits[0].added, edits[0].kind), (Some(1), Some(2), EditKind::Modify));
        let reverse = r#"{"file_path":"a.py","old_string":"a\nx\ny\nc","new_string":"a\nb\nc"}"#;
        let back = of_arguments(&Arguments::read(reverse), false);
        assert_eq!((back[0].before, back[0].after), (edits[0].after, edits[0].before));
    }

    #[test]
    fn white_space_makes_another_edit() {
        let edit = |new: &str| {
            let json = format!(r#"{{"path":"a","old_str":"x","new_str":"{new}"}}"#);
            of_arguments(&Arguments::read(&json), false)[0].after
        };
        assert_ne!(edit(" y"), edit("y"));
        assert_eq!(edit("y\\n"), edit("y"));
    }

    #[test]
    fn files_written_whole() {
        let edits = of_arguments(&Arguments::read(r#"{"path":"a","content":"1\n2\n"}"#), true);
        assert_eq!((edits[0].kind, edits[0].added), (EditKind::Create, Some(2)));
        let edits = of_arguments(&Arguments::read(r#"{"code_patch":"maybe"}"#), false);
        assert_eq!((edits[0].kind, &*edits[0].file), (EditKind::Modify, ""));
        assert!(edits[0].after.is_some());
    }
}
