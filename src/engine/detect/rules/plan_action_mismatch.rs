use rustc_hash::FxHashMap;

use crate::engine::detect::repeats::starts_anew;
use crate::engine::detect::words::{called, count, quoted};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Evidence, Finding, Findings, Severity, Status,
};
use crate::engine::facts::{ClaimKind, StepFacts};
use crate::engine::order;
use crate::engine::trace::{AgentId, StepId};

pub(super) struct PlanActionMismatch;

static INFO: DetectorInfo = DetectorInfo {
    id: "plan-action-mismatch",
    title: "Announced a change, sent the same call",
    what: "Right before an action the agent announces to do it otherwise (“let's try a different approach”, \
           “let me correct the call”), and then sends the call before it again, byte for byte. The first such \
           action is blamed.",
    why: "Plan and action have come apart: the agent believes that it changed something, and will draw wrong \
          conclusions from the result.",
    limits: "Other ways in which an action is not what was announced need a reader and are missed. What the \
             agent announces for later may stand in the same text.",
    category: Category::Flow,
    severity: Severity::Warning,
    status: Status::Stable,
    taxonomy: &["MAST 2.6", "AgentRx intent-plan misalignment"],
    classic: Some("inconsistent_flow"),
};

/// What one agent did last, and what it announced since.
#[derive(Default)]
struct Standing {
    call: u64,
    action: Option<StepId>,
    announced: Option<Evidence>,
    mismatch: Option<Mismatch>,
}

/// One call sent again although something else was announced.
struct Mismatch {
    first: StepId,
    announced: Vec<Evidence>,
    again: Vec<StepId>,
}

impl Detector for PlanActionMismatch {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        if ctx.is_original() {
            return;
        }
        let mut agents: FxHashMap<AgentId, Standing> = FxHashMap::default();
        let mut found: Vec<Mismatch> = Vec::new();
        for (step, place, facts) in ctx.steps() {
            if starts_anew(place) {
                found.extend(agents.drain().filter_map(|(_, standing)| standing.mismatch));
                continue;
            }
            let standing = agents.entry(place.agent).or_default();
            if let Some(announced) = announced(step, facts) {
                standing.announced = Some(announced);
            }
            if let Some(action) = facts.action.as_deref() {
                found.extend(standing.act(step, action.call_hash, action.waits));
            }
        }
        found.extend(agents.into_values().filter_map(|standing| standing.mismatch));
        order::sort_by_key(&mut found, |mismatch| mismatch.first);
        for mismatch in found {
            report(ctx, mismatch, findings);
        }
    }
}

impl Standing {
    /// Takes in an action; the mismatch that it ends.
    fn act(&mut self, step: StepId, call: u64, waits: bool) -> Option<Mismatch> {
        let before = self.action.replace(step).filter(|_| self.call == call && !waits);
        self.call = call;
        let announced = self.announced.take();
        let Some(before) = before else { return self.mismatch.take() };
        if let Some(announced) = announced {
            let mismatch = self.mismatch.get_or_insert(Mismatch {
                first: before,
                announced: Vec::new(),
                again: Vec::new(),
            });
            mismatch.announced.push(announced);
            mismatch.again.push(step);
        }
        None
    }
}

fn announced(step: StepId, facts: &StepFacts) -> Option<Evidence> {
    let claim = facts.claims.iter().rfind(|claim| claim.kind == ClaimKind::Otherwise)?;
    Some(Evidence { step, quote: claim.quote.clone() })
}

fn report(ctx: &DetectContext<'_>, mismatch: Mismatch, findings: &mut Findings) {
    let (Some(plan), Some(blamed)) = (mismatch.announced.first(), mismatch.again.first()) else { return };
    let times = match mismatch.again.len() {
        1 => String::new(),
        more => format!(", {}", count(more, "time")),
    };
    let message = format!(
        "The agent announced a change ({}) and then sent the same call again, unchanged{times}: {}.",
        quoted(&plan.quote.text),
        called(ctx, *blamed)
    );
    findings.push(
        Finding::new(&INFO, *blamed, message)
            .wasting(ctx.waste(&mismatch.again))
            .about([mismatch.first])
            .about(mismatch.again.iter().copied())
            .proven_by(mismatch.announced),
    );
}

#[cfg(test)]
mod tests {
    use super::PlanActionMismatch;
    use crate::engine::testing::script::check;

    #[test]
    fn the_same_call_after_announcing_another() {
        let found = check(
            &PlanActionMismatch,
            "
            program    ./run --a              exit 1
            thought    Let me correct it.     claims otherwise
            program    ./run --a              exit 1   <- plan-action-mismatch
            assistant  Let me correct it.     claims otherwise
            program    ./run --a              exit 1
            ",
        );
        assert_eq!(
            found[0].message,
            "The agent announced a change (“Let me correct it.”) and then sent the same call again, \
             unchanged, 2 times: “./run --a”."
        );
        assert_eq!((found[0].steps.len(), found[0].evidence.len()), (3, 2));
    }

    #[test]
    fn silent_where_the_call_changed_or_nothing_was_announced() {
        check(
            &PlanActionMismatch,
            "
            program    ./run --a              exit 1
            thought    Let me correct it.     claims otherwise
            program    ./run --b              exit 1
            program    ./run --b              exit 1
            thought    Let me correct it.     claims otherwise
            edit       a.rs
            program    ./run --b              exit 1
            ",
        );
    }
}
