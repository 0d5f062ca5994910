//! What can be asked about: one table for the steps of a run, one for runs.

/// What a term asks about. Steps and runs share some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    Text,
    Kind,
    Op,
    Exit,
    File,
    Tool,
    Agent,
    Error,
    Outcome,
    Test,
    Finding,
    Severity,
    Claim,
    Turn,
    Step,
    Tokens,
    Duration,
    Cost,
    After,
    Before,
    Model,
    Task,
    Format,
    Score,
    Steps,
}

/// What a number counts: which endings it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Plain,
    /// `12k`, `3m`.
    Count,
    /// `300ms`, `12s`, `5m`, `2h`; without an ending, seconds.
    Seconds,
    /// `0.5`, `$0.5`.
    Dollars,
}

/// What may stand behind a field's colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    Text,
    /// One of these.
    Words(&'static [&'static str]),
    /// A part of a name, or with `*` the whole of it.
    Names,
    /// A path or a pattern of paths.
    Paths,
    Number(Unit),
    /// The first step like that, or the number of a step.
    Place(&'static [&'static str]),
}

/// A field as it is written, and what users read about it.
#[derive(Debug, PartialEq, Eq)]
pub struct FieldSpec {
    pub field: Field,
    pub name: &'static str,
    pub takes: Takes,
    pub what: &'static str,
}

const fn spec(field: Field, name: &'static str, takes: Takes, what: &'static str) -> FieldSpec {
    FieldSpec { field, name, takes, what }
}

/// Stands for whatever there is: `error:any`.
pub(super) const ANY: &str = "any";

pub static STEP_FIELDS: &[FieldSpec] = &[
    spec(Field::Text, "text", Takes::Text, "stands anywhere in the step, in whatever case"),
    spec(
        Field::Kind,
        "kind",
        Takes::Words(&[
            "system",
            "user",
            "assistant",
            "message",
            "thought",
            "action",
            "event",
            "hand-off",
            "compaction",
            "limit",
            "crash",
            "submission",
            "interrupted",
            "notice",
        ]),
        "what sort of step it is",
    ),
    spec(
        Field::Op,
        "op",
        Takes::Words(&[
            "read", "search", "list", "edit", "create", "delete", "run", "test", "build", "lint", "install",
            "git", "server", "program", "browse", "plan", "delegate", "submit", "ask", "other",
        ]),
        "what an action did; run and edit hold for every sort of either",
    ),
    spec(Field::Exit, "exit", Takes::Number(Unit::Plain), "its exit code"),
    spec(Field::File, "file", Takes::Paths, "a file it names or changes"),
    spec(Field::Tool, "tool", Takes::Names, "the tool it called"),
    spec(Field::Agent, "agent", Takes::Names, "who did it"),
    spec(
        Field::Error,
        "error",
        Takes::Words(&[
            ANY,
            "test-failure",
            "syntax",
            "exception",
            "not-found",
            "permission",
            "authentication",
            "rate-limit",
            "network",
            "resources",
            "timeout",
            "invalid-call",
            "edit-rejected",
            "rejected",
            "other",
        ]),
        "the error it met",
    ),
    spec(
        Field::Outcome,
        "outcome",
        Takes::Words(&["ok", "error", "timeout", "empty", "unknown"]),
        "how an action ended",
    ),
    spec(
        Field::Test,
        "test",
        Takes::Words(&["red", "green", ANY]),
        "tests, a build or a linter that said no or yes",
    ),
    spec(Field::Finding, "finding", Takes::Names, "a finding that blames it, by its detector; or any"),
    spec(
        Field::Severity,
        "severity",
        Takes::Words(&["error", "warning", "note"]),
        "how bad a finding that blames it is",
    ),
    spec(
        Field::Claim,
        "claim",
        Takes::Words(&[
            ANY,
            "success",
            "tests-pass",
            "fixed",
            "verified",
            "done",
            "unsure",
            "gave-up",
            "assumed",
            "otherwise",
        ]),
        "what the agent says of its work",
    ),
    spec(Field::Turn, "turn", Takes::Number(Unit::Plain), "the model's answer it belongs to"),
    spec(Field::Step, "step", Takes::Number(Unit::Plain), "its number in the list"),
    spec(Field::Tokens, "tokens", Takes::Number(Unit::Count), "tokens in and out of its model call"),
    spec(Field::Duration, "duration", Takes::Number(Unit::Seconds), "how long it took"),
    spec(Field::Cost, "cost", Takes::Number(Unit::Dollars), "what its model call cost"),
    spec(Field::After, "after", Takes::Place(PLACES), "comes later than the first step like that"),
    spec(Field::Before, "before", Takes::Place(PLACES), "comes earlier than the first step like that"),
];

const PLACES: &[&str] = &["test-fail", "test-pass", "edit", "error", "finding", "compaction"];

pub static RUN_FIELDS: &[FieldSpec] = &[
    spec(Field::Text, "text", Takes::Text, "stands in its task, file, verdict or findings, in whatever case"),
    spec(Field::Agent, "agent", Takes::Names, "the agent"),
    spec(Field::Model, "model", Takes::Names, "the model"),
    spec(Field::Task, "task", Takes::Names, "the task"),
    spec(Field::Outcome, "outcome", Takes::Words(&["resolved", "failed", "unknown"]), "how the run ended"),
    spec(Field::Score, "score", Takes::Number(Unit::Plain), "its score"),
    spec(Field::Finding, "finding", Takes::Names, "a finding in it, by its detector; or any"),
    spec(
        Field::Severity,
        "severity",
        Takes::Words(&["error", "warning", "note"]),
        "how bad a finding in it is",
    ),
    spec(Field::Format, "format", Takes::Names, "the format it was read from"),
    spec(Field::File, "file", Takes::Paths, "the file it was read from"),
    spec(Field::Steps, "steps", Takes::Number(Unit::Count), "how many steps it has"),
    spec(Field::Tokens, "tokens", Takes::Number(Unit::Count), "tokens in and out"),
    spec(Field::Duration, "duration", Takes::Number(Unit::Seconds), "how long it took"),
    spec(Field::Cost, "cost", Takes::Number(Unit::Dollars), "what it cost"),
];
