use rustc_hash::FxHashMap;
use serde_json::value::RawValue;

use crate::engine::import::anthropic::{
    Conversation, Message, SYNTHETIC_MODEL, source_step, warn_bad, warn_unknown,
};
use crate::engine::import::claude_code::UserText;
use crate::engine::import::fields::{FromJson as _, fields};
use crate::engine::import::object::Members;
use crate::engine::import::text::Str;
use crate::engine::import::{Output, Record};
use crate::engine::trace::{
    AgentId, At, EventKind, Position, Role, RunIndex, RunWriter, StepId, TextRef, Totals, WarningKind,
    parse_timestamp_ms,
};

/// Types that say nothing about the run's course, or repeat what whole messages say.
#[rustfmt::skip]
const ASIDE: &[&str] = &[
    "stream_event", "control_request", "control_response", "control_cancel_request", "keep_alive",
    "tool_progress", "tool_use_summary", "auth_status", "rate_limit_event", "prompt_suggestion",
];

fields! {
    pub(super) struct Line<'a> {
        kind: Str<'a> = "type",
        subtype: Option<Str<'a>> = "subtype",
        session_id: Option<Str<'a>> = "session_id",
        parent_tool_use_id: Option<Str<'a>> = "parent_tool_use_id",
        message: Option<Message<'a>> = "message",
        tool_use_result: Option<&'a RawValue> = "tool_use_result",
        timestamp: Option<Str<'a>> = "timestamp",
        /// A user line that the program wrote.
        is_synthetic: Option<bool> = "isSynthetic",
        cwd: Option<Str<'a>> = "cwd",
        model: Option<Str<'a>> = "model",
        claude_code_version: Option<Str<'a>> = "claude_code_version",
        is_error: Option<bool> = "is_error",
        duration_ms: Option<f64> = "duration_ms",
        num_turns: Option<u64> = "num_turns",
        total_cost_usd: Option<f64> = "total_cost_usd",
        result: Option<&'a RawValue> = "result",
        model_usage: Option<&'a RawValue> = "modelUsage",
    }

    /// What one model used, in the values of `modelUsage`.
    struct Used {
        fresh: u64 = "inputTokens",
        read: u64 = "cacheReadInputTokens",
        written: u64 = "cacheCreationInputTokens",
        out: u64 = "outputTokens",
    }
}

/// One run on its way.
#[derive(Debug)]
pub(super) struct Stream {
    run: RunIndex,
    conversation: Conversation,
    session: Option<String>,
    sub_agents: FxHashMap<StepId, AgentId>,
    cwd: Option<String>,
    last: u32,
    has_result: bool,
    has_totals: bool,
    pub(super) printed_ms: Option<i64>,
}

impl Stream {
    pub(super) fn start(out: &mut Output<'_>, into: Option<RunIndex>) -> Self {
        let run = into.unwrap_or_else(|| out.start());
        let head = &mut out.run(run).builder.head;
        head.agent = Some("Claude Code".to_owned());
        Self {
            run,
            conversation: Conversation::default(),
            session: None,
            sub_agents: FxHashMap::default(),
            cwd: None,
            last: 0,
            has_result: false,
            has_totals: false,
            printed_ms: None,
        }
    }

    /// Whether the line opens another run.
    pub(super) fn is_over(&self, line: &Line<'_>) -> bool {
        line.subtype.as_deref() == Some("init")
            && self.session.is_some()
            && self.session.as_deref() != line.session_id.as_deref()
    }

    pub(super) fn line(&mut self, out: &mut Output<'_>, record: &Record<'_>, line: &Line<'_>) {
        self.last = source_step(record);
        if self.session.is_none() {
            self.session = line.session_id.as_ref().map(|id| id.0.clone().into_owned());
        }
        let mut run = out.run(self.run);
        match &*line.kind {
            "assistant" => self.assistant(&mut run, record, line),
            "user" => self.user(&mut run, record, line),
            "system" => self.system(&mut run, record, line),
            "result" => self.result(&mut run, record, line),
            kind if ASIDE.contains(&kind) => {}
            kind => warn_unknown(run.builder, record, "lines", kind),
        }
    }

    /// Whose line it is: the main agent's, or that of the sub-agent which a call started.
    fn at(&mut self, run: &mut RunWriter<'_>, record: &Record<'_>, line: &Line<'_>) -> At {
        let time_ms = line.timestamp.as_deref().and_then(parse_timestamp_ms);
        run.builder.head.absolute_times |= time_ms.is_some();
        let time_ms = time_ms.or(self.printed_ms);
        let main = run.builder.participant("Claude Code");
        let at = At { agent: main, source_step: source_step(record), time_ms, parent: None };
        let Some(id) = line.parent_tool_use_id.as_deref() else { return at };
        let Some(call) = self.conversation.delegation(id) else {
            return At { agent: run.builder.participant(&format!("sub-agent {id}")), ..at };
        };
        let number = self.sub_agents.len() + 1;
        let agent = *self
            .sub_agents
            .entry(call.step)
            .or_insert_with(|| run.builder.participant(&format!("{} {number}", call.agent_type)));
        At { agent, parent: Some(call.step), ..at }
    }

    fn assistant(&mut self, run: &mut RunWriter<'_>, record: &Record<'_>, line: &Line<'_>) {
        let at = self.at(run, record, line);
        let Some(message) = &line.message else {
            return warn_bad(run.builder, record, &"no message in it");
        };
        if message.model.as_deref() == Some(SYNTHETIC_MODEL) {
            for text in message.blocks().iter().filter_map(|block| block.text) {
                run.message(at, Role::System, record.text(text).as_ref());
            }
            return;
        }
        run.builder.head.saw_model(message.model.as_deref().unwrap_or(""));
        self.conversation.answer(run, record, at, message, self.cwd.as_deref());
    }

    fn user(&mut self, run: &mut RunWriter<'_>, record: &Record<'_>, line: &Line<'_>) {
        let at = self.at(run, record, line);
        let Some(message) = &line.message else {
            return warn_bad(run.builder, record, &"no message in it");
        };
        let blocks = message.blocks();
        let shared = blocks.iter().filter(|block| block.is_result()).count() > 1;
        for block in &blocks {
            if block.is_result() {
                let aside = line.tool_use_result.filter(|_| !shared);
                self.conversation.result(run, record, at, block, aside, shared);
                continue;
            }
            let Some(text) = block.text.map(|text| record.text(text)).filter(|text| !text.is_blank()) else {
                continue;
            };
            match UserText::of(&text.text) {
                UserText::Interruption => run.event(at, EventKind::Interrupted, text.as_ref()),
                UserText::Prompt if line.is_synthetic != Some(true) => {
                    run.message(at, Role::User, text.as_ref())
                }
                _ => run.message(at, Role::System, text.as_ref()),
            };
        }
    }

    fn system(&mut self, run: &mut RunWriter<'_>, record: &Record<'_>, line: &Line<'_>) {
        match line.subtype.as_deref().unwrap_or("") {
            "init" => {
                let head = &mut run.builder.head;
                head.agent_version =
                    line.claude_code_version.as_ref().map(|text| text.0.clone().into_owned());
                head.saw_model(line.model.as_deref().unwrap_or(""));
                self.cwd = line.cwd.as_ref().map(|text| text.0.clone().into_owned());
            }
            "compact_boundary" => {
                let at = self.at(run, record, line);
                run.event(at, EventKind::Compaction, TextRef::inline("Conversation compacted"));
            }
            "api_retry" | "api_error" => {
                let at = self.at(run, record, line);
                run.event(at, EventKind::Notice, TextRef::inline("the API failed and is asked again"));
            }
            "status"
            | "hook_started"
            | "hook_progress"
            | "hook_response"
            | "task_started"
            | "task_progress"
            | "task_updated"
            | "task_notification"
            | "files_persisted"
            | "session_state_changed"
            | "local_command_output"
            | "elicitation_complete"
            | "permission_denied" => {}
            other => warn_unknown(run.builder, record, "system lines", other),
        }
    }

    /// Reads the closing line. Its `success` says that Claude Code stopped of its own accord, no more.
    fn result(&mut self, run: &mut RunWriter<'_>, record: &Record<'_>, line: &Line<'_>) {
        self.has_result = true;
        let at = self.at(run, record, line);
        let subtype = line.subtype.as_deref().unwrap_or("");
        let head = &mut run.builder.head;
        head.exit_status = Some(subtype.to_owned());
        let totals = line.model_usage.map(|usage| totals(usage.get())).unwrap_or_default();
        self.has_totals = totals.tokens_in.is_some();
        let seconds = line.duration_ms.map(|ms| ms / 1000.0 + head.totals.seconds.unwrap_or(0.0));
        // Behind a proxy nothing is counted, and nothing costs.
        let cost_usd = line.total_cost_usd.filter(|cost| *cost > 0.0 || self.has_totals);
        head.totals = Totals { cost_usd, seconds, ..totals };
        let kind = match subtype {
            "success" if line.is_error != Some(true) => return,
            "error_max_turns" | "error_max_budget_usd" => EventKind::LimitReached,
            _ => EventKind::Crash,
        };
        let said = line.result.map(|result| record.text(result)).filter(|text| !text.is_blank());
        if let Some(text) = said {
            run.event(at, kind, text.as_ref());
        } else {
            let turns = line.num_turns.map_or_else(String::new, |turns| format!(" after {turns} turns"));
            run.event(at, kind, TextRef::inline(&format!("{subtype}{turns}")));
        }
    }

    pub(super) fn finish(self, out: &mut Output<'_>) {
        let mut run = out.run(self.run);
        if run.builder.is_empty() {
            return;
        }
        if !self.has_result {
            let text = "the stream ends without a result event";
            let at = At { source_step: self.last, ..At::default() };
            run.event(at, EventKind::Crash, TextRef::inline(text));
            let position = Some(Position::Line(u64::from(self.last)));
            run.builder.warnings.push(WarningKind::Truncated, position, text);
        }
        self.conversation.finish(run.builder);
        if !self.has_totals {
            let text = "output tokens are written when an answer begins: the sum is a lower bound";
            run.builder.warnings.push(WarningKind::Bound, None, text);
        }
        run.builder.head.id = self.session.unwrap_or_default();
    }
}

/// The sums over models, sub-agents included: the only right token counts of the format.
fn totals(model_usage: &str) -> Totals {
    let models = Members::of(model_usage);
    let models: Vec<Used> = models.0.iter().filter_map(|(_, used)| Used::from_json(used)).collect();
    if models.iter().all(|used| used.fresh + used.read + used.written == 0) {
        return Totals::default();
    }
    let sum = |part: fn(&Used) -> u64| Some(models.iter().map(part).sum());
    Totals {
        tokens_in: sum(|used| used.fresh + used.read + used.written),
        tokens_out: sum(|used| used.out),
        tokens_cached: sum(|used| used.read),
        ..Totals::default()
    }
}
