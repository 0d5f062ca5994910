//! Folders of `AutoCodeRover`: the conversation after each round, the calls that were made of it, and what the
//! run cost.

use rustc_hash::FxHashMap;

use super::anthropic::{hash, source_step};
use super::chat_message::text_of;
use super::object::{Members, items};
use super::talk::{Call, Given, Talk};
use super::{
    FormatInfo, Gathered, Head, ImportError, Importer, Input, Located, Output, Probe, Record, Shape,
    sidecar::file_name,
};
use crate::engine::order;
use crate::engine::trace::{
    AgentId, At, EventKind, Position, ResultText, Role, RunIndex, RunWriter, SourceId, TextRef, WarningKind,
};

static INFO: FormatInfo = FormatInfo {
    id: "autocoderover",
    title: "AutoCodeRover run",
    written_by: "AutoCodeRover: the folder of a task with `meta.json` and `conversation_round_*.json`",
    marks: "`meta.json` with `task_id`, `setup_info` and `task_info`",
    fields: &[
        "task_id",
        "setup_info",
        "task_info",
        "role",
        "content",
        "func_name",
        "arguments",
        "call_ok",
        "model",
        "commit",
        "start_epoch",
        "end_epoch",
        "elapsed_seconds",
        "total_input_tokens",
        "total_output_tokens",
        "total_tokens",
        "total_cost",
        "extract_status",
        "tool_calls",
    ],
    lacks: "times and tokens of steps, exit codes, whether the patch passed the tests (the folder above is named \
            after what became of the patch, not after the tests)",
};

pub(super) static IMPORTER: AutoCodeRover = AutoCodeRover;

pub(super) struct AutoCodeRover;

/// The files beside `meta.json` that are read, in the order in which they are.
const BESIDE: &[&str] = &["tool_call_sequence.json", "cost.json", "extract_status.json"];

/// The numbered ones that are read behind them, in this order: what the model that turned answers into calls
/// said, the conversation after each round, the conversation with the model that wrote the patch after each
/// of its tries, and the patches.
const NUMBERED: &[(&str, &str)] = &[
    ("agent_proxy_", ".json"),
    ("conversation_round_", ".json"),
    (WRITER, ".json"),
    ("extracted_patch_", ".diff"),
];

/// The place of the rounds in all that is read.
const ROUND_RANK: usize = BESIDE.len() + 1;

const WRITER: &str = "debug_agent_write_patch_";

impl Importer for AutoCodeRover {
    fn info(&self) -> &'static FormatInfo {
        &INFO
    }

    fn probe(&self, head: &Head<'_>) -> Probe {
        let own = head.shape == Shape::Object
            && head.first().is_some_and(|document| document.has_all(&["task_id", "setup_info", "task_info"]));
        if own { Probe::Yes } else { Probe::No }
    }

    fn gather(&self, names: &[(SourceId, &str)]) -> Vec<Gathered> {
        let mut all = Vec::new();
        for (main, name) in names.iter().filter(|(_, name)| file_name(name) == "meta.json") {
            let folder = name.strip_suffix("meta.json").unwrap_or_default();
            let mut parts: Vec<((usize, u32), SourceId)> = names
                .iter()
                .filter_map(|(id, name)| Some((rank(name.strip_prefix(folder)?)?, *id)))
                .collect();
            order::sort(&mut parts);
            if parts.iter().any(|((rank, _), _)| *rank == ROUND_RANK) {
                all.push(Gathered { main: *main, parts: parts.into_iter().map(|(_, id)| id).collect() });
            }
        }
        all
    }

    fn import(&self, input: &Input<'_>, out: &mut Output<'_>) -> Result<(), ImportError> {
        let run = out.start();
        let mut folder = Folder {
            run,
            talk: Talk::default(),
            known: Vec::new(),
            calls: Vec::new(),
            turned: FxHashMap::default(),
        };
        out.run(run).builder.participant("agent");
        input.records(out, |out, record| folder.meta(out, &record, input.parts.is_empty()))?;
        for part in &input.parts {
            let name = file_name(input.sources.name(*part)).to_owned();
            if name.starts_with("extracted_patch_") {
                folder.patch(input, out, *part);
                continue;
            }
            input.with_part(*part, |part| {
                part.records(out, |out, record| folder.record(out, &name, &record))
            })?;
        }
        folder.talk.finish(out.run(run).builder);
        Ok(())
    }
}

/// Where a file of the folder stands in the order of reading; `None` for one that says nothing new.
fn rank(name: &str) -> Option<(usize, u32)> {
    let number = |start: &str, end: &str| name.strip_prefix(start)?.strip_suffix(end)?.parse().ok();
    if let Some(place) = BESIDE.iter().position(|beside| *beside == name) {
        return Some((place, 0));
    }
    let numbers = NUMBERED.iter().map(|(start, end)| number(start, end));
    numbers.zip(BESIDE.len()..).find_map(|(number, place)| Some((place, number?)))
}

struct Folder {
    run: RunIndex,
    talk: Talk,
    /// [`hash`] of each message so far: every round repeats the ones before it.
    known: Vec<u64>,
    /// Name and success of the calls that are still to be met in the conversation.
    calls: Vec<(String, bool)>,
    /// What answers were turned into, by the [`hash`] of the answer; several tries in order.
    turned: FxHashMap<u64, Vec<Located<'static>>>,
}

impl Folder {
    fn meta(&self, out: &mut Output<'_>, record: &Record<'_>, is_alone: bool) {
        let Ok(meta) = Members::of_record(record) else { return };
        let mut run = out.run(self.run);
        run.builder.head.agent = Some("AutoCodeRover".to_owned());
        run.builder.head.task_id = meta.text("task_id").map(std::borrow::Cow::into_owned);
        if is_alone {
            let text =
                "only the task is in this file: drop its whole folder (conversation_round_*.json) as well";
            run.builder.warnings.push(WarningKind::Missing, None, text);
            if let Some(issue) = text_of(record, &meta.object("task_info"), "problem_statement") {
                run.message(At::default(), Role::User, issue.as_ref());
            }
        }
    }

    fn record(&mut self, out: &mut Output<'_>, file: &str, record: &Record<'_>) {
        let mut run = out.run(self.run);
        if file.starts_with("agent_proxy_") {
            return self.proxy(record);
        }
        let members = match Members::of_record(record) {
            Ok(members) => members,
            Err(error) => {
                let text = format!("a record of {file} that could not be read was skipped: {error}");
                let position = Some(Position::Record(record.number));
                return run.builder.warnings.push(WarningKind::BadRecord, position, text);
            }
        };
        match file {
            "tool_call_sequence.json" => {
                let name = members.text("func_name").unwrap_or_default().into_owned();
                self.calls.push((name, members.flag("call_ok") != Some(false)));
            }
            "cost.json" => cost(&mut run, &members),
            "extract_status.json" => {
                let status = members.list("extract_status");
                let last = status.last().map(|raw| raw.get().trim_matches('"').to_owned());
                let head = &mut run.builder.head;
                head.submission_empty = last.as_deref().map(|last| last != "APPLICABLE_PATCH");
                head.exit_status = last;
            }
            _ => {
                let agent =
                    run.builder.participant(if file.starts_with(WRITER) { "patch writer" } else { "agent" });
                self.message(&mut run, agent, record, &members);
            }
        }
    }

    /// One try at turning an answer into calls: its own prompt, the answer, and what was made of it.
    fn proxy(&mut self, record: &Record<'_>) {
        let Ok(json) = std::str::from_utf8(record.bytes) else { return };
        let mut asked = 0;
        for raw in items(json) {
            let message = Members::of(raw.get());
            let Some(content) = message.get("content") else { continue };
            match message.text("role").as_deref() {
                Some("user") if asked == 0 => asked = hash(content.get()),
                Some("assistant") => {
                    self.turned.entry(asked).or_default().push(record.text(content).into_owned());
                }
                _ => {}
            }
        }
    }

    /// A message of the conversation, unless an earlier round held it.
    fn message(
        &mut self,
        run: &mut RunWriter<'_>,
        agent: AgentId,
        record: &Record<'_>,
        message: &Members<'_>,
    ) {
        let place = usize::try_from(record.number).unwrap_or(usize::MAX);
        let own = hash(message.get("content").map_or("", |raw| raw.get()));
        match self.known.get_mut(place) {
            Some(known) if *known == own => return,
            Some(known) => *known = own,
            None => self.known.push(own),
        }
        let at = At { agent, source_step: source_step(record), ..At::default() };
        let Some(content) = text_of(record, message, "content") else { return };
        self.talk.end_turn();
        match message.text("role").as_deref() {
            Some("system") => {
                self.talk.say(run, at, Role::System, &content);
            }
            Some("assistant" | "model") => {
                let said = self.talk.say(run, at, Role::Assistant, &content);
                for turned in self.turned.remove(&own).unwrap_or_default() {
                    let agent = run.builder.participant("proxy");
                    self.talk.say(run, At { agent, parent: said, ..at }, Role::Assistant, &turned);
                }
            }
            _ => {
                let raw = message.get("content").map_or("", |raw| raw.get());
                if !content.text.starts_with("Result of ") || !self.results(run, at, record, raw) {
                    self.talk.say(run, at, Role::User, &content);
                }
            }
        }
    }

    /// The results of one round's calls stand in one message: `Result of search_class("A"):` and what was
    /// found, again and again.
    fn results(&mut self, run: &mut RunWriter<'_>, at: At, record: &Record<'_>, raw: &str) -> bool {
        const START: &str = "Result of ";
        let inside = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw);
        let mut rest = inside.strip_prefix(START);
        let mut found = false;
        while let Some(one) = rest {
            // Only at the start of a line: code that was found may hold the words.
            let next = one.find("\\nResult of ");
            let (one, behind) =
                next.and_then(|next| one.split_at_checked(next)).map_or((one, None), |(one, behind)| {
                    (one, behind.strip_prefix("\\n").and_then(|behind| behind.strip_prefix(START)))
                });
            rest = behind;
            let Some((call, result)) = one.split_once(":\\n") else { continue };
            let tool = call.split('(').next().unwrap_or(call);
            let known = self.calls.iter().position(|(name, _)| name == tool);
            let is_ok = known.map(|known| self.calls.remove(known).1);
            let input = Given::Text(record.piece(call));
            self.talk.call(run, at, &Call { id: None, tool, input, cwd: None });
            let flags = ResultText { is_error: is_ok.map(|is_ok| !is_ok), ..ResultText::default() };
            self.talk.answer(run, at, None, &record.piece(result), &flags);
            found = true;
        }
        found
    }

    /// The patch that was made of the last answer.
    fn patch(&self, input: &Input<'_>, out: &mut Output<'_>, part: SourceId) {
        let len = input.sources.len(part);
        let Ok(bytes) = input.sources.read(part, 0..len) else { return };
        let text = String::from_utf8_lossy(&bytes);
        let mut run = out.run(self.run);
        let at = At { source_step: run.builder.last_source_step(), ..At::default() };
        if !text.trim().is_empty() {
            let text = TextRef::stored(&text, part, 0, bytes.len(), super::text::PLAIN);
            run.event(at, EventKind::Submission, text);
        }
    }
}

fn cost(run: &mut RunWriter<'_>, cost: &Members<'_>) {
    let head = &mut run.builder.head;
    head.saw_model(&cost.text("model").unwrap_or_default());
    head.totals.tokens_in = cost.count("total_input_tokens");
    head.totals.tokens_out = cost.count("total_output_tokens");
    head.totals.cost_usd = cost.number("total_cost");
    let span = cost.number("end_epoch").zip(cost.number("start_epoch")).map(|(end, start)| end - start);
    head.totals.seconds = cost.number("elapsed_seconds").or(span);
}

#[cfg(test)]
mod tests {
    use crate::engine::import::{Input, import, read_part};
    use crate::engine::testing::{check_import, drawn, only};
    use crate::engine::trace::{EventKind, MemorySources, OutcomeValue, PartKind, StepKind, WarningKind};

    const META: &str = include_str!("../../../tests/fixtures/autocoderover/meta.json");

    fn folder() -> MemorySources {
        let file = |name: &str, text: &str| (format!("out/parser__7/{name}"), text.as_bytes().to_vec());
        MemorySources::new(vec![
            file(
                "conversation_round_1.json",
                include_str!("../../../tests/fixtures/autocoderover/conversation_round_1.json"),
            ),
            file("meta.json", META),
            file("cost.json", include_str!("../../../tests/fixtures/autocoderover/cost.json")),
            file(
                "conversation_round_0.json",
                include_str!("../../../tests/fixtures/autocoderover/conversation_round_0.json"),
            ),
            file(
                "tool_call_sequence.json",
                include_str!("../../../tests/fixtures/autocoderover/tool_call_sequence.json"),
            ),
            file(
                "extract_status.json",
                r#"{"extract_status":["RAW_PATCH_BUT_UNMATCHED","APPLICABLE_PATCH"]}"#,
            ),
            file(
                "debug_agent_write_patch_1.json",
                include_str!("../../../tests/fixtures/autocoderover/debug_agent_write_patch_1.json"),
            ),
            file(
                "agent_proxy_0.json",
                include_str!("../../../tests/fixtures/autocoderover/agent_proxy_0.json"),
            ),
            file("extracted_patch_1.diff", "--- a/parser.py\n+++ b/parser.py\n"),
        ])
    }

    #[test]
    fn rounds_are_read_once_and_results_meet_their_calls() {
        let files = folder();
        let mut progress = |_| true;
        let all = crate::engine::import::plan(&files);
        let Some(crate::engine::import::FileRole::Trace { importer, parts, .. }) = all.into_iter().nth(1)
        else {
            panic!("meta.json is no trace")
        };
        assert_eq!((importer.info().id, parts.len()), ("autocoderover", 8));
        let mut input = Input::new(&files, crate::engine::trace::SourceId(1), Vec::new(), &mut progress);
        input.parts = parts;
        let trace = only(import(&input, &mut ()).unwrap());
        assert_eq!(drawn(&trace), "s0 u1 a2 a2 c3 c3 a4 s0 u5 a6 u7 e7");
        let result =
            |step: usize| read_part(&trace, trace.steps[step].part(PartKind::Result).unwrap(), &files);
        assert_eq!(result(4).unwrap(), "Found 1 classes.\nclass Parser: \"x\"\n");
        assert_eq!(&*trace.steps[5].label, "search_method(\"parse\")");
        assert_eq!(trace.steps[11].kind, StepKind::Event(EventKind::Submission));
        assert_eq!((trace.totals.tokens_in, trace.totals.seconds), (Some(1200), Some(30.0)));
        let who = |step: usize| trace.participant(trace.steps[step].agent);
        assert_eq!([who(2), who(3), who(4), who(9)], ["agent", "proxy", "agent", "patch writer"]);
        assert!(trace.steps[3].label.contains("search_class"), "{}", trace.steps[3].label);
        assert_eq!(trace.head.models, ["gpt-4-0125-preview"]);
        assert_eq!(trace.head.submission_empty, Some(false));
        assert_eq!(trace.head.outcome.value, OutcomeValue::Unknown);
        assert!(trace.warnings.is_empty(), "{:?}", trace.warnings);
    }

    #[test]
    fn the_task_alone_says_what_is_missing() {
        let trace = only(check_import("meta.json", META.as_bytes()));
        assert_eq!(drawn(&trace), "u0");
        assert_eq!(trace.warnings[0].kind, WarningKind::Missing);
    }
}
