//! Many runs are drawn by another program, fetched when there is more than one: what it is told, and what it asks.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use super::{Screen, Session};
use crate::engine::report::RunReport;
use crate::protocol::{CollectedRun, FromCollection, RunKey, ToCollection};
use crate::ui::browser::fragment;
use crate::ui::browser::programs::{FROM_COLLECTION, TO_COLLECTION, load_collection};
use crate::view_model::place::Place;

/// Runs that are read within this time are told together.
const PAUSE: Duration = Duration::from_millis(120);

/// What the other program knows.
#[derive(Clone, Copy)]
struct Told {
    listens: RwSignal<bool>,
    reports: StoredValue<HashMap<RunKey, Arc<RunReport>>>,
    is_waiting: StoredValue<bool>,
}

impl Session {
    /// Fetches the program of the collection when it is first needed, tells it of every run, and does what it
    /// asks for.
    pub fn follow_collection(self) {
        let told = Told {
            listens: RwSignal::new(false),
            reports: StoredValue::default(),
            is_waiting: StoredValue::new(false),
        };
        let listener = FROM_COLLECTION.listen(move |message| match message {
            FromCollection::Ready => told.listens.set(true),
            FromCollection::Open { run, step } => self.show_step(run, step.unwrap_or_default()),
            FromCollection::EditWeights => self.weights_shown.set(true),
            FromCollection::SaveRewards(runs) => self.save_rewards(runs),
        });
        let listener = StoredValue::new_local(Some(listener));
        on_cleanup(move || drop(listener.try_update_value(Option::take)));
        Effect::new(move |loaded: Option<bool>| {
            let is_loaded = loaded == Some(true);
            let is_needed = is_loaded || self.has_many_runs();
            if is_needed && !is_loaded {
                load_collection(move || {
                    let message = "The part of the page that shows many runs could not be loaded.";
                    let _gone = self.notice.try_set(Some(message.to_owned()));
                });
            }
            is_needed
        });
        Effect::new(move |_| {
            self.runs.track();
            if told.listens.get() && !told.is_waiting.get_value() {
                told.is_waiting.set_value(true);
                set_timeout(move || told.tell_runs(self), PAUSE);
            }
        });
        self.tell_whether_shown(told);
        Effect::new(move |_| {
            if told.listens.get() {
                let profile = self.profile.with(|profile| profile.name.clone());
                TO_COLLECTION.say(&ToCollection::Profile(profile));
            }
        });
        Effect::new(move |_| {
            if told.listens.get() {
                let count = u32::try_from(self.unsettled.get()).unwrap_or(u32::MAX);
                TO_COLLECTION.say(&ToCollection::Unsettled(count));
            }
        });
    }

    /// Says whether the collection is on the screen, and where in it the address leads.
    fn tell_whether_shown(self, told: Told) {
        Effect::new(move |_| {
            if told.listens.get() {
                let is_shown = self.screen.get() == Screen::Runs;
                TO_COLLECTION.say(&ToCollection::Shown(is_shown.then(fragment::read)));
            }
        });
    }

    /// Opens a run at a step.
    fn show_step(self, run: RunKey, step: u32) {
        self.show(Screen::Run(run));
        self.wanted.set(Some(Place { run: Some((run.file, run.index)), step, ..Place::default() }));
    }
}

impl Told {
    /// Tells of the runs that are new, or were weighed anew since.
    fn tell_runs(self, session: Session) {
        let _gone = self.is_waiting.try_set_value(false);
        let mut fresh = Vec::new();
        let _gone = self.reports.try_update_value(|reports| {
            session.runs.with_untracked(|runs| {
                if runs.is_empty() && !reports.is_empty() {
                    reports.clear();
                    TO_COLLECTION.say(&ToCollection::Clear);
                }
                for run in runs {
                    let known = reports.insert(run.key, Arc::clone(&run.report));
                    if known.is_none_or(|known| !Arc::ptr_eq(&known, &run.report)) {
                        fresh.push(CollectedRun { key: run.key, report: (*run.report).clone() });
                    }
                }
            });
        });
        if !fresh.is_empty() {
            TO_COLLECTION.say(&ToCollection::Runs(fresh));
        }
    }
}
