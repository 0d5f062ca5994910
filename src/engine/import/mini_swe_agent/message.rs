//! The messages of a trajectory as they stand in the file.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::engine::import::usage;
use crate::engine::trace::{Usage, seconds_to_ms};

/// A chat message, or an item of the Responses API (which has a `type` instead of a role).
#[derive(Debug, Deserialize)]
pub(super) struct Message<'a> {
    pub(super) role: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(borrow)]
    pub(super) content: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) reasoning_content: Option<&'a RawValue>,
    #[serde(borrow)]
    tool_calls: Option<&'a RawValue>,
    pub(super) tool_call_id: Option<String>,
    /// The answer of a Responses model: items; or the output of one call.
    #[serde(borrow)]
    pub(super) output: Option<&'a RawValue>,
    pub(super) call_id: Option<String>,
    #[serde(borrow)]
    extra: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ToolCall<'a> {
    pub(super) id: Option<String>,
    #[serde(borrow)]
    pub(super) function: Function<'a>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Function<'a> {
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) arguments: Option<&'a RawValue>,
}

/// An item of the Responses API.
#[derive(Debug, Deserialize)]
pub(super) struct Item<'a> {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(borrow)]
    pub(super) content: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) summary: Option<&'a RawValue>,
    pub(super) name: Option<String>,
    #[serde(borrow)]
    pub(super) arguments: Option<&'a RawValue>,
    pub(super) call_id: Option<String>,
}

/// What the agent notes beside a message.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Extra<'a> {
    #[serde(borrow)]
    actions: Option<&'a RawValue>,
    #[serde(borrow)]
    response: Option<&'a RawValue>,
    cost: Option<f64>,
    timestamp: Option<f64>,
    returncode: Option<i64>,
    #[serde(borrow)]
    pub(super) raw_output: Option<&'a RawValue>,
    pub(super) exception_info: Option<String>,
    pub(super) exit_status: Option<String>,
    pub(super) submission: Option<String>,
}

/// A command as the agent understood it.
#[derive(Debug, Deserialize)]
pub(super) struct Command<'a> {
    #[serde(borrow)]
    pub(super) command: Option<&'a RawValue>,
    pub(super) tool_call_id: Option<String>,
}

/// The model's raw answer as the provider gave it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Response<'a> {
    created: Option<f64>,
    pub(super) model: Option<String>,
    usage: Option<Value>,
    #[serde(borrow, default)]
    choices: Vec<Choice<'a>>,
}

#[derive(Debug, Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    message: Option<ChoiceMessage<'a>>,
}

#[derive(Debug, Deserialize)]
struct ChoiceMessage<'a> {
    #[serde(borrow)]
    reasoning: Option<&'a RawValue>,
}

impl<'a> Message<'a> {
    pub(super) fn tool_calls(&self) -> Vec<ToolCall<'a>> {
        self.tool_calls.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
    }

    /// The items of a Responses model's answer.
    pub(super) fn items(&self) -> Vec<Item<'a>> {
        let items: Vec<&'a RawValue> =
            self.output.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
        items.into_iter().filter_map(|item| serde_json::from_str(item.get()).ok()).collect()
    }

    pub(super) fn extra(&self) -> Extra<'a> {
        self.extra.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
    }
}

impl<'a> Extra<'a> {
    pub(super) fn actions(&self) -> Vec<Command<'a>> {
        self.actions.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
    }

    pub(super) fn response(&self) -> Response<'a> {
        self.response.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
    }

    pub(super) fn exit_code(&self) -> Option<i32> {
        self.returncode.and_then(|code| i32::try_from(code).ok())
    }

    /// Unix milliseconds; of the model's answer where the agent itself noted none.
    pub(super) fn time_ms(&self, response: &Response<'_>) -> Option<i64> {
        self.timestamp.or(response.created).and_then(seconds_to_ms)
    }

    pub(super) fn usage(&self, response: &Response<'_>) -> Option<Usage> {
        let usage = usage::of_openai(response.usage.as_ref().unwrap_or(&Value::Null));
        let usage = Usage { cost_usd: self.cost.or(usage.cost_usd), ..usage };
        (usage != Usage::default()).then_some(usage)
    }
}

impl<'a> Response<'a> {
    pub(super) fn reasoning(&self) -> Option<&'a RawValue> {
        self.choices.iter().find_map(|choice| choice.message.as_ref()?.reasoning)
    }
}

#[cfg(test)]
mod tests {
    use super::Message;

    #[test]
    fn the_agents_own_notes_come_before_the_providers() {
        let json = r#"{"role":"assistant","extra":{"cost":0.5,"response":{"created":1700000000,"usage":{"prompt_tokens":9,"cost":0.25}}}}"#;
        let message: Message<'_> = serde_json::from_str(json).unwrap();
        let extra = message.extra();
        let response = extra.response();
        let usage = extra.usage(&response).unwrap();
        assert_eq!((usage.tokens_in, usage.cost_usd), (Some(9), Some(0.5)));
        assert_eq!(extra.time_ms(&response), Some(1_700_000_000_000));
    }
}
