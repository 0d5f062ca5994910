//! What came of an action, and what happened around the agent.

use serde_json::value::RawValue;

use super::event::{self, Event, Extras};
use super::reader::{Reader, UNSHOWN, located};
use crate::engine::import::{Located, Record};
use crate::engine::trace::{At, EventKind, ResultText, RunWriter, Segment, StepId, TextRef};

impl Reader {
    pub(super) fn observation<'a>(
        &mut self,
        writer: &mut RunWriter<'_>,
        record: &Record<'a>,
        at: At,
        event: &Event<'a>,
        json: &'a str,
    ) {
        let kind = event.observation.as_deref().unwrap_or("null");
        let extras = Extras::of(event.extras.map_or(json, RawValue::get));
        match kind {
            "agent_state_changed" => return self.state_changed(writer, record, at, &extras),
            "condense" => {
                if let Some(summary) = located(record, event.content) {
                    writer.event(at, EventKind::Compaction, summary.as_ref());
                }
                return;
            }
            "delegate" => {
                if self.acting.len() > 1 {
                    self.acting.pop();
                }
                let (agent, parent) = self.acting.last().copied().unwrap_or_default();
                let back = located(record, event.content.or(event.message));
                let back = back.as_ref().map_or_else(|| TextRef::inline("back"), Located::as_ref);
                writer.event(At { agent, parent, ..at }, EventKind::HandOff, back);
                return;
            }
            "think" => return,
            _ if UNSHOWN.contains(&kind) && kind != "null" => return,
            _ => {}
        }
        let answered = match event.cause {
            Some(cause) => self.unanswered.remove(&cause),
            None if event.id.is_none() => self.last_action.take(),
            None => None,
        };
        match answered {
            Some(step) => self.answer(writer, record, at, event, &extras, step),
            // A call that OpenHands could not make sense of never became an action.
            None => {
                if let Some(content) = located(record, event.content).filter(|_| kind != "null") {
                    writer.event(at, EventKind::Notice, content.as_ref());
                }
            }
        }
    }

    fn answer(
        &mut self,
        writer: &mut RunWriter<'_>,
        record: &Record<'_>,
        at: At,
        event: &Event<'_>,
        extras: &Extras<'_>,
        step: StepId,
    ) {
        let kind = event.observation.as_deref().unwrap_or_default();
        let content = event.content.map(|raw| record.text(raw));
        let (text, segment) = content
            .map_or(("".into(), Segment::Inline("".into())), |content| (content.text, content.segment));
        let exit_code = extras.exit_code();
        let refused = event.success == Some(false) && exit_code.is_none() && !extras.timed_out();
        // The editor's tools answer with a text whether they could do it or not.
        let failed = kind == "error" || refused || text.starts_with("ERROR:\n");
        let result = ResultText {
            text: &text,
            exit_code,
            is_error: failed.then_some(true).or(extras.failed()),
            timed_out: extras.timed_out(),
            rejected: kind == "user_rejected",
            tests_passed: None,
        };
        writer.result(step, &result, segment);
        if let Some(time_ms) = at.time_ms {
            writer.builder.set_end(step, time_ms, false);
        }
        if let Some(folder) = extras.working_dir() {
            self.working_dir = Some(folder.to_owned());
        }
    }

    /// Of the agent's states only the one of an error is worth a row.
    fn state_changed(
        &mut self,
        writer: &mut RunWriter<'_>,
        record: &Record<'_>,
        at: At,
        extras: &Extras<'_>,
    ) {
        if extras.agent_state.as_deref() != Some("error") {
            return;
        }
        let reason = located(record, extras.reason);
        let (kind, words) = match &reason {
            Some(reason) => (event::ending(&reason.text), reason.as_ref()),
            None => (EventKind::Crash, TextRef::inline("the agent stopped with an error")),
        };
        writer.event(at, kind, words);
        self.ended = true;
    }
}
