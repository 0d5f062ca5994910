//! Attempts at one thing, grouped: what was tried again and again, what changed between the attempts, and
//! whether that moved anything.

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::DetectContext;
use super::repeats::starts_anew;
use crate::engine::facts::{ActionFacts, ActionOutcome, ErrorClass, Operation, RunKind};
use crate::engine::order;
use crate::engine::trace::{AgentId, StepId};

/// What makes two failures the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure<'a> {
    /// The names of the tests that failed, sorted.
    Tests(Vec<&'a str>),
    Error(&'a str),
}

impl<'a> Failure<'a> {
    /// `None` where nothing failed, or it cannot be told how.
    pub(super) fn of(action: &'a ActionFacts) -> Option<Self> {
        match &action.tests {
            Some(tests) if tests.green => None,
            Some(tests) if !tests.failing.is_empty() => {
                let mut names: Vec<&str> = tests.failing.iter().map(AsRef::as_ref).collect();
                order::sort(&mut names);
                Some(Self::Tests(names))
            }
            _ if action.outcome.is_error() || action.is_red_check() => {
                action.error.as_ref().map(|error| Self::Error(&error.template))
            }
            _ => None,
        }
    }
}

/// The error as it was said, without numbers: masking may hide what moved.
fn said(action: &ActionFacts) -> u64 {
    let text = action.error.as_ref().map_or("", |error| &*error.quote.text);
    let bytes: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_digit()).collect();
    xxh3_64(&bytes)
}

/// A failed attempt, and what was done since the one before.
#[derive(Debug)]
pub(super) struct Attempt<'a> {
    pub(super) step: StepId,
    pub(super) failure: Failure<'a>,
    /// The call differs from that of the attempt before.
    pub(super) reworded: bool,
    /// Files edited since the attempt before, each once, in order.
    pub(super) edited: Vec<&'a str>,
    /// Something was installed, started or handed to another agent since.
    pub(super) environment: bool,
}

impl Attempt<'_> {
    /// Nothing was done that could have helped.
    pub(super) fn is_blind(&self) -> bool {
        !self.reworded && self.edited.is_empty() && !self.environment
    }
}

/// Attempts of one agent at one thing that all failed in the same way: no test less, no other error.
#[derive(Debug)]
pub(super) struct Episode<'a> {
    pub(super) attempts: Vec<Attempt<'a>>,
    /// The attempt after them that succeeded or at least failed otherwise.
    pub(super) moved: Option<StepId>,
}

/// Who tries, and a hash of what.
type Goal = (AgentId, u64);

/// An episode that goes on, the call it was last tried with and the error that gave.
struct Open<'a> {
    episode: Episode<'a>,
    call: u64,
    said: u64,
}

/// The episodes of at least `least` attempts, by their first step.
pub(super) fn episodes<'a>(ctx: &DetectContext<'a>, least: usize) -> Vec<Episode<'a>> {
    let mut done: Vec<Episode<'a>> = Vec::new();
    let mut open: FxHashMap<Goal, Open<'a>> = FxHashMap::default();
    let mut changes = Changes::default();
    for (id, step, facts) in ctx.steps() {
        let Some(action) = facts.action.as_deref() else {
            if starts_anew(step) {
                done.extend(open.drain().map(|(_, open)| open.episode));
            }
            continue;
        };
        changes.add(id, action);
        let Some(what) = goal(ctx, id, action) else { continue };
        let goal = (step.agent, what);
        // What failed without the work, too, is not what is being tried.
        let Some(failure) = Failure::of(action).filter(|_| !ctx.failed_before(action)) else {
            let ended = if succeeded(action) { open.remove(&goal) } else { None };
            done.extend(ended.map(|known| Episode { moved: Some(id), ..known.episode }));
            continue;
        };
        if let Some(known) = open.get_mut(&goal)
            && let Some(last) = known.episode.attempts.last()
        {
            let since = changes.since(last.step);
            let attempt = Attempt {
                step: id,
                reworded: known.call != action.call_hash,
                edited: since.files(),
                environment: since.environment(),
                failure,
            };
            known.call = action.call_hash;
            let is_alike = match attempt.failure {
                Failure::Tests(_) => true,
                Failure::Error(_) => known.said == said(action),
            };
            known.said = said(action);
            if is_alike && last.failure == attempt.failure {
                known.episode.attempts.push(attempt);
                continue;
            }
            let next = Episode { attempts: vec![attempt], moved: None };
            let mut ended = std::mem::replace(&mut known.episode, next);
            ended.moved = Some(id);
            done.push(ended);
            continue;
        }
        let first = Attempt { step: id, failure, reworded: false, edited: Vec::new(), environment: false };
        let episode = Episode { attempts: vec![first], moved: None };
        open.insert(goal, Open { episode, call: action.call_hash, said: said(action) });
    }
    done.extend(open.into_values().map(|open| open.episode));
    done.retain(|episode| episode.attempts.len() >= least);
    order::sort_by_key(&mut done, |episode| episode.attempts.first().map(|attempt| attempt.step));
    done
}

fn succeeded(action: &ActionFacts) -> bool {
    action.is_green_check() || matches!(action.outcome, ActionOutcome::Ok | ActionOutcome::Empty)
}

/// What an action is an attempt at: a check of one thing, an edit of one file that may be refused, an
/// installation, a call of a tool that is not known here. `None` for what looks around.
fn goal(ctx: &DetectContext<'_>, step: StepId, action: &ActionFacts) -> Option<u64> {
    if action.waits {
        return None;
    }
    let target = || action.targets.first().map_or("", |target| target.split("::").next().unwrap_or(target));
    let (kind, name): (u8, &str) = match action.operation {
        Operation::Run(RunKind::Test) => {
            let framework = action.tests.as_ref().map_or("", |tests| &tests.framework);
            (0, if target().is_empty() { framework } else { target() })
        }
        Operation::Run(RunKind::Program) if !target().is_empty() => (1, target()),
        Operation::Run(RunKind::Program | RunKind::Build | RunKind::Lint) => {
            (2, plain_command(action.command.as_deref()?))
        }
        Operation::Run(RunKind::Install) => (3, plain_command(action.command.as_deref()?)),
        Operation::Edit | Operation::Create => {
            let refused = action.outcome == ActionOutcome::Error(ErrorClass::EditRejected);
            // A command that edits and then runs something fails for reasons of its own.
            if !refused && action.outcome.is_error() {
                return None;
            }
            (4, target())
        }
        Operation::Other => (5, ctx.tool(step)?),
        _ => return None,
    };
    let mut key = vec![kind];
    key.extend_from_slice(name.as_bytes());
    (!name.is_empty()).then(|| xxh3_64(&key))
}

/// The command without the `cd` before it and what is done with its output.
fn plain_command(command: &str) -> &str {
    let command = match command.split_once("&&") {
        Some((first, rest)) if first.trim_start().starts_with("cd ") => rest,
        _ => command,
    };
    let end = command.find(['|', '>', ';']).unwrap_or(command.len());
    command.get(..end).unwrap_or(command).trim_end_matches([' ', '2', '&']).trim()
}

/// Every change of a run, in order: the file, or nothing for one of the environment.
#[derive(Default)]
struct Changes<'a> {
    list: Vec<(StepId, Option<&'a str>)>,
}

/// The changes behind a step.
struct Since<'b, 'a> {
    list: &'b [(StepId, Option<&'a str>)],
}

impl<'a> Changes<'a> {
    fn add(&mut self, step: StepId, action: &'a ActionFacts) {
        self.list.extend(action.edits.iter().map(|edit| (step, Some(&*edit.file))));
        let environment = matches!(
            action.operation,
            Operation::Run(RunKind::Install | RunKind::Server) | Operation::Delegate
        );
        if environment {
            self.list.push((step, None));
        }
    }

    fn since(&self, step: StepId) -> Since<'_, 'a> {
        let start = self.list.partition_point(|(known, _)| *known <= step);
        Since { list: self.list.get(start..).unwrap_or_default() }
    }
}

impl<'a> Since<'_, 'a> {
    fn files(&self) -> Vec<&'a str> {
        /// More are told by their number elsewhere.
        const FILES: usize = 20;
        let mut files: Vec<&str> = Vec::new();
        for file in self.list.iter().filter_map(|(_, file)| *file) {
            if files.len() < FILES && !files.contains(&file) {
                files.push(file);
            }
        }
        files
    }

    fn environment(&self) -> bool {
        self.list.iter().any(|(_, file)| file.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::{episodes, plain_command};
    use crate::engine::detect::DetectContext;
    use crate::engine::testing::script::Script;
    use crate::engine::trace::StepId;

    #[test]
    fn attempts_at_one_thing_with_what_changed_between_them() {
        let run = Script::read(
            "
            edit    a.py
            test    pytest -q tests/a.py      tests red 2/9  failing x,y
            edit    a.py
            test    pytest -q tests/a.py      tests red 1/9  failing y
            edit    a.py
            edit    b.py
            test    pytest -q tests/a.py      tests red 1/9  failing y
            install  pip install z
            test    pytest -q tests/a.py      tests red 1/9  failing y
            test    pytest -q tests/a.py      tests green 0/9
            ",
        );
        let ctx = DetectContext::new(&run.trace, &run.facts);
        let found = episodes(&ctx, 2);
        assert_eq!(found.len(), 1);
        let steps: Vec<u32> = found[0].attempts.iter().map(|attempt| attempt.step.0).collect();
        assert_eq!((steps, found[0].moved), (vec![3, 6, 8], Some(StepId(9))));
        assert_eq!(found[0].attempts[1].edited, ["a.py", "b.py"]);
        assert!(found[0].attempts[2].environment && !found[0].attempts[2].is_blind());
    }

    #[test]
    fn what_surrounds_a_command_does_not_matter() {
        assert_eq!(plain_command("cd /x && make all 2>&1 | tail -5"), "make all");
        assert_eq!(plain_command("npm run build"), "npm run build");
    }
}
