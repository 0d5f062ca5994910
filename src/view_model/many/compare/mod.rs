//! Two runs side by side: rows to draw, the way from difference to difference, and what is said beside them.

mod cell;
mod choice;
mod sections;
mod strip;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use crate::engine::report::{Comparison, Row, RowKind, RunReport};

pub use cell::{Cell, Ending, verb};
pub use choice::{Candidate, Suggestion, candidates, note, suggestions};
pub use sections::{Numbers, changed_lines, numbers, quoted, shares};
pub use strip::{Band, Lane, strip};

use cell::{Marks, cell};

/// One of the two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    A,
    B,
}

impl Side {
    pub const BOTH: [Self; 2] = [Self::A, Self::B];

    pub fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }

    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// What is this side's of a pair.
    pub fn of<T>(self, [a, b]: [T; 2]) -> T {
        match self {
            Self::A => a,
            Self::B => b,
        }
    }
}

/// A line of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Line {
    /// A row of the comparison.
    Row(u32),
    /// So many rows from this one on, in which both did the same, are left out.
    Same { first: u32, rows: u32 },
}

/// A row as it is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct SideRow {
    pub kind: RowKind,
    pub a: Option<Cell>,
    pub b: Option<Cell>,
    /// The runs part here.
    pub parts: bool,
}

/// Two runs that were compared.
#[derive(Debug)]
pub struct SideBySide {
    pub comparison: Comparison,
    pub reports: [Arc<RunReport>; 2],
    marks: [Marks; 2],
    /// Rows at which a stretch of differences of one kind begins.
    stretches: Vec<u32>,
}

impl SideBySide {
    pub fn new(comparison: Comparison, reports: [Arc<RunReport>; 2]) -> Self {
        let marks = [0, 1].map(|side| reports.get(side).map(|report| Marks::of(report)).unwrap_or_default());
        let mut stretches = Vec::new();
        let mut before = RowKind::Same;
        for (place, (_, _, kind)) in (0u32..).zip(&comparison.rows) {
            if *kind != RowKind::Same && *kind != before {
                stretches.push(place);
            }
            before = *kind;
        }
        Self { comparison, reports, marks, stretches }
    }

    pub fn report(&self, side: Side) -> &Arc<RunReport> {
        let [a, b] = &self.reports;
        side.of([a, b])
    }

    /// The list: everything, or what differs with the stretches between it folded to a line each.
    pub fn lines(&self, only_differences: bool) -> Vec<Line> {
        let mut lines = Vec::new();
        for (place, (_, _, kind)) in (0u32..).zip(&self.comparison.rows) {
            if !only_differences || *kind != RowKind::Same {
                lines.push(Line::Row(place));
            } else if let Some(Line::Same { rows, .. }) = lines.last_mut() {
                *rows += 1;
            } else {
                lines.push(Line::Same { first: place, rows: 1 });
            }
        }
        lines
    }

    pub fn row(&self, place: u32) -> Option<SideRow> {
        let (a, b, kind) = *self.row_at(place)?;
        let [marks_a, marks_b] = &self.marks;
        let [report_a, report_b] = &self.reports;
        Some(SideRow {
            kind,
            a: a.and_then(|at| cell(report_a, marks_a, at as usize)),
            b: b.and_then(|at| cell(report_b, marks_b, at as usize)),
            parts: self.parting() == Some(place),
        })
    }

    fn row_at(&self, place: u32) -> Option<&Row> {
        self.comparison.rows.get(place as usize)
    }

    /// The step of a run in a row.
    pub fn step(&self, place: u32, side: Side) -> Option<u32> {
        let (a, b, _) = *self.row_at(place)?;
        let act = side.of([a, b])?;
        self.report(side).track.steps.get(act as usize).copied()
    }

    /// The row in which the runs part.
    pub fn parting(&self) -> Option<u32> {
        self.comparison.divergence.as_ref().map(|parting| parting.row)
    }

    /// The first row of the next stretch of differences of one kind, or of the one before.
    pub fn next_difference(&self, from: u32, forward: bool) -> Option<u32> {
        if forward {
            let at = self.stretches.partition_point(|known| *known <= from);
            self.stretches.get(at).copied()
        } else {
            let at = self.stretches.partition_point(|known| *known < from);
            self.stretches.get(at.checked_sub(1)?).copied()
        }
    }
}

/// Where a row stands among the lines.
pub fn line_of(lines: &[Line], row: u32) -> Option<usize> {
    let first = |line: &Line| match line {
        Line::Row(first) | Line::Same { first, .. } => *first,
    };
    lines.partition_point(|line| first(line) <= row).checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::testing::side_by_side;
    use super::{Ending, Line, Side, line_of};
    use crate::engine::report::RowKind;

    const A: &str = "
        read      src/lib.rs    ok
        read      src/more.rs   ok
        edit      src/lib.rs    ok
        run-test  pytest        red
        ";
    const B: &str = "
        read      src/lib.rs    ok
        read      src/more.rs   ok
        edit      src/other.rs  ok
        edit      src/third.rs  ok
        run-test  pytest        green
        ";

    #[test]
    fn rows_of_both_with_how_each_act_ended() {
        let runs = side_by_side(A, B);
        let lines = runs.lines(false);
        let last = runs.row(u32::try_from(lines.len() - 1).unwrap()).unwrap();
        assert_eq!(last.kind, RowKind::Similar);
        assert_eq!(
            last.a.map(|cell| (cell.step, cell.verb, cell.ending)),
            Some((3, "test", Some(Ending::Red)))
        );
        assert_eq!(last.b.and_then(|cell| cell.ending), Some(Ending::Green));
        assert_eq!(runs.row(99), None);
    }

    #[test]
    fn what_is_the_same_folds_to_a_line() {
        let runs = side_by_side(A, B);
        let lines = runs.lines(true);
        assert_eq!(lines[..2], [Line::Same { first: 0, rows: 2 }, Line::Row(2)]);
        assert_eq!(line_of(&lines, 0), Some(0));
        assert_eq!(line_of(&lines, 1), Some(0), "inside the fold");
        assert_eq!(line_of(&lines, 2), Some(1));
        assert_eq!(line_of(&[], 2), None);
    }

    #[test]
    fn differences_are_walked_by_stretches_of_a_kind() {
        let runs = side_by_side(A, B);
        let mut walked = Vec::new();
        let mut at = 0;
        while let Some(next) = runs.next_difference(at, true) {
            walked.push(next);
            at = next;
        }
        assert_eq!(walked.first().copied(), runs.parting());
        assert_eq!(runs.next_difference(0, false), None);
        let back = runs.next_difference(*walked.last().unwrap(), false);
        assert_eq!(back, walked.iter().rev().nth(1).copied());
    }

    #[test]
    fn the_step_of_a_run_that_did_nothing_in_a_row_is_not_known() {
        let runs = side_by_side(A, B);
        let parting = runs.parting().unwrap();
        let steps = Side::BOTH.map(|side| runs.step(parting, side));
        assert!(steps.contains(&Some(2)), "{steps:?}");
    }

    #[test]
    fn the_first_wrong_step_is_marked_at_the_act_before_a_thought() {
        let runs = side_by_side("edit a.rs ok", "edit a.rs ok");
        let mut report = (*runs.reports[0]).clone();
        report.verdict.candidates = vec![super::testing::candidate(1)];
        let runs =
            super::SideBySide::new(runs.comparison, [report.into(), super::Arc::clone(&runs.reports[1])]);
        assert_eq!(runs.row(0).unwrap().a.unwrap().first_wrong, Some(1));
    }
}
