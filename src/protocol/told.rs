//! Files of reports. They are read by a program of its own: what takes a report apart by the names of its members
//! would be a part of every first visit.

use super::{EngineReply, PlannedRole};
use crate::engine::import::{Head, ImportError};
use crate::engine::report::{ErrorText, RunReport, holds_reports, read_told};
use crate::engine::trace::{BodySource, SourceId};

/// What a plan says of a file that holds reports; [`tell_reports`] reads it.
pub const TOLD_FORMAT: &str = "tracebench-report";
const TITLE: &str = "TraceBench reports";

/// So many runs are told of at once: what shows them stays at ease, and has some at once.
const PORTION: usize = 200;

/// What a file is that is no trace: reports of runs, or nothing that can be read.
pub(super) fn role(sources: &dyn BodySource, source: SourceId, error: &ImportError) -> PlannedRole {
    if Head::read(sources, source).is_ok_and(|head| holds_reports(&head)) {
        let (format, title) = (TOLD_FORMAT.to_owned(), TITLE.to_owned());
        return PlannedRole::Trace { format, title, belongings: Vec::new() };
    }
    PlannedRole::Unreadable { error: ErrorText::of(error) }
}

/// Tells of the runs in a file of reports, portion by portion.
pub fn tell_reports(file: u32, sources: &dyn BodySource, say: &mut dyn FnMut(EngineReply)) -> EngineReply {
    let total = sources.len(SourceId(0));
    let mut first = 0;
    let mut send = |portion: &mut Vec<RunReport>, done: u64| {
        let reports = std::mem::take(portion);
        let count = u32::try_from(reports.len()).unwrap_or(u32::MAX);
        say(EngineReply::Told { file, first, reports });
        say(EngineReply::Progress { file, done, total });
        first += count;
    };
    let mut portion = Vec::new();
    let told = read_told(sources, SourceId(0), &mut |run, done| {
        portion.push(run);
        if portion.len() == PORTION {
            send(&mut portion, done);
        }
    });
    match told {
        Ok(left_out) => {
            send(&mut portion, total);
            EngineReply::ToldAll { file, left_out }
        }
        Err(error) => EngineReply::Failed { file, error: ErrorText::of(&error) },
    }
}
