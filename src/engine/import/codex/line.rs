//! The schema of a rollout's lines: what is read of them.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::engine::import::text::Str;

/// A line: `{timestamp, type, payload}`; before September 2025 the bare item, after a first line
/// `{id, timestamp, instructions}` and between `{record_type: "state"}` lines.
#[derive(Debug, Deserialize)]
pub(super) struct Line<'a> {
    #[serde(borrow, default)]
    pub timestamp: Option<Str<'a>>,
    #[serde(borrow, rename = "type", default)]
    pub kind: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub payload: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub record_type: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub role: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub id: Option<Str<'a>>,
}

/// `session_meta`, or the first line of an old rollout.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Meta<'a> {
    #[serde(borrow, default)]
    pub id: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub session_id: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub cwd: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub cli_version: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub forked_from_id: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub parent_thread_id: Option<Str<'a>>,
    /// A word, or for a sub-agent `{subagent: {thread_spawn: {parent_thread_id}}}`.
    #[serde(borrow, default)]
    pub source: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub instructions: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub base_instructions: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
pub(super) struct TurnContext<'a> {
    #[serde(borrow, default)]
    pub model: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub cwd: Option<Str<'a>>,
}

/// An item of the Responses API, as the model sees it.
#[derive(Debug, Deserialize)]
pub(super) struct Item<'a> {
    #[serde(borrow, rename = "type", default)]
    pub kind: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub role: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub message: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub summary: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub name: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub function: Option<Function<'a>>,
    #[serde(borrow, default)]
    pub arguments: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub input: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub action: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub call_id: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub id: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub output: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub result: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Function<'a> {
    #[serde(borrow, default)]
    pub name: Option<Str<'a>>,
}

impl Item<'_> {
    pub(super) fn call_id(&self) -> Option<&str> {
        self.call_id.as_deref().or(self.id.as_deref())
    }
}

/// A part of a message's content or of a summary of reasoning.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Piece<'a> {
    #[serde(borrow, rename = "type", default)]
    pub kind: Str<'a>,
    #[serde(borrow, default)]
    pub text: Option<&'a RawValue>,
}

/// The pieces of a content; one that is a mere string counts as one piece.
pub(super) fn pieces(raw: Option<&RawValue>) -> Result<Vec<Piece<'_>>, serde_json::Error> {
    match raw {
        None => Ok(Vec::new()),
        Some(raw) if raw.get().starts_with('[') => serde_json::from_str(raw.get()),
        Some(raw) => Ok(vec![Piece { kind: Str("text".into()), text: Some(raw) }]),
    }
}

/// A notice of the program (`event_msg`). Much of it repeats items.
#[derive(Debug, Deserialize)]
pub(super) struct Event<'a> {
    #[serde(borrow, rename = "type", default)]
    pub kind: Str<'a>,
    #[serde(borrow, default)]
    pub message: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub text: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub prompt: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub info: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub reason: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub call_id: Option<Str<'a>>,
    #[serde(default)]
    pub exit_code: Option<i32>,
    #[serde(default)]
    pub success: Option<bool>,
    #[serde(borrow, default)]
    pub result: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub error: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub codex_error_info: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub new_thread_id: Option<Str<'a>>,
    #[serde(default)]
    pub num_turns: Option<usize>,
    #[serde(borrow, default)]
    pub item: Option<&'a RawValue>,
}

/// The `item` of an `item_completed` event.
#[derive(Debug, Default, Deserialize)]
pub(super) struct DoneItem<'a> {
    #[serde(borrow, default)]
    pub id: Option<Str<'a>>,
    #[serde(default)]
    pub exit_code: Option<i32>,
}

/// `compacted`, and messages between agents.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Note<'a> {
    #[serde(borrow, default)]
    pub message: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub content: Option<&'a RawValue>,
}

/// Whether a user item was put in by Codex rather than typed by the person.
pub(super) fn is_injected(text: &str) -> bool {
    const STARTS: &[&str] = &[
        "<environment_context>",
        "<user_instructions>",
        "<instructions>",
        "<permissions instructions>",
        "<collaboration_mode>",
        "<personality_spec>",
        "<subagent_notification>",
        "<turn_aborted>",
        "<model_switch>",
        "<hook_prompt",
        "<skill>",
        "<skills_instructions>",
        "<apps_instructions>",
        "<user_shell_command>",
        "# agents.md instructions",
    ];
    let text = text.trim_start().as_bytes();
    STARTS.iter().any(|start| {
        text.get(..start.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(start.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::is_injected;

    #[test]
    fn tells_injected_items_from_prompts() {
        assert!(is_injected("<environment_context>\n  <cwd>/x</cwd>"));
        assert!(is_injected("# AGENTS.md instructions for /x\n\n<INSTRUCTIONS>"));
        assert!(!is_injected("# Context from my IDE setup:\n\n## My request for Codex:\nlist files"));
    }
}
