//! One answer of the model, in whatever way it was asked for commands.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::message::{Extra, Item, Message, Response};
use super::text::{Answer as Prose, COMMAND, PROSE};
use crate::engine::import::{Located, Record};
use crate::engine::trace::CallInput;

#[derive(Debug, Default)]
pub(super) struct Answer<'a> {
    /// What a reasoning model thought before it answered.
    pub(super) reasoning: Option<Located<'a>>,
    pub(super) prose: Option<Located<'a>>,
    pub(super) calls: Vec<Call<'a>>,
}

#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) id: Option<String>,
    pub(super) tool: Cow<'a, str>,
    pub(super) body: Located<'a>,
    json: bool,
}

impl Call<'_> {
    pub(super) fn input(&self) -> CallInput<'_> {
        if self.json { CallInput::Json(&self.body.text) } else { CallInput::Command(&self.body.text) }
    }
}

/// All commands go to one shell.
const TOOL: &str = "bash";

impl<'a> Answer<'a> {
    pub(super) fn of(
        record: &Record<'a>,
        message: &Message<'a>,
        extra: &Extra<'a>,
        response: &Response<'a>,
    ) -> Self {
        let mut answer = Self {
            reasoning: not_blank(record, message.reasoning_content.or_else(|| response.reasoning())),
            prose: not_blank(record, message.content),
            calls: Vec::new(),
        };
        answer.add_tool_calls(record, message, extra);
        if answer.calls.is_empty() {
            answer.split_prose(record, message.content);
        }
        if answer.calls.is_empty() {
            answer.calls = extra
                .actions()
                .into_iter()
                .filter_map(|action| shell(record, action.command?, action.tool_call_id))
                .collect();
        }
        answer
    }

    /// Version 1.1: each call with the command that the agent made of it.
    fn add_tool_calls(&mut self, record: &Record<'a>, message: &Message<'a>, extra: &Extra<'a>) {
        let mut actions = extra.actions();
        for call in message.tool_calls() {
            let understood = actions.iter_mut().find(|action| action.tool_call_id == call.id);
            let command = understood.and_then(|action| action.command.take());
            let id = call.id;
            match (command.and_then(|raw| shell(record, raw, id.clone())), call.function.arguments) {
                (Some(call), _) => self.calls.push(call),
                (None, Some(arguments)) => self.calls.push(Call {
                    id,
                    tool: call.function.name,
                    body: record.arguments(arguments),
                    json: true,
                }),
                (None, None) => {}
            }
        }
    }

    /// Version 1: the command stands in the text.
    fn split_prose(&mut self, record: &Record<'a>, content: Option<&'a RawValue>) {
        let (Some(raw), Some(whole)) = (content, &self.prose) else { return };
        let Some(answer) = Prose::of(&whole.text) else { return };
        let located = |text: &str, decoder| Located {
            text: Cow::Owned(text.to_owned()),
            segment: record.segment_of(raw.get(), decoder, text),
        };
        let command = located(answer.command, COMMAND);
        let prose = located(&answer.prose, PROSE);
        self.calls.push(Call { id: None, tool: TOOL.into(), body: command, json: false });
        self.prose = Some(prose).filter(|prose| !prose.is_blank());
    }

    /// The answer of a Responses model comes as items.
    pub(super) fn of_items(record: &Record<'a>, items: Vec<Item<'a>>, extra: &Extra<'a>) -> Self {
        let mut answer = Self::default();
        let mut actions = extra.actions();
        for item in items {
            match item.kind.as_str() {
                "reasoning" => answer.reasoning = not_blank(record, item.content.or(item.summary)),
                "message" => answer.prose = not_blank(record, item.content),
                "function_call" => {
                    let understood = actions.iter_mut().find(|action| action.tool_call_id == item.call_id);
                    let command = understood.and_then(|action| action.command.take());
                    let call = match (command, item.arguments) {
                        (Some(raw), _) => shell(record, raw, item.call_id),
                        (None, Some(arguments)) => Some(Call {
                            id: item.call_id,
                            tool: item.name.map_or(TOOL.into(), Cow::Owned),
                            body: record.arguments(arguments),
                            json: true,
                        }),
                        (None, None) => None,
                    };
                    answer.calls.extend(call);
                }
                _ => {}
            }
        }
        answer
    }
}

fn shell<'a>(record: &Record<'a>, command: &'a RawValue, id: Option<String>) -> Option<Call<'a>> {
    let body = record.text(command);
    (!body.is_blank()).then_some(Call { id, tool: TOOL.into(), body, json: false })
}

fn not_blank<'a>(record: &Record<'a>, raw: Option<&'a RawValue>) -> Option<Located<'a>> {
    raw.map(|raw| record.text(raw)).filter(|text| !text.is_blank())
}
