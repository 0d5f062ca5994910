//! What `claude -p --output-format stream-json` prints: one JSON object a line, or the same as one list
//! (`--output-format json --verbose`).

mod stream;
#[cfg(test)]
mod tests;

use stream::{Line, Stream};

use super::fields::FromMembers as _;
use super::{FormatInfo, Head, ImportError, Importer, Input, Outline, Output, Probe, Record, Shape};
use crate::engine::trace::{Position, RunIndex, WarningKind};

#[rustfmt::skip]
static INFO: FormatInfo = FormatInfo {
    id: "claude-code-stream",
    title: "Claude Code stream",
    written_by: "claude -p --output-format stream-json, as CI jobs and benchmark harnesses keep it",
    marks: "lines with `session_id`: first a `system` of subtype `init`, then user, assistant, result",
    fields: &[
        "type", "subtype", "cwd", "session_id", "tools", "mcp_servers", "model", "permissionMode",
        "slash_commands", "apiKeySource", "claude_code_version", "output_style", "agents", "skills",
        "plugins", "uuid", "fast_mode_state", "message", "parent_tool_use_id", "timestamp",
        "tool_use_result.*", "is_error", "duration_ms", "duration_api_ms", "num_turns", "result",
        "stop_reason", "stop_sequence", "total_cost_usd", "usage.*", "modelUsage.*", "permission_denials",
        "terminal_reason", "errors", "structured_output", "id", "role", "content", "context_management",
        "isReplay", "event.*", "status", "compact_metadata.*", "hook_id", "hook_name", "hook_event",
        "output", "stdout", "stderr", "exit_code", "outcome", "task_id", "tool_use_id", "description",
        "task_type", "prompt", "last_tool_name", "summary", "output_file", "rate_limit_info.*", "tool_name",
        "tool_use_ids", "elapsed_time_seconds",
    ],
    lacks: "the prompt; times of most steps; whether the task was done (its `success` does not say so)",
};

pub(super) static IMPORTER: ClaudeCodeStream = ClaudeCodeStream;

pub(super) struct ClaudeCodeStream;

impl Importer for ClaudeCodeStream {
    fn info(&self) -> &'static FormatInfo {
        &INFO
    }

    fn probe(&self, head: &Head<'_>) -> Probe {
        if !matches!(head.shape, Shape::Lines | Shape::List | Shape::Object) {
            return Probe::No;
        }
        // Cursor and Droid print an `init` of the same kind, and then lines of their own.
        let foreign =
            |line: &Outline| matches!(line.get("type"), Some("tool_call" | "message" | "completion"));
        if head.outlines.iter().any(foreign) || !head.outlines.iter().any(is_own_line) {
            return Probe::No;
        }
        if head.count("qwen_code_version") > 0 { Probe::Maybe } else { Probe::Yes }
    }

    fn import(&self, input: &Input<'_>, out: &mut Output<'_>) -> Result<(), ImportError> {
        let mut streams = Streams::default();
        input.records(out, |out, record| streams.line(out, &record, record.bytes))?;
        streams.finish(out);
        Ok(())
    }
}

/// The runs that were printed one after the other, by themselves or among other things.
#[derive(Debug, Default)]
pub(super) struct Streams {
    open: Option<Stream>,
    /// The run to go on with instead of a new one.
    into: Option<RunIndex>,
    /// When the line was printed that is read next, where its container says so.
    pub(super) printed_ms: Option<i64>,
}

impl Streams {
    /// Streams of which the first goes on with a run that has begun already.
    pub(super) fn into_run(run: RunIndex) -> Self {
        Self { into: Some(run), ..Self::default() }
    }

    /// Reads a line, which need not be what the record holds: texts found outside of it are copied.
    pub(super) fn line(&mut self, out: &mut Output<'_>, record: &Record<'_>, json: &[u8]) {
        let line = match Line::read(json) {
            Ok(line) => line,
            Err(error) => {
                let text = format!("a line was left out: {error}");
                return out.warn(WarningKind::BadRecord, Some(Position::Line(record.number)), text);
            }
        };
        // Several runs may have been printed into one file.
        if let Some(earlier) = self.open.take_if(|stream| stream.is_over(&line)) {
            earlier.finish(out);
        }
        let into = &mut self.into;
        let stream = self.open.get_or_insert_with(|| Stream::start(out, into.take()));
        stream.printed_ms = self.printed_ms;
        stream.line(out, record, &line);
    }

    pub(super) fn finish(self, out: &mut Output<'_>) {
        if let Some(stream) = self.open {
            stream.finish(out);
        }
    }
}

fn is_own_line(line: &Outline) -> bool {
    let message = line.has_all(&["session_id", "message.content", "parent_tool_use_id"]);
    let init = line.get("subtype") == Some("init") && line.has_all(&["session_id", "tools"]);
    !line.has("sessionId") && (message || init)
}
