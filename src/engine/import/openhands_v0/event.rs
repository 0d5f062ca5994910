//! Events as the file spells them.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::engine::import::text;
use crate::engine::trace::EventKind;

/// An action, or the observation that answers one.
#[derive(Deserialize)]
pub(super) struct Event<'a> {
    pub(super) id: Option<i64>,
    #[serde(borrow)]
    pub(super) timestamp: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) source: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) message: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) action: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) observation: Option<Cow<'a, str>>,
    /// What an action was given. Files of 2024 have its members in the event itself.
    #[serde(borrow)]
    pub(super) args: Option<&'a RawValue>,
    /// What an observation says besides its content; likewise.
    #[serde(borrow)]
    pub(super) extras: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) content: Option<&'a RawValue>,
    /// The id of the action that an observation answers.
    pub(super) cause: Option<i64>,
    pub(super) success: Option<bool>,
    #[serde(borrow)]
    pub(super) tool_call_metadata: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) llm_metrics: Option<&'a RawValue>,
}

/// The arguments that mean something here.
#[derive(Deserialize, Default)]
pub(super) struct Arguments<'a> {
    #[serde(borrow)]
    pub(super) content: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) thought: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) final_thought: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) command: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) code: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) summary: Option<&'a RawValue>,
    /// Of a call to an MCP server's tool.
    #[serde(borrow)]
    pub(super) name: Option<&'a RawValue>,
    #[serde(borrow, rename = "arguments")]
    pub(super) inner: Option<&'a RawValue>,
    /// To whom a task is delegated.
    #[serde(borrow)]
    pub(super) agent: Option<&'a RawValue>,
    /// Of the system prompt.
    #[serde(borrow)]
    pub(super) agent_class: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) openhands_version: Option<&'a RawValue>,
}

impl<'a> Arguments<'a> {
    pub(super) fn of(json: &'a str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }
}

#[derive(Deserialize, Default)]
pub(super) struct Extras<'a> {
    metadata: Option<CommandMetadata>,
    exit_code: Option<i32>,
    #[serde(borrow)]
    pub(super) agent_state: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) reason: Option<&'a RawValue>,
    /// Of a browser: whether the page could not be had.
    error: Option<bool>,
}

#[derive(Deserialize)]
struct CommandMetadata {
    exit_code: Option<i32>,
    working_dir: Option<String>,
}

/// How a command ended that was still running when its observation was made.
const STILL_RUNNING: i32 = -1;

impl<'a> Extras<'a> {
    pub(super) fn of(json: &'a str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    fn stated_exit_code(&self) -> Option<i32> {
        self.metadata.as_ref().and_then(|metadata| metadata.exit_code).or(self.exit_code)
    }

    pub(super) fn exit_code(&self) -> Option<i32> {
        self.stated_exit_code().filter(|code| *code != STILL_RUNNING)
    }

    pub(super) fn timed_out(&self) -> bool {
        self.stated_exit_code() == Some(STILL_RUNNING)
    }

    pub(super) fn failed(&self) -> Option<bool> {
        self.error.filter(|error| *error)
    }

    /// The folder the shell stood in afterwards.
    pub(super) fn working_dir(&self) -> Option<&str> {
        self.metadata.as_ref()?.working_dir.as_deref().filter(|folder| !folder.is_empty())
    }
}

/// The id of the model's answer that an event came from, without reading the answer.
pub(super) fn response_id(tool_call_metadata: &str) -> Option<&str> {
    let (_, response) = tool_call_metadata.split_once("\"model_response\"")?;
    let inside = response.trim_start_matches([':', ' ', '\n', '{']);
    let value = inside.strip_prefix("\"id\"")?.trim_start_matches([':', ' ']);
    Some(value.strip_prefix('"')?.split_once('"')?.0)
}

/// The model that gave the answer.
pub(super) fn model(tool_call_metadata: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Metadata {
        model_response: Response,
    }
    #[derive(Deserialize)]
    struct Response {
        model: String,
    }
    Some(serde_json::from_str::<Metadata>(tool_call_metadata).ok()?.model_response.model)
}

/// What ended a run, by the words of OpenHands' error.
pub(super) fn ending(error: &str) -> EventKind {
    const LIMITS: &[&str] = &["maximum iteration", "maximum budget", "StuckInLoop", "stuck in a loop"];
    if LIMITS.iter().any(|limit| error.contains(limit)) { EventKind::LimitReached } else { EventKind::Crash }
}

/// The text of an optional value; empty where there is none.
pub(super) fn plain(raw: Option<&RawValue>) -> Cow<'_, str> {
    raw.map_or(Cow::Borrowed(""), |raw| text::json_text(raw.get()))
}

#[cfg(test)]
mod tests {
    use super::{EventKind, Extras, ending, model, response_id};

    #[test]
    fn the_answer_is_named_without_being_read() {
        let metadata = r#"{"function_name":"x","tool_call_id":"toolu_01","model_response": {"id": "gen-7", "model": "m"}, "total_calls_in_response": 1}"#;
        assert_eq!(response_id(metadata), Some("gen-7"));
        assert_eq!(model(metadata).as_deref(), Some("m"));
        assert_eq!(response_id(r#"{"model_response":{"model":"m"}}"#), None);
    }

    #[test]
    fn a_command_that_still_runs_has_no_exit_code() {
        let extras = Extras::of(r#"{"metadata":{"exit_code":-1,"working_dir":""},"old_content":"x"}"#);
        assert_eq!((extras.exit_code(), extras.timed_out(), extras.working_dir()), (None, true, None));
        let old = Extras::of(r#"{"exit_code":2}"#);
        assert_eq!((old.exit_code(), old.timed_out()), (Some(2), false));
    }

    #[test]
    fn endings_by_their_words() {
        assert_eq!(
            ending("RuntimeError: Agent reached maximum iteration in headless mode."),
            EventKind::LimitReached
        );
        assert_eq!(ending("AgentStuckInLoopError: Agent got stuck in a loop"), EventKind::LimitReached);
        assert_eq!(ending("litellm.BadRequestError: no"), EventKind::Crash);
    }
}
