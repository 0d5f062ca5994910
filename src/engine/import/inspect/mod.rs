//! Logs of Inspect, the AI Security Institute's framework for evaluations: the `.json` log, the unpacked
//! `.eval` archive and any single sample of it. Each sample and epoch is a run.
//!
//! A sample holds its conversation twice: as `messages`, and again in each model event of its transcript. What
//! is shown comes from the messages; the events give times, tokens, errors and exit codes, and the talk of
//! sub-agents, which stands nowhere else.

mod events;
mod fields;
mod header;
mod message;
mod notices;
mod reader;
mod sample;
mod score;
mod texts;

use header::Header;

use super::scan::{Key, Visit};
use super::{FormatInfo, Gathered, Head, ImportError, Importer, Input, Outline, Output, Probe, Shape};
use crate::engine::order;
use crate::engine::trace::{At, EventKind, SourceId, TextRef, WarningKind};

static INFO: FormatInfo = FormatInfo {
    id: "inspect",
    title: "Inspect evaluation log",
    written_by: "Inspect (inspect_ai): a `.json` log, an `.eval` archive, or one sample of it",
    marks: "`eval` with a task and a dataset beside `version`; a sample's `epoch` and `target` beside its \
            `messages`",
    fields: fields::FIELDS,
    lacks: "the working directory; how sure a scorer is; what a scorer's own model calls said is left out",
};

pub(super) static IMPORTER: Inspect = Inspect;

pub(super) struct Inspect;

impl Importer for Inspect {
    fn info(&self) -> &'static FormatInfo {
        &INFO
    }

    fn probe(&self, head: &Head<'_>) -> Probe {
        let first = head.first().filter(|_| matches!(head.shape, Shape::Object | Shape::Lines));
        if first.is_some_and(|first| is_log(first) || is_sample(first)) { Probe::Yes } else { Probe::No }
    }

    /// The entries of an archive: `header.json`, or `_journal/start.json` of an unfinished one, and the files
    /// in `samples/` beside it.
    fn gather(&self, names: &[(SourceId, &str)]) -> Vec<Gathered> {
        let root = |name: &str, end: &str| name.strip_suffix(end).map(str::to_owned);
        let mut groups = Vec::new();
        for (main, name) in names {
            let header = root(name, "header.json");
            let Some(root) = header.clone().or_else(|| root(name, "_journal/start.json")) else { continue };
            if !root.is_empty() && !root.ends_with('/') {
                continue;
            }
            let inside = |own: &str| own.strip_prefix(root.as_str()).map(str::to_owned);
            let finished = names.iter().any(|(_, other)| inside(other).as_deref() == Some("header.json"));
            if header.is_none() && finished {
                continue;
            }
            let mut parts: Vec<(SampleName, SourceId)> = names
                .iter()
                .filter(|(id, _)| id != main)
                .filter_map(|(id, name)| Some((SampleName::of(&inside(name)?)?, *id)))
                .collect();
            order::sort(&mut parts);
            groups.push(Gathered { main: *main, parts: parts.into_iter().map(|(_, id)| id).collect() });
        }
        groups
    }

    fn import(&self, input: &Input<'_>, out: &mut Output<'_>) -> Result<(), ImportError> {
        let head = Head::read(input.sources, input.main)?;
        if head.first().is_some_and(is_sample) {
            return import_sample(input, out, &Header::default());
        }
        let mut header = Header::default();
        let choose = |path: &[Key], first| match path {
            [] => Visit::Enter,
            [list] if list.is("samples") && first == b'[' => Visit::Enter,
            [list, _] if list.is("samples") => Visit::Take,
            [name] if ["version", "status", "eval", "plan", "error"].iter().any(|known| name.is(known)) => {
                Visit::Take
            }
            _ => Visit::Skip,
        };
        input.walk_json(out, choose, |out, path, record| match path {
            [Key::Name(name)] => header.member(name, &record),
            _ => sample::import(out, &record, &header),
        })?;
        let samples = input.parts.iter().filter(|part| is_sample_file(input.sources.name(**part)));
        for part in samples {
            input.with_part(*part, |part| import_sample(part, out, &header))?;
        }
        if header.is_unfinished() {
            out.warn(WarningKind::Missing, None, "the log was never finished: samples may be missing");
        }
        if out.run_count() == 0 {
            without_samples(out, &header);
        }
        Ok(())
    }
}

/// A whole file that is one sample.
fn import_sample(input: &Input<'_>, out: &mut Output<'_>, header: &Header) -> Result<(), ImportError> {
    input.walk_json(out, |_, _| Visit::Take, |out, _, record| sample::import(out, &record, header))
}

/// A log that stopped before its first sample, or the header of an archive without the rest.
fn without_samples(out: &mut Output<'_>, header: &Header) {
    let run = out.start();
    let mut run = out.run(run);
    header.describe(&mut run.builder.head);
    run.builder.head.exit_status = Some(header.status.clone().unwrap_or_else(|| "unknown".to_owned()));
    if let Some(error) = &header.error {
        run.event(At::default(), EventKind::Crash, TextRef::inline(error));
    }
    let text = "the log holds no samples; if it is a part of an .eval archive, drop the whole archive, or the \
                files of its folder samples/ as well";
    run.builder.warnings.push(WarningKind::Missing, None, text);
}

fn is_log(outline: &Outline) -> bool {
    outline.has_all(&["version", "eval"]) && (outline.has("eval.task") || outline.has("eval.run_id"))
}

fn is_sample(outline: &Outline) -> bool {
    outline.has_all(&["id", "epoch", "input", "target"])
        && ["messages", "choices", "sandbox", "output"].iter().any(|name| outline.has(name))
}

fn is_sample_file(name: &str) -> bool {
    name.rsplit('/').nth(1) == Some("samples")
}

/// What an entry of the archive is called, in the order in which people count.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct SampleName {
    /// A journal or a summary: read by nobody, but part of the archive.
    is_other: bool,
    number: u64,
    id: String,
    epoch: u32,
}

impl SampleName {
    /// Of a path inside the archive; nothing for files that are no part of one.
    fn of(path: &str) -> Option<Self> {
        if let Some(name) = path.strip_prefix("samples/").and_then(|name| name.strip_suffix(".json")) {
            let (id, epoch) = name.rsplit_once("_epoch_").unwrap_or((name, "1"));
            let number = id.parse().unwrap_or(u64::MAX);
            let epoch = epoch.parse().unwrap_or(u32::MAX);
            return Some(Self { is_other: false, number, id: id.to_owned(), epoch });
        }
        let is_other = path.starts_with("_journal/") || matches!(path, "summaries.json" | "reductions.json");
        is_other.then(|| Self { is_other, number: 0, id: path.to_owned(), epoch: 0 })
    }
}

#[cfg(test)]
mod tests;
