//! What is shown of many runs: the runs that the page has opened, and what was chosen among them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local_scoped;

use crate::engine::cluster::{Cluster, ClusterInput};
use crate::engine::query::{Query, QueryError, RUN_FIELDS};
use crate::engine::report::{Choice, Facets, Field, RunDigest, RunReport, Subset, facets};
use crate::protocol::{CollectedRun, FromCollection, RunKey, ToCollection};
use crate::ui::browser::programs::FROM_COLLECTION;
use crate::ui::browser::{Collector, fragment};
use crate::ui::state::OpenedRun;
use crate::view_model::many::{ManyPlace, ManyTab};
use crate::view_model::query::is_match;

/// Lives as long as the page.
#[derive(Clone, Copy)]
pub(super) struct Many {
    /// In the order in which they were read.
    pub(super) runs: RwSignal<Vec<OpenedRun>>,
    /// What is needed of each to say something about many.
    digests: RwSignal<Vec<RunDigest>>,
    /// Where each run stands in those lists.
    known: StoredValue<HashMap<RunKey, u32>>,
    /// Whether this is on the screen.
    is_shown: RwSignal<bool>,
    /// Files that are still being read.
    pub(super) unsettled: RwSignal<u32>,
    /// The name of the profile that scores are made by.
    pub(super) profile: RwSignal<String>,
    /// Of all runs.
    clusters: RwSignal<Vec<Cluster>>,
    /// Why there are none.
    pub(super) trouble: RwSignal<Option<String>>,
    pub(super) tab: RwSignal<ManyTab>,
    /// What is looked for among the runs.
    pub(super) query: RwSignal<String>,
    pub(super) parsed: Memo<Result<Option<Query>, QueryError>>,
    pub(super) choices: RwSignal<Vec<Choice>>,
    /// The id of the cluster whose runs are shown.
    pub(super) cluster: RwSignal<Option<String>>,
    /// What trends are grouped by.
    pub(super) by: RwSignal<Field>,
    /// Runs that were picked, for what is done with some.
    pub(super) picked: RwSignal<BTreeSet<RunKey>>,
    /// Only those are shown.
    pub(super) only_picked: RwSignal<bool>,
    /// The two runs that are compared.
    pub(super) pair: RwSignal<Option<[RunKey; 2]>>,
    /// The runs that fit all that was chosen, and what can be chosen next.
    pub(super) facets: Memo<Facets>,
    /// Those runs, for what is told of many.
    pub(super) subset: Memo<Arc<Subset>>,
    collector: StoredValue<Collector, LocalStorage>,
}

impl Many {
    pub(super) fn provide() -> Self {
        let runs: RwSignal<Vec<OpenedRun>> = RwSignal::default();
        let digests: RwSignal<Vec<RunDigest>> = RwSignal::default();
        let clusters: RwSignal<Vec<Cluster>> = RwSignal::default();
        let query = RwSignal::new(String::new());
        let parsed = Memo::new(move |_| query.with(|query| Query::parse(query, RUN_FIELDS)));
        let choices: RwSignal<Vec<Choice>> = RwSignal::default();
        let cluster: RwSignal<Option<String>> = RwSignal::default();
        let picked: RwSignal<BTreeSet<RunKey>> = RwSignal::default();
        let only_picked = RwSignal::new(false);
        let found = Memo::new(move |_| {
            let query = parsed.get().ok().flatten();
            let members = cluster.with(|id| {
                let of = |id: &String| {
                    clusters.with(|all| all.iter().find(|one| one.id == *id).map(|one| one.runs.clone()))
                };
                id.as_ref().and_then(of)
            });
            runs.with(|runs| {
                let fits =
                    |report: &RunReport| query.as_ref().is_none_or(|query| is_match(&query.root, report));
                let is_member =
                    |place: &u32| members.as_ref().is_none_or(|members| members.binary_search(place).is_ok());
                let places = (0u32..).zip(runs).filter(|(place, run)| is_member(place) && fits(&run.report));
                let is_picked =
                    |run: &OpenedRun| !only_picked.get() || picked.with(|picked| picked.contains(&run.key));
                places.filter(|(_, run)| is_picked(run)).map(|(place, _)| place).collect::<Vec<u32>>()
            })
        });
        let facets = Memo::new(move |_| {
            digests.with(|digests| {
                found.with(|found| choices.with(|choices| facets(digests, found, &Field::FACETS, choices)))
            })
        });
        let subset = Memo::new(move |_| {
            let places = facets.with(|facets| facets.runs.clone());
            Arc::new(
                digests.with(|digests| clusters.with(|clusters| Subset::new(digests, clusters, &places))),
            )
        });
        let many = Self {
            runs,
            digests,
            known: StoredValue::default(),
            is_shown: RwSignal::default(),
            unsettled: RwSignal::default(),
            profile: RwSignal::default(),
            clusters,
            trouble: RwSignal::default(),
            tab: RwSignal::default(),
            query,
            parsed,
            choices,
            cluster,
            by: RwSignal::new(Field::Agent),
            picked,
            only_picked,
            pair: RwSignal::default(),
            facets,
            subset,
            collector: StoredValue::new_local(Collector::default()),
        };
        provide_context(many);
        Effect::new(move |_| many.find_clusters());
        Effect::new(move |_| {
            if many.is_shown.get() {
                fragment::write(&many.place().fragment());
            }
        });
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
            ToCollection::Shown(fragment) => {
                if let Some(place) = fragment.as_deref().and_then(ManyPlace::parse) {
                    self.go_to(place);
                }
                self.is_shown.set(fragment.is_some());
            }
            ToCollection::Clear => {
                self.known.update_value(HashMap::clear);
                self.digests.set(Vec::new());
                self.runs.set(Vec::new());
                self.clusters.set(Vec::new());
                self.picked.set(BTreeSet::new());
                self.go_to(ManyPlace::default());
            }
        }
    }

    fn take(self, fresh: Vec<CollectedRun>) {
        // Told of first: whoever looks at a run finds its digest.
        self.digests.update_untracked(|digests| {
            self.known.update_value(|known| {
                for run in &fresh {
                    let digest = RunDigest::of(&run.report);
                    let next = u32::try_from(digests.len()).unwrap_or(u32::MAX);
                    let place = *known.entry(run.key).or_insert(next);
                    put(digests, place, digest);
                }
            });
        });
        self.runs.update(|runs| {
            self.known.with_value(|known| {
                for CollectedRun { key, report } in fresh {
                    let place = known.get(&key).copied().unwrap_or(u32::MAX);
                    put(runs, place, OpenedRun { key, report });
                }
            });
        });
        self.digests.notify();
    }

    /// Groups the findings anew once all that was dropped has been read.
    fn find_clusters(self) {
        self.digests.track();
        if self.unsettled.get() > 0 {
            return;
        }
        let runs: Vec<ClusterInput> =
            self.digests.with_untracked(|runs| runs.iter().map(|run| run.run.clone()).collect());
        if runs.len() < 2 {
            return;
        }
        let collector = self.collector();
        spawn_local_scoped(async move {
            match collector.clusters(runs).await {
                Ok(clusters) => drop_if_gone(self.clusters.try_set(clusters)),
                Err(message) => drop_if_gone(self.trouble.try_set(Some(message))),
            }
        });
    }

    /// What finds out things that take long.
    pub(super) fn collector(self) -> Collector {
        self.collector.get_value()
    }

    pub(super) fn report(self, key: RunKey) -> Option<Arc<RunReport>> {
        let place = self.known.with_value(|known| known.get(&key).copied())?;
        self.runs.with(|runs| runs.get(place as usize).map(|run| Arc::clone(&run.report)))
    }

    /// The reports of the runs that fit all that was chosen.
    pub(super) fn with_shown<R>(self, look: impl FnOnce(&[&RunReport]) -> R) -> R {
        self.facets.with(|facets| {
            self.runs.with(|runs| {
                let shown = facets.runs.iter().filter_map(|place| runs.get(*place as usize));
                look(&shown.map(|run| &*run.report).collect::<Vec<_>>())
            })
        })
    }

    /// The runs that fit all that was chosen.
    pub(super) fn shown_keys(self) -> Vec<RunKey> {
        let shown = self.facets.with_untracked(|facets| facets.runs.clone());
        untrack(|| shown.into_iter().filter_map(|place| Some(self.run_at(place)?.key)).collect())
    }

    /// The run that stands there among all.
    pub(super) fn run_at(self, place: u32) -> Option<OpenedRun> {
        self.runs.with(|runs| runs.get(place as usize).cloned())
    }

    fn place(self) -> ManyPlace {
        ManyPlace {
            tab: self.tab.get(),
            query: self.query.get(),
            choices: self.choices.get(),
            cluster: self.cluster.get(),
            by: Some(self.by.get()).filter(|by| *by != Field::Agent),
            pair: self.pair.get().map(|pair| pair.map(|run| (run.file, run.index))),
        }
    }

    fn go_to(self, place: ManyPlace) {
        self.tab.set(place.tab);
        self.query.set(place.query);
        self.choices.set(place.choices);
        self.cluster.set(place.cluster);
        self.by.set(place.by.unwrap_or(Field::Agent));
        self.pair.set(place.pair.map(|pair| pair.map(|(file, index)| RunKey { file, index })));
    }

    /// Chooses a value of a facet beside those that are chosen, or takes it back.
    pub(super) fn toggle(self, field: Field, key: Option<&String>) {
        self.choices.update(|choices| {
            match choices.iter_mut().find(|choice| choice.field == field) {
                Some(choice) => match choice.any_of.iter().position(|known| known.as_ref() == key) {
                    Some(at) => drop(choice.any_of.remove(at)),
                    None => choice.any_of.push(key.cloned()),
                },
                None => choices.push(Choice { field, any_of: vec![key.cloned()] }),
            }
            choices.retain(|choice| !choice.any_of.is_empty());
        });
    }

    /// Chooses nothing any more.
    pub(super) fn show_all(self) {
        self.query.set(String::new());
        self.choices.set(Vec::new());
        self.cluster.set(None);
        self.only_picked.set(false);
    }

    /// Whether runs are left out.
    pub(super) fn is_narrowed(self) -> bool {
        self.cluster.with(Option::is_some)
            || self.only_picked.get()
            || self.choices.with(|choices| !choices.is_empty())
            || self.parsed.with(|parsed| matches!(parsed, Ok(Some(_))))
    }

    /// Picks these runs and shows them alone in the table.
    pub(super) fn look_at(self, runs: Vec<RunKey>) {
        self.picked.set(runs.into_iter().collect());
        self.only_picked.set(true);
        self.tab.set(ManyTab::Runs);
    }

    /// Lays two runs side by side.
    pub(super) fn compare(self, a: RunKey, b: RunKey) {
        self.pair.set(Some([a, b]));
        self.tab.set(ManyTab::Compare);
    }
}

/// Has a run shown, at a step.
pub(super) fn open(run: RunKey, step: Option<u32>) {
    FROM_COLLECTION.say(&FromCollection::Open { run, step });
}

/// Replaces what stands there, or goes behind the last.
fn put<T>(list: &mut Vec<T>, place: u32, item: T) {
    match list.get_mut(place as usize) {
        Some(known) => *known = item,
        None => list.push(item),
    }
}

/// A signal that is gone has nobody left to tell.
fn drop_if_gone<T>(_left: Option<T>) {}
