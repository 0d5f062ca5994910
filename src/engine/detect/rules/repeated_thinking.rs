use rustc_hash::FxHashMap;

use crate::engine::detect::words::count;
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Evidence, Finding, Findings, Severity, Status,
};
use crate::engine::facts::{Quote, Sketch};
use crate::engine::order;
use crate::engine::trace::{AgentId, PartKind, StepId, StepKind};

pub(super) struct RepeatedThinking;

static INFO: DetectorInfo = DetectorInfo {
    id: "repeated-thinking",
    title: "The same thought again",
    what: "What the agent thinks or says before an action is, nearly word for word, what it said before the \
           action before. The first repetition is blamed.",
    why: "Reasoning that does not move says that the last result was not taken in. Against human labels of \
          redundant thoughts this is right about 8 times in 10; it says nothing about the outcome.",
    limits: "Texts are alike when six in ten of their pairs of neighbouring words are the same, estimated \
             from a sketch of their first 4 KB. Data and texts of fewer than eight words are not judged, nor are \
             hidden thoughts. The same thought in other words is missed.",
    category: Category::Flow,
    severity: Severity::Note,
    status: Status::Stable,
    taxonomy: &["MAST 1.3", "Gemini CLI loop detection"],
    classic: None,
};

/// The share of word pairs in common from which on two thoughts are the same.
const ALIKE: f32 = 0.6;

/// Thoughts of one agent, each like the one of the turn before.
struct Chain<'a> {
    sketch: &'a Sketch,
    turn: u32,
    steps: Vec<StepId>,
}

impl Detector for RepeatedThinking {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        // A thought and what is then said may well be alike: each is compared with its own kind.
        let mut chains: FxHashMap<(AgentId, StepKind), Chain<'_>> = FxHashMap::default();
        for (step, place, facts) in ctx.steps() {
            let Some(sketch) = facts.sketch.as_deref() else { continue };
            let key = (place.agent, place.kind);
            match chains.get_mut(&key) {
                Some(chain) if chain.turn == place.turn => {}
                Some(chain) if chain.sketch.likeness(sketch) >= ALIKE => {
                    (chain.sketch, chain.turn) = (sketch, place.turn);
                    chain.steps.push(step);
                }
                known => {
                    let next = Chain { sketch, turn: place.turn, steps: vec![step] };
                    let ended = match known {
                        Some(chain) => Some(std::mem::replace(chain, next)),
                        None => chains.insert(key, next),
                    };
                    report(ctx, ended, findings);
                }
            }
        }
        let mut rest: Vec<Chain<'_>> = chains.into_values().collect();
        order::sort_by_key(&mut rest, |chain| chain.steps.first().copied());
        for chain in rest {
            report(ctx, Some(chain), findings);
        }
    }
}

fn report(ctx: &DetectContext<'_>, chain: Option<Chain<'_>>, findings: &mut Findings) {
    let Some(chain) = chain else { return };
    let [first, blamed, ..] = chain.steps.as_slice() else { return };
    let message = format!(
        "The agent thought nearly the same {} in a row, word for word.",
        count(chain.steps.len(), "time")
    );
    findings.push(
        Finding::new(&INFO, *blamed, message)
            .confidence(0.85)
            .proven_by([thought(ctx, *first), thought(ctx, *blamed)])
            .about(chain.steps.iter().copied()),
    );
}

/// The thought beside an action as a whole, or the message or thought that is the step.
fn thought(ctx: &DetectContext<'_>, step: StepId) -> Evidence {
    let mut proof = ctx.proof(step);
    if let Some(label) = ctx.trace.step(step).filter(|step| step.is_action()).map(|step| &step.label) {
        proof.quote = Quote { part: PartKind::Thought, start: 0, end: 0, text: label.clone() };
    }
    proof
}

#[cfg(test)]
mod tests {
    use super::RepeatedThinking;
    use crate::engine::testing::script::check;

    #[test]
    fn the_same_words_before_the_next_action() {
        let found = check(
            &RepeatedThinking,
            "
            thought  The parser must skip comments, so I will change how it looks for the end of a line.
            read     a.rs
            thought  The parser must skip comments, so I will change how it looks for the end of the line.   <- repeated-thinking
            read     b.rs
            edit     b.rs
            thought  So: the parser must skip comments, so I will change how it looks for the end of the line.
            ",
        );
        assert_eq!(found[0].steps.len(), 3);
        assert_eq!(found[0].message, "The agent thought nearly the same 3 times in a row, word for word.");
    }

    #[test]
    fn silent_on_new_thoughts_short_ones_and_other_agents() {
        check(
            &RepeatedThinking,
            "
            thought  The parser must skip comments, so I will change how it looks for the end of a line.
            thought  Now the tests should show whether the reader of the second file sees the change at all.
            thought  Let me run the tests again.
            thought  Let me run the tests again.
            thought @helper  Now the tests should show whether the reader of the second file sees the change at all.
            ",
        );
    }
}
