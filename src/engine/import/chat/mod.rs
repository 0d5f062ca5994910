//! Plain message lists: the generic fallback. OpenAI chat, the Responses API and Anthropic's messages, alone
//! or in the objects in which proxies, data sets and home-made recorders keep them.

mod calls;
mod openai;
mod reader;
mod responses;
mod typed;
pub(super) mod written;

use serde_json::value::RawValue;

use super::object::Members;
use super::scan::{Key, Visit};
use super::{FormatInfo, Head, ImportError, Importer, Input, Outline, Output, Probe, Record, Shape};
use crate::engine::order;
use crate::engine::trace::{BodyError, Decoder};
use reader::Reader;

pub(super) static IMPORTER: Chat = Chat;

pub(super) struct Chat;

static INFO: FormatInfo = FormatInfo {
    id: "chat",
    title: "OpenAI / Anthropic messages",
    written_by: "Anything that keeps the messages it sends to a model: a JSON list of {role, content}, \
                 {messages: […]}, or JSON lines of either; logs of LiteLLM",
    marks: "messages with a `role` and `content`, and no marks of a format that is known better",
    fields: &[],
    lacks: "times, tokens, exit codes and outcome, unless they stand beside the messages",
};

/// Roles that a message list may hold.
const ROLES: &[&str] = &["system", "developer", "user", "assistant", "tool", "function"];

impl Importer for Chat {
    fn info(&self) -> &'static FormatInfo {
        &INFO
    }

    /// Never sure: most formats hold messages somewhere, and who knows them better reads them better.
    fn probe(&self, head: &Head<'_>) -> Probe {
        let fits = match head.shape {
            Shape::Object => {
                head.first().is_some_and(|document| is_conversation(document) || is_response(document))
            }
            Shape::List | Shape::Lines => fits_records(&head.outlines),
            _ => false,
        };
        if fits && has_assistant(&head.bytes) { Probe::Maybe } else { Probe::No }
    }

    fn import(&self, input: &Input<'_>, out: &mut Output<'_>) -> Result<(), ImportError> {
        if Head::read(input.sources, input.main)?.shape == Shape::Object {
            return import_document(input, out);
        }
        let mut single: Option<Reader> = None;
        input.records(out, |out, record| match record.bytes.first() {
            Some(b'[') => import_conversation(out, &record),
            _ if holds_messages(&record) => import_conversation(out, &record),
            _ => single.get_or_insert_with(|| Reader::new(out.start())).message(out, &record),
        })?;
        if let Some(reader) = single {
            reader.finish(out);
        }
        Ok(())
    }

    fn decode(&self, decoder: Decoder, bytes: &[u8]) -> Result<String, BodyError> {
        written::decode(decoder, bytes)
    }
}

fn is_conversation(outline: &Outline) -> bool {
    outline.get("messages[].role").is_some_and(|role| ROLES.contains(&role))
        && (outline.has("messages[].content") || outline.has("messages[].tool_calls"))
}

fn is_response(outline: &Outline) -> bool {
    outline.get("object") == Some("response") && outline.has("output[].type")
}

/// Elements of a list, or lines: each a conversation, or all together one.
fn fits_records(records: &[Outline]) -> bool {
    let most = |count: usize| count * 2 > records.len();
    let conversations =
        records.iter().filter(|record| is_conversation(record) || record.has("[].role")).count();
    let messages = records
        .iter()
        .filter(|record| record.get("role").is_some_and(|role| ROLES.contains(&role)))
        .filter(|record| record.has("content") || record.has("tool_calls"))
        .count();
    let items = records.iter().filter(|record| record.get("type").is_some_and(responses::is_item)).count();
    let typed = records.iter().filter(|record| record.has("type")).count();
    most(conversations)
        || (messages >= 2 && most(messages))
        || (items > 0 && most(typed.max(items + messages)))
}

/// Whether somebody answers: prompts alone are no run. Items of a model need not say whose they are.
fn has_assistant(bytes: &[u8]) -> bool {
    [&b"\"assistant\""[..], b"\"function_call\""]
        .iter()
        .any(|word| memchr::memmem::find(bytes, word).is_some())
}

/// The lists of a document that hold messages or items, in the order of a conversation.
fn is_message_list(name: &Key) -> bool {
    name.is("messages") || name.is("input") || name.is("output")
}

fn import_document(input: &Input<'_>, out: &mut Output<'_>) -> Result<(), ImportError> {
    let mut reader = Reader::new(out.start());
    // The prompt comes first, wherever it stands.
    let prompt = |path: &[Key], _| match path {
        [] => Visit::Enter,
        [name] if name.is("system") => Visit::Take,
        _ => Visit::Skip,
    };
    input.survey_json(prompt, |_, record| reader.member(out, "system", &record))?;
    let choose = |path: &[Key], first| match path {
        [] => Visit::Enter,
        [name] if name.is("system") => Visit::Skip,
        [name] if is_message_list(name) && first == b'[' => Visit::Enter,
        [name] if is_message_list(name) || name.is("tools") || name.is("kwargs") => Visit::Skip,
        _ => Visit::Take,
    };
    input.walk_json(out, choose, |out, path, record| match path {
        [Key::Name(name)] => reader.member(out, name, &record),
        _ => reader.message(out, &record),
    })?;
    reader.finish(out);
    Ok(())
}

fn holds_messages(record: &Record<'_>) -> bool {
    memchr::memmem::find(record.bytes, b"\"messages\"").is_some()
        && std::str::from_utf8(record.bytes).is_ok_and(|json| {
            Members::of(json).get("messages").is_some_and(|list| list.get().starts_with('['))
        })
}

/// A record that is a conversation of its own: a list of messages, or an object with one.
fn import_conversation(out: &mut Output<'_>, record: &Record<'_>) {
    let Ok(json) = std::str::from_utf8(record.bytes) else { return };
    let mut reader = Reader::new(out.start());
    if json.starts_with('[') {
        read_list(&mut reader, out, record, json);
    }
    let mut members = Members::of(json).0;
    order::sort_by_key(&mut members, |(name, _)| name != "system");
    for (name, value) in members {
        if name == "messages" {
            read_list(&mut reader, out, record, value.get());
        } else {
            reader.member(out, &name, &record.inner(value, record.number));
        }
    }
    reader.finish(out);
}

fn read_list<'a>(reader: &mut Reader, out: &mut Output<'_>, record: &Record<'a>, list: &'a str) {
    let messages: Vec<&RawValue> = serde_json::from_str(list).unwrap_or_default();
    for (number, message) in messages.into_iter().enumerate() {
        reader.message(out, &record.inner(message, number as u64));
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::import::{Head, recognise};
    use crate::engine::testing::{check_import, drawn, observe};
    use crate::engine::trace::{OutcomeValue, PartKind, Trace, WarningKind};

    const AGENT: &[u8] = include_bytes!("../../../../tests/fixtures/chat/rename-agent.json");

    fn all(json: &str) -> Vec<Trace> {
        check_import("x.json", json.as_bytes()).traces
    }

    fn only(json: &str) -> Trace {
        let traces = all(json);
        assert_eq!(traces.len(), 1);
        traces.into_iter().next().unwrap()
    }

    fn seen(json: &str, kind: PartKind) -> Vec<String> {
        let (_, seen) = observe("x", json.as_bytes()).unwrap();
        seen.texts.into_iter().filter(|text| text.kind == kind).map(|text| text.text).collect()
    }

    #[test]
    fn calls_meet_their_results_and_steps_are_numbered_as_messages() {
        let json = std::str::from_utf8(AGENT).unwrap();
        let trace = only(json);
        assert_eq!(drawn(&trace), "s0 u1 c2 c2 t5 c5 a7");
        assert_eq!(seen(json, PartKind::Result), ["a.py\nb.py", "old_name in a.py", "2 passed"]);
        assert_eq!(
            seen(json, PartKind::Thought),
            ["Find all uses first.", "Tests decide.", "Run the tests."]
        );
        assert_eq!(trace.head.models, ["gpt-4.1"]);
        assert_eq!((trace.totals.tokens_in, trace.totals.cost_usd), (Some(900), Some(0.01)));
        assert!(trace.warnings.is_empty(), "{:?}", trace.warnings);
    }

    #[test]
    fn quirks_of_arguments_ids_and_content() {
        let json = r#"[{"role":"user","content":"go"},
            {"role":"assistant","content":null,"tool_calls":[{"id":"1","function":{"name":"a","arguments":"{broken"}},{"id":"1","function":{"name":"b","arguments":""}},{"function":{"name":"c","arguments":{"x":1}}}]},
            {"role":"tool","tool_call_id":"1","content":"ra"},{"role":"tool","tool_call_id":"1","content":[{"type":"text","text":"rb"}]},
            {"role":"tool","tool_call_id":"1","content":"rb again"},{"role":"tool","name":"c","content":"rc"},{"role":"tool","tool_call_id":"9","content":"lost"},
            {"role":"assistant","content":"","function_call":{"name":"d","arguments":"{\"y\":2}"}},{"role":"function","name":"d","content":"rd"}]"#;
        let trace = only(json);
        assert_eq!(drawn(&trace), "u0 c1 c1 c1 e6 c7");
        assert_eq!(seen(json, PartKind::Call), ["{broken", "{\"x\":1}", "{\"y\":2}"]);
        assert_eq!(seen(json, PartKind::Result), ["ra", "rb", "rc", "rd"]);
        assert_eq!(
            trace.warnings.iter().map(|warning| warning.kind).collect::<Vec<_>>(),
            [WarningKind::Unpaired]
        );
    }

    #[test]
    fn calls_written_into_the_text() {
        let json = r#"{"messages":[{"role":"user","content":"go"},
            {"role":"assistant","content":"Look.\n<tool_call>\n{\"name\": \"bash\", \"arguments\": {\"command\": \"ls\"}}\n</tool_call>"},
            {"role":"user","content":"<tool_response>\na.py\n</tool_response>"},
            {"role":"assistant","content":"<function=edit>\n<parameter=path>a.py</parameter>\n</function>"},
            {"role":"user","content":"EXECUTION RESULT of [edit]:\nok"}],"resolved":false,"instance_id":"t-1"}"#;
        let trace = only(json);
        assert_eq!(drawn(&trace), "u0 c1 c3");
        assert_eq!(seen(json, PartKind::Thought), ["Look.\n"]);
        assert_eq!(seen(json, PartKind::Result), ["a.py", "EXECUTION RESULT of [edit]:\nok"]);
        assert_eq!(trace.head.outcome.value, OutcomeValue::Failed);
        assert_eq!(trace.head.task_id.as_deref(), Some("t-1"));
    }

    #[test]
    fn parallel_calls_in_one_string_are_several() {
        let json = r#"[{"role":"user","content":"go"},
            {"role":"assistant","content":null,"tool_calls":[{"id":"1","function":{"name":"read","arguments":"{\"path\":\"a}{\"} {\"path\":\"b\"}"}}]},
            {"role":"tool","tool_call_id":"1","content":"ra"},{"role":"tool","tool_call_id":"1","content":"rb"}]"#;
        assert_eq!(drawn(&only(json)), "u0 c1 c1");
        assert_eq!(seen(json, PartKind::Call), [r#"{"path":"a}{"}"#, r#"{"path":"b"}"#]);
        assert_eq!(seen(json, PartKind::Result), ["ra", "rb"]);
    }

    #[test]
    fn blocks_with_values() {
        let json = r#"{"messages":[{"role":"user","content":[{"type":"text","value":"go"}]},
            {"role":"assistant","content":[{"type":"reasoning","value":"hm"},{"type":"text","value":"Looking."},{"type":"tool_call","value":"{\"name\": \"ls\", \"arguments\": {\"path\": \".\"}}"}]},
            {"role":"tool","content":[{"type":"text","value":"a.py"}]},
            {"role":"assistant","content":[{"type":"text","text":"So:\n<tool_call>{\"name\": \"cat\", \"arguments\": {}}</tool_call>"}]},
            {"role":"tool","content":"x = 1"},
            {"role":"assistant","content":[{"type":"tool_call","value":"{\"name\": \"wc\"}"},{"type":"tool_call","value":"{\"name\": \"du\"}"}]},
            {"role":"tool","content":[{"type":"text","value":"[{\"name\": \"wc\", \"content\": \"3\"}, {\"name\": \"du\", \"content\": {\"kb\": 4}}]"}]},
            {"role":"assistant","content":[{"type":"text","value":"Done."}]}]}"#;
        assert_eq!(drawn(&only(json)), "u0 t1 a1 c1 a3 c3 c5 c5 a7");
        assert_eq!(seen(json, PartKind::Call), [r#"{"path": "."}"#, "{}", "{}", "{}"]);
        assert_eq!(seen(json, PartKind::Result), ["a.py", "x = 1", "3", "{\n  \"kb\": 4\n}"]);
    }

    #[test]
    fn messages_of_anthropic() {
        let json = r#"{"model":"claude-x","system":"Be brief","messages":[{"role":"user","content":"go"},
            {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"x"},{"type":"text","text":"Looking."},{"type":"tool_use","id":"t1","name":"bash","input":{"command":"ls"}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"boom"}],"is_error":true},{"type":"text","text":"go on"}]},
            {"role":"assistant","content":[{"type":"text","text":"Done."}]}]}"#;
        let trace = only(json);
        assert_eq!(drawn(&trace), "s0 u0 t1 a1 c1 u2 a3");
        let prompt_last = format!(
            "{},\"system\":\"Be brief\"}}",
            json.replace("\"system\":\"Be brief\",", "").trim_end_matches('}')
        );
        assert_eq!(drawn(&only(&prompt_last)), "s0 u0 t1 a1 c1 u2 a3");
        assert_eq!(drawn(&only(&format!("[{prompt_last}]"))), "s0 u0 t1 a1 c1 u2 a3");
        assert_eq!(seen(json, PartKind::Result), ["boom"]);
        assert_eq!(trace.steps.last().unwrap().turn, 2);
        assert_eq!(trace.head.models, ["claude-x"]);
    }

    #[test]
    fn items_of_the_responses_api() {
        let json = r#"[{"role":"user","content":[{"type":"input_text","text":"go"}],"type":"message"},
            {"type":"reasoning","id":"r","summary":[{"type":"summary_text","text":"hm"}]},
            {"type":"function_call","call_id":"c1","name":"ls","arguments":"{}"},
            {"type":"function_call_output","call_id":"c1","output":"a.py"},
            {"type":"message","role":"assistant","content":[{"type":"output_text","text":"Done."}]}]"#;
        let trace = only(json);
        assert_eq!(drawn(&trace), "u0 t1 c2 a4");
        assert_eq!(trace.steps.iter().map(|step| step.turn).collect::<Vec<_>>(), [0, 1, 1, 2]);
        let typed = r#"[{"type":"user","content":"go"},{"type":"reasoning","summary":[]},{"type":"assistant","content":"Look","tool_calls":[{"id":"c","name":"ls","arguments":"{}"}]},{"type":"tool_result","tool_call_id":"c","content":"a"}]"#;
        assert_eq!(drawn(&only(typed)), "u0 c2");
        let response = r#"{"object":"response","model":"m","output":[{"type":"function_call","call_id":"c1","name":"ls","arguments":"{\"a\":1}"}],"status":"completed"}"#;
        assert_eq!(drawn(&only(response)), "c0");
    }

    #[test]
    fn json_lines_are_many_runs_or_one() {
        let chat = r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}"#;
        assert_eq!(all(&format!("{chat}\n{chat}\n")).len(), 2);
        assert_eq!(all(&format!("[{chat},{chat}]")).len(), 2);
        let lines = "{\"role\":\"user\",\"content\":\"a\",\"timestamp\":1700000000}\n{\"role\":\"assistant\",\"content\":\"b\",\"timestamp\":1700000002.5}\n";
        let trace = only(lines);
        assert_eq!(drawn(&trace), "u0 a1");
        assert_eq!(trace.steps[1].time.unwrap().start_ms, 2500);
        assert!(trace.head.absolute_times);
    }

    #[test]
    fn what_is_no_conversation_is_refused() {
        for json in [
            r#"{"input":[{"role":"user","content":"Where is it?"}],"target":"box"}"#,
            r#"[{"instruction":"a","input":"","output":"the assistant"}]"#,
            r#"[{"conversations":[{"who":"human","said":"a"},{"who":"assistant","said":"b"}]}]"#,
            r#"[{"role":"user","content":"a"},{"role":"user","content":"b"}]"#,
            r#"{"messages":[{"type":"SomeMessage","content":"a","source":"assistant"}]}"#,
        ] {
            let head = Head::of("x", json.as_bytes(), json.as_bytes(), json.len() as u64);
            assert!(recognise(&head).is_err(), "{json}");
        }
    }
}
