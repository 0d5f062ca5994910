use rustc_hash::FxHashMap;
use serde_json::value::RawValue;

use crate::engine::import::Record;
use crate::engine::import::anthropic::{hash, source_step, warn_unknown};
use crate::engine::import::object::Members;
use crate::engine::import::talk::{Call, Given, Talk};
use crate::engine::trace::{
    AgentId, At, EventKind, Position, ResultText, Role, RunWriter, StepId, TextRef, Totals, Usage,
    WarningKind,
};

/// Types that say nothing about the run's course, or what other events say whole.
#[rustfmt::skip]
const ASIDE: &[&str] = &[
    "assistant.turn_start", "assistant.turn_end", "assistant.intent", "assistant.message_start",
    "assistant.message_delta", "assistant.reasoning_delta", "assistant.streaming_delta", "assistant.idle",
    "tool.execution_partial_result", "tool.execution_progress", "tool.user_requested", "hook.start",
    "session.mode_changed", "session.info", "session.resume", "session.idle", "session.usage_info",
    "session.usage_checkpoint", "session.auto_mode_resolved", "session.compaction_start",
    "session.title_changed", "session.context_changed", "session.tools_updated", "session.skills_loaded",
    "session.mcp_servers_loaded", "session.mcp_server_status_changed", "session.custom_agents_updated",
    "session.background_tasks_changed", "session.plan_changed", "session.workspace_file_changed",
    "session.remote_steerable_changed", "session.permissions_changed", "pending_messages.modified",
    "permission.requested", "permission.completed", "user_input.requested", "user_input.completed",
    "subagent.selected", "subagent.deselected", "skill.invoked", "command.queued", "command.completed",
];

/// Who speaks, and on whose call.
type Author = (AgentId, Option<StepId>);

#[derive(Debug, Default)]
pub(super) struct Session {
    talk: Talk,
    /// The calls by their ids, and whose they are.
    calls: FxHashMap<u64, (StepId, AgentId)>,
    /// Sub-agents by the id of the call that started them, and by their own.
    sub_agents: FxHashMap<u64, Author>,
    /// The last system prompt and thought, which are told more than once.
    system: u64,
    thought: u64,
    /// The answer whose tokens were counted last: long ones come in several lines.
    counted: u64,
    model: Option<String>,
    totals: Option<Totals>,
}

impl Session {
    pub(super) fn line(&mut self, run: &mut RunWriter<'_>, record: &Record<'_>) {
        let Some(event) = Members::of_line(record, run.builder) else { return };
        let data = event.object("data");
        let (agent, parent) = self.author(run, &event, &data);
        let time = event.time("timestamp");
        run.builder.head.absolute_times |= time.is_some_and(|time| time.absolute);
        let at = At { agent, source_step: source_step(record), time_ms: time.map(|time| time.ms), parent };
        if let Some(model) = data.text("model") {
            run.builder.head.saw_model(&model);
        }
        let kind = event.text("type").unwrap_or_default();
        match &*kind {
            "assistant.message" => self.answer(run, record, at, &data),
            "assistant.reasoning" => self.think(run, record, at, data.some("content")),
            "assistant.usage" => {
                if let (Some(step), Some(usage)) = (self.talk.last_answer(), usage(&data)) {
                    run.builder.set_usage(step, usage);
                }
            }
            "user.message" => {
                let text = ["content", "transformedContent"]
                    .iter()
                    .filter_map(|name| Some(record.text(data.some(name)?)))
                    .find(|text| !text.is_blank());
                if let Some(text) = text {
                    self.talk.say(run, at, Role::User, &text);
                }
            }
            "system.message" => {
                if let Some(text) = data.some("content").map(|text| record.text(text))
                    && std::mem::replace(&mut self.system, hash(&text.text)) != hash(&text.text)
                {
                    self.talk.say(run, at, Role::System, &text);
                }
            }
            "tool.execution_start" => self.started(run, record, at, &data),
            "tool.execution_complete" => self.completed(run, record, at, &data),
            "subagent.started" => self.sub_agent(run, at, &event, &data),
            "subagent.completed" => {}
            _ => self.event(run, record, at, &kind, &event, &data),
        }
    }

    /// Whose event it is: sub-agents name the call that started them, or themselves.
    fn author(&self, run: &mut RunWriter<'_>, event: &Members<'_>, data: &Members<'_>) -> Author {
        let Some(id) = data.text("parentToolCallId").or_else(|| event.text("agentId")) else {
            return (AgentId::default(), None);
        };
        let key = hash(&id);
        self.sub_agents.get(&key).copied().unwrap_or_else(|| {
            (run.builder.participant("sub-agent"), self.calls.get(&key).map(|(step, _)| *step))
        })
    }

    fn sub_agent(&mut self, run: &mut RunWriter<'_>, at: At, event: &Members<'_>, data: &Members<'_>) {
        let name = data.text("agentDisplayName").or_else(|| data.text("agentName"));
        let agent = run.builder.participant(name.as_deref().unwrap_or("sub-agent"));
        let call = data.text("toolCallId").map(|id| hash(&id));
        let parent = call.and_then(|call| Some(self.calls.get(&call)?.0)).or(at.parent);
        let own = event.text("agentId").map(|id| hash(&id));
        for key in call.into_iter().chain(own) {
            self.sub_agents.insert(key, (agent, parent));
        }
    }

    fn answer<'a>(&mut self, run: &mut RunWriter<'_>, record: &Record<'a>, at: At, data: &Members<'a>) {
        let id = data.text("messageId").map_or(0, |id| hash(&id));
        let is_more = id != 0 && id == self.counted;
        if !is_more {
            self.talk.end_turn();
        }
        let before = run.builder.step_count();
        self.think(run, record, at, data.some("reasoningText"));
        if let Some(text) = data.some("content") {
            self.talk.say(run, at, Role::Assistant, &record.text(text));
        }
        for request in data.list("toolRequests") {
            let request = Members::of(request.get());
            self.call(run, record, at, &request, "name");
        }
        let tokens_out = data.count("outputTokens").filter(|count| *count > 0 && !is_more);
        if let (Some(_), Some(step)) = (tokens_out, self.talk.last_answer())
            && run.builder.step_count() > before
        {
            run.builder.set_usage(step, Usage { tokens_out, ..Usage::default() });
        }
        self.counted = id;
    }

    /// A thought: it may come as an event of its own and again with the answer it led to.
    fn think<'a>(
        &mut self,
        run: &mut RunWriter<'_>,
        record: &Record<'a>,
        at: At,
        text: Option<&'a RawValue>,
    ) {
        let Some(text) = text.map(|text| record.text(text)) else { return };
        if std::mem::replace(&mut self.thought, hash(&text.text)) != hash(&text.text) {
            self.talk.think(run, at, &text);
        }
    }

    fn call<'a>(
        &mut self,
        run: &mut RunWriter<'_>,
        record: &Record<'a>,
        at: At,
        call: &Members<'a>,
        name: &str,
    ) {
        let id = call.text("toolCallId");
        let call = Call {
            id: id.as_deref(),
            tool: &call.text(name).unwrap_or("tool".into()),
            input: Given::arguments(record, call.get("arguments")),
            cwd: None,
        };
        let step = self.talk.call(run, at, &call);
        self.calls.insert(hash(id.as_deref().unwrap_or("")), (step, at.agent));
    }

    /// A call that no answer asked for: tools that the program or the person started.
    fn started<'a>(&mut self, run: &mut RunWriter<'_>, record: &Record<'a>, at: At, data: &Members<'a>) {
        let id = data.text("toolCallId").unwrap_or_default();
        if !self.calls.contains_key(&hash(&id)) {
            self.call(run, record, at, data, "toolName");
        }
    }

    fn completed<'a>(&mut self, run: &mut RunWriter<'_>, record: &Record<'a>, at: At, data: &Members<'a>) {
        let id = data.text("toolCallId");
        let agent = self.calls.get(&hash(id.as_deref().unwrap_or(""))).map_or(at.agent, |(_, agent)| *agent);
        let (result, error) = (data.object("result"), data.object("error"));
        let text = result.some("content").or_else(|| error.some("message")).or_else(|| data.some("error"));
        let text = record.text(text.unwrap_or(RawValue::NULL));
        let code = error.text("code").unwrap_or_default();
        let flags = ResultText {
            exit_code: exit_code(&text.text),
            is_error: data.flag("success").map(|success| !success),
            timed_out: code.contains("timeout"),
            rejected: ["denied", "rejected"].iter().any(|refused| code.contains(refused)),
            ..ResultText::default()
        };
        self.talk.answer(run, At { agent, ..at }, id.as_deref(), &text, &flags);
    }

    /// What happens to the run rather than in it.
    fn event<'a>(
        &mut self,
        run: &mut RunWriter<'_>,
        record: &Record<'a>,
        at: At,
        kind: &str,
        event: &Members<'a>,
        data: &Members<'a>,
    ) {
        let head = &mut run.builder.head;
        let (kind, text, otherwise) = match kind {
            "session.start" => {
                head.id = data.text("sessionId").unwrap_or_default().into_owned();
                head.format_version = data.count("version").map(|version| version.to_string());
                head.agent_version = data.text("copilotVersion").map(Into::into);
                self.model = data.text("selectedModel").map(Into::into);
                return;
            }
            "session.model_change" => {
                self.model = data.text("newModel").map(Into::into);
                return;
            }
            "session.shutdown" => {
                self.shutdown(run, record, data);
                if data.text("shutdownType").as_deref() != Some("error") {
                    return;
                }
                (EventKind::Crash, data.some("errorReason"), "the session ended with an error")
            }
            // The last line of what `copilot --output-format json` prints.
            "result" => {
                head.id = event.text("sessionId").map_or(std::mem::take(&mut head.id), Into::into);
                head.exit_status = event.code("exitCode").map(|code| format!("exit code {code}"));
                return;
            }
            "session.error" => {
                let sort = data.text("errorType").unwrap_or_default();
                let is_limit = ["rate_limit", "quota", "limit"].iter().any(|limit| sort.contains(limit));
                let kind = if is_limit { EventKind::LimitReached } else { EventKind::Crash };
                (kind, data.some("message"), "an error")
            }
            "session.warning" => (EventKind::Notice, data.some("message"), "a warning"),
            "session.task_complete" => {
                (EventKind::Submission, data.some("summary"), "the agent called the task complete")
            }
            "session.truncation" => {
                (EventKind::Compaction, None, "earlier messages were cut from the context")
            }
            "session.compaction_complete" => {
                (EventKind::Compaction, data.some("summaryContent"), "the context was summarised")
            }
            "session.handoff" => (EventKind::HandOff, data.some("summary"), "the session was handed over"),
            "session.snapshot_rewind" => (EventKind::Notice, None, "the session was rewound"),
            "abort" => (EventKind::Interrupted, data.some("reason"), "the run was stopped"),
            "subagent.failed" => (EventKind::Notice, data.some("error"), "a sub-agent failed"),
            "system.notification" => (EventKind::Notice, data.some("content"), "a notice"),
            "hook.end" if data.flag("success") == Some(false) => {
                (EventKind::Notice, data.some("error"), "a hook failed")
            }
            other if ASIDE.contains(&other) || other == "hook.end" => return,
            other => return warn_unknown(run.builder, record, "events", other),
        };
        self.talk.end_turn();
        match text.map(|text| record.text(text)).filter(|text| !text.is_blank()) {
            Some(text) => run.event(at, kind, text.as_ref()),
            None => run.event(at, kind, TextRef::inline(otherwise)),
        };
    }

    /// The counts of the program that ends: a session that was taken up again has several.
    fn shutdown(&mut self, run: &mut RunWriter<'_>, record: &Record<'_>, data: &Members<'_>) {
        run.builder.head.exit_status = data.text("shutdownType").map(Into::into);
        if self.totals.is_some() {
            let text = "the token counts of several ends of this session were added up";
            run.builder.warnings.push(WarningKind::Guessed, Some(Position::Line(record.number)), text);
        }
        for (model, metrics) in &data.object("modelMetrics").0 {
            run.builder.head.saw_model(model);
            if let Some(usage) = usage(&Members::of(metrics.get()).object("usage")) {
                self.totals.get_or_insert_default().add(&usage);
            }
        }
    }

    pub(super) fn finish(self, run: &mut RunWriter<'_>) {
        self.talk.finish(run.builder);
        let head = &mut run.builder.head;
        head.agent = Some("GitHub Copilot CLI".to_owned());
        head.totals = self.totals.unwrap_or_default();
        if let Some(model) = self.model.filter(|model| head.models.is_empty() && model != "auto") {
            head.saw_model(&model);
        }
    }
}

/// Counts of one call or of a model's calls; the prompt's includes its cached part. The cost beside them is
/// counted in premium requests, not in money.
fn usage(counts: &Members<'_>) -> Option<Usage> {
    let tokens_in = counts.count("inputTokens");
    tokens_in.map(|_| Usage {
        tokens_in,
        tokens_out: counts.count("outputTokens"),
        tokens_cached: counts.count("cacheReadTokens"),
        ..Usage::default()
    })
}

/// The code in the last line of what a shell printed: `<exited with exit code 1>`.
fn exit_code(text: &str) -> Option<i32> {
    let (_, code) = text.rsplit_once("<exited with exit code ")?;
    code.trim_end().strip_suffix('>')?.parse().ok()
}
