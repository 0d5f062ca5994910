//! What the agent and the person did.

use serde_json::value::RawValue;

use super::arguments::{self, ARGUMENTS};
use super::event::{self, Arguments, Event, plain};
use super::metrics::Metrics;
use super::reader::{Reader, UNSHOWN, located};
use crate::engine::import::{Located, Record};
use crate::engine::trace::{At, CallInput, CallText, EventKind, Role, RunWriter, StepId, TextRef};

impl Reader {
    pub(super) fn action<'a>(
        &mut self,
        writer: &mut RunWriter<'_>,
        record: &Record<'a>,
        at: At,
        event: &Event<'a>,
        json: &'a str,
    ) {
        let name = event.action.as_deref().unwrap_or_default();
        if UNSHOWN.contains(&name) {
            return;
        }
        let given = event.args.map_or(json, RawValue::get);
        let arguments = Arguments::of(given);
        let by_user = match event.source.as_deref() {
            Some(source) => source == "user",
            None => name == "message" && !self.saw_message,
        };
        if !by_user && name != "system" {
            self.begin_answer(writer, event);
        }
        let first = StepId::from_index(writer.builder.step_count());
        match name {
            "system" => self.introduce(writer, record, at, &arguments),
            "message" => {
                self.saw_message = true;
                let role = if by_user { Role::User } else { Role::Assistant };
                say(writer, at, role, located(record, arguments.content.or(event.message)));
            }
            "think" => {
                if let Some(thought) = located(record, arguments.thought) {
                    writer.thought(at, thought.as_ref());
                }
            }
            "finish" | "reject" => close(writer, record, at, event, &arguments),
            "condensation" => {
                let summary = located(record, arguments.summary);
                let summary = summary.as_ref().map_or_else(
                    || TextRef::inline("earlier events were left out of the context"),
                    Located::as_ref,
                );
                writer.event(at, EventKind::Compaction, summary);
            }
            "delegate" => self.hand_off(writer, record, at, &arguments, given),
            _ => self.call(writer, record, at, event, &arguments, given),
        }
        self.account(writer, event, first);
    }

    /// Actions of one answer of the model share a turn.
    fn begin_answer(&mut self, writer: &mut RunWriter<'_>, event: &Event<'_>) {
        let metadata = event.tool_call_metadata.map_or("", RawValue::get);
        let response = event::response_id(metadata);
        if response.is_none() || response != self.response.as_deref() {
            writer.builder.begin_turn();
            self.response = response.map(str::to_owned);
        }
        if writer.builder.head.models.is_empty()
            && let Some(model) = event::model(metadata)
        {
            writer.builder.head.saw_model(&model);
        }
    }

    /// The system prompt says which agent runs in which release.
    fn introduce(&self, writer: &mut RunWriter<'_>, record: &Record<'_>, at: At, arguments: &Arguments<'_>) {
        let head = &mut writer.builder.head;
        let class = plain(arguments.agent_class);
        if !class.is_empty() && head.agent.is_none() {
            head.agent = Some(format!("OpenHands {class}"));
        }
        let version = plain(arguments.openhands_version);
        if !version.is_empty() && self.acting.len() == 1 {
            head.agent_version = Some(version.into_owned());
        }
        say(writer, at, Role::System, located(record, arguments.content));
    }

    fn hand_off<'a>(
        &mut self,
        writer: &mut RunWriter<'_>,
        record: &Record<'a>,
        at: At,
        arguments: &Arguments<'a>,
        given: &'a str,
    ) {
        let task = arguments::shown(given);
        let segment = record.segment(given, ARGUMENTS);
        let step = writer.event(at, EventKind::HandOff, TextRef { text: &task, segment });
        if let Some(thought) = located(record, arguments.thought) {
            writer.action_thought(step, thought.as_ref());
        }
        let name = plain(arguments.agent);
        let name = if name.is_empty() { "delegate" } else { &*name };
        self.acting.push((writer.builder.participant(name), Some(step)));
    }

    fn call<'a>(
        &mut self,
        writer: &mut RunWriter<'_>,
        record: &Record<'a>,
        at: At,
        event: &Event<'a>,
        arguments: &Arguments<'a>,
        given: &'a str,
    ) {
        let name = event.action.as_deref().unwrap_or_default();
        let remote = plain(arguments.name);
        let (tool, input) = match (name, arguments.command, arguments.code, arguments.inner) {
            ("run", Some(command), ..) => (name, record.text(command)),
            ("run_ipython", _, Some(code), _) => (name, record.text(code)),
            ("call_tool_mcp", .., Some(inner)) if !remote.is_empty() => (&*remote, record.arguments(inner)),
            _ => {
                let text = arguments::shown(given).into();
                (name, Located { text, segment: record.segment(given, ARGUMENTS) })
            }
        };
        let call = CallText {
            tool,
            input: match name {
                "run" if arguments.command.is_some() => CallInput::Command(&input.text),
                "run_ipython" if arguments.code.is_some() => CallInput::Text(&input.text),
                _ => CallInput::Json(&input.text),
            },
            cwd: self.working_dir.as_deref().filter(|_| name == "run"),
        };
        let step = writer.action(at, &call, input.segment);
        if let Some(thought) = located(record, arguments.thought) {
            writer.action_thought(step, thought.as_ref());
        }
        self.last_action = Some(step);
        if let Some(id) = event.id {
            self.unanswered.insert(id, step);
        }
    }

    /// What the answer used goes to its first step.
    fn account(&mut self, writer: &mut RunWriter<'_>, event: &Event<'_>, first: StepId) {
        let Some(raw) = event.llm_metrics else { return };
        let now = Metrics::of(raw.get());
        if first.index() < writer.builder.step_count()
            && let Some(usage) = now.since(&self.spent)
        {
            writer.builder.set_usage(first, usage);
            self.spent = now;
        }
    }
}

fn say(writer: &mut RunWriter<'_>, at: At, role: Role, words: Option<Located<'_>>) {
    if let Some(words) = words {
        writer.message(at, role, words.as_ref());
    }
}

/// The agent's last words, and the end that it declares.
fn close(
    writer: &mut RunWriter<'_>,
    record: &Record<'_>,
    at: At,
    event: &Event<'_>,
    arguments: &Arguments<'_>,
) {
    let thought = located(record, arguments.thought);
    let summary = located(record, arguments.final_thought);
    let nothing_said = thought.is_none() && summary.is_none();
    say(writer, at, Role::Assistant, thought);
    say(writer, at, Role::Assistant, summary);
    if nothing_said {
        say(writer, at, Role::Assistant, located(record, event.message));
    }
    let name = event.action.as_deref().unwrap_or_default();
    writer.event(at, EventKind::Submission, TextRef::inline(name));
}
