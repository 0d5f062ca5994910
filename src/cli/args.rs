use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::engine::score::Profile;

/// Says what went wrong in a coding agent's run, where first, and with what proof.
#[derive(Debug, Parser)]
#[command(name = "tracebench", version, arg_required_else_help = true)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Analyse trace files and report on every run in them.
    Report(ReportArgs),
    /// Say what many runs have in common, from their reports alone.
    Collect(CollectArgs),
    /// Say what each step of the runs was worth, as JSON lines to train with.
    Rewards(RewardsArgs),
    /// Say of each file what it was taken for and why, what of it could not be read, and what it does not
    /// hold.
    Doctor(DoctorArgs),
    /// Lay two runs side by side: where they part, what each did instead, and what each left behind.
    Compare(CompareArgs),
    /// List the formats that can be read.
    Formats,
    /// List the detectors, with what each looks for.
    Detectors,
    /// Print a built-in score profile as JSON, to start one's own from.
    Profile(ProfileArgs),
}

#[derive(Debug, clap::Args)]
pub(super) struct ReportArgs {
    /// Trace files, or folders and archives (zip, tar, gz, zst) to search for them. What lies beside a trace
    /// and belongs to it is read with it: a benchmark's results, the other files of its run.
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    /// How things are weighed: `default`, `classic` as the original TraceBench did, or a file as `tracebench
    /// profile` prints it.
    #[arg(long, value_name = "default|classic|FILE", default_value = "default")]
    pub(super) profile: String,
    /// Analyse as if no outcome had been read.
    #[arg(long)]
    pub(super) hide_outcome: bool,
    /// How many files are analysed at once; all processors' worth if not given.
    #[arg(long, value_name = "N")]
    pub(super) jobs: Option<NonZeroUsize>,
}

#[derive(Debug, clap::Args)]
pub(super) struct CollectArgs {
    /// Files as `tracebench report --format ndjson` or `--format json` prints them, in any order and from
    /// anywhere; `-` is standard input.
    #[arg(required = true, value_name = "REPORTS")]
    pub(super) reports: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = CollectFormat::Text)]
    pub(super) format: CollectFormat,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum CollectFormat {
    /// For reading.
    #[default]
    Text,
    /// One object: what is known of each run, and what they say together.
    Json,
    Markdown,
}

#[derive(Debug, clap::Args)]
pub(super) struct RewardsArgs {
    /// Trace files, or folders and archives to search for them.
    #[arg(required_unless_present = "print_weights", value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// How much each part counts: a file as `--print-weights` prints it.
    #[arg(long, value_name = "FILE")]
    pub(super) weights: Option<PathBuf>,
    /// Print the weights as JSON, to start one's own from, and do no more.
    #[arg(long)]
    pub(super) print_weights: bool,
    /// Give rewards as if no outcome had been read.
    #[arg(long)]
    pub(super) hide_outcome: bool,
    /// How many files are analysed at once; all processors' worth if not given.
    #[arg(long, value_name = "N")]
    pub(super) jobs: Option<NonZeroUsize>,
}

#[derive(Debug, clap::Args)]
pub(super) struct ProfileArgs {
    #[arg(default_value = "default", value_parser = Profile::NAMES)]
    pub(super) name: String,
}

#[derive(Debug, clap::Args)]
pub(super) struct DoctorArgs {
    /// Trace files, or folders and archives to search for them.
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Print one JSON list instead of text.
    #[arg(long)]
    pub(super) json: bool,
    /// How many files are examined at once; all processors' worth if not given.
    #[arg(long, value_name = "N")]
    pub(super) jobs: Option<NonZeroUsize>,
}

#[derive(Debug, clap::Args)]
pub(super) struct CompareArgs {
    /// A trace file of any format, or a report as `--format ndjson` prints it. Of a file with several runs,
    /// FILE#2 is the second.
    #[arg(value_name = "A")]
    pub(super) a: String,
    #[arg(value_name = "B")]
    pub(super) b: String,
    #[arg(long, value_enum, default_value_t = CompareFormat::Text)]
    pub(super) format: CompareFormat,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum CompareFormat {
    #[default]
    Text,
    /// All rows of both runs as well.
    Json,
    Markdown,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Replay, failure report, score and clusters, for reading.
    #[default]
    Text,
    /// One object with all runs and what they have in common.
    Json,
    /// One run a line.
    Ndjson,
    Markdown,
}
