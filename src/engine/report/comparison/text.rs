//! A comparison for reading in a terminal.

use std::fmt::{self, Write};

use super::Comparison;
use super::sections::{FILES_SHOWN, difference, finding, lead, operation, ran_as, shown_rows, side};
use crate::engine::compare::RowKind;
use crate::engine::report::RunReport;
use crate::engine::report::wording::{cut, one_line};

/// Columns of a row of the two runs side by side.
const COLUMN: usize = 48;
const TESTS_SHOWN: usize = 20;

/// Writes the comparison of two runs whose reports these are.
pub fn text_comparison(
    comparison: &Comparison,
    (a, b): (&RunReport, &RunReport),
    out: &mut dyn Write,
) -> fmt::Result {
    writeln!(out, "=== Two runs ===")?;
    for (name, run) in [("A", &comparison.a), ("B", &comparison.b)] {
        writeln!(out, "{name}: {}", ran_as(run))?;
        side(run).iter().try_for_each(|line| writeln!(out, "   {line}"))?;
    }
    comparison.notes.iter().try_for_each(|note| writeln!(out, "Note: {}", one_line(note)))?;
    writeln!(out, "\n=== Where they part ===\n{}", lead(comparison))?;
    write_rows(comparison, (a, b), out)?;
    if !comparison.files.is_empty() {
        writeln!(out, "\n=== Files changed ===")?;
        for file in comparison.files.iter().take(FILES_SHOWN) {
            writeln!(out, "{}: {}", one_line(&file.file), difference(file))?;
        }
        write_more(comparison.files.len(), FILES_SHOWN, "files", out)?;
    }
    if !comparison.tests.is_empty() {
        writeln!(out, "\n=== Tests that ended differently ===")?;
        for test in comparison.tests.iter().take(TESTS_SHOWN) {
            let standing =
                |standing: &Option<String>| standing.clone().unwrap_or_else(|| "never red".to_owned());
            let (of_a, of_b) = (standing(&test.a), standing(&test.b));
            writeln!(out, "{}: {of_a} in A, {of_b} in B", one_line(&test.name))?;
        }
        let all = comparison.tests.len() + comparison.more_tests as usize;
        write_more(all, TESTS_SHOWN, "tests", out)?;
    }
    write_numbers(comparison, out)?;
    let findings = &comparison.findings;
    for (name, places, report) in [("A", &findings.only_a, a), ("B", &findings.only_b, b)] {
        if !places.is_empty() {
            writeln!(out, "\n=== Found only in {name} ===")?;
        }
        for line in places.iter().filter_map(|place| finding(report, *place)) {
            writeln!(out, "- {line}")?;
        }
    }
    Ok(())
}

fn write_rows(comparison: &Comparison, (a, b): (&RunReport, &RunReport), out: &mut dyn Write) -> fmt::Result {
    for row in shown_rows(comparison, a, b) {
        let sign = match row.kind {
            RowKind::Same => '=',
            RowKind::Similar => '~',
            RowKind::OnlyA => '<',
            RowKind::OnlyB => '>',
        };
        let mark = if row.parts { '*' } else { ' ' };
        let (of_a, of_b) = (cut(&one_line(&row.a), COLUMN), cut(&one_line(&row.b), COLUMN));
        writeln!(out, "{}", format!("{mark} {of_a:COLUMN$} {sign} {of_b}").trim_end())?;
    }
    Ok(())
}

fn write_numbers(comparison: &Comparison, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "\n=== In numbers ===")?;
    writeln!(out, "{:28} {:>12} {:>12}", "", "A", "B")?;
    for number in &comparison.numbers {
        let value = super::sections::value;
        writeln!(out, "{:28} {:>12} {:>12}", number.name, value(number.a), value(number.b))?;
    }
    for count in &comparison.operations {
        let (name, of_a, of_b) = operation(count);
        writeln!(out, "{:28} {of_a:>12} {of_b:>12}", one_line(name))?;
    }
    Ok(())
}

fn write_more(all: usize, shown: usize, what: &str, out: &mut dyn Write) -> fmt::Result {
    if all > shown { writeln!(out, "… and {} more {what}", all - shown) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::text_comparison;
    use crate::engine::report::comparison::compare;
    use crate::engine::testing::reported as report;

    #[test]
    fn a_comparison_reads_from_the_parting_to_the_details() {
        let a = report("a.json", "read  x.rs\n edit  x.rs +1 -1\n test  pytest  tests red 1/9  failing t_a");
        let b = report("b.json", "read  x.rs\n edit  y.rs +2 -0\n test  pytest  tests green 9");
        let mut text = String::new();
        text_comparison(&compare(&a, &b), (&a, &b), &mut text).unwrap();
        for expected in [
            "A: a.json",
            "After both read `x.rs` (step 1), A edited `x.rs` (+1 −1); B edited `y.rs` (+2 −0).",
            "* 2 edited `x.rs` (+1 −1)",
            "x.rs: changed only in A (+1 −1)",
            "steps                                   3            3",
            "=== Found only in A ===",
        ] {
            assert!(text.contains(expected), "no “{expected}” in:\n{text}");
        }
    }
}
