//! How often the engine is right, measured on labelled runs in `../shared/labelled` (or
//! `$TRACEBENCH_SHARED/labelled`) with their outcomes hidden. `make scorecard` writes what is measured to
//! `SCORECARD.md` and, for the engine to show, to `src/engine/detect/measured.json`.
#![expect(clippy::disallowed_methods, reason = "writes the page")]
#![expect(clippy::panic, reason = "labels without their runs are a fault of the data")]
#![expect(clippy::print_stdout, reason = "figures and skipped tests must be seen")]

mod bars;
mod failures;
mod judged;
mod located;
mod outcomes;
mod page;
mod relations;
mod replayed;
mod rewarded;
#[path = "../shared_data/mod.rs"]
mod shared_data;
mod stats;

use std::fs;
use std::path::{Path, PathBuf};

use bars::BARS;
use failures::Grouped;
use judged::judged;
use located::Located;
use outcomes::{Outcomes, SETS};
use relations::Told;
use replayed::Replayed;
use rewarded::Returns;
use tracebench::engine::detect::{Runs, catalog, measurements};

/// Everything that is measured.
pub(crate) struct Scorecard {
    pub(crate) outcomes: Vec<Outcomes>,
    pub(crate) located: Vec<Located>,
    pub(crate) repetition: Told,
    pub(crate) redundancy: Option<Told>,
    pub(crate) grouped: Grouped,
    pub(crate) returns: Vec<Returns>,
    /// By the title of the set.
    pub(crate) replayed: Vec<(&'static str, Replayed)>,
}

impl Scorecard {
    /// `None` without the data.
    fn measure() -> Option<Self> {
        let sets = judged();
        if sets.is_empty() {
            return None;
        }
        let set = |id: &str| sets.get(id).map_or(&[][..], Vec::as_slice);
        let [algorithm, hand] = located::who_and_when(set("who_and_when"));
        let [magentic, tau] = located::agentrx(set("agentrx"));
        Some(Self {
            outcomes: SETS.iter().map(|(id, title)| Outcomes::of(id, title, set(id))).collect(),
            located: vec![algorithm, hand, magentic, tau],
            repetition: relations::repetition(set("sola_tar_study")),
            redundancy: relations::redundancy(set("sola_tar_study")),
            grouped: failures::categories(set("agentrx")),
            returns: SETS.iter().map(|(id, title)| Returns::of(title, set(id))).collect(),
            replayed: vec![
                (replayed::MINI, Replayed::of_set("labelled", "mini_swe_gemini3_verified")),
                (replayed::SWE_AGENT, Replayed::of_set("corpus", "swe-agent")),
            ],
        })
    }

    fn sum(&self, of: impl Fn(&Outcomes) -> Runs) -> Runs {
        self.outcomes.iter().map(of).sum()
    }

    pub(crate) fn certain_precision(&self) -> Option<f64> {
        let certain = self.sum(|set| set.certain);
        (certain.all() > 0).then(|| f64::from(certain.failed) / f64::from(certain.all()))
    }

    /// Of the failed runs of the sets whose id contains `part`, how many have a finding that claims
    /// certainty.
    pub(crate) fn certain_coverage(&self, part: &str) -> Option<f64> {
        let sets = || self.outcomes.iter().filter(|set| set.id.contains(part));
        let (certain, all): (Runs, Runs) =
            (sets().map(|set| set.certain).sum(), sets().map(|set| set.runs).sum());
        (all.failed > 0).then(|| f64::from(certain.failed) / f64::from(all.failed))
    }

    pub(crate) fn false_alarms(&self) -> Option<f64> {
        let (alarmed, all) = (self.sum(|set| set.alarmed), self.sum(|set| set.runs));
        (all.resolved > 0).then(|| f64::from(alarmed.resolved) / f64::from(all.resolved))
    }

    /// Of the runs of which a file is called known, how many agree with their patch in all such files.
    pub(crate) fn agreeing(&self, title: &str) -> Option<f64> {
        self.replayed.iter().find(|(own, _)| *own == title)?.1.share()
    }

    pub(crate) fn auc(&self, id: &str) -> Option<f64> {
        self.outcomes.iter().find(|set| set.id == id)?.auc.map(|auc| auc.value)
    }
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("SCORECARD.md")
}

fn figures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine/detect/measured.json")
}

/// With `SCORECARD=write` in the environment also writes what was measured.
#[test]
fn the_bars_that_held_still_hold() {
    let Some(card) = Scorecard::measure() else { return };
    let mut broken = Vec::new();
    for bar in BARS {
        let value = (bar.of)(&card).unwrap_or(f64::NAN);
        let reached = bar.is_reached(value);
        println!("{} {}: {value:.3}", if reached { "holds" } else { "OPEN " }, bar.name);
        if bar.holds && !reached {
            broken.push(format!("{}: {value:.3}", bar.name));
        }
    }
    if std::env::var_os("SCORECARD").is_some_and(|value| value == "write") {
        fs::write(page(), page::page(&card)).unwrap();
        let mut json = serde_json::to_string(&outcomes::shipped(&card.outcomes)).unwrap();
        // A line for each set and detector, so that a difference can be read.
        json = json.replace("},{", "},\n{").replace("]],\"", "]],\n\"");
        fs::write(figures(), json + "\n").unwrap();
    }
    assert!(broken.is_empty(), "fell below its bar:\n{}", broken.join("\n"));
}

/// Needs no data: a detector that came or went since the last measurement is seen.
#[test]
fn every_detector_has_been_measured() {
    let page = fs::read_to_string(page()).unwrap();
    let measured: Vec<&str> = measurements().detectors.keys().map(String::as_str).collect();
    let mut known: Vec<&str> = catalog().map(|info| info.id).collect();
    known.sort_unstable();
    assert_eq!(measured, known, "measured.json is stale: make scorecard");
    for id in known {
        assert!(page.contains(&format!("`{id}`")), "SCORECARD.md does not name {id}: make scorecard");
    }
}
