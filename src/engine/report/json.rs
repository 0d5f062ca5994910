use serde::Serialize;

use super::{Collection, Diagnosis, FORMAT_VERSION, FileError, RunDigest, RunReport};

/// One run as one line of NDJSON, line feed included.
pub fn run_line(report: &RunReport) -> String {
    line(report)
}

/// A file that could not be read, as one line of NDJSON.
pub fn error_line(error: &FileError) -> String {
    line(error)
}

/// All runs as one indented JSON object: `{"format_version", "runs", "files", "errors", "collection"}`; `files`
/// is what the doctor says of each file that was read.
pub fn whole(runs: &[RunReport], files: &[Diagnosis], errors: &[FileError]) -> String {
    #[derive(Serialize)]
    struct Whole<'a> {
        format_version: u32,
        runs: &'a [RunReport],
        files: &'a [Diagnosis],
        errors: &'a [FileError],
        collection: Collection,
    }
    let collection = Collection::of(runs, errors.len());
    let whole = Whole { format_version: FORMAT_VERSION, runs, files, errors, collection };
    let mut text = serde_json::to_string_pretty(&whole).unwrap_or_default();
    text.push('\n');
    text
}

/// What reports of runs say together, as one indented JSON object: `{"format_version", "digests", "errors",
/// "collection"}`. Places in the collection are those of `digests`.
pub fn joined(runs: &[RunDigest], errors: &[FileError], collection: &Collection) -> String {
    #[derive(Serialize)]
    struct Whole<'a> {
        format_version: u32,
        digests: &'a [RunDigest],
        errors: &'a [FileError],
        collection: &'a Collection,
    }
    let whole = Whole { format_version: FORMAT_VERSION, digests: runs, errors, collection };
    let mut text = serde_json::to_string_pretty(&whole).unwrap_or_default();
    text.push('\n');
    text
}

/// Reports hold only strings, numbers and lists: turning them into JSON cannot fail.
pub(super) fn line(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string(value).unwrap_or_default();
    text.push('\n');
    text
}
