//! A run of any format, with verdict, evidence and reasons.

use std::fmt::{self, Write};

use super::{TextInput, write_clusters};
use crate::engine::cluster::cluster;
use crate::engine::detect::FindingPlaces;
use crate::engine::facts::ActionOutcome;
use crate::engine::report::wording::{cut, number, one_line, outcome, points, severity, step_number, waste};
use crate::engine::report::{FindingReport, Mark, ReasonReport, RunReport, StepRow, cluster_input, step_row};

/// The most evidence that is quoted for one finding.
const QUOTES: usize = 3;

/// The most tests that are named of one standing.
const TESTS: usize = 5;

/// The most steps that are named for one reason.
const STEPS: usize = 6;

pub(super) fn write(input: TextInput<'_>, out: &mut dyn Write) -> fmt::Result {
    let report = input.report;
    write_verdict(report, out)?;
    write_replay(input, out)?;
    write_findings(report, out)?;
    write_tests(report, out)?;
    write_score(report, out)?;
    write_clusters(&cluster(&[&cluster_input(report)]), out)
}

fn write_verdict(report: &RunReport, out: &mut dyn Write) -> fmt::Result {
    let run = if report.index == 0 { String::new() } else { format!(", run {}", report.index + 1) };
    writeln!(out, "\n{}{run}", one_line(&report.file))?;
    let known = [Some(&report.format), report.agent.as_ref(), report.model.as_ref(), report.task.as_ref()];
    let known: Vec<String> = known.into_iter().flatten().map(|text| one_line(text)).collect();
    writeln!(out, "{}, {} steps", known.join(" · "), report.steps)?;
    writeln!(out, "Outcome: {}", outcome(report))?;
    writeln!(out, "Verdict: {}", one_line(&report.verdict.headline))?;
    if !report.verdict.explanation.is_empty() {
        writeln!(out, "         {}", one_line(&report.verdict.explanation))?;
    }
    for (place, candidate) in report.verdict.candidates.iter().enumerate() {
        let lead = match (place, report.verdict.abstained) {
            (0, false) => "First wrong step",
            (0, true) => "If it failed, most likely at",
            _ => "Or",
        };
        let step = step_number(candidate.step, candidate.source_step);
        // The explanation of a verdict begins with the reason for its first candidate.
        let is_told = report.verdict.explanation.starts_with(&candidate.why);
        let why = if is_told { String::new() } else { format!(": {}", one_line(&candidate.why)) };
        writeln!(out, "         {lead}: {step}{why}")?;
    }
    for finding in
        report.verdict.chain.iter().skip(1).filter_map(|place| report.findings.get(*place as usize))
    {
        let step = step_number(finding.step, finding.source_step);
        writeln!(out, "         It went on with: {step}: {}", one_line(&finding.title))?;
    }
    if let Some(wasted) = waste(report.verdict.waste) {
        writeln!(out, "         Wasted, at least: {wasted}")?;
    }
    if let Some(step) = report.verdict.last_good {
        writeln!(out, "         Last verified good state: step {}", step + 1)?;
    }
    for warning in &report.warnings {
        let times = if warning.count > 1 { format!(" ({} times)", warning.count) } else { String::new() };
        writeln!(out, "Warning: {}{times}", one_line(&warning.text))?;
    }
    Ok(())
}

fn write_replay(input: TextInput<'_>, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "\n=== Replaying Trace ===")?;
    let unmarked = FindingPlaces::default();
    for (id, _) in input.trace.live_steps() {
        if let Some(row) = step_row(input.trace, input.facts, &unmarked, id) {
            let label = one_line(&row.label);
            let ending = ending(&row);
            writeln!(out, "{:>6}  {:8} {label}{ending}", row.step + 1, row.verb)?;
        }
    }
    Ok(())
}

/// How a step ended, where there is something to say.
fn ending(row: &StepRow) -> String {
    let ending = match (row.mark, row.outcome, row.exit_code) {
        (Some(Mark::RedCheck), _, Some(code)) => format!("red, exit code {code}"),
        (Some(Mark::RedCheck), _, None) => "red".to_owned(),
        (Some(Mark::GreenCheck), ..) => "green".to_owned(),
        (_, ActionOutcome::Timeout, _) => "timed out".to_owned(),
        (_, ActionOutcome::Error(_), Some(code)) => format!("error, exit code {code}"),
        (_, ActionOutcome::Error(_), None) => "error".to_owned(),
        _ => match row.edited {
            Some((added, removed)) => format!("+{added} -{removed}"),
            None => return String::new(),
        },
    };
    format!("  [{ending}]")
}

fn write_findings(report: &RunReport, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "\n=== Failure Report ===")?;
    if report.findings.is_empty() {
        writeln!(out, "No failure signal found. That does not say that the run succeeded.")?;
    }
    report.findings.iter().try_for_each(|finding| write_finding(finding, out))
}

/// The tests that were left red, worst first; nothing where none were.
fn write_tests(report: &RunReport, out: &mut dyn Write) -> fmt::Result {
    const KINDS: &[(&str, &str)] =
        &[("regression", "Broken"), ("red", "Still red"), ("pre-existing", "Red before the work as well")];
    let Some(ledger) = &report.tests else { return Ok(()) };
    let mut headed = false;
    for (standing, title) in KINDS {
        let tests = || ledger.tests.iter().filter(|test| test.standing == *standing);
        let count = tests().count();
        if count == 0 {
            continue;
        }
        if !headed {
            writeln!(out, "\n=== Tests Left Red ===")?;
            headed = true;
        }
        let names: Vec<String> = tests().take(TESTS).map(|test| cut(&one_line(&test.name), 100)).collect();
        let more = if count > TESTS { ", …" } else { "" };
        writeln!(out, "- {title} ({count}): {}{more}", names.join(", "))?;
    }
    Ok(())
}

fn write_finding(finding: &FindingReport, out: &mut dyn Write) -> fmt::Result {
    let certain = if finding.certain { "certain " } else { "" };
    writeln!(
        out,
        "- {}: {} ({certain}{}) -> {}",
        step_number(finding.step, finding.source_step),
        finding.detector,
        severity(finding.severity),
        one_line(&finding.message)
    )?;
    for evidence in finding.evidence.iter().take(QUOTES) {
        let quote = cut(&one_line(&evidence.quote), 160);
        writeln!(out, "    “{quote}” ({})", step_number(evidence.step, evidence.source_step).to_lowercase())?;
    }
    match waste(finding.waste) {
        Some(waste) => writeln!(out, "    wasted {waste}"),
        None => Ok(()),
    }
}

fn write_score(report: &RunReport, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "\n=== Trace Score ===")?;
    let Some(score) = &report.score else {
        return writeln!(out, "Score: unscored (nothing was done that could be judged)");
    };
    writeln!(out, "Score: {}/100 (profile {})", number(score.total), one_line(&score.profile))?;
    let parts = [("outcome", score.outcome), ("process", score.process), ("efficiency", score.efficiency)];
    let parts: Vec<String> =
        parts.into_iter().filter_map(|(name, value)| Some(format!("{name} {}", number(value?)))).collect();
    if !parts.is_empty() {
        writeln!(out, "       {}", parts.join(", "))?;
    }
    for reason in &score.reasons {
        let (text, at) = (one_line(&reason.text), blamed_steps(report, reason));
        writeln!(out, "{:>6}  {text}{at}", points(reason.points))?;
    }
    Ok(())
}

/// Where the findings of a reason are; nothing for a reason that is a fact.
fn blamed_steps(report: &RunReport, reason: &ReasonReport) -> String {
    let mut steps: Vec<u32> = reason
        .findings
        .iter()
        .filter_map(|place| Some(report.findings.get(*place as usize)?.step + 1))
        .collect();
    steps.dedup();
    let more = if steps.len() > STEPS { ", …" } else { "" };
    let shown: Vec<String> = steps.iter().take(STEPS).map(u32::to_string).collect();
    match shown.as_slice() {
        [] => String::new(),
        [one] => format!(" (step {one})"),
        _ => format!(" (steps {}{more})", shown.join(", ")),
    }
}
