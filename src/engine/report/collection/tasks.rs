use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::field::natural;
use super::{RunDigest, number};
use crate::engine::order;
use crate::engine::trace::OutcomeValue;

/// How each configuration fared with each task.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskMatrix {
    /// By agent and model.
    pub configurations: Vec<Configuration>,
    /// Those that tell most first: flaky ones, then those with both outcomes, then those nobody solved, each by
    /// name.
    pub tasks: Vec<TaskRow>,
    /// Runs that name no task.
    pub without_task: u32,
}

/// What was set to work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    pub agent: Option<String>,
    pub model: Option<String>,
    pub outcomes: Outcomes,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcomes {
    pub resolved: u32,
    pub failed: u32,
    pub unknown: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRow {
    pub task: String,
    /// Of the configurations that tried it, in their order.
    pub cells: Vec<TaskCell>,
    pub outcomes: Outcomes,
    /// One configuration both solved it and failed it.
    pub flaky: bool,
    /// It was solved and failed, by whomever.
    pub both: bool,
    /// It was failed, and never solved.
    pub unsolved: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskCell {
    /// Place in [`TaskMatrix::configurations`].
    pub configuration: u32,
    pub outcomes: Outcomes,
    /// Places of the runs.
    pub runs: Vec<u32>,
}

impl Outcomes {
    pub fn runs(self) -> u32 {
        self.resolved + self.failed + self.unknown
    }

    pub(super) fn add(&mut self, outcome: OutcomeValue) {
        match outcome {
            OutcomeValue::Resolved => self.resolved += 1,
            OutcomeValue::Failed => self.failed += 1,
            OutcomeValue::Unknown => self.unknown += 1,
        }
    }

    fn are_both(self) -> bool {
        self.resolved > 0 && self.failed > 0
    }
}

/// Agent and model.
type Who<'a> = (Option<&'a str>, Option<&'a str>);

fn who(run: &RunDigest) -> Who<'_> {
    (run.run.agent.as_deref(), run.run.model.as_deref())
}

/// Sets the runs of the same task side by side.
pub fn task_matrix(runs: &[RunDigest]) -> TaskMatrix {
    let with_task = || (0u32..).zip(runs).filter_map(|(place, run)| Some((place, run, run.task.as_deref()?)));
    let known: Vec<Who<'_>> = order::distinct(with_task().map(|(_, run, _)| who(run)));
    let mut configurations: Vec<Configuration> = known
        .iter()
        .map(|(agent, model)| Configuration {
            agent: agent.map(str::to_owned),
            model: model.map(str::to_owned),
            outcomes: Outcomes::default(),
        })
        .collect();
    let mut rows: BTreeMap<&str, BTreeMap<u32, TaskCell>> = BTreeMap::new();
    for (place, run, task) in with_task() {
        let Ok(at) = known.binary_search(&who(run)) else { continue };
        if let Some(configuration) = configurations.get_mut(at) {
            configuration.outcomes.add(run.outcome());
        }
        let configuration = number(at);
        let cell = rows.entry(task).or_default().entry(configuration).or_insert_with(|| TaskCell {
            configuration,
            outcomes: Outcomes::default(),
            runs: Vec::new(),
        });
        cell.outcomes.add(run.outcome());
        cell.runs.push(place);
    }
    let mut tasks: Vec<TaskRow> =
        rows.into_iter().map(|(task, cells)| row(task, cells.into_values().collect())).collect();
    order::sort_by(&mut tasks, |one, other| {
        let rank = |row: &TaskRow| (!row.flaky, !row.both, !row.unsolved);
        rank(one).cmp(&rank(other)).then_with(|| natural(&one.task, &other.task))
    });
    let without_task = number(runs.iter().filter(|run| run.task.is_none()).count());
    TaskMatrix { configurations, tasks, without_task }
}

fn row(task: &str, cells: Vec<TaskCell>) -> TaskRow {
    let outcomes = cells.iter().fold(Outcomes::default(), |sum, cell| Outcomes {
        resolved: sum.resolved + cell.outcomes.resolved,
        failed: sum.failed + cell.outcomes.failed,
        unknown: sum.unknown + cell.outcomes.unknown,
    });
    TaskRow {
        task: task.to_owned(),
        outcomes,
        flaky: cells.iter().any(|cell| cell.outcomes.are_both()),
        both: outcomes.are_both(),
        unsolved: outcomes.failed > 0 && outcomes.resolved == 0,
        cells,
    }
}

#[cfg(test)]
mod tests {
    use super::task_matrix;
    use crate::engine::report::collection::RunDigest;
    use crate::engine::report::collection::made_up::{digest, ended};
    use crate::engine::trace::OutcomeValue::{self, Failed, Resolved, Unknown};

    fn tried(task: &str, agent: &str, outcome: OutcomeValue) -> RunDigest {
        let mut run = ended("run", outcome, &[]);
        run.task = Some(task.to_owned());
        run.run.agent = Some(agent.to_owned());
        run
    }

    #[test]
    fn tasks_stand_by_what_they_tell() {
        let runs = [
            tried("t1", "a", Resolved),
            tried("t10", "a", Failed),
            tried("t2", "a", Failed),
            tried("t3", "a", Failed),
            tried("t3", "b", Resolved),
            tried("t4", "b", Resolved),
            tried("t4", "b", Failed),
            tried("t5", "b", Unknown),
            digest("without a task"),
        ];
        let matrix = task_matrix(&runs);
        let names: Vec<&str> = matrix.tasks.iter().map(|row| row.task.as_str()).collect();
        assert_eq!(names, ["t4", "t3", "t2", "t10", "t1", "t5"]);
        let [flaky, both, unsolved, ..] = matrix.tasks.as_slice() else { panic!() };
        assert_eq!((flaky.flaky, flaky.both, flaky.unsolved), (true, true, false));
        assert_eq!((both.flaky, both.both, both.unsolved), (false, true, false));
        assert_eq!((unsolved.flaky, unsolved.both, unsolved.unsolved), (false, false, true));
        assert_eq!(flaky.cells[0].runs, [5, 6]);
        assert_eq!(both.cells.iter().map(|cell| cell.configuration).collect::<Vec<_>>(), [0, 1]);
        let agents: Vec<(Option<&str>, u32)> =
            matrix.configurations.iter().map(|who| (who.agent.as_deref(), who.outcomes.resolved)).collect();
        assert_eq!(agents, [(Some("a"), 1), (Some("b"), 2)]);
        assert_eq!(matrix.without_task, 1);
    }
}
