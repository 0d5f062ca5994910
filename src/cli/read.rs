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
    let failed = |kind: &str, message: String| {
        let error = ErrorText { kind: kind.to_owned(), message };
        Missed::Unreadable(FileError { file: job.name().to_owned(), error })
    };
    let not_opened = |error: &io::Error| match error.kind() {
        io::ErrorKind::NotFound => failed("missing", "there is no such file".to_owned()),
        _ => failed("unreadable", format!("the file could not be read: {error}")),
    };
    let not_imported = |error: &ImportError| failed(error.kind(), error.to_string());
    match &job.refused {
        Some(Refused::Io(error)) => return Err(not_opened(error)),
        Some(Refused::Import(error)) => return Err(not_imported(error)),
        None => {}
    }
    let files = Files::load(&job.files).map_err(|error| not_opened(&error))?;
    let planned = plan(&files);
    if matches!(planned.first(), Some(FileRole::Sidecar(_))) {
        return Err(Missed::Sidecar);
    }
    let mut go_on = |_| true;
    let input = Input::of_planned(&files, planned, &mut go_on);
    let runs = analyze(&input, options).map_err(|error| not_imported(&error))?;
    Ok((files, runs))
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
