//! How things are weighed: the score profile, and what is said to be no problem. Both are remembered.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local_scoped;

use super::{OpenedRun, Screen, Session};
use crate::engine::report::{FindingReport, RunReport, Weighing};
use crate::engine::score::Profile;
use crate::protocol::{Muted, RunKey};
use crate::ui::browser::storage;
use crate::view_model::mutes::Mutes;

const PROFILE: &str = "profile";
const MUTES: &str = "muted";

/// Typing a number asks for one new score, not for one a key.
const PAUSE: Duration = Duration::from_millis(120);

impl Session {
    /// Brings back what was set in earlier visits.
    pub(super) fn recall_weighing(self) {
        if let Some(kept) = storage::get(MUTES) {
            self.mutes.set(Mutes::read(&kept));
        }
        if let Some(profile) = storage::get(PROFILE).and_then(|kept| Profile::read(&kept).ok()) {
            self.profile.set(profile);
        }
        if let Some(client) = self.client() {
            client.set_profile(self.profile.get_untracked());
        }
    }

    /// Scores everything by another profile.
    pub fn set_profile(self, profile: Profile) {
        if profile == Profile::default() {
            storage::remove(PROFILE);
        } else {
            storage::set(PROFILE, &profile.write());
        }
        if let Some(client) = self.client() {
            client.set_profile(profile.clone());
        }
        self.profile.set(profile);
        self.weighings.update_value(|count| *count += 1);
        let asked = self.weighings.get_value();
        set_timeout(move || self.weigh_all(asked), PAUSE);
    }

    /// Says that a finding is no problem in its run, or takes that back.
    pub fn mute(self, key: RunKey, place: u32, muted: bool) {
        let Some(report) = untrack(move || self.run(key)) else { return };
        self.mutes.update(|mutes| mutes.set(&report, place, muted));
        storage::set(MUTES, &self.mutes.with_untracked(Mutes::write));
        spawn_local_scoped(async move {
            let weighed = self.weigh(key.file).await;
            self.take_in(weighed);
        });
    }

    /// Leaves out of a file that was just read what was muted in an earlier visit.
    pub(super) fn weigh_if_muted(self, file: u32) {
        if self.muted(file).is_empty() {
            return;
        }
        spawn_local_scoped(async move {
            let weighed = self.weigh(file).await;
            self.take_in(weighed);
        });
    }

    /// The open run first; the others follow all at once. A newer wish ends an older one.
    fn weigh_all(self, asked: u32) {
        let is_current = move || self.weighings.try_get_value() == Some(asked);
        if !is_current() {
            return;
        }
        let open = match self.screen.get_untracked() {
            Screen::Run(key) => Some(key.file),
            Screen::Landing | Screen::Runs => None,
        };
        let mut files: Vec<u32> =
            self.runs.with_untracked(|runs| runs.iter().map(|run| run.key.file).collect());
        files.dedup();
        // What reports tell keeps the score it was told with.
        files.retain(|file| Some(*file) != open && !self.is_told(*file));
        let open = open.filter(|file| !self.is_told(*file));
        spawn_local_scoped(async move {
            if let Some(file) = open {
                let weighed = self.weigh(file).await;
                self.take_in(weighed);
            }
            let mut others = Vec::new();
            for file in files {
                if !is_current() {
                    return;
                }
                others.extend(self.weigh(file).await);
            }
            self.take_in(others);
        });
    }

    /// Asks for a file's runs anew.
    async fn weigh(self, file: u32) -> Vec<(RunKey, Weighing)> {
        if self.is_told(file) {
            return self.mute_told(file);
        }
        let Some(client) = self.client() else { return Vec::new() };
        match client.weigh(file, self.muted(file)).await {
            Ok(runs) => runs.into_iter().map(|run| (RunKey { file, index: run.index }, run)).collect(),
            Err(message) => {
                let told = format!("The runs could not be weighed anew: {message}");
                let _gone = self.notice.try_set(Some(told));
                Vec::new()
            }
        }
    }

    /// Without its steps a run keeps verdict and score; what was muted is marked.
    fn mute_told(self, file: u32) -> Vec<(RunKey, Weighing)> {
        let of = |run: &OpenedRun| {
            let report = &run.report;
            let known = self.mutes_of(report);
            let is_muted = |finding: &FindingReport| {
                known.iter().any(|muted| muted.step == finding.step && muted.detector == finding.detector)
            };
            let muted = (0u32..).zip(&report.findings).filter(|(_, finding)| is_muted(finding));
            let weighing = Weighing {
                index: report.index,
                score: report.score.clone(),
                verdict: report.verdict.clone(),
                muted: muted.map(|(place, _)| place).collect(),
            };
            (run.key, weighing)
        };
        self.runs.with_untracked(|runs| runs.iter().filter(|run| run.key.file == file).map(of).collect())
    }

    fn take_in(self, weighed: Vec<(RunKey, Weighing)>) {
        if weighed.is_empty() {
            return;
        }
        let _gone = self.runs.try_update(|runs| {
            let mut at = 0;
            for (key, weighing) in weighed {
                // Both lists are in the order in which the files were read, or nearly so.
                let here =
                    (at..runs.len()).chain(0..at).find(|at| runs.get(*at).is_some_and(|run| run.key == key));
                if let Some(run) = here.and_then(|here| runs.get_mut(here)) {
                    run.report = Arc::new(run.report.weighed(weighing));
                }
                at = here.unwrap_or(at);
            }
        });
    }

    fn muted(self, file: u32) -> Vec<Muted> {
        if self.mutes.with_untracked(Mutes::is_empty) {
            return Vec::new();
        }
        self.runs.with_untracked(|runs| {
            let own = runs.iter().filter(|run| run.key.file == file);
            own.flat_map(|run| self.mutes_of(&run.report)).collect()
        })
    }

    fn mutes_of(self, report: &RunReport) -> Vec<Muted> {
        self.mutes.with_untracked(|mutes| {
            let muted = mutes.of(report).map(|(detector, step)| Muted {
                index: report.index,
                detector: detector.to_owned(),
                step,
            });
            muted.collect()
        })
    }
}
