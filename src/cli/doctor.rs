use std::io::{self, Write as _};

use super::args::DoctorArgs;
use super::files::Files;
use super::gather::{Job, Refused, gather};
use super::output::complain;
use super::pool::in_order;
use crate::engine::import::Input;
use crate::engine::report::{Diagnosis, diagnose, text_diagnosis};
use crate::engine::trace::SourceId;
use crate::engine::{Options, analyze};

/// Says of every file what it was taken for and what could not be read; answers whether all could be read.
pub(super) fn run(args: &DoctorArgs) -> io::Result<bool> {
    let gathered = gather(&args.files, args.jobs);
    gathered.losses.iter().for_each(|loss| complain(loss));
    let mut complete = gathered.losses.is_empty();
    let mut all = Vec::new();
    in_order(
        &gathered.jobs,
        args.jobs,
        |job| (job, examine(job)),
        |(job, examined)| {
            match examined {
                Ok(diagnosis) => {
                    complete &= diagnosis.error.is_none() || job.found;
                    if args.json {
                        all.push(diagnosis);
                    } else {
                        let mut text = String::new();
                        // Only the memory's end could stop writing into it, and that ends the program anyway.
                        text_diagnosis(&diagnosis, &mut text).unwrap_or_default();
                        io::stdout().lock().write_all(text.as_bytes())?;
                    }
                }
                Err(error) => {
                    complete = false;
                    complain(&format!("{}: {error}", job.name()));
                }
            }
            Ok(())
        },
    )?;
    if args.json {
        let mut out = io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, &all)?;
        writeln!(out)?;
    }
    Ok(complete)
}

/// The diagnosis, or why the file could not be opened.
fn examine(job: &Job) -> Result<Diagnosis, String> {
    let not_opened = |error: &io::Error| match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => format!("the file could not be read: {error}"),
    };
    let mut go_on = |_| true;
    let error = match &job.refused {
        Some(Refused::Io(error)) => return Err(not_opened(error)),
        Some(Refused::Import(error)) => error,
        None => {
            let files = Files::load(&job.files).map_err(|error| not_opened(&error))?;
            let input = Input::of_set(&files, &mut go_on);
            return Ok(match analyze(&input, &Options::default()) {
                Ok(runs) => {
                    let runs: Vec<_> = runs.iter().map(|run| (&run.trace, &run.facts)).collect();
                    diagnose(&input, &runs)
                }
                Err(error) => Diagnosis::refused(&input, &error),
            });
        }
    };
    let files = Files::lying(job.files.clone());
    Ok(Diagnosis::refused(&Input::new(&files, SourceId(0), Vec::new(), &mut go_on), error))
}
