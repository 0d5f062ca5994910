//! Two runs side by side.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::args::{CompareArgs, CompareFormat};
use super::gather::{Job, gather};
use super::output::complain;
use super::read::{Missed, analyzed, load};
use crate::engine::Options;
use crate::engine::report::{
    NoReport, RunReport, Told, compare, markdown_comparison, read_reports, text_comparison,
};
use crate::engine::trace::{BodySource as _, SourceId};

/// A report begins with this member, after its brace and some white space.
const REPORT: &str = "\"format_version\":";
/// Where it must have begun.
const HEAD: u64 = 64;
/// So many runs of a file are listed where one must be chosen.
const LISTED: usize = 10;

/// Compares the two runs; answers whether both could be read.
pub(super) fn run(args: &CompareArgs) -> io::Result<bool> {
    let (a, b) = match (find(&args.a), find(&args.b)) {
        (Ok(a), Ok(b)) => (a, b),
        (a, b) => {
            [a.err(), b.err()].into_iter().flatten().for_each(|message| complain(&message));
            return Ok(false);
        }
    };
    let comparison = compare(&a, &b);
    let mut text = String::new();
    let written = match args.format {
        CompareFormat::Text => text_comparison(&comparison, (&a, &b), &mut text),
        CompareFormat::Markdown => markdown_comparison(&comparison, (&a, &b), &mut text),
        CompareFormat::Json => {
            text = serde_json::to_string_pretty(&comparison)?;
            text.push('\n');
            Ok(())
        }
    };
    // Only the memory's end could stop writing into it, and that ends the program anyway.
    written.unwrap_or_default();
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(true)
}

/// The run that an argument names: `FILE`, or `FILE#2` for the second one in it.
fn find(argument: &str) -> Result<RunReport, String> {
    let (path, number) = place(argument);
    let mut reports = reports(&path)?;
    let name = path.display();
    let count = reports.len();
    match (count, number) {
        (0, _) => Err(format!("{name}: there is no run in it")),
        (1, None) => Ok(reports.remove(0)),
        (_, None) => Err(format!(
            "{name}: there are {count} runs in it; say which one is meant, as in “{name}#2”: {}",
            listed(&reports)
        )),
        (_, Some(number)) => match number.checked_sub(1).filter(|place| *place < count) {
            Some(place) => Ok(reports.remove(place)),
            None => Err(format!("{name}: expected a run from 1 to {count}, found #{number}")),
        },
    }
}

fn place(argument: &str) -> (PathBuf, Option<usize>) {
    let whole = Path::new(argument);
    let split = || {
        let (path, number) = argument.rsplit_once('#')?;
        Some((PathBuf::from(path), number.parse().ok()?))
    };
    // A name may hold the sign itself.
    match split().filter(|_| !whole.exists()) {
        Some((path, number)) => (path, Some(number)),
        None => (whole.to_owned(), None),
    }
}

fn listed(reports: &[RunReport]) -> String {
    let one_file = reports.windows(2).all(|pair| matches!(pair, [one, other] if one.file == other.file));
    let name = |(number, report): (usize, &RunReport)| {
        let file = (!one_file).then_some(report.file.as_str());
        let known = [file, report.task.as_deref(), report.agent.as_deref()];
        format!("#{number} {}", known.into_iter().flatten().collect::<Vec<_>>().join(", "))
    };
    let mut names: Vec<String> = (1..).zip(reports).take(LISTED).map(name).collect();
    if reports.len() > LISTED {
        names.push("…".to_owned());
    }
    names.join("; ")
}

/// All runs of a file, in order: of a trace, of the traces in a folder or an archive, or of reports.
fn reports(path: &Path) -> Result<Vec<RunReport>, String> {
    let gathered = gather(&[path.to_owned()], None);
    if let Some(loss) = gathered.losses.first() {
        return Err(loss.clone());
    }
    let mut all = Vec::new();
    for job in &gathered.jobs {
        match of_job(job) {
            Ok(reports) => all.extend(reports),
            // In a folder lie other things than traces.
            Err(_) if job.found => {}
            Err(message) => return Err(format!("{}: {message}", job.name())),
        }
    }
    Ok(all)
}

fn of_job(job: &Job) -> Result<Vec<RunReport>, String> {
    let files = load(job).map_err(|error| error.error.message)?;
    let len = files.len(SourceId(0));
    let head = files.read(SourceId(0), 0..len.min(HEAD)).unwrap_or_default();
    let head = String::from_utf8_lossy(&head);
    if head.trim_start().strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with(REPORT)) {
        let bytes = files.read(SourceId(0), 0..len).map_err(|error| error.to_string())?;
        return of_reports(&String::from_utf8_lossy(&bytes));
    }
    match analyzed(job, &files, &Options::default()) {
        Ok(runs) => Ok((0u32..).zip(&runs).map(|(index, run)| run.report(job.name(), index)).collect()),
        Err(Missed::Sidecar) => Ok(Vec::new()),
        Err(Missed::Unreadable(error)) => Err(error.error.message),
    }
}

/// Reports as `tracebench report` prints them: a line each, or all in one object. What is said of files that
/// could not be read is no run.
fn of_reports(text: &str) -> Result<Vec<RunReport>, String> {
    let first = text.lines().next().unwrap_or_default();
    let mut lines = vec![text];
    read_reports(first, &mut |told| {
        if !matches!(told, Err(NoReport::Cut(_))) {
            lines = text.lines().collect();
        }
    });
    let mut reports = Vec::new();
    for (number, line) in (1..).zip(lines) {
        let mut wrong = None;
        read_reports(line, &mut |told| match told {
            Ok(Told::Run(report)) => reports.push(*report),
            Ok(Told::Unreadable(_)) => {}
            Err(error) => wrong = Some(format!("line {number}: {error}")),
        });
        if let Some(wrong) = wrong {
            return Err(wrong);
        }
    }
    Ok(reports)
}
