//! Where conversations between several agents go wrong. Their logs are messages, mostly, so that few rules
//! have anything to look at; the place of the first wrong step has to be told from the shape of the talk.
//!
//! Measured on Who&When, whose labels name the decisive message of failed runs; see `SCORECARD.md`. What is
//! named here is where such runs most often went wrong, not a proven cause.

use super::words::quoted;
use super::{Candidate, DetectContext};
use crate::engine::facts::{ActionOutcome, StepFacts};
use crate::engine::order;
use crate::engine::trace::{AgentId, EventKind, Role, StepId, StepKind};

/// How importers call those who take part and are no agents: people, and parts of a program.
const NO_AGENTS: &[&str] =
    &["user", "human", "customer", "User", "Human", "terminal", "main", "proxy", "value function"];

/// With so few pieces of work the answer rests on the last of them.
const FEW: usize = 3;

/// The steps at which a conversation between several agents most likely went wrong first, likeliest first.
/// Empty for any other run.
pub(super) fn candidates(ctx: &DetectContext<'_>) -> Vec<Candidate> {
    let said = Said::of(ctx);
    match said.speakers {
        _ if said.is_directed => directed(&said),
        0 | 1 => Vec::new(),
        _ => among_equals(ctx, &said),
    }
}

/// What is said and done in a run, by whom.
struct Said {
    /// Answers and actions after the task, in order.
    answers: Vec<(StepId, AgentId)>,
    /// How many agents take part for themselves; sub-agents are tools of their caller.
    speakers: usize,
    /// One agent hands the work to the others.
    is_directed: bool,
}

impl Said {
    fn of(ctx: &DetectContext<'_>) -> Self {
        let own = || ctx.steps().filter(|(_, step, _)| step.parent.is_none());
        let is_answer = |kind| matches!(kind, StepKind::Message(Role::Assistant) | StepKind::Action);
        // The message that states the task may hold a program, which is a step of its own.
        let task = ctx.trace.task_step.and_then(|task| Some(ctx.trace.step(task)?.source_step));
        let answers = own().filter(|(_, step, _)| is_answer(step.kind) && task != Some(step.source_step));
        let is_agent = |agent: &AgentId| !NO_AGENTS.contains(&ctx.trace.participant(*agent));
        let speakers = order::distinct(own().map(|(_, step, _)| step.agent).filter(is_agent));
        let hands_off = |kind| kind == StepKind::Event(EventKind::HandOff);
        Self {
            answers: answers.map(|(id, step, _)| (id, step.agent)).collect(),
            speakers: speakers.len(),
            is_directed: ctx.steps().any(|(_, step, _)| hands_off(step.kind)),
        }
    }
}

/// Magentic-One and its kin: an orchestrator plans, the others work.
fn directed(said: &Said) -> Vec<Candidate> {
    let work: Vec<StepId> =
        said.answers.iter().filter(|(_, agent)| *agent != AgentId::default()).map(|(id, _)| *id).collect();
    let first = |why: &str| work.first().map(|step| candidate(*step, why));
    match work.as_slice() {
        [.., last] if work.len() <= FEW => {
            let mut named =
                vec![candidate(*last, "The last piece of work: with so few, the answer rests on it.")];
            named.extend(first("The first piece of work.").filter(|other| other.step != *last));
            named
        }
        [_, second, third, ..] => {
            let mut named = vec![candidate(
                *second,
                "The second piece of work: what is taken up after the first look around decides where most \
                 such runs go.",
            )];
            named.push(candidate(*third, "The third piece of work, which builds on it."));
            named.extend(first("The first piece of work."));
            named
        }
        _ => Vec::new(),
    }
}

/// Group chats: the message before the first sign of trouble, else the first answer.
fn among_equals(ctx: &DetectContext<'_>, said: &Said) -> Vec<Candidate> {
    let mut named = Vec::new();
    named.extend(first_trouble(ctx));
    let first = said.answers.first().map(|(step, _)| {
        let why = if named.is_empty() {
            "The first answer. No program failed, and early decisions weigh most."
        } else {
            "The first answer: early decisions weigh most."
        };
        candidate(*step, why)
    });
    let plan = ctx.trace.task_step.map(|step| {
        candidate(step, "The task and the plan it came with: what they leave out, nobody adds later.")
    });
    let second = said.answers.get(1).map(|(step, _)| candidate(*step, "The second answer."));
    for other in first.into_iter().chain(plan).chain(second) {
        if named.iter().all(|known| !same_message(ctx, known, &other)) {
            named.push(other);
        }
    }
    named
}

/// A message and the program in it are two steps.
fn same_message(ctx: &DetectContext<'_>, a: &Candidate, b: &Candidate) -> bool {
    let place = |candidate: &Candidate| ctx.trace.step(candidate.step).map(|step| step.source_step);
    place(a) == place(b)
}

/// The first message whose program failed or printed nothing, or the one before a message that reports an
/// error.
fn first_trouble(ctx: &DetectContext<'_>) -> Option<Candidate> {
    let mut before = None;
    for (step, _, facts) in ctx.steps() {
        if let Some(trouble) = own_trouble(facts) {
            return Some(candidate(step, &format!("The first sign of trouble: {trouble}.")));
        }
        if let (Some(error), Some(before)) = (facts.reported_error.as_deref(), before) {
            let error = quoted(&error.quote.text);
            return Some(candidate(
                before,
                &format!("The message right before the first reported error: {error}."),
            ));
        }
        before = Some(step);
    }
    None
}

fn own_trouble(facts: &StepFacts) -> Option<String> {
    let action = facts.action.as_deref()?;
    match (action.outcome, &action.error) {
        (ActionOutcome::Empty, _) => Some("what it ran printed nothing".to_owned()),
        (outcome, Some(error)) if outcome.is_error() => {
            Some(format!("what it ran failed with {}", quoted(&error.quote.text)))
        }
        (outcome, None) if outcome.is_error() => Some("what it ran failed".to_owned()),
        _ => None,
    }
}

fn candidate(step: StepId, why: &str) -> Candidate {
    Candidate { step, why: why.to_owned(), finding: None }
}

#[cfg(test)]
mod tests {
    use super::candidates;
    use crate::engine::detect::DetectContext;
    use crate::engine::testing::script::Script;

    fn steps(script: &str) -> Vec<u32> {
        let run = Script::read(script);
        let found = candidates(&DetectContext::new(&run.trace, &run.facts));
        found.into_iter().map(|candidate| candidate.step.0).collect()
    }

    #[test]
    fn the_message_whose_program_failed_first() {
        let chat = "
            assistant @boss   Find the figures.
            assistant @expert I remember them.
            program @expert   print(1)     exit 1
            assistant @critic Verified.
            ";
        assert_eq!(steps(chat), [2, 0, 1]);
        assert_eq!(steps(&chat.replace("exit 1", "empty")), [2, 0, 1]);
    }

    #[test]
    fn the_message_before_a_reported_error_else_the_first_answer() {
        let reported = "
            assistant @boss   Find it.
            assistant @surfer I search.
            assistant @shell  exitcode: 1      reports ValueError: empty query
            ";
        assert_eq!(steps(reported), [1, 0]);
        assert_eq!(steps("assistant @boss  Find it.\nassistant @critic  Fine."), [0, 1]);
    }

    #[test]
    fn of_directed_work_the_second_piece_or_the_last_of_few() {
        let few = "
            assistant        I plan.
            event            hand-off surfer
            program @surfer  search a
            event            hand-off surfer
            program @surfer  open b
            ";
        assert_eq!(steps(few), [4, 2]);
        let many = format!("{few}program @surfer  open c\nprogram @coder  count\nprogram @coder  add");
        assert_eq!(steps(&many), [4, 5, 2]);
    }

    #[test]
    fn one_agent_alone_is_no_conversation() {
        assert!(steps("program  a  exit 1\nassistant  Fine.").is_empty());
    }
}
