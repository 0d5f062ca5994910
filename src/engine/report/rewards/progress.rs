//! How far a run has come, step by step: what the potential is made of, and what is set against it.

use rustc_hash::FxHashMap;

use super::weights::PotentialWeights;
use crate::engine::facts::{ActionFacts, ActionOutcome, ErrorClass, TestCounts};
use crate::engine::replay::{Work, Worktree, changes_source};

/// What a run that solves its task comes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Milestone {
    Reproduced,
    EditedSource,
    CheckedAfterEdit,
    LastCheckGreen,
}

impl Milestone {
    pub(super) const ALL: [Self; 4] =
        [Self::Reproduced, Self::EditedSource, Self::CheckedAfterEdit, Self::LastCheckGreen];

    /// The flags of a step that reached it, and of one that lost it.
    pub(super) fn flags(self) -> [&'static str; 2] {
        match self {
            Self::Reproduced => ["reproduced", "not-reproduced"],
            Self::EditedSource => ["edited-source", "source-restored"],
            Self::CheckedAfterEdit => ["checked-after-edit", "unchecked-edit"],
            Self::LastCheckGreen => ["last-check-green", "last-check-red"],
        }
    }
}

/// Which milestones hold, in the order of [`Milestone::ALL`].
pub(super) type Reached = [bool; 4];

/// The weighted share of the milestones that hold, 0 to 1; 0 where none has a weight.
pub(super) fn potential(reached: Reached, weights: &PotentialWeights) -> f64 {
    let shares = weights.shares();
    let all: f64 = shares.iter().sum();
    let held: f64 = shares.iter().zip(reached).filter(|(_, held)| *held).map(|(share, _)| share).sum();
    if all > 0.0 { held / all } else { 0.0 }
}

/// What is known after the steps that it was told.
#[derive(Debug, Default)]
pub(super) struct Progress<'a> {
    worktree: Worktree<'a>,
    pub(super) reached: Reached,
    /// The share of its tests that each command had passing when it last ran.
    passing: FxHashMap<(Option<&'a str>, u64), f64>,
    /// The call, the result, and how many edits had been made.
    calls: FxHashMap<(u64, u64), usize>,
    edits: usize,
}

/// What an action earns beside the potential.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) struct Done {
    /// The share of its tests that pass now, less that when the command last ran; -1 to 1.
    pub(super) more_passing: f64,
    pub(super) repeats: bool,
    pub(super) misformed: bool,
}

impl<'a> Progress<'a> {
    /// Takes in an action. Actions are told in their order.
    pub(super) fn add(&mut self, action: &'a ActionFacts) -> Done {
        let work = self.worktree.follow(action);
        self.edits += action.edits.len();
        self.follow(action, work);
        Done {
            more_passing: self.more_passing(action).unwrap_or(0.0),
            repeats: self.repeats(action),
            misformed: action.outcome == ActionOutcome::Error(ErrorClass::InvalidCall),
        }
    }

    fn follow(&mut self, action: &ActionFacts, before: Work) {
        let [reproduced, edited, checked, green] = &mut self.reached;
        let edits = changes_source(action);
        if edits {
            *edited = self.worktree.is_changed();
            *green &= *edited;
            *checked = false;
        }
        // A command that edits and checks does so in that order.
        let on_work = before == Work::Changed || (edits && *edited);
        if on_work && (action.is_red_check() || action.is_green_check()) {
            *checked = true;
            *green = action.is_green_check();
        }
        *reproduced |= !on_work && action.is_red_check();
    }

    /// `None` where its output gives no numbers, or nothing to compare them with.
    fn more_passing(&mut self, action: &'a ActionFacts) -> Option<f64> {
        let TestCounts { passed, failed, .. } = action.tests.as_ref()?.counts?;
        let all = f64::from(passed) + f64::from(failed);
        if all == 0.0 {
            return None;
        }
        let command = action.command.as_deref();
        let key = (command, if command.is_some() { 0 } else { action.call_hash });
        let now = f64::from(passed) / all;
        let before = self.passing.insert(key, now)?;
        Some(now - before)
    }

    fn repeats(&mut self, action: &ActionFacts) -> bool {
        let before = self.calls.insert((action.call_hash, action.result_hash), self.edits);
        !action.waits && action.edits.is_empty() && before == Some(self.edits)
    }
}

#[cfg(test)]
mod tests {
    use super::{Progress, potential};
    use crate::engine::report::rewards::RewardWeights;
    use crate::engine::testing::script::Script;

    /// After each action the milestones that hold: reproduced, edited, checked, green.
    fn drawn(script: &str) -> Vec<String> {
        let run = Script::read(script);
        let mut progress = Progress::default();
        let steps = run.trace.live_steps().filter_map(|(id, _)| run.facts.action(id));
        steps
            .map(|action| {
                progress.add(action);
                let held = ["r", "e", "c", "g"].into_iter().zip(progress.reached).filter(|(_, held)| *held);
                held.map(|(letter, _)| letter).collect()
            })
            .collect()
    }

    #[test]
    fn a_run_comes_through_its_milestones() {
        assert_eq!(
            drawn(
                "
                read      src/a.py
                test      pytest          tests red 1/2
                edit      src/a.py
                test      pytest          tests green 0/2
                edit      src/a.py
                test      pytest          tests red 1/2
                "
            ),
            ["", "r", "re", "recg", "reg", "rec"]
        );
    }

    #[test]
    fn taking_the_work_back_loses_what_it_had() {
        assert_eq!(
            drawn(
                "edit  src/a.py\n test  pytest  tests green 0/2\n run  git checkout src/a.py  reverts src/a.py"
            ),
            ["e", "ecg", ""]
        );
    }

    #[test]
    fn what_was_green_before_the_work_earns_nothing() {
        assert_eq!(drawn("test  pytest  tests green 0/2"), [""]);
        assert_eq!(drawn("create  tests/test_a.py\n test  pytest  tests green 0/2"), ["", ""]);
    }

    #[test]
    fn the_potential_is_a_weighted_share() {
        let mut weights = RewardWeights::default().potential;
        assert!((potential([true, false, true, false], &weights) - 0.5).abs() < f64::EPSILON);
        weights.reproduced = 2.0;
        assert!((potential([true, false, false, false], &weights) - 0.4).abs() < f64::EPSILON);
        (weights.reproduced, weights.edited_source) = (0.0, 0.0);
        (weights.checked_after_edit, weights.last_check_green) = (0.0, 0.0);
        assert!(potential([true; 4], &weights).abs() < f64::EPSILON);
    }
}
