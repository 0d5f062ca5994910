//! A comparison as Markdown, for an issue or a pull request.

use std::fmt::{self, Write};

use super::Comparison;
use super::sections::{FILES_SHOWN, difference, finding, lead, operation, ran_as, shown_rows, side, value};
use crate::engine::compare::RowKind;
use crate::engine::report::RunReport;
use crate::engine::report::markdown::prose;

const TESTS_SHOWN: usize = 20;

/// Writes the comparison of two runs whose reports these are.
pub fn markdown_comparison(
    comparison: &Comparison,
    (a, b): (&RunReport, &RunReport),
    out: &mut dyn Write,
) -> fmt::Result {
    writeln!(out, "## Two runs\n")?;
    for (name, run) in [("A", &comparison.a), ("B", &comparison.b)] {
        writeln!(out, "- **{name}**: {}", prose(&ran_as(run)))?;
        side(run).iter().try_for_each(|line| writeln!(out, "  - {}", prose(line)))?;
    }
    comparison.notes.iter().try_for_each(|note| writeln!(out, "\n{}", prose(note)))?;
    writeln!(out, "\n### Where they part\n\n{}", prose(&lead(comparison)))?;
    let rows = shown_rows(comparison, a, b);
    if !rows.is_empty() {
        writeln!(out, "\n| | A | | B |\n|---|---|---|---|")?;
    }
    for row in rows {
        let sign = match row.kind {
            RowKind::Same => "same",
            RowKind::Similar => "similar",
            RowKind::OnlyA => "only A",
            RowKind::OnlyB => "only B",
        };
        let mark = if row.parts { "→" } else { "" };
        writeln!(out, "| {mark} | {} | {sign} | {} |", prose(&row.a), prose(&row.b))?;
    }
    if !comparison.files.is_empty() {
        writeln!(out, "\n### Files changed\n")?;
    }
    for file in comparison.files.iter().take(FILES_SHOWN) {
        writeln!(out, "- {}: {}", prose(&file.file), difference(file))?;
    }
    if !comparison.tests.is_empty() {
        writeln!(out, "\n### Tests that ended differently\n\n| Test | A | B |\n|---|---|---|")?;
    }
    for test in comparison.tests.iter().take(TESTS_SHOWN) {
        let standing = |standing: &Option<String>| standing.clone().unwrap_or_else(|| "never red".to_owned());
        writeln!(out, "| {} | {} | {} |", prose(&test.name), standing(&test.a), standing(&test.b))?;
    }
    writeln!(out, "\n### In numbers\n\n| | A | B |\n|---|---:|---:|")?;
    for number in &comparison.numbers {
        writeln!(out, "| {} | {} | {} |", number.name, value(number.a), value(number.b))?;
    }
    for count in &comparison.operations {
        let (name, of_a, of_b) = operation(count);
        writeln!(out, "| {} | {of_a} | {of_b} |", prose(name))?;
    }
    let findings = &comparison.findings;
    for (name, places, report) in [("A", &findings.only_a, a), ("B", &findings.only_b, b)] {
        if !places.is_empty() {
            writeln!(out, "\n### Found only in {name}\n")?;
        }
        for line in places.iter().filter_map(|place| finding(report, *place)) {
            writeln!(out, "- {}", prose(&line))?;
        }
    }
    writeln!(out)
}
