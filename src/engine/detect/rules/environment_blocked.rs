use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::engine::detect::missing::missing;
use crate::engine::detect::words::{called, count, error, quoted};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::facts::{ActionFacts, ActionOutcome, ErrorClass, Operation};
use crate::engine::trace::StepId;

pub(super) struct EnvironmentBlocked;

static INFO: DetectorInfo = DetectorInfo {
    id: "environment-blocked",
    title: "Blocked by the environment",
    what: "Calls failed for reasons outside the task: credentials, rate limits, the network, disk or memory, \
           time, or a program that is not installed.",
    why: "What fails here is the place the agent works in. Such runs say little about the agent and are \
          best repaired before comparing anything.",
    limits: "Recognised from error messages and codes. Where a like call succeeds later the block is only \
             noted. Tasks about such errors, as a test of a rate limiter, can look like this.",
    category: Category::System,
    severity: Severity::Warning,
    status: Status::Stable,
    taxonomy: &["TRAIL system execution", "AgentRx system failure", "AgentRx guardrails"],
    classic: None,
};

/// Failures of a kind from which on they count where a single one is ordinary.
const OFTEN: usize = 2;

/// What shut the agent out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Block<'a> {
    Class(ErrorClass),
    /// This program or module is not installed.
    Missing(&'a str),
}

/// Classes of errors that are the environment's, with the failures from which on they count. One missing
/// answer of a network or one time-out is ordinary.
const CLASSES: &[(ErrorClass, usize)] = &[
    (ErrorClass::Authentication, 1),
    (ErrorClass::RateLimit, 1),
    (ErrorClass::Resources, 1),
    (ErrorClass::Network, OFTEN),
    (ErrorClass::Timeout, OFTEN),
];

impl Detector for EnvironmentBlocked {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        let mut blocks: IndexMap<Block<'_>, Vec<StepId>, FxBuildHasher> = IndexMap::default();
        for (step, block) in ctx.actions().filter_map(|(step, action)| Some((step, Block::of(action)?))) {
            blocks.entry(block).or_default().push(step);
        }
        if blocks.is_empty() {
            return;
        }
        let successes = Successes::of(ctx);
        for (block, steps) in blocks {
            let (Some(first), Some(last)) = (steps.first().copied(), steps.last().copied()) else { continue };
            if steps.len() < block.least() {
                continue;
            }
            let recovered = successes.like(block, ctx.facts.action(last)).is_some_and(|step| step > last);
            let after = if recovered { "; a like call succeeded later" } else { "" };
            let message = format!(
                "{} {}, first {}{after}.",
                count(steps.len(), "call"),
                block.words(),
                called(ctx, first)
            );
            let severity = if recovered { Severity::Note } else { Severity::Warning };
            findings.push(
                Finding::new(&INFO, first, message)
                    .severity(severity)
                    .wasting(ctx.waste(&steps))
                    .proven_by([ctx.proof(first)])
                    .about(steps),
            );
        }
    }
}

impl<'a> Block<'a> {
    fn of(action: &'a ActionFacts) -> Option<Self> {
        let class = match action.outcome {
            ActionOutcome::Timeout => ErrorClass::Timeout,
            ActionOutcome::Error(class) => class,
            _ => return None,
        };
        let is_known = CLASSES.iter().any(|(known, _)| *known == class);
        missing(action).map(Self::Missing).or(is_known.then_some(Self::Class(class)))
    }

    /// Failures from which on it counts.
    fn least(self) -> usize {
        match self {
            Self::Class(class) => {
                CLASSES.iter().find(|(known, _)| *known == class).map_or(OFTEN, |(_, least)| *least)
            }
            Self::Missing(_) => OFTEN,
        }
    }

    fn words(self) -> String {
        match self {
            Self::Class(class) => format!("failed because {}", error(class)),
            Self::Missing(name) => format!("failed because {} is not installed", quoted(name)),
        }
    }
}

/// The last success of each kind of call: whether a block was overcome is told by what came after it.
#[derive(Default)]
struct Successes<'a> {
    by_program: FxHashMap<(Operation, Option<&'a str>), StepId>,
    /// By each word of a command that may name a program or a module.
    by_word: FxHashMap<&'a str, StepId>,
}

impl<'a> Successes<'a> {
    fn of(ctx: &DetectContext<'a>) -> Self {
        let mut successes = Self::default();
        for (step, action) in ctx.actions() {
            if !matches!(action.outcome, ActionOutcome::Ok | ActionOutcome::Empty) {
                continue;
            }
            successes.by_program.insert((action.operation, program(action)), step);
            let command = action.command.as_deref().unwrap_or("");
            for word in command.split(|c: char| !(c.is_alphanumeric() || "._-".contains(c))) {
                successes.by_word.insert(word, step);
            }
        }
        successes
    }

    /// The last success of a call like the one that was blocked.
    fn like(&self, block: Block<'_>, blocked: Option<&ActionFacts>) -> Option<StepId> {
        let blocked = blocked?;
        let found = match block {
            Block::Missing(name) if blocked.command.is_some() => self.by_word.get(name),
            _ => self.by_program.get(&(blocked.operation, program(blocked))),
        };
        found.copied()
    }
}

/// The program a command starts, after `cd … &&` and variables.
fn program(action: &ActionFacts) -> Option<&str> {
    let command = action.command.as_deref()?;
    let last = command.rsplit("&&").next().unwrap_or(command);
    last.split_whitespace().find(|word| !word.contains('='))
}

#[cfg(test)]
mod tests {
    use super::EnvironmentBlocked;
    use crate::engine::detect::Severity;
    use crate::engine::testing::script::check;

    #[test]
    fn shut_out_for_good() {
        let found = check(
            &EnvironmentBlocked,
            "
            run   curl https://api.test       exit 22  error authentication 401 Unauthorized   <- environment-blocked
            run   curl https://api.test/v2    exit 22  error authentication 401 Unauthorized
            ",
        );
        assert_eq!(found[0].severity, Severity::Warning);
        assert_eq!(
            found[0].message,
            "2 calls failed because authentication failed, first “curl https://api.test”."
        );
    }

    #[test]
    fn a_missing_program_counts_when_met_twice() {
        check(
            &EnvironmentBlocked,
            "
            test  pytest -q       exit 127  error not-found bash: pytest: command not found   <- environment-blocked
            test  pytest tests    exit 127  error not-found bash: pytest: command not found
            ",
        );
        let found = check(
            &EnvironmentBlocked,
            "
            run  pip list         exit 127  error not-found bash: pip: command not found   <- environment-blocked
            run  pip install x    exit 127  error not-found bash: pip: command not found
            run  python3 -m pip install x
            ",
        );
        assert_eq!(found[0].severity, Severity::Note);
        check(&EnvironmentBlocked, "run  jq .   exit 127  error not-found bash: jq: command not found");
    }

    #[test]
    fn recovery_makes_it_a_note() {
        let found = check(
            &EnvironmentBlocked,
            "
            install  pip install numpy    error rate-limit 429   <- environment-blocked
            install  pip install numpy
            ",
        );
        assert_eq!(found[0].severity, Severity::Note);
    }

    #[test]
    fn silent_on_failures_of_the_work_itself() {
        check(
            &EnvironmentBlocked,
            "test  pytest  exit 1  error test-failure assert 1 == 2\n run  ls x  exit 2  error not-found No such file",
        );
    }
}
