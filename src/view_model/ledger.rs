//! Tests × runs of them, as a grid.

use crate::engine::report::{Mark, StepMap, TestColour, TestReport, TestRunReport, TestsReport};

use super::format::{counted, step_number};

/// What a test was in a run of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    Green,
    Red,
    Skipped,
    /// Not seen yet, or not run any more.
    Unknown,
}

impl Cell {
    pub fn sign(self) -> &'static str {
        match self {
            Self::Green => "✓",
            Self::Red => "✕",
            Self::Skipped => "–",
            Self::Unknown => "·",
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Green => "passed",
            Self::Red => "failed",
            Self::Skipped => "skipped",
            Self::Unknown => "not run",
        }
    }

    /// The name that classes carry.
    pub fn token(self) -> &'static str {
        match self {
            Self::Green => "good",
            Self::Red => "bad",
            Self::Skipped => "skipped",
            Self::Unknown => "unknown",
        }
    }
}

impl From<TestColour> for Cell {
    fn from(colour: TestColour) -> Self {
        match colour {
            TestColour::Green => Self::Green,
            TestColour::Red => Self::Red,
            TestColour::Skipped => Self::Skipped,
        }
    }
}

/// One run of tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub step: u32,
    pub all: Cell,
    /// `pytest · 2 failed, 33 passed`.
    pub title: String,
    /// How many edits there were since the run before.
    pub edits: usize,
    /// On the source as it was before the agent touched it.
    pub is_baseline: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// As the runner printed it.
    pub name: String,
    /// Its last part, which tells it from its neighbours.
    pub short: String,
    pub cells: Vec<Cell>,
    /// Of a regression, the first edit after it was last green: where to look for what broke it.
    pub suspect: Option<u32>,
    /// Where the agent changed the test itself.
    pub edited: Option<u32>,
}

/// Tests of the same standing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub title: String,
    /// What the standing means.
    pub meaning: &'static str,
    pub rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grid {
    pub columns: Vec<Column>,
    pub groups: Vec<Group>,
    /// What is left out, a sentence each.
    pub left_out: Vec<String>,
}

impl Grid {
    /// `map` tells where the edits are; without it none are marked.
    pub fn new(tests: &TestsReport, map: Option<&StepMap>) -> Self {
        let mut before = None;
        let columns: Vec<Column> = tests
            .runs
            .iter()
            .map(|run| {
                let column = column(run, edits_between(map, before, run.step));
                before = Some(run.step);
                column
            })
            .collect();
        let mut groups: Vec<(&str, Vec<Row>)> = Vec::new();
        let is_shared = |name: &str| tests.tests.iter().filter(|test| short(&test.name) == name).count() > 1;
        for test in &tests.tests {
            let mut row = row(test, columns.len());
            if is_shared(&row.short) {
                longer(&test.name).clone_into(&mut row.short);
            }
            match groups.last_mut().filter(|(standing, _)| *standing == test.standing) {
                Some((_, rows)) => rows.push(row),
                None => groups.push((&test.standing, vec![row])),
            }
        }
        let more = |count: u32, one: &str, many: &str| {
            (count > 0).then(|| format!("{} not shown.", counted(u64::from(count), one, many)))
        };
        let left_out = [
            more(tests.more_runs, "earlier run of tests is", "earlier runs of tests are"),
            more(tests.more_tests, "more test is", "more tests are"),
        ];
        Self {
            columns,
            groups: groups.into_iter().map(|(standing, rows)| group(standing, rows)).collect(),
            left_out: left_out.into_iter().flatten().collect(),
        }
    }
}

impl Grid {
    /// What the signs mean that this grid has.
    pub fn legend(&self) -> Vec<&'static str> {
        let mut rows = self.groups.iter().flat_map(|group| &group.rows);
        let breaks = rows.clone().any(|row| row.suspect.is_some());
        let edits_tests = rows.any(|row| row.edited.is_some());
        let edits = self.columns.iter().any(|column| column.edits > 0);
        [
            (edits, "✎ over a run: edits since the run before."),
            (edits_tests, "✎ at a test: the agent edited it."),
            (breaks, "↯ leads to the first edit after the test was last green."),
        ]
        .into_iter()
        .filter_map(|(is_there, meaning)| is_there.then_some(meaning))
        .collect()
    }
}

fn edits_between(map: Option<&StepMap>, before: Option<u32>, step: u32) -> usize {
    let marks = map.map(|map| map.marks.as_slice()).unwrap_or_default();
    let is_between = |at: u32| at < step && before.is_none_or(|before| at > before);
    marks.iter().filter(|(at, mark)| *mark == Mark::Edit && is_between(*at)).count()
}

fn column(run: &TestRunReport, edits: usize) -> Column {
    let counts = [(run.failed, "failed"), (run.passed, "passed"), (run.skipped, "skipped")];
    let counts: Vec<String> = counts
        .into_iter()
        .filter_map(|(count, word)| Some(format!("{} {word}", count.filter(|count| *count > 0)?)))
        .collect();
    let all = if run.green { Cell::Green } else { Cell::Red };
    let counts = if counts.is_empty() { all.word().to_owned() } else { counts.join(", ") };
    Column {
        step: run.step,
        all,
        title: format!("{} · {counts}", run.framework),
        edits,
        is_baseline: run.baseline,
    }
}

fn row(test: &TestReport, columns: usize) -> Row {
    let mut cells = vec![Cell::Unknown; columns];
    let end = test.last_run.map_or(columns, |last| last as usize + 1).min(columns);
    for (at, (start, colour)) in test.changes.iter().enumerate() {
        let until = test.changes.get(at + 1).map_or(end, |(next, _)| *next as usize);
        if let Some(cells) = cells.get_mut(*start as usize..until.max(*start as usize).min(columns)) {
            cells.fill((*colour).into());
        }
    }
    Row {
        name: test.name.clone(),
        short: short(&test.name).to_owned(),
        cells,
        suspect: test.last_green_before_edit.filter(|_| test.standing == "regression"),
        edited: test.edits.first().copied(),
    }
}

/// What stands after the last `::`, ` › ` or ` > `; of a dotted name with its class in brackets, the name.
fn short(name: &str) -> &str {
    let name = name.trim();
    let tail = ["::", " › ", " > "].iter().filter_map(|mark| Some(name.rsplit_once(mark)?.1.trim()));
    let tail = tail.filter(|tail| !tail.is_empty()).min_by_key(|tail| tail.len()).unwrap_or(name);
    tail.split_once(" (").map_or(tail, |(head, _)| head)
}

/// With what it stands in, for names that others share.
fn longer(name: &str) -> &str {
    let start = name.rmatch_indices("::").nth(1).map_or(0, |(at, mark)| at + mark.len());
    name.get(start..).unwrap_or(name)
}

fn group(standing: &str, rows: Vec<Row>) -> Group {
    let (title, meaning) = match standing {
        "regression" => ("Regressions", "green before, red after an edit"),
        "red" => ("Red", "never seen green"),
        "pre-existing" => ("Red before any edit", "already red on the source as it was"),
        "fixed" => ("Fixed", "red before, green at the end"),
        "skipped" => ("Skipped", "not run to an end"),
        _ => ("Green", "never seen red"),
    };
    Group { title: format!("{title} ({})", rows.len()), meaning, rows }
}

/// What a head of a column is read aloud as.
pub fn spoken(column: &Column) -> String {
    let edits = match column.edits {
        0 => String::new(),
        edits => format!(", after {}", counted(edits as u64, "edit", "edits")),
    };
    let baseline = if column.is_baseline { ", on the untouched source" } else { "" };
    format!("Step {}: {}{edits}{baseline}", step_number(column.step), column.title)
}

#[cfg(test)]
mod tests {
    use super::{Cell, Grid, longer, short, spoken};
    use crate::engine::report::{Mark, StepMap, TestColour, TestReport, TestRunReport, TestsReport};

    fn run(step: u32, green: bool, failed: Option<u32>) -> TestRunReport {
        TestRunReport {
            step,
            source_step: step,
            framework: "pytest".to_owned(),
            green,
            baseline: step == 0,
            passed: None,
            failed,
            skipped: None,
        }
    }

    fn test(name: &str, standing: &str, changes: &[(u32, TestColour)], last_run: u32) -> TestReport {
        TestReport {
            name: name.to_owned(),
            standing: standing.to_owned(),
            changes: changes.to_vec(),
            last_run: Some(last_run),
            last_green_before_edit: None,
            edits: Vec::new(),
        }
    }

    fn signs(grid: &Grid, group: usize) -> Vec<String> {
        let rows = grid.groups[group].rows.iter();
        rows.map(|row| row.cells.iter().map(|cell| cell.sign()).collect()).collect()
    }

    #[test]
    fn a_colour_holds_until_it_changes_and_no_longer_than_the_test_was_run() {
        use TestColour::{Green, Red};
        let tests = TestsReport {
            runs: vec![
                run(0, false, Some(1)),
                run(4, true, None),
                run(9, false, Some(2)),
                run(12, true, None),
            ],
            more_runs: 3,
            tests: vec![
                test("a.py::test_new", "regression", &[(1, Green), (2, Red)], 3),
                test("a.py::test_old", "fixed", &[(0, Red), (1, Green)], 2),
            ],
            more_tests: 0,
        };
        let map = StepMap {
            marks: vec![(2, Mark::Edit), (5, Mark::Edit), (7, Mark::Edit), (9, Mark::RedCheck)],
            ..StepMap::default()
        };
        let grid = Grid::new(&tests, Some(&map));
        assert_eq!(signs(&grid, 0), ["·✓✕✕"]);
        assert_eq!(signs(&grid, 1), ["✕✓✓·"]);
        assert_eq!(grid.columns.iter().map(|column| column.edits).collect::<Vec<_>>(), [0, 1, 2, 0]);
        assert_eq!(grid.groups[0].title, "Regressions (1)");
        assert_eq!(grid.left_out, ["3 earlier runs of tests are not shown."]);
        assert_eq!(spoken(&grid.columns[0]), "Step 1: pytest · 1 failed, on the untouched source");
        assert_eq!(spoken(&grid.columns[2]), "Step 10: pytest · 2 failed, after 2 edits");
        assert_eq!(grid.columns[1].all, Cell::Green);
        assert_eq!(grid.legend(), ["✎ over a run: edits since the run before."]);
    }

    #[test]
    fn only_what_is_broken_points_at_what_may_have_broken_it() {
        let mut broken = test("test_a", "regression", &[(0, TestColour::Green), (1, TestColour::Red)], 1);
        broken.last_green_before_edit = Some(3);
        let fixed = TestReport { standing: "fixed".to_owned(), ..broken.clone() };
        let grid = |test| {
            let runs = vec![run(0, true, None), run(4, false, Some(1))];
            Grid::new(&TestsReport { runs, more_runs: 0, tests: vec![test], more_tests: 0 }, None)
        };
        let (broken, fixed) = (grid(broken), grid(fixed));
        assert_eq!(broken.groups[0].rows[0].suspect, Some(3));
        assert_eq!(broken.legend(), ["↯ leads to the first edit after the test was last green."]);
        assert_eq!(fixed.groups[0].rows[0].suspect, None);
        assert!(fixed.legend().is_empty());
    }

    #[test]
    fn names_are_cut_to_what_tells_them_apart() {
        assert_eq!(short("tests/test_a.py::TestB::test_c[1-2]"), "test_c[1-2]");
        assert_eq!(short("test_defer (queries.tests.Tests)"), "test_defer");
        assert_eq!(short("engine::facts::reads"), "reads");
        assert_eq!(short("plain"), "plain");
        assert_eq!(longer("tests/test_a.py::TestB::test_c"), "TestB::test_c");
        assert_eq!(longer("test_defer (queries.tests.Tests)"), "test_defer (queries.tests.Tests)");
    }
}
