//! Many runs are drawn by another program, fetched when there is more than one: what it is told, and what it asks.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use super::{Screen, Session};
use crate::engine::report::RunReport;
use crate::protocol::{CollectedRun, FromCollection, RunKey, ToCollection};
use crate::ui::browser::fragment;
use crate::ui::browser::programs::{FROM_COLLECTION, TO_COLLECTION, load_collection};
use crate::view_model::place::Place;

/// Runs that are read within this time are told together. With more runs the table takes longer to sort: it
/// grows by [`PAUSE_PER_RUN`] for each.
const PAUSE: Duration = Duration::from_millis(120);
const PAUSE_PER_RUN: Duration = Duration::from_micros(100);
/// At most so many are told at once; the browser has a moment between two portions.
const PORTION: usize = 500;

/// What the other program knows.
#[derive(Clone, Copy)]
struct Told {
    listens: RwSignal<bool>,
    /// In the order of [`Session::runs`].
    reports: StoredValue<Vec<(RunKey, Arc<RunReport>)>>,
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
                let runs = self.runs.with_untracked(Vec::len);
                told.tell_after(self, PAUSE + PAUSE_PER_RUN * u32::try_from(runs).unwrap_or_default());
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
            let count = self.unsettled.get();
            if told.listens.get() {
                told.tell_unsettled(count);
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
    fn tell_after(self, session: Session, pause: Duration) {
        let _gone = self.is_waiting.try_set_value(true);
        set_timeout(move || self.tell_runs(session), pause);
    }

    /// What is still to be told is still to be read for who hears of it: nothing is reckoned up before its end.
    fn tell_unsettled(self, count: usize) {
        let at_least = usize::from(self.is_waiting.get_value());
        let count = u32::try_from(count.max(at_least)).unwrap_or(u32::MAX);
        TO_COLLECTION.say(&ToCollection::Unsettled(count));
    }

    /// Tells of the runs that are new, or were weighed anew since.
    fn tell_runs(self, session: Session) {
        let _gone = self.is_waiting.try_set_value(false);
        let mut fresh = Vec::new();
        let _gone = self.reports.try_update_value(|reports| {
            session.runs.with_untracked(|runs| {
                let is_over = |first: &(RunKey, _)| runs.first().is_none_or(|run| run.key != first.0);
                if reports.first().is_some_and(is_over) {
                    reports.clear();
                    TO_COLLECTION.say(&ToCollection::Clear);
                }
                for (place, run) in runs.iter().enumerate() {
                    if fresh.len() == PORTION {
                        break;
                    }
                    let report = &run.report;
                    match reports.get_mut(place) {
                        Some((_, known)) if Arc::ptr_eq(known, report) => continue,
                        Some((_, known)) => *known = Arc::clone(report),
                        None => reports.push((run.key, Arc::clone(report))),
                    }
                    fresh.push(CollectedRun { key: run.key, report: Arc::clone(report) });
                }
            });
        });
        let is_all = fresh.len() < PORTION;
        if !fresh.is_empty() {
            TO_COLLECTION.say(&ToCollection::Runs(fresh));
        }
        if is_all {
            self.tell_unsettled(session.unsettled.get_untracked());
        } else {
            self.tell_after(session, Duration::ZERO);
        }
    }
}
