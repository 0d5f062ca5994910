//! The report as text, in the original's four blocks: replay, failure report, score, clusters.

mod classic;
mod collection;
mod detailed;

use std::fmt::{self, Write};

pub(super) use collection::group_name;
pub use collection::text_collection;

use super::{RunReport, wording};
use crate::engine::cluster::Cluster;
use crate::engine::facts::RunFacts;
use crate::engine::trace::{BodySource, Trace};

/// The longest bar of a cluster, in characters.
const BAR: u32 = 40;

/// A run with all that its replay shows.
#[derive(Clone, Copy)]
pub struct TextInput<'a> {
    pub trace: &'a Trace,
    pub facts: &'a RunFacts,
    pub report: &'a RunReport,
    /// What the trace was read from.
    pub sources: &'a dyn BodySource,
}

/// Writes one run. Under the classic profile the original's own format is printed exactly as the original
/// program printed it.
pub fn text_run(input: TextInput<'_>, out: &mut dyn Write) -> fmt::Result {
    let is_classic = input.report.score.as_ref().is_some_and(|score| score.profile == "classic");
    if is_classic && input.trace.format == "tracebench" {
        classic::write(input, out)
    } else {
        detailed::write(input, out)
    }
}

fn write_clusters(clusters: &[Cluster], out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "\n=== Failure Clusters ===")?;
    let names: Vec<String> =
        clusters.iter().map(|cluster| wording::cut(&wording::one_line(&cluster.name), 60)).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).max(16);
    for (cluster, name) in clusters.iter().zip(&names) {
        writeln!(out, "{name:width$} {} ({})", bar(cluster.finding_count), cluster.finding_count)?;
    }
    if clusters.is_empty() {
        writeln!(out, "No failures to group.")?;
    }
    Ok(())
}

fn bar(count: u32) -> String {
    "#".repeat(count.min(BAR) as usize)
}
