use serde::{Deserialize, Serialize};

use crate::engine::facts::{ActionFacts, Operation, RunFacts};
use crate::engine::trace::Trace;

/// What a run was about at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Before anything was checked or changed.
    Explore,
    /// From the first check to the first edit.
    Reproduce,
    /// From an edit to the next check.
    Edit,
    /// From a check after an edit to the next edit.
    Verify,
    /// After the last edit and the last check: handing in and saying so.
    Finish,
}

impl Phase {
    pub fn name(self) -> &'static str {
        match self {
            Self::Explore => "explore",
            Self::Reproduce => "reproduce",
            Self::Edit => "edit",
            Self::Verify => "verify",
            Self::Finish => "finish",
        }
    }
}

/// What moves a run from one phase to the next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Edit,
    Check,
}

fn turn(action: &ActionFacts) -> Option<Turn> {
    if !action.edits.is_empty() || action.operation.is_edit() {
        Some(Turn::Edit)
    } else if action.is_check() {
        Some(Turn::Check)
    } else {
        None
    }
}

/// The phase of every step, abandoned ones included.
pub fn phases(trace: &Trace, facts: &RunFacts) -> Vec<Phase> {
    let turns: Vec<Option<Turn>> =
        trace.steps_with_ids().map(|(id, _)| facts.action(id).and_then(turn)).collect();
    let last = turns.iter().rposition(Option::is_some);
    let mut phase = Phase::Explore;
    let mut phases = Vec::with_capacity(turns.len());
    for (index, (id, _)) in trace.steps_with_ids().enumerate() {
        phase = match (turns.get(index).copied().flatten(), phase) {
            (Some(Turn::Edit), _) => Phase::Edit,
            (Some(Turn::Check), Phase::Edit | Phase::Verify) => Phase::Verify,
            (Some(Turn::Check), _) => Phase::Reproduce,
            (None, phase) => phase,
        };
        let submits = facts.action(id).is_some_and(|action| action.operation == Operation::Submit);
        let after = phase != Phase::Explore && last.is_some_and(|last| index > last);
        phases.push(if submits || after { Phase::Finish } else { phase });
    }
    phases
}

#[cfg(test)]
mod tests {
    use super::Phase::{self, Edit, Explore, Finish, Reproduce, Verify};
    use super::phases;
    use crate::engine::testing::script::Script;

    #[test]
    fn phases_follow_checks_and_edits() {
        let run = Script::read(
            "
            user         fix it
            read         src/lib.rs
            test         pytest          tests red
            read         tests/a.py
            edit         src/lib.rs
            read         src/lib.rs
            test         pytest          tests red
            thought      hm
            edit         src/lib.rs
            test         pytest          tests green
            assistant    done
            ",
        );
        assert_eq!(
            phases(&run.trace, &run.facts),
            [Explore, Explore, Reproduce, Reproduce, Edit, Edit, Verify, Verify, Edit, Verify, Finish]
        );
    }

    #[test]
    fn a_run_that_only_looks_explores_to_the_end() {
        let run = Script::read("read  a\nsearch  b\nassistant  found it");
        assert_eq!(phases(&run.trace, &run.facts), [Phase::Explore; 3]);
    }
}
