//! Messages of a sample, and what tells one from another.

use serde_json::value::RawValue;
use xxhash_rust::xxh3::xxh3_64;

use super::texts::Texts;
use crate::engine::import::object::{Members, items};

/// One message of the final conversation.
pub(super) struct Message<'a> {
    pub(super) members: Members<'a>,
    /// Hash of what it says and calls, for logs whose copies of a message have other ids.
    pub(super) content: u64,
    pub(super) is_answer: bool,
}

pub(super) fn hash(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

/// What tells a message from others: its id, or else what it says.
pub(super) fn key(message: &Members<'_>, content: u64) -> u64 {
    message.text("id").map_or(content, |id| hash(&id))
}

/// Hash of who says what and calls what.
pub(super) fn content<'a>(texts: &Texts<'a>, message: &Members<'a>) -> u64 {
    let mut whole = message.text("role").unwrap_or_default().into_owned();
    if let Some(content) = message.get("content") {
        whole.push_str(&texts.text(content).text);
    }
    for raw in message.list("tool_calls") {
        whole.push_str(&Members::of(raw.get()).text("id").unwrap_or_default());
    }
    hash(&whole)
}

/// What prompts refer to by number; it was a member of the sample itself at first.
pub(super) fn pool<'a>(sample: &Members<'a>) -> Vec<&'a RawValue> {
    let pool = sample.object("events_data").list("messages");
    if pool.is_empty() { sample.list("message_pool") } else { pool }
}

/// The messages that a model was asked with: those that stand there, and those of the pool by number.
pub(super) fn input<'a>(event: &Members<'a>, pool: &[&'a RawValue]) -> Vec<&'a RawValue> {
    let mut input = event.list("input");
    for range in event.list("input_refs") {
        let ends: Vec<usize> = items(range.get()).iter().filter_map(|end| end.get().parse().ok()).collect();
        if let [start, end] = ends.as_slice() {
            input.extend(pool.get(*start..*end).unwrap_or_default());
        }
    }
    input
}
