//! The labelled runs, analysed as if nobody had told how they ended.

use std::collections::BTreeMap;

use rayon::prelude::*;
use tracebench::engine::detect::Runs;
use tracebench::engine::import::Input;
use tracebench::engine::report::RunReport;
use tracebench::engine::trace::{MemorySources, SourceId};
use tracebench::engine::{Options, Run, analyze};

use crate::shared_data::{Label, labels, sets};

/// A labelled run and what is said of it here.
pub(crate) struct Judged {
    pub(crate) label: Label,
    pub(crate) run: Run,
    pub(crate) report: RunReport,
}

impl Judged {
    /// The higher, the likelier it failed. A run without a basis for a score stands in the middle.
    pub(crate) fn risk(&self) -> f64 {
        100.0 - self.report.score.as_ref().map_or(50.0, |score| score.total)
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.label.resolved == Some(false)
    }

    /// What others say of the run.
    pub(crate) fn labels(&self) -> serde_json::Value {
        serde_json::from_str(&self.label.labels).unwrap_or_default()
    }
}

/// Every labelled run, by set; nothing without the data.
pub(crate) fn judged() -> BTreeMap<String, Vec<Judged>> {
    let mut by_file: BTreeMap<String, Vec<Label>> = BTreeMap::new();
    for label in labels() {
        by_file.entry(label.file.clone()).or_default().push(label);
    }
    let files = sets("labelled").into_iter().flat_map(|set| set.files);
    let mut labelled: Vec<(Vec<Label>, String, Vec<u8>)> =
        files.filter_map(|(name, bytes)| Some((by_file.remove(&name)?, name, bytes))).collect();
    // The big ones first, so that none is left for the end.
    labelled.sort_by_key(|(.., bytes)| std::cmp::Reverse(bytes.len()));
    let mut runs: Vec<Judged> = labelled.into_par_iter().flat_map_iter(analysed).collect();
    runs.sort_by(|a, b| (&a.label.file, a.label.index).cmp(&(&b.label.file, b.label.index)));
    let mut by_set: BTreeMap<String, Vec<Judged>> = BTreeMap::new();
    for run in runs {
        by_set.entry(run.label.set.clone()).or_default().push(run);
    }
    by_set
}

/// The labelled runs of one file, read alone: what lies beside it may be its own result.
fn analysed((labels, name, bytes): (Vec<Label>, String, Vec<u8>)) -> Vec<Judged> {
    let sources = MemorySources::single(name.as_str(), bytes);
    let mut go_on = |_| true;
    let input = Input::new(&sources, SourceId(0), Vec::new(), &mut go_on);
    let options = Options { hide_outcome: true, ..Options::default() };
    let runs = analyze(&input, &options).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut runs: Vec<Option<Run>> = runs.into_iter().map(Some).collect();
    labels
        .into_iter()
        .map(|label| {
            let run = runs.get_mut(label.index).and_then(Option::take);
            let run = run.unwrap_or_else(|| panic!("{name} has no run {}", label.index));
            let report = run.report(&name, u32::try_from(label.index).unwrap_or(u32::MAX));
            Judged { label, run, report }
        })
        .collect()
}

/// How many of the runs something holds for, by how they ended.
pub(crate) fn count(runs: &[Judged], holds: impl Fn(&Judged) -> bool) -> Runs {
    let of = |resolved: bool| {
        runs.iter().filter(|run| run.label.resolved == Some(resolved) && holds(run)).count().try_into()
    };
    Runs { failed: of(false).unwrap_or(u32::MAX), resolved: of(true).unwrap_or(u32::MAX) }
}
