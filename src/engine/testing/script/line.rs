//! One line of a script, and the step it becomes.

use xxhash_rust::xxh3::xxh3_64;

use super::words::{claim, error_class, operation, plan, quote, requirement, signature, test_run, tone};
use crate::engine::facts::{
    ActionFacts, ActionOutcome, Announcement, Claim, Edit, EditKind, EditSigns, ErrorClass, Operation,
    Requirement, RunKind, Sketch, StepFacts, test_key,
};
use crate::engine::trace::{
    At, CallInput, CallText, EventKind, PartKind, ResultText, Role, Segment, StepId, TextRef, TraceBuilder,
    Usage,
};

/// Hands out times to the steps that say how long they took.
#[derive(Default)]
pub(super) struct Clock {
    now_ms: i64,
}

pub(super) struct Line<'a> {
    number: usize,
    kind: &'a str,
    agent: Option<&'a str>,
    text: &'a str,
    columns: Vec<&'a str>,
    pub(super) facts: StepFacts,
    seconds: Option<i64>,
    tokens: Option<u64>,
    pub(super) requires: Option<Requirement>,
    pub(super) measures: Option<f64>,
}

impl<'a> Line<'a> {
    pub(super) fn new(number: usize, text: &'a str) -> Self {
        let (kind, rest) = text.split_once(' ').unwrap_or((text, ""));
        let rest = rest.trim_start();
        let (agent, rest) = match rest.strip_prefix('@').and_then(|rest| rest.split_once(' ')) {
            Some((agent, rest)) => (Some(agent), rest),
            None => (None, rest),
        };
        let mut columns = rest.split("  ").map(str::trim).filter(|column| !column.is_empty());
        Self {
            number,
            kind,
            agent,
            text: columns.next().unwrap_or(""),
            columns: columns.collect(),
            facts: StepFacts::default(),
            seconds: None,
            tokens: None,
            requires: None,
            measures: None,
        }
    }

    pub(super) fn add(&mut self, builder: &mut TraceBuilder, clock: &mut Clock) -> StepId {
        let operation = operation(self.kind);
        self.facts.action = operation.map(|operation| Box::new(self.action(operation)));
        if matches!(self.kind, "thought" | "assistant") {
            self.facts.sketch = Sketch::of(self.text).map(Box::new);
        }
        for column in self.columns.clone() {
            self.fact(column);
        }
        builder.begin_turn();
        let at = At {
            agent: builder.participant(self.agent.unwrap_or("agent")),
            source_step: u32::try_from(builder.step_count()).unwrap_or(u32::MAX),
            time_ms: Some(clock.now_ms),
            parent: None,
        };
        let step = self.write(builder, at);
        clock.now_ms += self.seconds.unwrap_or(1) * 1000;
        builder.set_end(step, clock.now_ms, false);
        if self.tokens.is_some() {
            builder.set_usage(step, Usage { tokens_out: self.tokens, ..Usage::default() });
        }
        step
    }

    fn write(&self, builder: &mut TraceBuilder, at: At) -> StepId {
        let mut observer = ();
        let mut writer = builder.writer(&mut observer);
        let text = TextRef::inline(self.text);
        match self.kind {
            "user" => writer.message(at, Role::User, text),
            "system" => writer.message(at, Role::System, text),
            "assistant" => writer.message(at, Role::Assistant, text),
            "thought" => writer.thought(at, text),
            "event" => writer.event(at, self.event(), text),
            _ => {
                let first_word = self.text.split(' ').next().unwrap_or("");
                let tool = if self.kind == "call" { first_word } else { self.kind };
                let call = CallText { tool, input: CallInput::Command(self.text), cwd: None };
                let step = writer.action(at, &call, Segment::Inline(self.text.into()));
                let result = ResultText { text: "result", ..ResultText::default() };
                writer.result(step, &result, Segment::Inline("result".into()));
                step
            }
        }
    }

    fn event(&self) -> EventKind {
        match self.text.split(' ').next().unwrap_or("") {
            "hand-off" => EventKind::HandOff,
            "compaction" => EventKind::Compaction,
            "limit-reached" => EventKind::LimitReached,
            "crash" => EventKind::Crash,
            "submission" => EventKind::Submission,
            "interrupted" => EventKind::Interrupted,
            "notice" => EventKind::Notice,
            other => panic!("line {}: unknown event “{other}”", self.number),
        }
    }

    fn action(&self, operation: Operation) -> ActionFacts {
        let target = self.text.split(' ').next().unwrap_or("");
        let names_file = operation.is_edit() || matches!(operation, Operation::Read | Operation::List);
        let is_run = matches!(operation, Operation::Run(_));
        ActionFacts {
            operation,
            command: is_run.then(|| self.text.into()),
            targets: if names_file { vec![target.into()] } else { Vec::new() },
            call_hash: xxh3_64(format!("{} {}", self.kind, self.text).as_bytes()),
            result_hash: xxh3_64(self.columns.join(" ").as_bytes()),
            outcome: ActionOutcome::Ok,
            exit_code: None,
            error: None,
            tests: None,
            edits: if operation.is_edit() { vec![self.edit(operation, target)] } else { Vec::new() },
            waits: false,
            masks_exit: false,
            risk: None,
            unshown: None,
            result_len: 6,
            result_quote: None,
            plan: None,
        }
    }

    /// `edit PATH +3 -1`; `edit PATH a>b` turns text `a` into `b`, `create PATH >a` writes it.
    fn edit(&self, operation: Operation, file: &str) -> Edit {
        let lines = |sign| self.text.split(' ').find_map(|word| word.strip_prefix(sign)?.parse().ok());
        let kind = match operation {
            Operation::Create => EditKind::Create,
            Operation::Delete => EditKind::Delete,
            _ => EditKind::Modify,
        };
        let (added, removed) = (lines('+'), lines('-'));
        let state = |name: &str| (!name.is_empty()).then(|| xxh3_64(name.as_bytes()));
        let (before, after) = self.text.split(' ').find_map(|word| word.split_once('>')).unwrap_or_default();
        let (before, after) = (state(before), state(after));
        Edit { file: file.into(), kind, added, removed, before, after, signs: EditSigns::default() }
    }

    /// On any line: `claims KIND [words]`, `announces`, `tone pleased|expects-failure`, `unmade`, `reports TEXT`,
    /// `thinks TEXT` (beside an action; a thought or an answer is taken at its own words), `time SECONDS`,
    /// `tokens N`, `requires NAME at-least|at-most BAR` (the task), `measures VALUE` (of what it requires).
    /// On actions: `exit N`, `tests red|green [FAILED/TOTAL]`, `failing A,B`, `passing A,B`, `skipping A,B`,
    /// `error CLASS [text]`, `timeout`, `empty`, `unknown`, `refused` (edits nothing), `waits`, `masked`, `skips`,
    /// `asserts-less`, `expects-other`, `plan DONE/TOTAL [item]`, `risk KIND`, `unshown PATH`, `result NAME` (results of equal names
    /// are equal), `edits PATH`, `creates PATH` and `reverts [PATH]` (a command that changes files), `names PATH`
    /// (a command that names it), `says TEXT`.
    fn fact(&mut self, column: &str) {
        let (name, value) = column.split_once(' ').unwrap_or((column, ""));
        match name {
            "claims" => {
                let (kind, words) = value.split_once(' ').unwrap_or((value, self.text));
                let quote = quote(self.spoken_part(), words);
                self.facts.claims.push(Claim { kind: claim(kind), quote });
            }
            "announces" => {
                let quote = quote(self.spoken_part(), self.text);
                self.facts.announced = Some(Box::new(Announcement { quote, closes: true }));
            }
            "tone" => self.facts.tone = tone(value),
            "unmade" => self.facts.unmade_call = Some(Box::new(quote(PartKind::Message, self.text))),
            "reports" => self.facts.reported_error = Some(Box::new(signature(PartKind::Message, value))),
            "thinks" => self.facts.sketch = Sketch::of(value).map(Box::new),
            "time" => self.seconds = value.parse().ok(),
            "tokens" => self.tokens = value.parse().ok(),
            "requires" => self.requires = Some(requirement(value)),
            "measures" => self.measures = value.parse().ok(),
            _ => self.action_fact(name, value),
        }
    }

    fn action_fact(&mut self, name: &str, value: &str) {
        let number = self.number;
        let Some(action) = self.facts.action.as_deref_mut() else {
            panic!("line {number}: “{name}” is a fact of actions")
        };
        match name {
            "exit" => {
                action.exit_code = value.parse().ok();
                if action.exit_code != Some(0) && !action.outcome.is_error() {
                    action.outcome = ActionOutcome::Error(ErrorClass::Other);
                }
            }
            "tests" => {
                action.operation = Operation::Run(RunKind::Test);
                action.tests = Some(test_run(value));
                if value.starts_with("red") {
                    action.outcome = ActionOutcome::Error(ErrorClass::TestFailure);
                }
            }
            "failing" => {
                let Some(tests) = &mut action.tests else { panic!("line {number}: “tests” comes first") };
                tests.failing = value.split(',').map(Into::into).collect();
            }
            "passing" | "skipping" => {
                let Some(tests) = &mut action.tests else { panic!("line {number}: “tests” comes first") };
                if name == "passing" {
                    tests.passing = value.split(',').map(test_key).collect();
                    tests.passing.sort_unstable();
                } else {
                    tests.skipped = value.split(',').map(Into::into).collect();
                }
            }
            "error" => {
                let (class, text) = value.split_once(' ').unwrap_or((value, ""));
                action.outcome = ActionOutcome::Error(error_class(class));
                action.error = (!text.is_empty()).then(|| signature(PartKind::Result, text));
            }
            "timeout" => action.outcome = ActionOutcome::Timeout,
            "empty" => action.outcome = ActionOutcome::Empty,
            "unknown" => (action.outcome, action.result_hash) = (ActionOutcome::Unknown, 0),
            "refused" => action.edits.clear(),
            "waits" => action.waits = true,
            "masked" => action.masks_exit = true,
            "skips" => action.edits.iter_mut().for_each(|edit| edit.signs.skips = true),
            "expects-other" => action.edits.iter_mut().for_each(|edit| edit.signs.expects_other = true),
            "asserts-less" => action.edits.iter_mut().for_each(|edit| edit.signs.asserts_less = true),
            "plan" => action.plan = Some(Box::new(plan(value))),
            "risk" => action.risk = serde_json::from_value(value.into()).ok(),
            "unshown" => action.unshown = Some(value.into()),
            "result" => action.result_hash = xxh3_64(value.as_bytes()),
            "names" => action.targets.push(value.into()),
            "says" => action.result_quote = Some(quote(PartKind::Result, value)),
            "edits" | "creates" | "reverts" => {
                let kind = match name {
                    "edits" => EditKind::Modify,
                    "creates" => EditKind::Create,
                    _ => EditKind::Revert,
                };
                let (file, signs) = (value.into(), EditSigns::default());
                action.edits.push(Edit {
                    file,
                    kind,
                    added: None,
                    removed: None,
                    before: None,
                    after: None,
                    signs,
                });
            }
            _ => panic!("line {number}: unknown fact “{name}”"),
        }
    }

    fn spoken_part(&self) -> PartKind {
        match self.kind {
            "user" | "system" | "assistant" | "event" => PartKind::Message,
            _ => PartKind::Thought,
        }
    }
}
