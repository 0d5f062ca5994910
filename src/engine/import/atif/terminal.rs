//! Terminus 2 without tool calls: its message is a JSON object with the keys to type into a terminal.

use std::borrow::Cow;

use serde::Deserialize;

use crate::engine::trace::Decoder;

/// The bytes are a message whose [`keystrokes`] are the text.
pub(super) const KEYSTROKES: Decoder = Decoder(17);
/// The bytes are a message whose [`analysis`] is the text.
pub(super) const ANALYSIS: Decoder = Decoder(18);

#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(borrow)]
    analysis: Option<Cow<'a, str>>,
    #[serde(borrow)]
    plan: Option<Cow<'a, str>>,
    #[serde(borrow)]
    commands: Vec<Command<'a>>,
    task_complete: Option<bool>,
}

#[derive(Deserialize)]
struct Command<'a> {
    #[serde(borrow)]
    keystrokes: Cow<'a, str>,
}

fn batch(message: &str) -> Option<Batch<'_>> {
    let message = message.trim();
    if message.starts_with('{') { serde_json::from_str(message).ok() } else { None }
}

/// All keys of the message in the order in which they are typed; `None` if it is no such message.
pub(super) fn keystrokes(message: &str) -> Option<String> {
    Some(batch(message)?.commands.iter().map(|command| command.keystrokes.as_ref()).collect())
}

/// Whether the message says that the work is done, and types nothing more.
pub(super) fn completes(message: &str) -> bool {
    batch(message).is_some_and(|batch| batch.commands.is_empty() && batch.task_complete == Some(true))
}

/// Why the keys are typed: analysis and plan.
pub(super) fn analysis(message: &str) -> Option<String> {
    let batch = batch(message)?;
    Some([batch.analysis, batch.plan].into_iter().flatten().collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::{analysis, keystrokes};

    #[test]
    fn reads_keys_and_reasons() {
        let message = r#"{"analysis":"Empty.","plan":"Look.","commands":[{"keystrokes":"ls\n","duration":0.1},{"keystrokes":"pwd\n"}],"task_complete":false}"#;
        assert_eq!(keystrokes(message).as_deref(), Some("ls\npwd\n"));
        assert_eq!(analysis(message).as_deref(), Some("Empty.\nLook."));
        assert_eq!(keystrokes("I will list the files."), None);
        assert_eq!(keystrokes(r#"{"answer":42}"#), None);
    }
}
