use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{ErrorText, FORMAT_VERSION, FileError, RunDigest, RunReport};
use crate::engine::order;

/// What a report says: of a run, or of a file that could not be read.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    Run(Box<RunReport>),
    Unreadable(FileError),
}

/// Why a text is no report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoReport {
    /// Written by a later version of this program, in a shape that this one does not know.
    Newer(u32),
    /// The text ends in the middle: it may be the first line of several.
    Cut(String),
    Other(String),
}

impl fmt::Display for NoReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newer(version) => write!(
                out,
                "the report is of format version {version}, and this program reads versions up to \
                 {FORMAT_VERSION}: it needs a newer one"
            ),
            Self::Cut(reason) | Self::Other(reason) => write!(out, "this is no report of a run: {reason}"),
        }
    }
}

/// What tells the shapes apart.
#[derive(Deserialize)]
struct Shape<'a> {
    #[serde(default)]
    format_version: Option<u32>,
    #[serde(default)]
    file: Option<String>,
    #[serde(default)]
    error: Option<ErrorText>,
    #[serde(default, borrow)]
    runs: Option<Vec<&'a RawValue>>,
    #[serde(default)]
    errors: Vec<FileError>,
}

/// What every version says.
#[derive(Deserialize)]
struct Version {
    format_version: u32,
}

fn newer_version(text: &str) -> Option<u32> {
    let Version { format_version } = serde_json::from_str(text).ok()?;
    (format_version > FORMAT_VERSION).then_some(format_version)
}

/// Reads what `tracebench report` prints: a line of `--format ndjson`, or the whole of `--format json`. An empty
/// text says nothing; of the runs of a whole, each is taken or refused by itself.
pub fn read_reports(text: &str, take: &mut dyn FnMut(Result<Told, NoReport>)) {
    if text.trim().is_empty() {
        return;
    }
    let shape: Shape<'_> = match serde_json::from_str(text) {
        Ok(shape) => shape,
        Err(error) if error.is_eof() => return take(Err(NoReport::Cut(error.to_string()))),
        Err(error) => {
            let newer = newer_version(text).map(NoReport::Newer);
            return take(Err(newer.unwrap_or_else(|| NoReport::Other(error.to_string()))));
        }
    };
    if let Some(newer) = shape.format_version.filter(|version| *version > FORMAT_VERSION) {
        return take(Err(NoReport::Newer(newer)));
    }
    match (shape.runs, shape.file, shape.error) {
        (Some(runs), ..) => {
            for (number, run) in (1..).zip(runs) {
                let of_run = |error: serde_json::Error| NoReport::Other(format!("run {number}: {error}"));
                take(serde_json::from_str(run.get()).map(Told::Run).map_err(of_run));
            }
            shape.errors.into_iter().for_each(|error| take(Ok(Told::Unreadable(error))));
        }
        (None, Some(file), Some(error)) => take(Ok(Told::Unreadable(FileError { file, error }))),
        _ => {
            let no_run = |error: serde_json::Error| NoReport::Other(error.to_string());
            take(serde_json::from_str(text).map(Told::Run).map_err(no_run));
        }
    }
}

/// Runs from many reports, each counted once.
#[derive(Debug, Default)]
pub struct Joined {
    runs: Vec<RunDigest>,
    errors: Vec<FileError>,
    seen: BTreeSet<(String, u32, String)>,
    /// Reports of runs that had been told of before.
    pub repeated: usize,
}

impl Joined {
    pub fn add(&mut self, told: Told) {
        match told {
            Told::Run(report) => {
                if self.seen.insert((report.file.clone(), report.index, report.trace_id.clone())) {
                    self.runs.push(RunDigest::of(&report));
                } else {
                    self.repeated += 1;
                }
            }
            Told::Unreadable(error) if self.errors.contains(&error) => {}
            Told::Unreadable(error) => self.errors.push(error),
        }
    }

    /// The runs by file, and the files that could not be read: the same in whatever order they were told.
    pub fn into_sorted(mut self) -> (Vec<RunDigest>, Vec<FileError>) {
        order::sort_by(&mut self.runs, |one, other| place(one).cmp(&place(other)));
        order::sort_by(&mut self.errors, |one, other| one.file.cmp(&other.file));
        (self.runs, self.errors)
    }
}

fn place(run: &RunDigest) -> (&str, u32, &str) {
    let (trace, file, index) = &run.run.id;
    (file, *index, trace)
}

#[cfg(test)]
mod tests {
    use super::{Joined, NoReport, Told, read_reports};

    const RUN: &str = r#"{"format_version": 1, "file": "a.json", "index": 0, "trace_id": "t", "format": "chat",
        "agent": null, "model": "m", "task": null, "steps": 3, "outcome": {"value": "failed", "source": "s"},
        "score": null, "verdict": {"abstained": true, "headline": "", "explanation": "", "candidates": [],
        "last_good": null}, "findings": [], "signatures": [], "totals": {"tokens_in": null, "tokens_out": null,
        "tokens_cached": null, "cost_usd": null, "seconds": null, "out_is_lower_bound": false}, "warnings": []}"#;

    fn read(text: &str) -> Vec<Result<Told, NoReport>> {
        let mut all = Vec::new();
        read_reports(text, &mut |told| all.push(told));
        all
    }

    #[test]
    fn a_line_of_an_older_version_still_reads() {
        let all = read(RUN);
        let [Ok(Told::Run(report))] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!((report.file.as_str(), report.shape.len(), &report.started), ("a.json", 0, &None));
        assert!(read(" \n").is_empty());
    }

    #[test]
    fn a_file_that_could_not_be_read_is_told_of() {
        let all = read(r#"{"file": "x", "error": {"kind": "empty", "message": "it is empty"}}"#);
        assert!(matches!(&all[..], [Ok(Told::Unreadable(error))] if error.error.kind == "empty"));
    }

    #[test]
    fn a_whole_costs_only_its_broken_runs() {
        let whole =
            format!("{{\"format_version\": 1, \"runs\": [{RUN}, {{\"file\": 3}}, {RUN}], \"errors\": []}}");
        let all = read(&whole);
        assert!(matches!(&all[..], [Ok(_), Err(NoReport::Other(_)), Ok(_)]));
        assert!(all[1].as_ref().unwrap_err().to_string().contains("run 2"));
    }

    #[test]
    fn what_is_no_report_says_why() {
        assert!(matches!(&read("{\"file\": \"a")[..], [Err(NoReport::Cut(_))]));
        assert!(matches!(&read("[1, 2]")[..], [Err(NoReport::Other(_))]));
        for text in [r#"{"format_version": 7, "runs": 3}"#, r#"{"format_version": 7, "somehow": "else"}"#] {
            assert_eq!(read(text), [Err(NoReport::Newer(7))]);
        }
        assert!(NoReport::Newer(7).to_string().contains("versions up to 1"));
    }

    #[test]
    fn a_run_is_counted_once_and_the_order_is_that_of_the_files() {
        let mut joined = Joined::default();
        let told = |file: &str| read(&RUN.replace("a.json", file)).remove(0).unwrap();
        for file in ["b.json", "a.json", "b.json"] {
            joined.add(told(file));
        }
        assert_eq!(joined.repeated, 1);
        let (runs, errors) = joined.into_sorted();
        let files: Vec<&str> = runs.iter().map(|run| run.run.id.1.as_str()).collect();
        assert_eq!((files, errors.len()), (vec!["a.json", "b.json"], 0));
    }
}
