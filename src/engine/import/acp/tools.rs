//! Tool calls of ACP: announced, then brought up to date until they end.

use serde_json::value::RawValue;

use super::Log;
use crate::engine::import::anthropic::hash;
use crate::engine::import::object::Members;
use crate::engine::import::talk::{Call, Given};
use crate::engine::import::{Located, Record};
use crate::engine::order;
use crate::engine::trace::{At, ResultText, RunWriter, Segment};

/// How far a call is.
#[derive(Debug)]
pub(super) enum Tool {
    /// Announced without its input.
    Waiting(Announced),
    /// A step, with the output that was shown last.
    Called {
        id: String,
        output: Option<(String, Segment)>,
    },
    Ended,
}

#[derive(Debug)]
pub(super) struct Announced {
    at: At,
    id: String,
    tool: String,
    title: String,
}

impl Announced {
    /// The call with the input that came at last; the title says most of it where none came.
    fn call(&self, log: &mut Log, run: &mut RunWriter<'_>, input: Option<Given<'_>>) {
        let title = || Located {
            text: self.title.as_str().into(),
            segment: Segment::Inline(self.title.as_str().into()),
        };
        let input = input.unwrap_or_else(|| {
            if self.title.is_empty() || self.title == self.tool {
                Given::Nothing
            } else {
                Given::Text(title())
            }
        });
        log.talk.call(run, self.at, &Call { id: Some(&self.id), tool: &self.tool, input, cwd: None });
    }
}

impl Log {
    pub(super) fn tool<'a>(
        &mut self,
        run: &mut RunWriter<'_>,
        record: &Record<'a>,
        at: At,
        update: &Members<'a>,
    ) {
        let id = update.text("toolCallId").unwrap_or_default();
        let key = hash(&id);
        let status = update.text("status").unwrap_or_default();
        let has_ended = matches!(&*status, "completed" | "failed" | "cancelled");
        let is_new = update.text("sessionUpdate").as_deref() == Some("tool_call");
        let tool = match self.tools.remove(&key) {
            Some(Tool::Ended) if !is_new => {
                self.tools.insert(key, Tool::Ended);
                return;
            }
            Some(tool @ (Tool::Waiting(_) | Tool::Called { .. })) => tool,
            Some(Tool::Ended) | None => Tool::Waiting(announced(at, &id, update)),
        };
        let output = output(record, update);
        let tool = match tool {
            Tool::Waiting(announced) => {
                let input =
                    update.some("rawInput").filter(|input| !matches!(input.get().trim(), "{}" | "\"\""));
                if input.is_none() && !has_ended {
                    self.tools.insert(key, Tool::Waiting(announced));
                    return;
                }
                announced.call(self, run, input.map(|input| Given::arguments(record, Some(input))));
                Tool::Called { id: announced.id, output: None }
            }
            other => other,
        };
        let Tool::Called { id, output: shown } = tool else { return };
        if !has_ended {
            let shown = output.map(|output| (output.text.into_owned(), output.segment)).or(shown);
            self.tools.insert(key, Tool::Called { id, output: shown });
            return;
        }
        let shown = shown.map(|(text, segment)| Located { text: text.into(), segment });
        let nothing = || Located { text: "".into(), segment: Segment::Inline("".into()) };
        let text = output.or(shown).unwrap_or_else(nothing);
        let raw = update.object("rawOutput");
        let exit_code = ["exit_code", "exitCode"].iter().find_map(|name| raw.code(name));
        let flags = ResultText { exit_code, is_error: Some(status == "failed"), ..ResultText::default() };
        self.talk.answer(run, at, Some(&id), &text, &flags);
        self.tools.insert(key, Tool::Ended);
    }

    /// Calls whose input never came are calls still.
    pub(super) fn call_waiting(&mut self, run: &mut RunWriter<'_>) {
        let mut waiting: Vec<Announced> = std::mem::take(&mut self.tools)
            .into_values()
            .filter_map(|tool| match tool {
                Tool::Waiting(announced) => Some(announced),
                _ => None,
            })
            .collect();
        order::sort_by_key(&mut waiting, |announced| announced.at.source_step);
        for announced in waiting {
            announced.call(self, run, None);
        }
    }
}

/// The protocol knew no names of tools at first: agents put them aside, or into the title.
fn announced(at: At, id: &str, update: &Members<'_>) -> Announced {
    let meta = update.object("_meta");
    let aside = meta.object("x.ai/tool").text("name").or_else(|| meta.object("claudeCode").text("toolName"));
    let title = update.text("title").unwrap_or_default();
    let is_name = !title.is_empty() && !title.contains(char::is_whitespace);
    let tool = aside
        .or_else(|| update.text("name"))
        .or_else(|| Some(title.clone()).filter(|_| is_name))
        .or_else(|| update.text("kind"))
        .unwrap_or("tool".into());
    Announced { at, id: id.to_owned(), tool: tool.into_owned(), title: title.into_owned() }
}

/// What the update shows: its content, or what lies in the raw output.
fn output<'a>(record: &Record<'a>, update: &Members<'a>) -> Option<Located<'a>> {
    let text = |raw: Option<&'a RawValue>| raw.map(|raw| record.text(raw)).filter(|text| !text.is_blank());
    let is_list = |raw: &&RawValue| raw.get().trim() != "[]";
    if let Some(content) = text(update.some("content").filter(is_list)) {
        return Some(content);
    }
    let raw = update.some("rawOutput")?;
    let inside = Members::of(raw.get());
    let own = ["text", "output", "formatted_output", "stdout", "content", "stderr", "error"];
    own.iter()
        .find_map(|name| text(inside.some(name)))
        .or_else(|| {
            let mut nested = inside.0.iter().filter(|(_, value)| value.get().starts_with('{'));
            nested.find_map(|(_, value)| text(Members::of(value.get()).some("content")))
        })
        .or_else(|| text(Some(raw)))
}
