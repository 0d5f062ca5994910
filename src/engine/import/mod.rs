//! Bytes → [`crate::engine::trace::Trace`]. One file per format; all format knowledge ends here.
//!
//! May use `trace` only. To add a format: write `<format>.rs` with an [`Importer`], then add its two lines
//! below (the `mod` and the entry of [`ALL`]); `tests/architecture.rs` says what else it needs.

mod acp;
mod ag2;
mod agentbench;
mod agentless;
mod aider;
mod anthropic;
mod anthropic_managed_agents;
mod asciicast;
mod assembly;
mod atif;
mod autocoderover;
mod autogen;
mod blocks;
mod branches;
mod calls;
mod chat;
mod chat_message;
mod chrome_trace;
mod chunks;
mod claude_code;
mod claude_code_stream;
mod cline;
mod cline_api;
mod cline_cli;
mod clock;
mod codex;
mod codex_exec;
mod copilot_cli;
mod crewai;
mod cursor;
mod cursor_stream;
mod dialogue;
mod droid;
mod error;
mod fields;
mod gemini_cli;
mod gemini_cli_stream;
mod gemini_parts;
mod goose;
mod gptme;
mod grok_build;
mod head;
mod history;
mod input;
mod inspect;
mod kimi_cli;
mod langchain;
mod langfuse;
mod langsmith;
mod magentic_one;
mod messages;
mod mini_swe_agent;
mod moatless;
mod object;
mod openai_agents;
mod opencode;
mod opencode_run;
mod openhands_v0;
mod openhands_v1;
mod otel;
mod output;
mod phoenix;
mod pi;
mod plan;
mod python;
mod qwen_code;
pub mod scan;
mod sharegpt;
pub mod sidecar;
mod smolagents;
mod spans;
mod survey;
mod swe_agent;
mod talk;
mod tau2;
mod tau_bench;
mod terminal;
mod terminal_bench;
pub mod text;
mod toolbench;
mod tracebench;
mod tree;
pub mod unpack;
mod usage;
mod vibe;

pub use error::ImportError;
pub use head::{Head, Outline, Shape};
pub use input::{Input, Located, Progress, Record};
pub use output::{Imported, Output};
use plan::numbered_in_folders;
pub use plan::{FileRole, Gathered, MOST_FILES, gathered, look, look_at_all, plan, plan_known, plan_with};
pub use survey::{Survey, survey};

use crate::engine::order;
use crate::engine::trace::{BodyError, BodySource, Decoder, Part, Segment, SourceId, TextObserver, Trace};

/// Every format, in the order in which a tie between two `Maybe` is decided.
#[rustfmt::skip]
static ALL: &[&dyn Importer] = &[
    &acp::IMPORTER,
    &ag2::IMPORTER,
    &agentbench::IMPORTER,
    &agentless::IMPORTER,
    &aider::IMPORTER,
    &anthropic_managed_agents::IMPORTER,
    &asciicast::IMPORTER,
    &atif::IMPORTER,
    &autocoderover::IMPORTER,
    &autogen::IMPORTER,
    &chrome_trace::IMPORTER,
    &claude_code::IMPORTER,
    &claude_code_stream::IMPORTER,
    &cline::IMPORTER,
    &cline_api::IMPORTER,
    &cline_cli::IMPORTER,
    &codex::IMPORTER,
    &codex_exec::IMPORTER,
    &copilot_cli::IMPORTER,
    &crewai::IMPORTER,
    &cursor::IMPORTER,
    &cursor_stream::IMPORTER,
    &droid::IMPORTER,
    &gemini_cli::IMPORTER,
    &gemini_cli_stream::IMPORTER,
    &goose::IMPORTER,
    &gptme::IMPORTER,
    &grok_build::IMPORTER,
    &inspect::IMPORTER,
    &kimi_cli::IMPORTER,
    &langchain::IMPORTER,
    &langfuse::IMPORTER,
    &langsmith::IMPORTER,
    &magentic_one::IMPORTER,
    &mini_swe_agent::IMPORTER,
    &moatless::IMPORTER,
    &openai_agents::IMPORTER,
    &opencode::IMPORTER,
    &opencode_run::IMPORTER,
    &openhands_v0::IMPORTER,
    &openhands_v1::IMPORTER,
    &otel::IMPORTER,
    &phoenix::IMPORTER,
    &pi::IMPORTER,
    &qwen_code::IMPORTER,
    &sharegpt::IMPORTER,
    &smolagents::IMPORTER,
    &swe_agent::IMPORTER,
    &tau2::IMPORTER,
    &tau_bench::IMPORTER,
    &terminal_bench::IMPORTER,
    &toolbench::IMPORTER,
    &tracebench::IMPORTER,
    &vibe::IMPORTER,
    // The generic fallback: after everybody who knows better.
    &chat::IMPORTER,
];

/// The text users read about a format.
#[derive(Debug)]
pub struct FormatInfo {
    /// Kebab-case, equal to the file's name; public in reports.
    pub id: &'static str,
    pub title: &'static str,
    /// Which agent or tool writes it, and under which file names.
    pub written_by: &'static str,
    /// What it is recognised by.
    pub marks: &'static str,
    /// The names of members that the reader knows, whether it uses them or not: those of a record and of the
    /// objects right inside it, `name.*` for an object whose members may have any name. Empty: not listed.
    /// Others are counted by the doctor, as a sign of a version newer than the reader.
    pub fields: &'static [&'static str],
    /// What the format does not hold, so that the product cannot show it.
    pub lacks: &'static str,
}

/// How sure an importer is that a file is of its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Probe {
    No,
    /// Fits, but so would others.
    Maybe,
    /// Bears marks that no other format has.
    Yes,
}

/// A format that can be read.
pub trait Importer: Sync {
    fn info(&self) -> &'static FormatInfo;

    /// Judges by content alone: the beginning and the end of the file.
    fn probe(&self, head: &Head<'_>) -> Probe;

    /// Runs that are kept in many files, told by the paths of all files of a set (`/` between folders). Each
    /// is confirmed by [`Importer::probe`] of its main file.
    fn gather(&self, _names: &[(SourceId, &str)]) -> Vec<Gathered> {
        Vec::new()
    }

    /// Walks the source once and adds its runs to `out`. A bad record costs itself and leaves a warning; an
    /// error means that nothing could be read at all.
    fn import(&self, input: &Input<'_>, out: &mut Output<'_>) -> Result<(), ImportError>;

    /// Turns the bytes of a segment back into text. Importers override it for decoders of their own
    /// (numbers from 16) and pass the rest to [`text::decode`].
    fn decode(&self, decoder: Decoder, bytes: &[u8]) -> Result<String, BodyError> {
        text::decode(decoder, bytes)
    }
}

fn importers() -> impl Iterator<Item = &'static dyn Importer> {
    ALL.iter().copied()
}

/// The formats that can be read, for help texts and tests.
pub fn formats() -> impl Iterator<Item = &'static FormatInfo> {
    ALL.iter().map(|importer| importer.info())
}

/// The importer of that id.
pub fn importer(id: &str) -> Option<&'static dyn Importer> {
    ALL.iter().copied().find(|importer| importer.info().id == id)
}

/// What each importer says to a file, surest first; ties in the order of the list.
pub fn probes(head: &Head<'_>) -> Vec<(&'static dyn Importer, Probe)> {
    let mut answers: Vec<(&'static dyn Importer, Probe)> = ALL
        .iter()
        .map(|importer| (*importer, importer.probe(head)))
        .filter(|(_, probe)| *probe != Probe::No)
        .collect();
    order::sort_by_key(&mut answers, |(_, probe)| std::cmp::Reverse(*probe));
    answers
}

/// Finds the importer of a file, or says what the file looks like instead.
pub fn recognise(head: &Head<'_>) -> Result<&'static dyn Importer, ImportError> {
    match probes(head).first() {
        Some((importer, _)) => Ok(*importer),
        None => Err(ImportError::not_a_trace(head)),
    }
}

/// Reads one file, with the sidecars that lie beside it, showing all text to `observer` on the way.
pub fn import(input: &Input<'_>, observer: &mut dyn TextObserver) -> Result<Imported, ImportError> {
    let importer = input.importer()?;
    let mut out = Output::new(importer.info().id, observer);
    importer.import(input, &mut out)?;
    sidecar::apply_all(input, &mut out);
    out.finish(input)
}

/// The text of one part of a step's body.
pub fn read_part(trace: &Trace, part: &Part, sources: &dyn BodySource) -> Result<String, BodyError> {
    let importer = importer(trace.format)
        .ok_or_else(|| BodyError::Decode(format!("no importer called {}", trace.format)))?;
    let mut text = String::new();
    for segment in &part.segments {
        match segment {
            Segment::Inline(inline) => text.push_str(inline),
            Segment::Stored { source, start, len, decoder } => {
                let bytes = sources.read(*source, *start..*start + u64::from(*len))?;
                text.push_str(&importer.decode(*decoder, &bytes)?);
            }
        }
    }
    Ok(text)
}
