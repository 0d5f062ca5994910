//! The schema of a line: what is read of it.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::engine::import::anthropic::{Message, hash, short_text};
use crate::engine::import::text::Str;

/// A line. Every field may be missing: line types differ, and versions do.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line<'a> {
    #[serde(borrow, rename = "type", default)]
    pub kind: Str<'a>,
    #[serde(borrow, default)]
    uuid: Option<Str<'a>>,
    #[serde(borrow, default)]
    parent_uuid: Option<Str<'a>>,
    #[serde(borrow, default)]
    logical_parent_uuid: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub session_id: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub version: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub cwd: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub timestamp: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub agent_id: Option<Str<'a>>,
    #[serde(default)]
    is_sidechain: Option<bool>,
    #[serde(default)]
    is_meta: Option<bool>,
    #[serde(default)]
    is_compact_summary: Option<bool>,
    #[serde(default)]
    is_api_error_message: Option<bool>,
    #[serde(borrow, default)]
    pub message: Option<Message<'a>>,
    #[serde(borrow, default)]
    pub tool_use_result: Option<&'a RawValue>,
    /// Of system lines.
    #[serde(borrow, default)]
    pub subtype: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
    #[serde(default)]
    retry_attempt: Option<f64>,
    #[serde(default)]
    max_retries: Option<f64>,
    /// Of progress lines.
    #[serde(borrow, default)]
    pub data: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "parentToolUseID")]
    pub parent_tool_use_id: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub attachment: Option<&'a RawValue>,
}

impl Line<'_> {
    pub(super) fn is_sidechain(&self) -> bool {
        self.is_sidechain == Some(true)
    }

    /// Written by the program rather than by the person.
    pub(super) fn is_meta(&self) -> bool {
        self.is_meta == Some(true)
    }

    pub(super) fn is_compact_summary(&self) -> bool {
        self.is_compact_summary == Some(true)
    }

    pub(super) fn is_api_error(&self) -> bool {
        self.is_api_error_message == Some(true)
    }

    pub(super) fn key(&self) -> Option<u64> {
        self.uuid.as_ref().map(|uuid| hash(uuid))
    }

    /// The line it follows. A compaction begins a new root and names what it follows beside it.
    pub(super) fn parent_key(&self) -> Option<u64> {
        self.parent_uuid.as_ref().or(self.logical_parent_uuid.as_ref()).map(|uuid| hash(uuid))
    }

    /// `API error 529: Overloaded (retry 1 of 10)`, from the pieces that are there.
    pub(super) fn error_text(&self) -> String {
        let error: serde_json::Value =
            self.error.and_then(|error| serde_json::from_str(error.get()).ok()).unwrap_or_default();
        let status = error.get("status").and_then(serde_json::Value::as_u64).filter(|status| *status > 0);
        let message = ["/error/error/message", "/error/message", "/formatted", "/message", "/cause/code", ""]
            .iter()
            .filter_map(|path| error.pointer(path))
            .find_map(serde_json::Value::as_str)
            .map(str::to_owned)
            .or_else(|| self.content.map(short_text));
        let status = status.map_or_else(String::new, |status| format!(" {status}"));
        let message = message.filter(|message| !message.is_empty());
        let message = message.map_or_else(String::new, |message| format!(": {message}"));
        let retry = match (self.retry_attempt, self.max_retries) {
            (Some(attempt), Some(of)) => format!(" (retry {attempt} of {of})"),
            _ => String::new(),
        };
        format!("API error{status}{message}{retry}")
    }
}

/// The `data` of a progress line. Its `normalizedMessages`, which repeat the whole sub-agent so far, are
/// passed over.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Progress<'a> {
    #[serde(borrow, rename = "type", default)]
    pub kind: Str<'a>,
    #[serde(borrow, default)]
    pub agent_id: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub message: Option<Inner<'a>>,
}

/// A sub-agent's message inside a progress line.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Inner<'a> {
    #[serde(borrow, rename = "type", default)]
    pub kind: Str<'a>,
    #[serde(borrow, default)]
    pub message: Message<'a>,
    #[serde(borrow, default)]
    pub timestamp: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub tool_use_result: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attachment<'a> {
    #[serde(borrow, rename = "type", default)]
    pub kind: Str<'a>,
    /// Of a `queued_command`: what the person typed while the agent was busy.
    #[serde(borrow, default)]
    pub prompt: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub command_mode: Option<Str<'a>>,
}

/// What a text in a user line is: only some of it was typed by the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine::import) enum UserText {
    Prompt,
    /// Output of a local command, a reminder, a note of the program.
    Harness,
    Interruption,
}

impl UserText {
    pub(in crate::engine::import) fn of(text: &str) -> Self {
        const HARNESS: &[&str] = &[
            "<local-command",
            "<command-name>",
            "<command-message>",
            "<bash-stdout>",
            "<bash-stderr>",
            "<task-notification>",
            "<system-reminder>",
            "Caveat: The messages below were generated by the user",
        ];
        let text = text.trim_start();
        if text.starts_with("[Request interrupted by user") {
            Self::Interruption
        } else if HARNESS.iter().any(|start| text.starts_with(start)) {
            Self::Harness
        } else {
            Self::Prompt
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, UserText};

    #[test]
    fn an_api_error_is_one_sentence() {
        let line: Line<'_> = serde_json::from_str(
            r#"{"type":"system","subtype":"api_error","error":{"status":529,"error":{"type":"error","error":
                {"type":"overloaded_error","message":"Overloaded"}}},"retryAttempt":1,"maxRetries":10}"#,
        )
        .unwrap();
        assert_eq!(line.error_text(), "API error 529: Overloaded (retry 1 of 10)");
        let bare: Line<'_> = serde_json::from_str(r#"{"error":null}"#).unwrap();
        assert_eq!(bare.error_text(), "API error");
    }

    #[test]
    fn tells_what_the_person_typed() {
        assert_eq!(UserText::of("fix it"), UserText::Prompt);
        assert_eq!(UserText::of("<local-command-stdout>x"), UserText::Harness);
        assert_eq!(UserText::of("[Request interrupted by user]"), UserText::Interruption);
    }
}
