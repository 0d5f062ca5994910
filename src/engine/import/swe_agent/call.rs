//! What an `action` text calls.

use std::borrow::Cow;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::engine::import::python;
use crate::engine::import::{Located, Record};
use crate::engine::trace::{CallInput, Decoder};

/// The bytes are a JSON string holding a call as a Python dict; the text is its arguments as JSON.
pub(super) const PYTHON_ARGUMENTS: Decoder = Decoder(16);

/// Commands of SWE-agent's own shell whose names alone do not tell them from a program's.
const COMMANDS: &[&str] = &["open", "goto", "create", "edit", "submit", "insert", "scroll_up", "scroll_down"];

/// Everything else is typed into a shell.
const SHELL: &str = "bash";

#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) tool: Cow<'a, str>,
    pub(super) body: Located<'a>,
    /// The body is JSON arguments rather than a command line.
    json: bool,
}

impl<'a> Call<'a> {
    /// `None` where the step called nothing: its answer could not be parsed, or it only thought.
    pub(super) fn of(record: &Record<'a>, action: &'a RawValue) -> Option<Self> {
        let body = record.text(action);
        if body.is_blank() {
            return None;
        }
        if let Some((tool, arguments)) = python_call(&body.text) {
            let segment = record.segment_of(action.get(), PYTHON_ARGUMENTS, &arguments);
            let body = Located { text: arguments.into(), segment };
            return Some(Self { tool: tool.into(), body, json: true });
        }
        Some(Self { tool: tool_name(&body.text).to_owned().into(), body, json: false })
    }

    pub(super) fn input(&self) -> CallInput<'_> {
        if self.json { CallInput::Json(&self.body.text) } else { CallInput::Command(&self.body.text) }
    }
}

/// The tool that a command line belongs to: a command of the agent's own shell, or the shell itself.
fn tool_name(action: &str) -> &str {
    let line = action.trim_start();
    let end = line.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(line.len());
    let (word, rest) = line.split_at_checked(end).unwrap_or((line, ""));
    let ends_word = rest.is_empty() || rest.starts_with(char::is_whitespace);
    let own = (ends_word && (COMMANDS.contains(&word) || is_snake_case(word)))
        // Converted traces of other agents write calls like a function's: `search_class("Parent")`.
        || (rest.starts_with('(') && !word.is_empty())
        || (line.trim_end() == word && word.starts_with(|c: char| c.is_ascii_uppercase()));
    if own { word } else { SHELL }
}

/// No usual program has an underscore in its name, all the longer commands of SWE-agent have:
/// `search_dir`, `find_file`, `str_replace_editor`.
fn is_snake_case(word: &str) -> bool {
    word.contains('_') && !word.starts_with('_') && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

/// Name and arguments of `{'name': …, 'args': {…}}` or `{'name': …, 'arguments': '{…}'}`.
fn python_call(action: &str) -> Option<(String, String)> {
    let action = action.trim();
    if !action.starts_with("{'") && !action.starts_with("{\"") {
        return None;
    }
    let call = python::literal(action)?;
    let name = call.get("name").and_then(Value::as_str)?;
    let arguments = match call.get("arguments").or_else(|| call.get("args"))? {
        Value::String(json) => json.clone(),
        other => other.to_string(),
    };
    Some((name.to_owned(), arguments))
}

/// Undoes [`PYTHON_ARGUMENTS`].
pub(super) fn python_arguments(action: &str) -> Option<String> {
    python_call(action).map(|(_, arguments)| arguments)
}

#[cfg(test)]
mod tests {
    use super::{python_call, tool_name};

    #[test]
    fn commands_of_the_agents_shell_are_tools_of_their_own() {
        for (action, tool) in [
            ("open \"a b.py\" 12", "open"),
            ("edit 1:1\nimport os\nend_of_edit", "edit"),
            ("find_file \"x\"", "find_file"),
            ("str_replace_editor view /testbed", "str_replace_editor"),
            ("submit\n", "submit"),
            ("ls -F", "bash"),
            ("openssl version", "bash"),
            ("VAR_X=1 make", "bash"),
            ("./run_tests.sh", "bash"),
            ("cd /x && python t.py", "bash"),
            ("search_class(\"Parent\"), search_class(\"B\")", "search_class"),
            ("Analyze", "Analyze"),
        ] {
            assert_eq!(tool_name(action), tool, "{action}");
        }
    }

    #[test]
    fn calls_written_as_python_dicts() {
        assert_eq!(
            python_call(r#"{'arguments': '{"command": "ls"}', 'name': 'execute_bash'}"#),
            Some(("execute_bash".to_owned(), r#"{"command": "ls"}"#.to_owned()))
        );
        assert_eq!(
            python_call("{'name': 'write_fix', 'args': {'bug': 11}}"),
            Some(("write_fix".to_owned(), r#"{"bug":11}"#.to_owned()))
        );
        assert_eq!(python_call("{ echo a; }"), None);
    }
}
