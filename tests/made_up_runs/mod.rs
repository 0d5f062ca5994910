//! Runs that nobody made, yet like those that people have: a few agents, each with its way of working; findings
//! of which some are common; errors of which a few are met again and again and most only once.

use tracebench::engine::cluster::{ClusterInput, Signature};
use tracebench::engine::detect;
use tracebench::engine::report::{Detected, RunDigest};
use tracebench::engine::trace::OutcomeValue;

/// The same numbers every time.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Below `below`.
    pub(crate) fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % below.max(1)
    }

    /// Small numbers far more often than great ones.
    fn tail(&mut self, below: usize) -> usize {
        let (one, other) = (self.roll(below), self.roll(below));
        self.roll(one.min(other) + 1)
    }
}

const OPERATIONS: &[&str] = &[
    "read",
    "search",
    "edit",
    "run-test",
    "run-other",
    "list",
    "create",
    "run-program",
    "plan",
    "run-install",
    "run-version-control",
    "submit",
];
const PHASES: &[&str] = &["edit", "verify", "explore", "finish", "reproduce"];

/// Errors that every project knows.
const COMMON: &[&str] = &[
    "AssertionError: <n> != <n>",
    "E assert <n> == <n>",
    "ModuleNotFoundError: No module named <str>",
    "TypeError: f() missing <n> required positional argument: <str>",
    "ImportError: cannot import name <str> from <str> (<path>.py)",
    "AttributeError: <str> object has no attribute <str>",
    "error[E<n>]: cannot find value <str> in this scope",
    "<path>: No such file or directory",
    "SyntaxError: invalid syntax (<path>.py, line <n>)",
    "fatal: not a git repository (or any of the parent directories): <path>",
];

/// Words of the errors that are met once.
const WORDS: &[&str] = &[
    "cannot",
    "resolve",
    "frame",
    "offset",
    "while",
    "parsing",
    "header",
    "field",
    "unexpected",
    "token",
    "after",
    "stream",
    "closed",
    "before",
    "reply",
    "table",
    "column",
    "missing",
    "in",
    "scope",
    "value",
];

/// `count` runs.
pub(crate) fn digests(count: usize) -> Vec<RunDigest> {
    let mut dice = Dice::new(42);
    (0..count).map(|number| digest(number, &mut dice)).collect()
}

fn digest(number: usize, dice: &mut Dice) -> RunDigest {
    let agent = dice.tail(6);
    let outcome = [OutcomeValue::Failed, OutcomeValue::Resolved, OutcomeValue::Unknown][dice.tail(3)];
    let count = dice.tail(14);
    let signatures: Vec<Signature> = (0u32..).take(count).map(|finding| signature(finding, dice)).collect();
    let mut shape: Vec<String> = (0..30)
        .map(|_| {
            // An agent's own operations, and now and then another.
            let mut operation = || OPERATIONS[(agent + dice.tail(7)) % OPERATIONS.len()];
            format!("{}>{}", operation(), operation())
        })
        .collect();
    shape.sort();
    shape.dedup();
    let mut found: Vec<&str> = signatures.iter().map(|signature| signature.detector.as_str()).collect();
    found.sort_unstable();
    let detectors = found.chunk_by(|one, other| one == other).filter_map(detected).collect();
    RunDigest {
        run: ClusterInput {
            id: (format!("run-{number}"), format!("runs/{number}.jsonl"), 0),
            agent: Some(format!("agent-{agent}")),
            model: Some(format!("model-{}", dice.roll(4))),
            outcome,
            shape,
            steps: (0u32..).take(count).map(|step| step * 3).collect(),
            signatures,
        },
        agent_version: Some(format!("1.{}", dice.roll(12))),
        format: "chat".to_owned(),
        task: Some(format!("task-{}", dice.roll(500))),
        prompt: None,
        started: Some(format!("2026-{:02}-{:02}T10:00:00Z", dice.roll(12) + 1, dice.roll(28) + 1)),
        score: u32::try_from(dice.roll(101)).ok().map(f64::from),
        steps: 30,
        cost_usd: Some(0.25),
        seconds: None,
        abstained: count == 0,
        detectors,
    }
}

fn detected(same: &[&str]) -> Option<Detected> {
    let info = detect::info(same.first()?)?;
    Some(Detected {
        id: info.id.to_owned(),
        title: info.title.to_owned(),
        category: info.category,
        severity: info.severity,
        certain: false,
        findings: u32::try_from(same.len()).unwrap_or_default(),
    })
}

fn signature(finding: u32, dice: &mut Dice) -> Signature {
    let detectors: Vec<&str> = detect::catalog().map(|info| info.id).collect();
    let template = match dice.roll(10) {
        0..5 => "-".to_owned(),
        5..8 => COMMON[dice.tail(COMMON.len())].to_owned(),
        _ => {
            let words: Vec<&str> = (0..4 + dice.roll(6)).map(|_| WORDS[dice.roll(WORDS.len())]).collect();
            format!("{}Error: {} <str>", ["Value", "Runtime", "Key", "IO"][dice.roll(4)], words.join(" "))
        }
    };
    Signature {
        detector: detectors[dice.tail(detectors.len())].to_owned(),
        operation: OPERATIONS[dice.tail(OPERATIONS.len())].to_owned(),
        template,
        phase: PHASES[dice.tail(PHASES.len())].to_owned(),
        finding,
    }
}
