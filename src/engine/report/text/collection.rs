//! What several runs have in common.

use std::fmt::{self, Write};

use super::bar;
use crate::engine::report::wording::{cut, number, one_line, rate};
use crate::engine::report::{Collection, Group, Judgement, TaskMatrix, TaskRow, Trend};

/// More clusters, differences or groups of one trend are counted, not listed.
const CLUSTERS: usize = 40;
const DIFFERENCES: usize = 12;
const GROUPS: usize = 12;

/// The most tasks that are named of one sort.
const TASKS: usize = 8;

/// Writes what several runs have in common.
pub fn text_collection(collection: &Collection, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "\n=== All {} Runs ===", collection.runs)?;
    writeln!(
        out,
        "resolved {}, failed {}, unknown {}; without any failure signal {}",
        collection.resolved, collection.failed, collection.unknown, collection.abstained
    )?;
    if collection.unreadable_files > 0 {
        writeln!(out, "files that could not be read: {}", collection.unreadable_files)?;
    }
    writeln!(out, "\n=== Failure Clusters over All Runs ===")?;
    for cluster in collection.clusters.iter().take(CLUSTERS) {
        let runs = cluster.runs.len();
        let bar = bar(u32::try_from(runs).unwrap_or(u32::MAX));
        writeln!(out, "{}  {bar} ({runs} runs)", one_line(&cluster.name))?;
    }
    if let Some(more) = collection.clusters.len().checked_sub(CLUSTERS).filter(|more| *more > 0) {
        writeln!(out, "and {more} rarer ones")?;
    }
    write_differences(collection, out)?;
    write_tasks(&collection.tasks, out)?;
    collection.trends.iter().try_for_each(|trend| write_trend(trend, out))
}

/// What is met more often in failed runs, or in resolved ones; nothing where nobody could tell.
fn write_differences(collection: &Collection, out: &mut dyn Write) -> fmt::Result {
    if collection.differences.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n=== What Failed and Resolved Runs Differ In ===")?;
    let shown = collection.shown_differences();
    for difference in shown.iter().take(DIFFERENCES) {
        writeln!(
            out,
            "- {}: {} (failed runs: {}; resolved: {})",
            cut(&one_line(&difference.name), 80),
            difference.judgement.words(),
            rate(&difference.failed),
            rate(&difference.resolved)
        )?;
        let within = difference.within_tasks.as_ref();
        if let Some(within) = within.filter(|within| within.judgement == Judgement::NoDifferenceShown) {
            let tasks = if within.tasks == 1 { "task that was" } else { "tasks that were" };
            writeln!(
                out,
                "    no difference shown within the {} {tasks} both solved and failed",
                within.tasks
            )?;
        }
    }
    let others = collection.differences.iter().filter(|one| one.judgement == Judgement::NoDifferenceShown);
    match others.count() {
        0 => Ok(()),
        others => writeln!(out, "No difference is shown of {others} other kinds of failure."),
    }
}

/// Which tasks tell something; nothing where no task was tried twice.
fn write_tasks(matrix: &TaskMatrix, out: &mut dyn Write) -> fmt::Result {
    let tried = |row: &TaskRow| row.outcomes.resolved + row.outcomes.failed + row.outcomes.unknown;
    if !matrix.tasks.iter().any(|row| tried(row) > 1) {
        return Ok(());
    }
    writeln!(out, "\n=== {} Tasks ===", matrix.tasks.len())?;
    let sort = |row: &TaskRow| match row {
        _ if row.flaky => Some("Solved and failed by the same agent and model"),
        _ if row.both => Some("Solved by one and failed by another"),
        _ if row.unsolved => Some("Solved by nobody"),
        _ => None,
    };
    // The matrix lists tasks by these sorts.
    for rows in matrix.tasks.chunk_by(|one, other| sort(one) == sort(other)) {
        let Some(title) = rows.first().and_then(sort) else { continue };
        let named: Vec<String> = rows.iter().take(TASKS).map(|row| cut(&one_line(&row.task), 60)).collect();
        let more = if rows.len() > TASKS { ", …" } else { "" };
        writeln!(out, "- {title} ({}): {}{more}", rows.len(), named.join(", "))?;
    }
    Ok(())
}

fn write_trend(trend: &Trend, out: &mut dyn Write) -> fmt::Result {
    let Some(title) = trend.field.title() else { return Ok(()) };
    writeln!(out, "\n=== By {title} ===")?;
    for group in trend.groups.iter().take(GROUPS) {
        writeln!(out, "- {}: {}", group_name(group), group_facts(group).join(", "))?;
    }
    match trend.groups.len().checked_sub(GROUPS).filter(|more| *more > 0) {
        Some(more) => writeln!(out, "and {more} more"),
        None => Ok(()),
    }
}

pub(in crate::engine::report) fn group_name(group: &Group) -> String {
    match &group.value.key {
        Some(_) => cut(&one_line(&group.value.label), 60),
        None => "not said".to_owned(),
    }
}

fn group_facts(group: &Group) -> Vec<String> {
    let runs = group.runs.len();
    let facts = [
        Some(format!("{runs} run{}", if runs == 1 { "" } else { "s" })),
        (group.resolved.of > 0).then(|| format!("resolved {}", rate(&group.resolved))),
        group.score.map(|score| format!("score {}", number(score.median))),
        group.median_steps.map(|steps| format!("{} steps", number(steps))),
        group.median_cost_usd.filter(|cost| *cost >= 0.005).map(|cost| format!("{cost:.2} USD")),
    ];
    facts.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::text_collection;
    use crate::engine::report::collection::made_up::ended;
    use crate::engine::report::{Collection, RunDigest, markdown_collection};
    use crate::engine::trace::OutcomeValue::{self, Failed, Resolved};

    /// Ten failed runs that went round in circles and ten resolved ones that did not, by two models over two
    /// tasks.
    fn collection() -> Collection {
        let run = |number: usize, outcome: OutcomeValue, detectors: &[&str]| {
            let mut run = ended(&format!("{outcome:?}-{number}"), outcome, detectors);
            run.run.model = Some(["m1", "m2"][number % 2].to_owned());
            RunDigest { task: Some(format!("task-{}", number % 2)), ..run }
        };
        let failed = (0..10).map(|number| run(number, Failed, &["cycle", "never-tested"]));
        let resolved = (0..10).map(|number| run(number, Resolved, &["never-tested"]));
        Collection::of_digests(&failed.chain(resolved).collect::<Vec<_>>(), 1)
    }

    #[test]
    fn says_what_goes_with_failure_which_tasks_tell_and_how_models_fare() {
        let mut text = String::new();
        text_collection(&collection(), &mut text).unwrap();
        let expected = "
=== All 20 Runs ===
resolved 10, failed 10, unknown 0; without any failure signal 0
files that could not be read: 1

=== Failure Clusters over All Runs ===
The tests were never run  #################### (20 runs)
Going round in circles  ########## (10 runs)

=== What Failed and Resolved Runs Differ In ===
- Going round in circles: goes with failure (failed runs: 10 of 10, 100 % (72 to 100); resolved: 0 of 10, 0 % (0 to 28))
No difference is shown of 2 other kinds of failure.

=== 2 Tasks ===
- Solved and failed by the same agent and model (2): task-0, task-1

=== By Model ===
- m1: 10 runs, resolved 5 of 10, 50 % (24 to 76), 10 steps
- m2: 10 runs, resolved 5 of 10, 50 % (24 to 76), 10 steps
";
        assert_eq!(text, expected);
    }

    #[test]
    fn one_outcome_alone_leaves_nothing_to_compare() {
        let mut text = String::new();
        let runs = [ended("a", Failed, &["cycle"]), ended("b", Failed, &["cycle"])];
        text_collection(&Collection::of_digests(&runs, 0), &mut text).unwrap();
        assert!(text.ends_with("Going round in circles  ## (2 runs)\n"), "{text}");
    }

    #[test]
    fn markdown_says_the_same_in_tables() {
        let mut text = String::new();
        markdown_collection(&collection(), &mut text).unwrap();
        for line in [
            "| Going round in circles | 10 | 10 | 0 | 10 |",
            "| Going round in circles | 10 of 10, 100 % (72 to 100) | 0 of 10, 0 % (0 to 28) | goes with failure |",
            "| task-0 | 5 | 5 | by the same agent and model |",
            "| m1 | 10 | 5 of 10, 50 % (24 to 76) |  | 10 |",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }
}
