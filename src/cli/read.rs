//! From a file that is to be told of to its analysed runs, or to why there are none.

use std::io;

use super::files::Files;
use super::gather::{Job, Refused};
use crate::engine::import::{FileRole, ImportError, Input, plan};
use crate::engine::report::{ErrorText, FileError};
use crate::engine::trace::WarningKind;
use crate::engine::{Options, Run, analyze};

/// Why a file gave no runs.
pub(super) enum Missed {
    /// It says something about other files.
    Sidecar,
    Unreadable(FileError),
}

pub(super) fn read(job: &Job, options: &Options) -> Result<(Files, Vec<Run>), Missed> {
    let files = load(job).map_err(Missed::Unreadable)?;
    let runs = analyzed(job, &files, options)?;
    Ok((files, runs))
}

/// Opens the files of a job.
pub(super) fn load(job: &Job) -> Result<Files, FileError> {
    let not_opened = |error: &io::Error| match error.kind() {
        io::ErrorKind::NotFound => failed(job, "missing", "there is no such file".to_owned()),
        _ => failed(job, "unreadable", format!("the file could not be read: {error}")),
    };
    match &job.refused {
        Some(Refused::Io(error)) => Err(not_opened(error)),
        Some(Refused::Import(error)) => Err(failed(job, error.kind(), error.to_string())),
        None => Files::load(&job.files).map_err(|error| not_opened(&error)),
    }
}

/// The runs of files that were opened.
pub(super) fn analyzed(job: &Job, files: &Files, options: &Options) -> Result<Vec<Run>, Missed> {
    let planned = plan(files);
    if matches!(planned.first(), Some(FileRole::Sidecar(_))) {
        return Err(Missed::Sidecar);
    }
    let mut go_on = |_| true;
    analyze(&Input::of_planned(files, planned, &mut go_on), options)
        .map_err(|error| Missed::Unreadable(failed(job, error.kind(), error.to_string())))
}

fn failed(job: &Job, kind: &str, message: String) -> FileError {
    FileError { file: job.name().to_owned(), error: ErrorText { kind: kind.to_owned(), message } }
}

/// The file ends before the run does.
pub(super) fn is_cut_off(run: &Run) -> bool {
    run.trace.warnings.iter().any(|warning| warning.kind == WarningKind::Truncated)
}

/// An error that says what a file is, not that it is broken.
pub(super) fn is_no_trace(error: &FileError) -> bool {
    let no_traces = [
        ImportError::Empty.kind(),
        ImportError::Binary { found: String::new() }.kind(),
        ImportError::Unknown { found: String::new() }.kind(),
    ];
    no_traces.contains(&&*error.error.kind)
}
