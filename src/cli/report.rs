use std::io::{self, Write as _};

use super::args::{Format, ReportArgs};
use super::gather::{Job, gather_or_complain};
use super::output::complain;
use super::pool::in_order;
use super::profile;
use super::read::{Missed, is_cut_off, is_no_trace, read};
use crate::engine::Options;
use crate::engine::import::Input;
use crate::engine::report::{
    Collection, Diagnosis, FileError, RunReport, TextInput, diagnose, error_line, markdown_collection,
    markdown_run, run_line, text_collection, text_run, whole,
};

/// What came of one file.
enum Outcome {
    Runs {
        reports: Vec<RunReport>,
        /// Only where it is going to be shown.
        diagnosis: Option<Box<Diagnosis>>,
        rendered: String,
        cut_off: bool,
    },
    /// It says something about other files.
    Sidecar,
    Unreadable(FileError),
}

/// Reports on all files; answers whether all could be read whole.
pub(super) fn run(args: &ReportArgs) -> io::Result<bool> {
    let profile = match profile::find(&args.profile) {
        Ok(profile) => profile,
        Err(message) => {
            complain(&message);
            return Ok(false);
        }
    };
    let options = Options { profile, hide_outcome: args.hide_outcome };
    let Some(gathered) = gather_or_complain(&args.files, args.jobs) else { return Ok(false) };
    let complete = gathered.losses.is_empty();
    let mut summary = Summary { format: args.format, complete, ..Summary::default() };
    in_order(
        &gathered.jobs,
        args.jobs,
        |job| (job, outcome(job, args.format, &options)),
        |(job, outcome)| summary.add(job, outcome),
    )?;
    summary.finish()
}

fn outcome(job: &Job, format: Format, options: &Options) -> Outcome {
    let (files, runs) = match read(job, options) {
        Ok(read) => read,
        Err(Missed::Sidecar) => return Outcome::Sidecar,
        Err(Missed::Unreadable(error)) => return Outcome::Unreadable(error),
    };
    let diagnosis = (format == Format::Json).then(|| {
        let examined: Vec<_> = runs.iter().map(|run| (&run.trace, &run.facts)).collect();
        let mut go_on = |_| true;
        let input = Input::of_set(&files, &mut go_on);
        Box::new(diagnose(&input, &examined))
    });
    let mut rendered = String::new();
    let mut reports = Vec::new();
    for (index, run) in (0u32..).zip(&runs) {
        let report = run.report(job.name(), index);
        let text = TextInput { trace: &run.trace, facts: &run.facts, report: &report, sources: &files };
        let written = match format {
            Format::Text => text_run(text, &mut rendered),
            Format::Markdown => markdown_run(&report, &mut rendered),
            Format::Ndjson => {
                rendered.push_str(&run_line(&report));
                Ok(())
            }
            Format::Json => Ok(()),
        };
        // Only the memory's end could stop writing into it, and that ends the program anyway.
        written.unwrap_or_default();
        reports.push(report);
    }
    Outcome::Runs { reports, diagnosis, rendered, cut_off: runs.iter().any(is_cut_off) }
}

/// What has been reported so far.
#[derive(Default)]
struct Summary {
    format: Format,
    /// Kept where something is said about all runs together.
    reports: Vec<RunReport>,
    diagnoses: Vec<Diagnosis>,
    errors: Vec<FileError>,
    /// Files of folders and archives that are no traces.
    passed_over: usize,
    runs: usize,
    complete: bool,
}

impl Summary {
    fn add(&mut self, job: &Job, outcome: Outcome) -> io::Result<()> {
        let name = job.name();
        match outcome {
            Outcome::Runs { reports, diagnosis, rendered, cut_off } => {
                self.diagnoses.extend(diagnosis.map(|diagnosis| *diagnosis));
                if cut_off {
                    self.complete = false;
                    complain(&format!("{name}: the file is cut off; what is there was reported"));
                }
                self.runs += reports.len();
                if self.format != Format::Ndjson {
                    self.reports.extend(reports);
                }
                io::stdout().lock().write_all(rendered.as_bytes())
            }
            Outcome::Sidecar => Ok(()),
            Outcome::Unreadable(error) if job.found && is_no_trace(&error) => {
                self.passed_over += 1;
                Ok(())
            }
            Outcome::Unreadable(error) => {
                self.complete = false;
                complain(&format!("{name}: {}", error.error.message));
                if self.format == Format::Ndjson {
                    io::stdout().lock().write_all(error_line(&error).as_bytes())?;
                }
                self.errors.push(error);
                Ok(())
            }
        }
    }

    fn finish(self) -> io::Result<bool> {
        if self.passed_over > 0 {
            complain(&format!("{} files in the folders and archives are no traces", self.passed_over));
        }
        let mut text = String::new();
        let collection = || Collection::of(&self.reports, self.errors.len());
        let written = match self.format {
            Format::Text if self.runs > 1 => text_collection(&collection(), &mut text),
            Format::Markdown if self.runs > 1 => markdown_collection(&collection(), &mut text),
            Format::Json => {
                text = whole(&self.reports, &self.diagnoses, &self.errors);
                Ok(())
            }
            _ => Ok(()),
        };
        written.unwrap_or_default();
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        Ok(self.complete)
    }
}
