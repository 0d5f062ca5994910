use std::collections::BTreeMap;

use crate::engine::detect::repeats::starts_anew;
use crate::engine::detect::words::{called, number};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::facts::{ActionFacts, ActionOutcome, ErrorClass};
use crate::engine::trace::{AgentId, StepId};

pub(super) struct OthersWouldHaveStopped;

static INFO: DetectorInfo = DetectorInfo {
    id: "others-would-have-stopped",
    title: "Other agents would have stopped here",
    what: "Where the loop guards of OpenHands, Gemini CLI and Cline would have stopped the run: their rules \
           and thresholds, applied to this trace. Each is named once, at its first step.",
    why: "It shows what a guard would have saved, with rules that many know. Loops say more about cost than \
          about the outcome.",
    limits: "Thresholds are those of the agents' sources in 2026. Results are compared without times and \
             addresses, as these agents do only in part. Their guards against monologues, chanting and full \
             contexts are left out. An agent is not told of its own guard.",
    category: Category::Flow,
    severity: Severity::Note,
    status: Status::Stable,
    taxonomy: &["MAST 1.3", "OpenHands stuck", "Gemini CLI loop detection", "Cline mistake limit"],
    classic: None,
};

/// What must be the same from action to action.
#[derive(Clone, Copy)]
enum Same {
    Call,
    CallAndResult,
    /// The call, which the tool refused each time.
    RefusedCall,
    /// Only that the tool refused it.
    Refusal,
}

/// When an agent stops: after `times` rounds of `shortest` to `longest` actions.
struct Guard {
    agent: &'static str,
    same: Same,
    shortest: usize,
    longest: usize,
    times: usize,
    what: &'static str,
}

const GUARDS: &[Guard] = &[
    Guard {
        agent: "OpenHands",
        same: Same::CallAndResult,
        shortest: 1,
        longest: 1,
        times: 4,
        what: "4 identical actions with identical results",
    },
    Guard {
        agent: "OpenHands",
        same: Same::RefusedCall,
        shortest: 1,
        longest: 1,
        times: 3,
        what: "3 identical actions that the tool refused",
    },
    Guard {
        agent: "OpenHands",
        same: Same::CallAndResult,
        shortest: 2,
        longest: 2,
        times: 3,
        what: "the same two actions in turn, 3 times, with identical results",
    },
    Guard {
        agent: "Gemini CLI",
        same: Same::Call,
        shortest: 1,
        longest: LONGEST,
        times: 5,
        what: "the same calls 5 times in a row",
    },
    Guard {
        agent: "Cline",
        same: Same::Call,
        shortest: 1,
        longest: 1,
        times: 5,
        what: "5 identical calls in a row",
    },
    Guard {
        agent: "Cline",
        same: Same::Refusal,
        shortest: 1,
        longest: 1,
        times: 3,
        what: "3 refused calls in a row",
    },
];

/// The longest round that any guard looks for.
const LONGEST: usize = 5;

/// How many actions in a row equal the one a round before, by the length of the round less one.
type Again = [usize; LONGEST];

/// The actions of one agent under one guard.
#[derive(Default)]
struct Watch {
    line: Vec<(StepId, Option<u64>)>,
    again: Again,
}

impl Detector for OthersWouldHaveStopped {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        if ctx.is_original() {
            return;
        }
        let mut stops: BTreeMap<&str, (StepId, &Guard, Vec<StepId>)> = BTreeMap::new();
        for guard in GUARDS.iter().filter(|guard| !is_own(ctx, guard)) {
            let Some((step, rounds)) = guard.stops(ctx) else { continue };
            if stops.get(guard.agent).is_none_or(|(known, ..)| step < *known) {
                stops.insert(guard.agent, (step, guard, rounds));
            }
        }
        for (step, guard, rounds) in stops.into_values() {
            let message = format!(
                "{} would have stopped here, step {}: {} ({}).",
                guard.agent,
                number(step),
                guard.what,
                called(ctx, step)
            );
            let after: Vec<StepId> = ctx.actions_after(step).map(|(step, _)| step).collect();
            findings.push(
                Finding::new(&INFO, step, message)
                    .proven_by([ctx.proof(step)])
                    .wasting(ctx.waste(&after))
                    .about(rounds),
            );
        }
    }
}

/// Whether the run is of the agent whose guard it is.
fn is_own(ctx: &DetectContext<'_>, guard: &Guard) -> bool {
    let name = guard.agent.to_lowercase();
    let word = name.split(' ').next().unwrap_or("");
    let by_name = ctx.trace.head.agent.as_ref().is_some_and(|agent| agent.to_lowercase().contains(word));
    by_name || ctx.trace.format.starts_with(word)
}

impl Guard {
    /// The step at which it would have stopped the run, and the steps that made it stop.
    fn stops(&self, ctx: &DetectContext<'_>) -> Option<(StepId, Vec<StepId>)> {
        let mut watches: BTreeMap<AgentId, Watch> = BTreeMap::new();
        for (id, step, facts) in ctx.steps() {
            match facts.action.as_deref() {
                Some(action) => {
                    let watch = watches.entry(step.agent).or_default();
                    if let Some(steps) = watch.see(self, id, self.same.key(action)) {
                        return Some((id, steps));
                    }
                }
                None if starts_anew(step) => watches.clear(),
                None => {}
            }
        }
        None
    }
}

impl Watch {
    /// The steps of all rounds once there are as many as the guard allows.
    fn see(&mut self, guard: &Guard, step: StepId, key: Option<u64>) -> Option<Vec<StepId>> {
        self.line.push((step, key));
        for (again, period) in self.again.iter_mut().zip(1..).take(guard.longest) {
            let before = self.line.len().checked_sub(1 + period).and_then(|at| self.line.get(at));
            let is_same = key.is_some() && before.is_some_and(|(_, known)| *known == key);
            *again = if is_same { *again + 1 } else { 0 };
            if period >= guard.shortest && *again >= period * (guard.times - 1) {
                let rounds = self.line.iter().rev().take(period * guard.times);
                return Some(rounds.map(|(step, _)| *step).collect());
            }
        }
        None
    }
}

impl Same {
    /// What is compared of an action; `None` where the guard does not count it.
    fn key(self, action: &ActionFacts) -> Option<u64> {
        let refused = matches!(
            action.outcome,
            ActionOutcome::Error(ErrorClass::InvalidCall | ErrorClass::EditRejected)
        );
        match self {
            Self::Call if action.command.is_some() || !action.targets.is_empty() => Some(action.call_hash),
            // What such a call was given may not be in the trace: only equal results show that it was equal.
            Self::Call | Self::CallAndResult => {
                (action.result_hash != 0).then(|| action.call_hash.rotate_left(17) ^ action.result_hash)
            }
            Self::RefusedCall => refused.then_some(action.call_hash),
            Self::Refusal => refused.then_some(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OthersWouldHaveStopped;
    use crate::engine::testing::script::check;

    #[test]
    fn each_is_named_at_its_own_threshold() {
        let found = check(
            &OthersWouldHaveStopped,
            "
            read  b.rs
            list  src
            list  src
            list  src
            list  src    <- others-would-have-stopped
            list  src    <- others-would-have-stopped, others-would-have-stopped
            list  src
            ",
        );
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "OpenHands would have stopped here, step 5: 4 identical actions with identical results (“src”).",
                "Cline would have stopped here, step 6: 5 identical calls in a row (“src”).",
                "Gemini CLI would have stopped here, step 6: the same calls 5 times in a row (“src”).",
            ]
        );
        assert_eq!((found[0].steps.len(), found[0].waste.steps), (4, 2));
    }

    #[test]
    fn two_actions_in_turn() {
        check(
            &OthersWouldHaveStopped,
            "list a\n read b\n list a\n read b\n list a\n read b   <- others-would-have-stopped",
        );
    }

    #[test]
    fn silent_below_the_thresholds_and_after_a_word_of_the_user() {
        check(&OthersWouldHaveStopped, "list  src\n list  src\n list  src\n read  a");
        check(&OthersWouldHaveStopped, "list  a\n list  a\n list  a\n user  go on\n list  a\n list  a");
        check(&OthersWouldHaveStopped, "edit a  error edit-rejected\n edit b  error edit-rejected\n edit b");
    }
}
