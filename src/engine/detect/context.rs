use crate::engine::facts::{ActionFacts, RunFacts, StepFacts};
use crate::engine::trace::{AgentId, Step, StepId, Trace};

/// A run as detectors see it: trace, facts, and indexes computed once for all rules. Abandoned branches are
/// left out everywhere.
pub struct DetectContext<'a> {
    pub trace: &'a Trace,
    pub facts: &'a RunFacts,
    actions: Vec<StepId>,
}

impl<'a> DetectContext<'a> {
    pub fn new(trace: &'a Trace, facts: &'a RunFacts) -> Self {
        let actions = trace
            .live_steps()
            .filter(|(id, step)| step.is_action() && facts.action(*id).is_some())
            .map(|(id, _)| id)
            .collect();
        Self { trace, facts, actions }
    }

    /// The live steps with their facts.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = (StepId, &'a Step, &'a StepFacts)> {
        let facts = self.facts;
        self.trace.live_steps().filter_map(move |(id, step)| Some((id, step, facts.step(id)?)))
    }

    /// The live actions, in order.
    pub fn actions(&self) -> impl DoubleEndedIterator<Item = (StepId, &'a ActionFacts)> + '_ {
        self.actions.iter().filter_map(|id| Some((*id, self.facts.action(*id)?)))
    }

    pub fn action_count(&self) -> usize {
        self.actions.len()
    }

    /// The actions of the main agent alone: those of sub-agents are delegated work.
    pub fn main_actions(&self) -> impl DoubleEndedIterator<Item = (StepId, &'a ActionFacts)> + '_ {
        self.actions()
            .filter(|(id, _)| self.trace.step(*id).is_some_and(|step| step.agent == AgentId::default()))
    }
}
