//! What tests of importers ask a trace for.

use crate::engine::import::{Imported, read_part};
use crate::engine::trace::{MemorySources, PartKind, Step, Trace};

/// The one run of a file that must hold one.
#[track_caller]
pub fn only(imported: Imported) -> Trace {
    assert_eq!(imported.traces.len(), 1);
    imported.traces.into_iter().next().unwrap()
}

/// The text of a part of a step, read back from the file's text.
#[track_caller]
pub fn part(trace: &Trace, source: &str, step: &Step, kind: PartKind) -> Option<String> {
    let sources = MemorySources::single("x", source);
    step.part(kind).map(|part| read_part(trace, part, &sources).unwrap())
}
