//! What a tool was given, without the bookkeeping that OpenHands keeps among the arguments.

use crate::engine::import::object::Members;
use crate::engine::trace::Decoder;

/// The bytes are an object of arguments whose text is read by [`shown`].
pub(super) const ARGUMENTS: Decoder = Decoder(16);

/// Members that are no arguments: the thought has a part of its own, and two calls are the same call whatever
/// was thought. The last lines are an event's own members, where old files keep the arguments among them.
const BOOKKEEPING: &[&str] = &[
    "thought",
    "security_risk",
    "hidden",
    "blocking",
    "confirmation_state",
    "is_confirmed",
    "action_risk",
    "keep_prompt",
    "kernel_init_code",
    "impl_source",
    "id",
    "timestamp",
    "source",
    "message",
    "action",
    "tool_call_metadata",
    "llm_metrics",
    "timeout",
];

/// The object without its bookkeeping and without what is `null`; each value as it stands in the file.
pub(super) fn shown(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for (name, value) in Members::of(json).0 {
        if BOOKKEEPING.contains(&name.as_ref()) || value.get() == "null" {
            continue;
        }
        text.push_str(if text.is_empty() { "{" } else { ", " });
        text.push_str(&serde_json::Value::from(name.as_ref()).to_string());
        text.push_str(": ");
        text.push_str(value.get());
    }
    text.push_str(if text.is_empty() { "{}" } else { "}" });
    text
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn only_the_arguments_are_shown() {
        let json = r#"{"path": "a\n.py", "old_str": null, "thought": "Now this.", "view_range": [1, 2]}"#;
        assert_eq!(shown(json), r#"{"path": "a\n.py", "view_range": [1, 2]}"#);
        assert_eq!(shown(r#"{"thought": ""}"#), "{}");
    }
}
