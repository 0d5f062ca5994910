//! What an observation says: its text without what converters append to it, and how the call ended.

use std::borrow::Cow;

use crate::engine::trace::Decoder;

/// The bytes are a JSON value whose text is read by [`visible`].
pub(super) const RESULT: Decoder = Decoder(16);

const FAILED: &str = "[error] tool reported failure";

/// The answer as the agent saw it. Harbor's converter for Claude Code appends the raw result once more,
/// in pieces: `[stdout]`, `[stderr]`, `[metadata] {…}`. An image that was written out as base64 becomes its
/// name.
pub(super) fn visible(text: Cow<'_, str>) -> Cow<'_, str> {
    let end = visible_end(&text);
    let shown = text.get(..end).unwrap_or(&text);
    if shown.starts_with("{\"type\": \"image\"") || shown.starts_with("{\"type\":\"image\"") {
        return Cow::Borrowed("[image]");
    }
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(..end).unwrap_or(text)),
        Cow::Owned(mut text) => {
            text.truncate(end);
            Cow::Owned(text)
        }
    }
}

/// A prefix of `text` ends there, always at a character.
fn visible_end(text: &str) -> usize {
    let mut shown = match text.strip_suffix(FAILED) {
        Some(rest) if !rest.trim_end().is_empty() => rest.trim_end(),
        _ => text,
    };
    let last_line = shown.rfind('\n').map_or(0, |newline| newline + 1);
    if shown.get(last_line..).is_some_and(|line| line.starts_with("[metadata] {") && line.ends_with('}')) {
        shown = shown.get(..last_line).unwrap_or_default().trim_end();
    }
    match shown.find("\n\n[stdout]\n").or_else(|| shown.find("\n\n[stderr]\n")) {
        Some(at) => {
            let (answer, repeated) = shown.split_at(at);
            if repeats(answer, repeated) { at } else { shown.len() }
        }
        None => shown.len(),
    }
}

/// Whether all lines of the appended pieces stand in the answer already.
fn repeats(answer: &str, pieces: &str) -> bool {
    pieces
        .split("\n[stderr]\n")
        .flat_map(|piece| piece.split("\n[exit_code] "))
        .map(|piece| piece.trim().trim_start_matches("[stdout]").trim())
        .all(|piece| piece.parse::<i32>().is_ok() || answer.contains(piece))
}

/// The exit code that a text states: Harbor's `[exit_code] 1`, or Claude Code's first line `Exit code 1`
/// in an answer marked as an error.
pub(super) fn exit_code(text: &str, failed: Option<bool>) -> Option<i32> {
    let stated = text.rfind("[exit_code] ").and_then(|at| text.get(at + "[exit_code] ".len()..));
    let first = if failed == Some(true) { text.strip_prefix("Exit code ") } else { None };
    stated.or(first)?.lines().next()?.trim().parse().ok()
}

/// Whether the text itself says that the tool failed.
pub(super) fn says_failed(text: &str) -> bool {
    text.ends_with(FAILED)
}

/// Claude Code's answer to a call that a person or a policy refused.
pub(super) fn says_rejected(text: &str) -> bool {
    text.starts_with("The user doesn't want to proceed with this tool use")
        || text.starts_with("Permission to use ")
}

#[cfg(test)]
mod tests {
    use super::{Cow, exit_code, says_failed, visible};

    fn shown(text: &str) -> String {
        visible(Cow::Borrowed(text)).into_owned()
    }

    #[test]
    fn what_converters_append_is_left_out() {
        assert_eq!(shown("plain"), "plain");
        assert_eq!(shown("done\n\n[metadata] {\"a\": [1]}"), "done");
        assert_eq!(shown("a\nb\n\n[stdout]\na\nb\n[metadata] {\"x\": false}"), "a\nb");
        assert_eq!(shown("a\nbad\n\n[stdout]\na\n[stderr]\nbad\n[exit_code] 2"), "a\nbad");
        assert_eq!(shown("Exit code 2\noops\n\n[error] tool reported failure"), "Exit code 2\noops");
        assert_eq!(shown("{\"type\": \"image\", \"source\": {}}\n\n[metadata] {\"a\": 1}"), "[image]");
    }

    #[test]
    fn what_stands_only_in_the_pieces_is_kept() {
        let text = "(no output)\n\n[stdout]\nsomething";
        assert_eq!(shown(text), text);
        assert_eq!(shown("[error] tool reported failure"), "[error] tool reported failure");
        assert_eq!(shown("[metadata] {\"a\": 1}"), "");
    }

    #[test]
    fn exit_codes_where_the_text_states_them() {
        assert_eq!(exit_code("x\n[exit_code] 137\n[metadata] {}", None), Some(137));
        assert_eq!(exit_code("Exit code 2\nno", Some(true)), Some(2));
        assert_eq!(exit_code("Exit code 2\nno", None), None);
        assert!(says_failed("x\n\n[error] tool reported failure"));
    }
}
