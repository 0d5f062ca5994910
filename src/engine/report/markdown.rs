//! The report as Markdown, for an issue or a pull request.

use std::fmt::{self, Write};

use super::text::group_name;
use super::wording::{cut, number, one_line, outcome, points, rate, severity, step_number, waste};
use super::{Collection, FindingReport, RunReport, ScoreReport, Trend};

/// More rows of a table about many runs would be read by nobody.
const CLUSTERS: usize = 40;
const DIFFERENCES: usize = 20;
const TASKS: usize = 20;
const GROUPS: usize = 20;

/// Writes one run.
pub fn markdown_run(report: &RunReport, out: &mut dyn Write) -> fmt::Result {
    let run = if report.index == 0 { String::new() } else { format!(" (run {})", report.index + 1) };
    writeln!(out, "## {}{run}\n", prose(&report.file))?;
    writeln!(out, "**{}**\n", prose(&report.verdict.headline))?;
    if !report.verdict.explanation.is_empty() {
        writeln!(out, "{}\n", prose(&report.verdict.explanation))?;
    }
    writeln!(out, "| | |\n|---|---|")?;
    let facts = [
        ("Format", Some(report.format.clone())),
        ("Agent", report.agent.clone()),
        ("Model", report.model.clone()),
        ("Task", report.task.clone()),
        ("Steps", Some(report.steps.to_string())),
        ("Outcome", Some(outcome(report))),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            writeln!(out, "| {name} | {} |", prose(&value))?;
        }
    }
    for candidate in report.verdict.candidates.iter().take(1) {
        let step = step_number(candidate.step, candidate.source_step);
        writeln!(out, "| First wrong step | {step}: {} |", prose(&candidate.why))?;
    }
    if let Some(wasted) = waste(report.verdict.waste) {
        writeln!(out, "| Wasted, at least | {wasted} |")?;
    }
    write_findings(report, out)?;
    write_score(report.score.as_ref(), out)?;
    if !report.warnings.is_empty() {
        writeln!(out, "\n### Warnings\n")?;
    }
    report.warnings.iter().try_for_each(|warning| writeln!(out, "- {}", prose(&warning.text)))?;
    writeln!(out)
}

/// Writes what several runs have in common.
pub fn markdown_collection(collection: &Collection, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "## All {} runs\n", collection.runs)?;
    writeln!(
        out,
        "{} resolved, {} failed, {} unknown; {} without any failure signal.\n",
        collection.resolved, collection.failed, collection.unknown, collection.abstained
    )?;
    writeln!(out, "| Failure | Runs | Failed | Resolved | Findings |\n|---|---:|---:|---:|---:|")?;
    for cluster in collection.clusters.iter().take(CLUSTERS) {
        let name = prose(&cluster.name);
        let (runs, findings) = (cluster.runs.len(), cluster.finding_count);
        writeln!(out, "| {name} | {runs} | {} | {} | {findings} |", cluster.failed, cluster.resolved)?;
    }
    if let Some(more) = collection.clusters.len().checked_sub(CLUSTERS).filter(|more| *more > 0) {
        writeln!(out, "\nAnd {more} rarer ones.")?;
    }
    write_differences(collection, out)?;
    write_tasks(collection, out)?;
    collection.trends.iter().try_for_each(|trend| write_trend(trend, out))?;
    writeln!(out)
}

fn write_differences(collection: &Collection, out: &mut dyn Write) -> fmt::Result {
    let shown = collection.shown_differences();
    if shown.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### What failed and resolved runs differ in\n")?;
    writeln!(out, "| Failure | Of failed runs | Of resolved runs | |\n|---|---|---|---|")?;
    for difference in shown.iter().take(DIFFERENCES) {
        let (name, words) = (prose(&difference.name), difference.judgement.words());
        let (failed, resolved) = (rate(&difference.failed), rate(&difference.resolved));
        writeln!(out, "| {name} | {failed} | {resolved} | {words} |")?;
    }
    Ok(())
}

/// The tasks that tell something; nothing where all runs of each ended alike.
fn write_tasks(collection: &Collection, out: &mut dyn Write) -> fmt::Result {
    let telling: Vec<_> = collection.tasks.tasks.iter().filter(|row| row.both).take(TASKS).collect();
    if telling.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### Tasks that were both solved and failed\n")?;
    writeln!(out, "| Task | Solved | Failed | Flaky |\n|---|---:|---:|---|")?;
    for row in telling {
        let flaky = if row.flaky { "by the same agent and model" } else { "" };
        let (task, outcomes) = (prose(&cut(&row.task, 80)), row.outcomes);
        writeln!(out, "| {task} | {} | {} | {flaky} |", outcomes.resolved, outcomes.failed)?;
    }
    Ok(())
}

fn write_trend(trend: &Trend, out: &mut dyn Write) -> fmt::Result {
    let Some(title) = trend.field.title() else { return Ok(()) };
    writeln!(out, "\n### By {}\n", title.to_lowercase())?;
    writeln!(out, "| | Runs | Resolved | Median score | Median steps |\n|---|---:|---|---:|---:|")?;
    for group in trend.groups.iter().take(GROUPS) {
        let resolved = if group.resolved.of > 0 { rate(&group.resolved) } else { String::new() };
        let score = group.score.map_or_else(String::new, |score| number(score.median));
        let steps = group.median_steps.map_or_else(String::new, number);
        let name = prose(&group_name(group));
        writeln!(out, "| {name} | {} | {resolved} | {score} | {steps} |", group.runs.len())?;
    }
    Ok(())
}

fn write_findings(report: &RunReport, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "\n### Findings\n")?;
    if report.findings.is_empty() {
        writeln!(out, "No failure signal found. That does not say that the run succeeded.")?;
    }
    report.findings.iter().try_for_each(|finding| write_finding(finding, out))
}

fn write_finding(finding: &FindingReport, out: &mut dyn Write) -> fmt::Result {
    let step = step_number(finding.step, finding.source_step);
    let (title, severity) = (prose(&finding.title), severity(finding.severity));
    writeln!(out, "- **{step}: {title}** ({severity}). {}", prose(&finding.message))?;
    for evidence in finding.evidence.iter().take(3) {
        writeln!(out, "  - {}", code(&cut(&one_line(&evidence.quote), 200)))?;
    }
    Ok(())
}

fn write_score(score: Option<&ScoreReport>, out: &mut dyn Write) -> fmt::Result {
    let Some(score) = score else { return writeln!(out, "\n### Score\n\nUnscored.") };
    writeln!(out, "\n### Score\n\n{}/100 (profile {})\n", number(score.total), prose(&score.profile))?;
    for reason in &score.reasons {
        writeln!(out, "- **{}** {}", points(reason.points), prose(&reason.text))?;
    }
    Ok(())
}

/// Text of a trace as plain words: nothing in it is markup.
pub(super) fn prose(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in one_line(text).chars() {
        if matches!(
            character,
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '@' | '!' | '&'
        ) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Text of a trace as a code span, fenced by more backticks than it holds in a row.
fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}

#[cfg(test)]
mod tests {
    use super::{code, prose};

    #[test]
    fn trace_text_is_never_markup() {
        assert_eq!(prose("<img> [a](b) @you"), "\\<img\\> \\[a\\](b) \\@you");
        assert_eq!(code("a ``b`` c"), "``` a ``b`` c ```");
    }
}
