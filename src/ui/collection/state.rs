//! What the collection shows: the runs that the page has opened, and what was chosen among them.

use std::collections::HashMap;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local_scoped;

use crate::engine::cluster::{Cluster, ClusterInput};
use crate::engine::report::cluster_input;
use crate::protocol::{CollectedRun, FromCollection, RunKey, ToCollection};
use crate::ui::browser::Collector;
use crate::ui::browser::programs::FROM_COLLECTION;
use crate::ui::state::OpenedRun;

/// Lives as long as the page.
#[derive(Clone, Copy)]
pub(super) struct Many {
    /// In the order in which they were read.
    pub(super) runs: RwSignal<Vec<OpenedRun>>,
    /// Where each run stands in that list.
    places: StoredValue<HashMap<RunKey, usize>>,
    /// Files that are still being read.
    pub(super) unsettled: RwSignal<u32>,
    /// The name of the profile that scores are made by.
    pub(super) profile: RwSignal<String>,
    pub(super) clusters: RwSignal<Vec<Cluster>>,
    /// Why there are none.
    pub(super) trouble: RwSignal<Option<String>>,
    collector: StoredValue<Collector, LocalStorage>,
}

impl Many {
    pub(super) fn provide() -> Self {
        let many = Self {
            runs: RwSignal::default(),
            places: StoredValue::default(),
            unsettled: RwSignal::default(),
            profile: RwSignal::default(),
            clusters: RwSignal::default(),
            trouble: RwSignal::default(),
            collector: StoredValue::new_local(Collector::default()),
        };
        provide_context(many);
        Effect::new(move |_| many.find_clusters());
        many
    }

    pub(super) fn expect() -> Self {
        expect_context()
    }

    /// Takes in what the page says.
    pub(super) fn hear(self, message: ToCollection) {
        match message {
            ToCollection::Runs(runs) => self.take(runs),
            ToCollection::Unsettled(count) => self.unsettled.set(count),
            ToCollection::Profile(name) => self.profile.set(name),
            ToCollection::Clear => {
                self.places.update_value(HashMap::clear);
                self.runs.set(Vec::new());
                self.clusters.set(Vec::new());
            }
        }
    }

    fn take(self, fresh: Vec<CollectedRun>) {
        self.runs.update(|runs| {
            self.places.update_value(|places| {
                for CollectedRun { key, report } in fresh {
                    let run = OpenedRun { key, report: Arc::new(report) };
                    let place = *places.entry(key).or_insert(runs.len());
                    match runs.get_mut(place) {
                        Some(known) => *known = run,
                        None => runs.push(run),
                    }
                }
            });
        });
    }

    /// Groups the findings anew as runs come in. One question is asked at a time.
    fn find_clusters(self) {
        let runs: Vec<ClusterInput> =
            self.runs.with(|runs| runs.iter().map(|run| cluster_input(&run.report)).collect());
        if runs.len() < 2 || self.unsettled.get() > 0 {
            return;
        }
        let collector = self.collector.get_value();
        spawn_local_scoped(async move {
            match collector.clusters(runs).await {
                Ok(clusters) => drop_if_gone(self.clusters.try_set(clusters)),
                Err(message) => drop_if_gone(self.trouble.try_set(Some(message))),
            }
        });
    }
}

/// Has a run shown, at a step.
pub(super) fn open(run: RunKey, step: Option<u32>) {
    FROM_COLLECTION.say(&FromCollection::Open { run, step });
}

/// A signal that is gone has nobody left to tell.
fn drop_if_gone<T>(_left: Option<T>) {}
