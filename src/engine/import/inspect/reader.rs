//! The conversation of a sample, with what the transcript knows about it.

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::value::RawValue;
use smallvec::SmallVec;
use xxhash_rust::xxh3::xxh3_64;

use super::events::{Event, Events};
use super::message::{Message, content, hash, input, key, pool};
use super::notices;
use super::sample::{time, usage};
use super::texts::{Texts, inline};
use crate::engine::import::Located;
use crate::engine::import::object::{Members, items};
use crate::engine::import::talk::{Call, Given, Talk};
use crate::engine::trace::{
    AgentId, At, EventKind, Position, ResultText, Role, RunWriter, StepId, TextRef, Usage, WarningKind,
};

/// How a call went, as its tool event tells.
#[derive(Debug, Clone, Copy)]
struct Ran {
    start: Option<i64>,
    end: Option<i64>,
    exit_code: Option<i32>,
}

/// When the model was asked and when it had answered, and by whom.
#[derive(Debug, Clone, Copy, Default)]
struct When {
    start: Option<i64>,
    end: Option<i64>,
    agent: AgentId,
    parent: Option<StepId>,
}

pub(super) struct Reader<'s, 'a> {
    texts: &'s Texts<'a>,
    events: &'s Events<'a>,
    messages: Vec<Message<'a>>,
    /// Where the messages stand, by hash of their ids.
    places: FxHashMap<u64, usize>,
    pool: Vec<&'a RawValue>,
    main: AgentId,
    talk: Talk,
    /// How many of the messages are steps by now.
    shown: usize,
    /// Messages by [`key`] that are steps by now or will be.
    known: FxHashSet<u64>,
    /// Prompts repeat what came before: those messages are not even parsed.
    passed: FxHashSet<u64>,
    /// Calls that a message answers.
    answered: FxHashSet<u64>,
    ran: FxHashMap<u64, SmallVec<[Ran; 1]>>,
    /// Calls that are steps by now: the last of each id.
    calls: FxHashMap<u64, (AgentId, StepId)>,
    last_time: Option<i64>,
}

impl<'s, 'a> Reader<'s, 'a> {
    pub(super) fn of(
        sample: &Members<'a>,
        texts: &'s Texts<'a>,
        events: &'s Events<'a>,
        run: &mut RunWriter<'_>,
    ) -> Self {
        let name = events.list.iter().find(|event| event.kind == "model");
        let name = name.and_then(|event| events.agent(event.scope)).map(str::to_owned);
        let name = name.or_else(|| run.builder.head.agent.clone()).unwrap_or_else(|| "agent".to_owned());
        let main = run.builder.participant(&name);
        let mut messages = Vec::new();
        let mut answered = FxHashSet::default();
        let mut places = FxHashMap::default();
        for (index, raw) in sample.list("messages").into_iter().enumerate() {
            let members = Members::of(raw.get());
            if members.0.is_empty() {
                let position = Some(Position::Record(index as u64));
                run.builder.warnings.push(
                    WarningKind::BadRecord,
                    position,
                    "a message that is no object was skipped",
                );
            }
            if let Some(id) = members.text("id") {
                places.insert(hash(&id), index);
            }
            let role = members.text("role");
            if role.as_deref() == Some("tool") {
                answered.insert(hash(&members.text("tool_call_id").unwrap_or_default()));
            }
            let content = content(texts, &members);
            let is_answer = role.as_deref() == Some("assistant");
            messages.push(Message { members, content, is_answer });
        }
        let known = messages.iter().map(|message| key(&message.members, message.content)).collect();
        let mut reader = Self {
            texts,
            events,
            messages,
            places,
            pool: pool(sample),
            main,
            talk: Talk::default(),
            shown: 0,
            known,
            passed: FxHashSet::default(),
            answered,
            ran: FxHashMap::default(),
            calls: FxHashMap::default(),
            last_time: None,
        };
        reader.look_ahead(run);
        reader
    }

    /// How each call went, before the calls themselves become steps.
    fn look_ahead(&mut self, run: &mut RunWriter<'_>) {
        let mut codes: FxHashMap<usize, (u32, Option<i32>)> = FxHashMap::default();
        for (index, event) in self.events.list.iter().enumerate() {
            run.builder.head.absolute_times |= time(&event.members, "timestamp").is_some();
            let is_command =
                event.kind == "sandbox" && event.members.text("action").as_deref() == Some("exec");
            // Inspect's own tools reach into the sandbox by commands that are none of the agent's.
            let is_own = event.members.text("cmd").is_some_and(|command| command.contains("inspect-"));
            if let Some(call) = self.events.call(index).filter(|_| is_command && !is_own) {
                let code = codes.entry(call).or_default();
                *code = (code.0 + 1, event.members.code("result"));
            }
        }
        for (index, event) in self.events.list.iter().enumerate().filter(|(_, event)| event.kind == "tool") {
            let exit_code = codes.get(&index).filter(|(count, _)| *count == 1).and_then(|(_, code)| *code);
            let (start, end) = (time(&event.members, "timestamp"), time(&event.members, "completed"));
            let id = hash(&event.members.text("id").unwrap_or_default());
            self.ran.entry(id).or_default().push(Ran { start, end, exit_code });
        }
    }

    pub(super) fn read(&mut self, run: &mut RunWriter<'_>) {
        let events = self.events;
        for (index, event) in events.list.iter().enumerate() {
            if events.is_scoring(event.scope) {
                continue;
            }
            self.last_time = time(&event.members, "timestamp").or(self.last_time);
            match &*event.kind {
                "model" => self.answer(run, index, event),
                "tool" => self.tool(run, index, event),
                _ => self.notice(run, index, event),
            }
        }
        self.show_until(run, self.messages.len());
    }

    /// Where something stands that happens after all.
    pub(super) fn finish(&mut self, run: &mut RunWriter<'_>) -> At {
        self.talk.finish(run.builder);
        At { agent: self.main, source_step: self.here(), time_ms: self.last_time, parent: None }
    }

    /// The number of the message shown last.
    fn here(&self) -> u32 {
        u32::try_from(self.shown.saturating_sub(1)).unwrap_or(u32::MAX)
    }

    fn when(&self, run: &mut RunWriter<'_>, index: usize, event: &Event<'_>) -> When {
        let agent = self.events.agent(event.scope).map_or(self.main, |name| run.builder.participant(name));
        let call = self.events.call(index).and_then(|call| self.events.list.get(call));
        let id = call.map(|call| hash(&call.members.text("id").unwrap_or_default()));
        let parent = id.and_then(|id| self.calls.get(&id)).map(|(_, step)| *step);
        let (start, end) = (time(&event.members, "timestamp"), time(&event.members, "completed"));
        When { start, end, agent, parent }
    }

    /// The model was called. What it answered is the next message, or else part of a sub-agent's talk or of a
    /// conversation that was cut since.
    fn answer(&mut self, run: &mut RunWriter<'_>, index: usize, event: &Event<'a>) {
        let when = self.when(run, index, event);
        let at = At { agent: when.agent, source_step: self.here(), time_ms: when.start, parent: when.parent };
        if let Some(error) = event.members.text("error") {
            let text = format!("the model call failed: {}", error.lines().next().unwrap_or(""));
            run.event(at, EventKind::Notice, TextRef::inline(&text));
        }
        let output = event.members.object("output");
        let choice = output.list("choices").first().map(|choice| Members::of(choice.get()));
        let message = choice.map(|choice| choice.object("message")).unwrap_or_default();
        if message.0.is_empty() {
            return;
        }
        let content = content(self.texts, &message);
        if let Some(place) = self.place(&message, content) {
            if place < self.shown {
                return;
            }
            self.show_until(run, place);
            self.show(run, when);
        } else if self.known.insert(key(&message, content)) {
            self.prompt(run, event, when);
            let at = At { source_step: self.here(), ..at };
            self.step(run, &message, at, when);
        } else {
            return;
        }
        let used = usage(&output.object("usage"));
        if let Some(step) = self.talk.last_answer().filter(|_| used != Usage::default()) {
            run.builder.set_usage(step, used);
        }
    }

    /// Which message of the final conversation this is: that of its id, or the next that says the same.
    fn place(&self, message: &Members<'_>, content: u64) -> Option<usize> {
        let by_id = message.text("id").and_then(|id| self.places.get(&hash(&id)).copied());
        by_id.or_else(|| {
            let mut rest = self.messages.iter().skip(self.shown);
            rest.position(|own| own.is_answer && own.content == content).map(|place| place + self.shown)
        })
    }

    /// What a model was asked that nobody has seen yet.
    fn prompt(&mut self, run: &mut RunWriter<'_>, event: &Event<'a>, when: When) {
        for raw in input(&event.members, &self.pool) {
            if !self.passed.insert(xxh3_64(raw.get().as_bytes())) {
                continue;
            }
            let message = Members::of(raw.get());
            let content = content(self.texts, &message);
            match self.place(&message, content) {
                Some(place) if place >= self.shown => self.show_until(run, place + 1),
                None if self.known.insert(key(&message, content)) => {
                    let time_ms = when.start;
                    let at = At { agent: when.agent, source_step: self.here(), time_ms, parent: when.parent };
                    self.step(run, &message, at, When { end: None, ..when });
                }
                Some(_) | None => {}
            }
        }
    }

    fn show_until(&mut self, run: &mut RunWriter<'_>, end: usize) {
        while self.shown < end {
            self.show(run, When { start: self.last_time, agent: self.main, ..When::default() });
        }
    }

    /// Makes the next message a step, or several.
    fn show(&mut self, run: &mut RunWriter<'_>, when: When) {
        let index = self.shown;
        self.shown += 1;
        let Some(message) = self.messages.get_mut(index) else { return };
        let members = std::mem::take(&mut message.members);
        let source_step = self.here();
        let at = At { agent: when.agent, source_step, time_ms: when.start, parent: when.parent };
        self.step(run, &members, at, when);
    }

    fn step(&mut self, run: &mut RunWriter<'_>, message: &Members<'a>, at: At, when: When) {
        let role = message.text("role").unwrap_or_default();
        match &*role {
            "system" | "user" => {
                let role = if role == "system" { Role::System } else { Role::User };
                if let Some(text) = message.get("content").map(|content| self.texts.text(content)) {
                    self.talk.say(run, at, role, &text);
                }
            }
            "assistant" => self.assistant(run, message, at, when),
            "tool" => self.result(run, message, message.get("content"), at),
            other => {
                let text = format!("messages of the unknown role “{other}” were left out");
                run.builder.warnings.push(WarningKind::UnknownType, None, text);
            }
        }
    }

    fn assistant(&mut self, run: &mut RunWriter<'_>, message: &Members<'a>, at: At, when: When) {
        self.talk.end_turn();
        let mut spoken: SmallVec<[StepId; 2]> = SmallVec::new();
        if let Some(text) = message.some("reasoning") {
            spoken.extend(self.talk.think(run, at, &self.texts.text(text)));
        }
        match message.some("content") {
            Some(content) if content.get().starts_with('[') => {
                for block in items(content.get()) {
                    spoken.extend(self.block(run, block, at));
                }
            }
            Some(content) => {
                spoken.extend(self.talk.say(run, at, Role::Assistant, &self.texts.text(content)));
            }
            None => {}
        }
        if let Some(end) = when.end {
            for step in spoken {
                run.builder.set_end(step, end, false);
            }
        }
        for raw in message.list("tool_calls") {
            let call = Members::of(raw.get());
            let id = call.text("id").unwrap_or_default();
            let tool = call.text("function").unwrap_or_default();
            let input =
                call.some("arguments").map_or(Given::Nothing, |raw| Given::Json(self.texts.arguments(raw)));
            let start = self.ran.get(&hash(&id)).and_then(|ran| ran.first()).and_then(|ran| ran.start);
            let at = At { time_ms: start.or(when.end).or(when.start), ..at };
            let step = self.talk.call(run, at, &Call { id: Some(&id), tool: &tool, input, cwd: None });
            self.calls.insert(hash(&id), (at.agent, step));
        }
    }

    /// One block of an answer.
    fn block(&mut self, run: &mut RunWriter<'_>, raw: &'a RawValue, at: At) -> Option<StepId> {
        let block = Members::of(raw.get());
        match block.text("type").as_deref() {
            Some("reasoning") => {
                let is_redacted = block.flag("redacted") == Some(true);
                let text = block.some("summary").or_else(|| block.get("reasoning").filter(|_| !is_redacted));
                self.talk.think(run, at, &self.texts.text(text?))
            }
            // A tool that the provider ran while the model was answering.
            Some("tool_use") => {
                let id = block.text("id").unwrap_or_default();
                let tool = block.text("name").unwrap_or_else(|| "tool".into());
                let input = block
                    .some("arguments")
                    .map_or(Given::Nothing, |raw| Given::Json(self.texts.arguments(raw)));
                let step = self.talk.call(run, at, &Call { id: Some(&id), tool: &tool, input, cwd: None });
                let error = block.some("error");
                let text = error.or_else(|| block.get("result")).map(|raw| self.texts.text(raw));
                let flags = ResultText { is_error: error.map(|_| true), ..ResultText::default() };
                self.talk.answer(run, at, Some(&id), &text.unwrap_or_else(nothing), &flags);
                Some(step)
            }
            Some("data") => None,
            Some("text") => self.talk.say(run, at, Role::Assistant, &self.texts.text(block.get("text")?)),
            _ => self.talk.say(run, at, Role::Assistant, &self.texts.text(raw)),
        }
    }

    /// What came of a call: of a message with the role `tool`, or of a tool event.
    fn result(&mut self, run: &mut RunWriter<'_>, from: &Members<'a>, text: Option<&'a RawValue>, at: At) {
        let id = from.text("tool_call_id").or_else(|| from.text("id")).unwrap_or_default();
        let known = self.calls.get(&hash(&id)).copied();
        let ran = self.ran.get_mut(&hash(&id)).filter(|ran| !ran.is_empty()).map(|ran| ran.remove(0));
        let error = from.object("error");
        let kind = error.text("type");
        let mut shown = text.map(|text| self.texts.text(text)).filter(|text| !text.is_blank());
        if shown.is_none() {
            let message = error.get("message").or_else(|| from.some("tool_error"));
            shown = message.map(|message| self.texts.text(message));
        }
        let flags = ResultText {
            exit_code: ran.and_then(|ran| ran.exit_code),
            is_error: (kind.is_some() || from.some("tool_error").is_some()).then_some(true),
            timed_out: kind.as_deref() == Some("timeout"),
            rejected: kind.as_deref() == Some("approval"),
            ..ResultText::default()
        };
        let end = ran.and_then(|ran| ran.end);
        let agent = known.map_or(at.agent, |(agent, _)| agent);
        let at = At { agent, time_ms: end, ..at };
        let step = self.talk.answer(run, at, Some(&id), &shown.unwrap_or_else(nothing), &flags);
        if let (Some(step), Some(end)) = (step, end) {
            run.builder.set_end(step, end, false);
        }
    }

    /// A tool ran. Mostly a message tells what came of it; it is missing where the sample ended meanwhile and
    /// where a sub-agent called.
    fn tool(&mut self, run: &mut RunWriter<'_>, index: usize, event: &Event<'a>) {
        let id = event.members.text("id").unwrap_or_default();
        if self.answered.contains(&hash(&id)) {
            return;
        }
        let when = self.when(run, index, event);
        let at = At { agent: when.agent, source_step: self.here(), time_ms: when.start, parent: when.parent };
        if !self.calls.contains_key(&hash(&id)) {
            let tool = event.members.text("function").unwrap_or_default();
            let input = event.members.some("arguments");
            let input = input.map_or(Given::Nothing, |raw| Given::Json(self.texts.arguments(raw)));
            let step = self.talk.call(run, at, &Call { id: Some(&id), tool: &tool, input, cwd: None });
            self.calls.insert(hash(&id), (at.agent, step));
        }
        self.result(run, &event.members, event.members.get("result"), at);
    }

    /// Whatever else is worth a row.
    fn notice(&mut self, run: &mut RunWriter<'_>, index: usize, event: &Event<'a>) {
        if let Some((kind, text)) = notices::of(event) {
            let when = self.when(run, index, event);
            let at =
                At { agent: when.agent, source_step: self.here(), time_ms: when.start, parent: when.parent };
            run.event(at, kind, TextRef::inline(&text));
        }
    }
}

fn nothing<'a>() -> Located<'a> {
    inline(String::new())
}
