//! How a run came to its end.

use crate::engine::trace::{EventKind, StepId, StepKind, Trace};

/// What cut a run off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CutOff {
    /// A budget ran out: steps, time, tokens, cost, attempts at the right format.
    Limit,
    /// The agent or its environment broke down.
    Crash,
}

/// Words in the exit status of agents and harnesses that mean a budget ran out: SWE-agent's `exit_cost`,
/// mini-SWE-agent's `LimitsExceeded`, Claude Code's `error_max_turns`, OpenHands' `max_iteration`.
const LIMIT_WORDS: &[&str] = &[
    "exit_cost",
    "exit_context",
    "exit_format",
    "exit_command_timeout",
    "exit_total",
    "exit_forfeit",
    "early_exit",
    "limit",
    "exceed",
    "max_",
    "maximum",
    "timeout",
    "timed out",
    "budget",
    "stuck",
    "formaterror",
];

/// Words that mean something broke.
const CRASH_WORDS: &[&str] = &["exit_", "error", "exception", "crash", "killed"];

/// What an exit status says about a cut, if it is about one.
pub(super) fn of_status(status: &str) -> Option<CutOff> {
    let status = status.to_lowercase();
    if LIMIT_WORDS.iter().any(|word| status.contains(word)) {
        Some(CutOff::Limit)
    } else if CRASH_WORDS.iter().any(|word| status.contains(word)) {
        Some(CutOff::Crash)
    } else {
        None
    }
}

/// The event that ended the run, if a limit or a crash did and the agent did nothing after it.
pub(super) fn cutting_event(trace: &Trace) -> Option<(StepId, CutOff)> {
    let after_work = trace
        .live_steps()
        .rev()
        .take_while(|(_, step)| matches!(step.kind, StepKind::Event(_) | StepKind::Message(_)));
    let events = after_work.filter_map(|(id, step)| match step.kind {
        StepKind::Event(EventKind::LimitReached) => Some((id, CutOff::Limit)),
        StepKind::Event(EventKind::Crash) => Some((id, CutOff::Crash)),
        _ => None,
    });
    events.last()
}

#[cfg(test)]
mod tests {
    use super::{CutOff, of_status};

    #[test]
    fn statuses_of_the_agents() {
        for (status, cut) in [
            ("submitted", None),
            ("Submitted", None),
            ("success", None),
            ("exit_cost", Some(CutOff::Limit)),
            ("submitted (exit_context)", Some(CutOff::Limit)),
            ("LimitsExceeded", Some(CutOff::Limit)),
            ("error_max_turns", Some(CutOff::Limit)),
            ("error_during_execution", Some(CutOff::Crash)),
            ("exit_environment_error", Some(CutOff::Crash)),
            ("AgentTimeoutError", Some(CutOff::Limit)),
        ] {
            assert_eq!(of_status(status), cut, "{status}");
        }
    }
}
