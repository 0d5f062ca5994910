use crate::engine::detect::words::{called, count, error};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::facts::{ActionFacts, ActionOutcome, ErrorClass};
use crate::engine::trace::StepId;

pub(super) struct EnvironmentBlocked;

static INFO: DetectorInfo = DetectorInfo {
    id: "environment-blocked",
    title: "Blocked by the environment",
    what: "Calls failed for reasons outside the task: credentials, rate limits, the network, disk or memory, \
           time, or a program or module that is not installed.",
    why: "What fails here is the place the agent works in. Such runs say little about the agent and are \
          best repaired before comparing anything.",
    limits: "Recognised from error messages and codes. Where a like call succeeds later the block is only \
             noted. Tasks about such errors, as a test of a rate limiter, can look like this.",
    category: Category::System,
    severity: Severity::Warning,
    status: Status::Preview,
    taxonomy: &["TRAIL system execution", "AgentRx system failure", "AgentRx guardrails"],
    classic: None,
};

/// Failures of a kind from which on they count where a single one is ordinary.
const OFTEN: usize = 2;

/// What shut the agent out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    Class(ErrorClass),
    /// A program or module is not installed.
    Missing,
}

/// In this order they are reported.
const BLOCKS: &[(Block, usize)] = &[
    (Block::Class(ErrorClass::Authentication), 1),
    (Block::Class(ErrorClass::RateLimit), 1),
    (Block::Class(ErrorClass::Network), OFTEN),
    (Block::Class(ErrorClass::Resources), 1),
    (Block::Class(ErrorClass::Timeout), OFTEN),
    (Block::Missing, OFTEN),
];

/// How shells and languages say that something is not installed.
const MISSING: &[&str] = &["command not found", "no module named", "not recognized as", "cannot find module"];

impl Detector for EnvironmentBlocked {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        let blocked: Vec<(StepId, Block)> =
            ctx.actions().filter_map(|(step, action)| Some((step, Block::of(action)?))).collect();
        for (block, least) in BLOCKS {
            let steps: Vec<StepId> =
                blocked.iter().filter(|(_, other)| other == block).map(|(step, _)| *step).collect();
            let (Some(first), Some(last)) = (steps.first().copied(), steps.last().copied()) else { continue };
            if steps.len() < *least {
                continue;
            }
            let recovered =
                ctx.actions().any(|(step, action)| step > last && makes_up_for(ctx, action, last));
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

impl Block {
    fn of(action: &ActionFacts) -> Option<Self> {
        let class = match action.outcome {
            ActionOutcome::Timeout => ErrorClass::Timeout,
            ActionOutcome::Error(class) => class,
            _ => return None,
        };
        let block = Self::Class(class);
        if BLOCKS.iter().any(|(known, _)| *known == block) {
            return Some(block);
        }
        let said = action.error.as_ref()?.quote.text.to_lowercase();
        MISSING.iter().any(|words| said.contains(words)).then_some(Self::Missing)
    }

    fn words(self) -> String {
        match self {
            Self::Class(class) => format!("failed because {}", error(class)),
            Self::Missing => "failed because a program or module is not installed".to_owned(),
        }
    }
}

/// Whether `action` is of the same kind as the blocked one, and succeeded.
fn makes_up_for(ctx: &DetectContext<'_>, action: &ActionFacts, blocked: StepId) -> bool {
    let Some(blocked) = ctx.facts.action(blocked) else { return false };
    let is_ok = matches!(action.outcome, ActionOutcome::Ok | ActionOutcome::Empty);
    is_ok && action.operation == blocked.operation && program(action) == program(blocked)
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
