//! Sessions of GitHub Copilot CLI: events of everything that happens, sub-agents among the rest.

mod session;
#[cfg(test)]
mod tests;

use session::Session;

use super::{FormatInfo, Head, ImportError, Importer, Input, Outline, Output, Probe, Shape};

static INFO: FormatInfo = FormatInfo {
    id: "copilot-cli",
    title: "GitHub Copilot CLI session",
    written_by: "GitHub Copilot CLI: ~/.copilot/session-state/<id>/events.jsonl; copilot --output-format json",
    marks: "lines `{type, data, id, timestamp, parentId}` with types such as `assistant.message`",
    #[rustfmt::skip]
    fields: &[
        "type", "data", "id", "timestamp", "parentId", "agentId", "ephemeral", "sessionId", "version",
        "producer", "copilotVersion", "startTime", "selectedModel", "reasoningEffort", "contextTier",
        "alreadyInUse", "remoteSteerable", "context", "newModel", "previousModel", "previousReasoningEffort",
        "infoType", "warningType", "errorType", "message", "statusCode", "stack", "providerCallId",
        "serviceRequestId", "hookInvocationId", "hookType", "input", "success", "error", "content", "role",
        "interactionId", "transformedContent", "attachments", "delivery", "source", "agentMode",
        "parentAgentTaskId", "supportedNativeDocumentMimeTypes", "turnId", "model", "toolRequests", "messageId",
        "apiCallId", "clientRequestId", "requestId", "outputTokens", "inputTokens", "cacheReadTokens",
        "cacheWriteTokens", "cost", "duration", "reasoningText", "reasoningOpaque", "reasoningId", "encryptedContent",
        "chunkIndex", "chunkCount", "phase", "rte", "parentToolCallId", "toolCallId", "toolName", "arguments",
        "shellToolInfo", "mcpServerName", "mcpToolName", "toolTitle", "intentionSummary", "result", "toolTelemetry",
        "isUserRequested", "sandboxed", "agentName", "agentDisplayName", "agentDescription", "totalToolCalls",
        "totalTokens", "durationMs", "kind", "reason", "resumeTime", "eventCount", "summary", "summaryContent",
        "previousMode", "newMode", "shutdownType", "errorReason", "sessionStartTime", "totalApiDurationMs",
        "totalPremiumRequests", "totalNanoAiu", "eventsFileSizeBytes", "currentModel", "currentTokens",
        "conversationTokens", "systemTokens", "toolDefinitionsTokens", "codeChanges", "modelMetrics",
        "tokenDetails", "modelCacheState", "exitCode", "usage",
        "chosenModel", "reasoningBucket", "categoryScores", "predictedLabel", "confidence", "candidateModels",
        "routingMethod", "availableModels", "fallback", "stickyOverride", "routerLatencyMs", "endToEndLatencyMs",
        "chosenShortfall", "hasImage", "tokenLimit", "preTruncationTokensInMessages",
        "preTruncationMessagesLength", "postTruncationTokensInMessages", "postTruncationMessagesLength",
        "tokensRemovedDuringTruncation", "messagesRemovedDuringTruncation", "performedBy",
    ],
    lacks: "the prompt's size of each call (only that of the whole session); cost; whether the task was done",
};

pub(super) static IMPORTER: CopilotCli = CopilotCli;

pub(super) struct CopilotCli;

impl Importer for CopilotCli {
    fn info(&self) -> &'static FormatInfo {
        &INFO
    }

    fn probe(&self, head: &Head<'_>) -> Probe {
        let is_own = |line: &Outline| match line.get("type") {
            Some("session.start") => line.has("data.sessionId"),
            Some("user.message") => line.has("data.content"),
            Some("assistant.message") => line.has_all(&["data.content", "data.messageId"]),
            Some("tool.execution_start" | "tool.execution_complete") => line.has("data.toolCallId"),
            Some("assistant.turn_start" | "assistant.turn_end") => line.has("data.turnId"),
            _ => false,
        };
        let fits = matches!(head.shape, Shape::Lines | Shape::Object);
        if fits && head.outlines.iter().any(is_own) { Probe::Yes } else { Probe::No }
    }

    fn import(&self, input: &Input<'_>, out: &mut Output<'_>) -> Result<(), ImportError> {
        let run = out.start();
        out.run(run).builder.participant("Copilot");
        let mut session = Session::default();
        input.json_lines(out, |out, record| session.line(&mut out.run(run), &record))?;
        session.finish(&mut out.run(run));
        Ok(())
    }
}
