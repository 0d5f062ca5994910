//! The verbs: the only code that changes more than one signal.

use leptos::ev::{ClipboardEvent, DragEvent};
use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;

use super::session::{Screen, Session};
use crate::protocol::RunKey;
use crate::ui::browser::{DroppedFile, drop, fragment};
use crate::view_model::place::Place;

impl Session {
    pub fn open_files(self, files: Vec<DroppedFile>) {
        if files.is_empty() {
            self.notice.set(Some("There was no file in that.".to_owned()));
            return;
        }
        self.notice.set(None);
        self.catch_up();
        let next = self.files.with_untracked(|known| known.last().map_or(0, |file| file.id + 1));
        self.first_fresh.set_value(next);
        if let Some(client) = self.client() {
            client.open(files);
        }
    }

    pub fn open_dropped(self, event: &DragEvent) {
        event.prevent_default();
        event.stop_propagation();
        let files = drop::files_of_drop(event);
        spawn_local_scoped_with_cancellation(async move { self.open_files(files.await) });
    }

    pub fn open_pasted(self, event: &ClipboardEvent) {
        let files = drop::files_of_paste(event);
        if !files.is_empty() {
            event.prevent_default();
            self.open_files(files);
        }
    }

    /// Takes what was picked out of the picker, so that the same file can be picked again.
    pub fn open_picked(self, input: &drop::FileInput) {
        let files = drop::files_of_input(input);
        input.set_value("");
        if !files.is_empty() {
            self.open_files(files);
        }
    }

    pub fn open_sample(self, name: &'static str) {
        spawn_local_scoped_with_cancellation(async move {
            match DroppedFile::of_sample(name).await {
                Some(file) => self.open_files(vec![file]),
                None => self.notice.set(Some(format!("The sample {name} could not be loaded."))),
            }
        });
    }

    pub fn cancel(self, file: u32) {
        if let Some(client) = self.client() {
            client.cancel(file);
        }
    }

    /// Stops reading; what was read stays.
    pub fn cancel_all(self) {
        if let Some(client) = self.client() {
            client.cancel_all();
        }
    }

    /// Forgets every file and goes back to the start.
    pub fn close_all(self) {
        if let Some(client) = self.client() {
            client.close_all();
        }
        self.forget_heard();
        self.files.set(Vec::new());
        self.runs.set(Vec::new());
        self.unsettled.set(0);
        self.failed.set(Vec::new());
        self.cancelled.set(0);
        self.show(Screen::Landing);
    }

    pub fn show(self, screen: Screen) {
        self.wanted.set(None);
        self.screen.set(screen);
        let place = match screen {
            Screen::Run(key) => Place { run: Some((key.file, key.index)), ..Place::default() },
            // Followed from a link; else the collection itself says where in it a person is.
            Screen::Runs if Place::parse(&fragment::read()).is_of_many => return,
            Screen::Landing | Screen::Runs => Place::default(),
        };
        fragment::push(&place.fragment());
    }

    /// From the landing page to what was opened: the only run, or all of them.
    pub fn show_results(self) {
        self.show_one_or_all(&self.run_keys());
    }

    pub(super) fn run_keys(self) -> Vec<RunKey> {
        self.runs.with_untracked(|runs| runs.iter().map(|run| run.key).collect())
    }

    pub(super) fn show_one_or_all(self, keys: &[RunKey]) {
        match keys {
            [] => {}
            [only] => self.show(Screen::Run(*only)),
            _ => self.show(Screen::Runs),
        }
    }

    /// One level up: from a run to the runs, from there to the start.
    pub fn leave(self) {
        let up = match self.screen.get_untracked() {
            Screen::Run(_) if self.runs.with_untracked(Vec::len) > 1 => Screen::Runs,
            _ => Screen::Landing,
        };
        self.show(up);
    }

    /// Follows an address; what it names may still have to be opened.
    pub fn go_to(self, place: Place) {
        let Some((file, index)) = place.run else {
            let from_run = matches!(self.screen.get_untracked(), Screen::Run(_));
            let has_many = self.runs.with_untracked(Vec::len) > 1;
            let to_many = has_many && (place.is_of_many || from_run);
            self.screen.set(if to_many { Screen::Runs } else { Screen::Landing });
            return;
        };
        let key = RunKey { file, index };
        self.wanted.set(Some(place));
        if self.run_is_open(key) {
            self.screen.set(Screen::Run(key));
        }
    }

    pub(super) fn run_is_open(self, key: RunKey) -> bool {
        self.runs.with_untracked(|runs| runs.iter().any(|run| run.key == key))
    }
}
