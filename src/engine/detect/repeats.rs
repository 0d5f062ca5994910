//! Calls made before with the same result, and rounds of calls that come again: found once for the rules
//! that tell of them.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::{DetectContext, DetectorInfo, Finding};
use crate::engine::facts::{ActionFacts, Operation, RunKind};
use crate::engine::order;
use crate::engine::trace::{AgentId, EventKind, Role, Step, StepId, StepKind};

/// What is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RepeatKind {
    /// A call that failed, and failed again in the same way.
    Failed,
    /// The same part of one file, read with whatever call.
    Read,
    Other,
}

/// Equal calls of one agent with equal results between which nothing changed.
#[derive(Debug)]
pub(super) struct Repeat {
    pub(super) kind: RepeatKind,
    pub(super) steps: Vec<StepId>,
    /// Two of them follow each other directly.
    pub(super) in_a_row: bool,
}

/// The same few actions with the same results, round after round.
#[derive(Debug)]
pub(super) struct Cycle {
    /// Every step of it, in order.
    pub(super) steps: Vec<StepId>,
    /// Actions in a round.
    pub(super) period: usize,
}

/// Everything in a run that comes again.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    /// Those that are no more than a part of a cycle are left out.
    pub(super) repeats: Vec<Repeat>,
    pub(super) cycles: Vec<Cycle>,
}

/// The longest round that is looked for.
const LONGEST_ROUND: usize = 5;

/// Rounds from which on it is a cycle.
const ROUNDS: usize = 3;

/// Equal shorter outputs of different calls need not come from the same place.
const TELLING_OUTPUT: u32 = 80;

/// Who did it, a hash of what, and of what came out.
type Key = (AgentId, u64, u64);

impl Repeats {
    pub(super) fn of(ctx: &DetectContext<'_>) -> Self {
        let cycles = cycles(ctx);
        let in_cycles = order::distinct(cycles.iter().flat_map(|cycle| cycle.steps.iter().copied()));
        let mut repeats = repeats(ctx);
        repeats.retain(|repeat| {
            repeat.in_a_row || repeat.steps.iter().any(|step| in_cycles.binary_search(step).is_err())
        });
        Self { repeats, cycles }
    }
}

fn repeats(ctx: &DetectContext<'_>) -> Vec<Repeat> {
    let mut repeats: Vec<Repeat> = Vec::new();
    let mut open: FxHashMap<Key, usize> = FxHashMap::default();
    let mut previous: FxHashMap<AgentId, Key> = FxHashMap::default();
    for (id, step, facts) in ctx.steps() {
        let Some(action) = facts.action.as_deref() else {
            if starts_anew(step) {
                open = FxHashMap::default();
            }
            continue;
        };
        let (kind, what) = kind_of(action);
        let key = (step.agent, what, action.result_hash);
        let follows = previous.insert(step.agent, key) == Some(key);
        // Without a result only calls in a row can be told to be the same.
        let known = open.get(&key).copied().filter(|_| follows || action.result_hash != 0);
        if changes_something(action) {
            // Emptied anew, not cleared: clearing costs as much as the most that was ever open.
            open = known.map(|place| (key, place)).into_iter().collect();
        }
        if is_exempt(action) {
            continue;
        }
        if let Some(repeat) = known.and_then(|place| repeats.get_mut(place)) {
            repeat.steps.push(id);
            repeat.in_a_row |= follows;
        } else {
            open.insert(key, repeats.len());
            repeats.push(Repeat { kind, steps: vec![id], in_a_row: false });
        }
    }
    repeats.retain(|repeat| repeat.steps.len() > 1);
    repeats
}

/// What kind of repeat a second action like this would be, and a hash of what makes it the same.
fn kind_of(action: &ActionFacts) -> (RepeatKind, u64) {
    if action.outcome.is_error() || action.is_red_check() {
        return (RepeatKind::Failed, action.call_hash);
    }
    if action.operation != Operation::Read {
        return (RepeatKind::Other, action.call_hash);
    }
    match action.targets.as_slice() {
        // Another part of the file, or another folder, gives another output.
        [file] if action.result_len >= TELLING_OUTPUT => {
            (RepeatKind::Read, xxh3_64(file.trim_start_matches("./").as_bytes()))
        }
        _ => (RepeatKind::Read, action.call_hash),
    }
}

/// The context was lost or the task changed: what is done again then is no repetition.
pub(super) fn starts_anew(step: &Step) -> bool {
    matches!(step.kind, StepKind::Message(Role::User) | StepKind::Event(EventKind::Compaction))
}

fn changes_something(action: &ActionFacts) -> bool {
    !action.edits.is_empty()
        || matches!(
            action.operation,
            Operation::Run(RunKind::Install | RunKind::VersionControl | RunKind::Server)
                | Operation::Delegate
        )
}

fn is_exempt(action: &ActionFacts) -> bool {
    action.waits || matches!(action.operation, Operation::Submit | Operation::Ask | Operation::Plan)
}

/// A place in the line of an agent's actions; without a key it is equal to no other.
type Turn = (StepId, Option<(u64, u64)>);

fn cycles(ctx: &DetectContext<'_>) -> Vec<Cycle> {
    let mut lines: BTreeMap<AgentId, Vec<Turn>> = BTreeMap::new();
    for (id, step, facts) in ctx.steps() {
        match facts.action.as_deref() {
            Some(action) => {
                let tells = action.result_hash != 0 && !is_exempt(action);
                let key = tells.then_some((action.call_hash, action.result_hash));
                lines.entry(step.agent).or_default().push((id, key));
            }
            None if starts_anew(step) => lines.values_mut().for_each(|line| line.push((id, None))),
            None => {}
        }
    }
    let mut cycles: Vec<Cycle> = lines.values().flat_map(|line| cycles_in(line)).collect();
    order::sort_by_key(&mut cycles, |cycle| cycle.steps.first().copied());
    cycles
}

/// The cycles of one agent. A shorter round is preferred to a longer one that it makes up.
fn cycles_in(line: &[Turn]) -> Vec<Cycle> {
    let mut cycles = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let found = (2..=LONGEST_ROUND).find_map(|period| {
            let len = period + again(rest, period);
            (len >= ROUNDS * period && !is_one_call(rest, period)).then_some((period, len))
        });
        let used = match found {
            Some((period, len)) => {
                let steps = rest.iter().take(len).map(|(step, _)| *step).collect();
                cycles.push(Cycle { steps, period });
                len
            }
            None => 1,
        };
        rest = rest.get(used..).unwrap_or_default();
    }
    cycles
}

/// How many turns from the second round on equal the one a round before.
fn again(line: &[Turn], period: usize) -> usize {
    let later = line.iter().skip(period);
    line.iter().zip(later).take_while(|(one, two)| one.1.is_some() && one.1 == two.1).count()
}

fn is_one_call(line: &[Turn], period: usize) -> bool {
    let mut round = line.iter().take(period).map(|(_, key)| key);
    let first = round.next();
    round.all(|key| Some(key) == first)
}

/// The finding that `steps` did the same again: the first `needed` of them would have been enough. The next one
/// is blamed, and all behind it were wasted, too. None where there is no next one.
pub(super) fn done_again(
    ctx: &DetectContext<'_>,
    info: &'static DetectorInfo,
    steps: &[StepId],
    needed: usize,
    message: String,
) -> Option<Finding> {
    let (first, wasted) = (*steps.first()?, steps.get(needed..)?);
    let blamed = *wasted.first()?;
    Some(
        Finding::new(info, blamed, message)
            .confidence(0.95)
            .wasting(ctx.waste(wasted))
            .proven_by([ctx.proof(first), ctx.proof(blamed)])
            .about(steps.iter().copied()),
    )
}

#[cfg(test)]
mod tests {
    use super::{RepeatKind, Repeats};
    use crate::engine::detect::DetectContext;
    use crate::engine::testing::script::Script;

    fn repeats(script: &str) -> Repeats {
        let run = Script::read(script);
        Repeats::of(&DetectContext::new(&run.trace, &run.facts))
    }

    #[test]
    fn a_cycle_takes_its_calls_with_it() {
        let found = repeats("list a\nread b\nlist a\nread b\nlist a\nread b\nlist a\nsearch c");
        assert_eq!((found.cycles[0].period, found.cycles[0].steps.len()), (2, 7));
        assert!(found.repeats.is_empty());
    }

    #[test]
    fn two_rounds_and_one_call_are_no_cycle() {
        assert!(repeats("list a\nread b\nlist a\nread b\nsearch c").cycles.is_empty());
        let found = repeats("list a\nlist a\nlist a\nlist a\nlist a\nlist a");
        assert!(found.cycles.is_empty());
        assert_eq!((found.repeats[0].kind, found.repeats[0].steps.len()), (RepeatKind::Other, 6));
    }

    #[test]
    fn a_word_of_the_user_ends_a_cycle() {
        let found = repeats("list a\nread b\nlist a\nread b\nuser go on\nlist a\nread b");
        assert!(found.cycles.is_empty());
    }
}
