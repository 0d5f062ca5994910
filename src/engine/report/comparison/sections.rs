//! What the text and the Markdown of a comparison say alike.

use super::{ComparedRun, Comparison};
use crate::engine::compare::{FileChange, FileDifference, OperationCounts, RowKind, Track, told};
use crate::engine::report::RunReport;
use crate::engine::report::wording::{number, one_line, outcome_of, severity, step_number};

pub(super) const FILES_SHOWN: usize = 20;
/// Rows around the place where the runs part.
const ROWS_BEFORE: usize = 3;
const ROWS_AFTER: usize = 8;

pub(super) fn ran_as(run: &ComparedRun) -> String {
    let place = if run.index == 0 { String::new() } else { format!(" (run {})", run.index + 1) };
    let by: Vec<String> = [&run.agent, &run.model].into_iter().flatten().map(|name| one_line(name)).collect();
    let by = if by.is_empty() { run.format.clone() } else { by.join(", ") };
    format!("{}{place}: {by}", one_line(&run.file))
}

/// How a run ended, a line each.
pub(super) fn side(run: &ComparedRun) -> Vec<String> {
    let score =
        run.score.map_or_else(|| "unscored".to_owned(), |score| format!("score {}/100", number(score)));
    let mut lines = vec![format!("outcome {}; {score}", outcome_of(&run.outcome)), one_line(&run.headline)];
    let last = match run.last_green {
        Some(true) => "green",
        Some(false) => "red",
        None => return lines,
    };
    lines.push(match run.first_green {
        Some(green) => {
            let step = step_number(green.step, green.source_step).to_lowercase();
            format!("tests first green after a change at {step}, {last} at the end")
        }
        None => format!("tests never green after a change, {last} at the end"),
    });
    lines
}

/// Where the runs part, in a paragraph.
pub(super) fn lead(comparison: &Comparison) -> String {
    let agreement = comparison.agreement;
    let common = agreement.same + agreement.similar;
    let shares = format!(
        "{common} of {} acts of A and of {} of B go together ({} the same, {} similar).",
        common + agreement.only_a,
        common + agreement.only_b,
        agreement.same,
        agreement.similar
    );
    match &comparison.divergence {
        Some(parting) => {
            let after = match parting.common_after {
                0 => "After that they have nothing in common.".to_owned(),
                1 => "After that they share one more act.".to_owned(),
                more => format!("After that they share {more} more acts."),
            };
            format!("{}\n{after} {shares}", one_line(&parting.text))
        }
        None => format!("Nowhere: they did the same, if perhaps in another order. {shares}"),
    }
}

/// A row around the parting, in words.
pub(super) struct ShownRow {
    pub(super) a: String,
    pub(super) b: String,
    pub(super) kind: RowKind,
    /// The runs part here.
    pub(super) parts: bool,
}

pub(super) fn shown_rows(comparison: &Comparison, a: &RunReport, b: &RunReport) -> Vec<ShownRow> {
    let Some(parting) = &comparison.divergence else { return Vec::new() };
    let parting = parting.row as usize;
    let first = parting.saturating_sub(ROWS_BEFORE);
    let words = |track: &Track, place: Option<u32>| {
        let place = place.map(|place| place as usize);
        let act = place.and_then(|place| Some((place, track.act(place)?)));
        act.map_or_else(String::new, |(place, act)| format!("{} {}", act.step + 1, told(track, place)))
    };
    let rows = comparison.rows.iter().enumerate().skip(first).take(parting - first + ROWS_AFTER);
    rows.map(|(place, (in_a, in_b, kind))| ShownRow {
        a: words(&a.track, *in_a),
        b: words(&b.track, *in_b),
        kind: *kind,
        parts: place == parting,
    })
    .collect()
}

pub(super) fn difference(file: &FileDifference) -> String {
    match (&file.a, &file.b) {
        (Some(a), Some(b)) if file.same => format!("changed alike in both ({}; {})", lines(a), lines(b)),
        (Some(a), Some(b)) => format!("{} in A, {} in B", lines(a), lines(b)),
        (Some(a), None) => format!("changed only in A ({})", lines(a)),
        (None, Some(b)) => format!("changed only in B ({})", lines(b)),
        (None, None) => "left alone".to_owned(),
    }
}

fn lines(change: &FileChange) -> String {
    let FileChange { edits, added, removed, at_least, deleted } = change;
    if *deleted {
        return "deleted".to_owned();
    }
    let times = if *edits == 1 { String::new() } else { format!(" in {edits} edits") };
    match (at_least, added + removed) {
        (true, 0) => format!("unknown lines{times}"),
        (true, _) => format!("at least +{added} −{removed}{times}"),
        (false, _) => format!("+{added} −{removed}{times}"),
    }
}

/// A number without a fraction where there is none; of small ones more of it.
pub(super) fn value(value: Option<f64>) -> String {
    match value {
        None => "unknown".to_owned(),
        Some(value) if value.abs() < 10.0 => ((value * 1e4).round() / 1e4).to_string(),
        Some(value) => number(value),
    }
}

pub(super) fn operation(count: &OperationCounts) -> (&str, String, String) {
    let of =
        |all: u32, failed: u32| if failed == 0 { all.to_string() } else { format!("{all} ({failed} bad)") };
    (&count.operation, of(count.a, count.failed_a), of(count.b, count.failed_b))
}

pub(super) fn finding(report: &RunReport, place: u32) -> Option<String> {
    let finding = report.findings.get(place as usize)?;
    let step = step_number(finding.step, finding.source_step);
    let (title, severity) = (one_line(&finding.title), severity(finding.severity));
    Some(format!("{step}: {title} ({severity}). {}", one_line(&finding.message)))
}
