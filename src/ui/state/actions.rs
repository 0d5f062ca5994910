//! The verbs: the only code that changes more than one signal.

use std::sync::Arc;

use leptos::ev::{ClipboardEvent, DragEvent};
use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;

use super::session::{FileState, OpenedFile, OpenedRun, Screen, Session};
use crate::engine::report::{ErrorText, RunReport};
use crate::protocol::{PlannedRole, RunKey};
use crate::ui::browser::{DroppedFile, EngineEvent, drop, fragment};
use crate::view_model::place::Place;

impl Session {
    pub fn open_files(self, files: Vec<DroppedFile>) {
        if files.is_empty() {
            self.notice.set(Some("There was no file in that.".to_owned()));
            return;
        }
        self.notice.set(None);
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

    /// Forgets every file and goes back to the start.
    pub fn close_all(self) {
        let ids: Vec<u32> = self.files.with_untracked(|files| files.iter().map(|file| file.id).collect());
        if let Some(client) = self.client() {
            for id in ids {
                client.cancel(id);
                client.close(id);
            }
        }
        self.files.set(Vec::new());
        self.runs.set(Vec::new());
        self.unsettled.set(0);
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

    fn run_keys(self) -> Vec<RunKey> {
        self.runs.with_untracked(|runs| runs.iter().map(|run| run.key).collect())
    }

    fn show_one_or_all(self, keys: &[RunKey]) {
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

    fn run_is_open(self, key: RunKey) -> bool {
        self.runs.with_untracked(|runs| runs.iter().any(|run| run.key == key))
    }

    /// Takes in what the engine says.
    pub(super) fn hear(self, event: EngineEvent) {
        match event {
            EngineEvent::Added { id, name, bytes } => self.add(id, &name, bytes),
            EngineEvent::Planned { id, role } => self.plan(id, role),
            EngineEvent::Progress { id, done, total } => self.change(id, |state| {
                let title = state.title();
                FileState::Reading { title, done, total }
            }),
            EngineEvent::Analyzed { id, reports } => self.analyzed(id, reports),
            EngineEvent::Failed { id, error } => self.change(id, |_| FileState::Failed(error)),
            EngineEvent::Unpacked { id, files, traces, skipped } => {
                self.unpacked(id, files, traces, skipped);
            }
            EngineEvent::Crashed { message } => self.notice.set(Some(format!(
                "A part of the engine broke down and was started again. Only the file it was reading is lost. \
                 ({message})"
            ))),
        }
    }

    fn add(self, id: u32, name: &str, bytes: u64) {
        let state = ArcRwSignal::new(FileState::Waiting { title: None });
        self.files.update(|files| files.push(OpenedFile { id, name: name.into(), bytes, state }));
        self.unsettled.update(|count| *count += 1);
    }

    fn plan(self, id: u32, role: PlannedRole) {
        self.change(id, |_| match role {
            PlannedRole::Trace { title, .. } | PlannedRole::Container { title } => {
                FileState::Waiting { title: Some(title) }
            }
            PlannedRole::Part { .. } => FileState::Sidecar { title: "Part of a run".to_owned() },
            PlannedRole::Sidecar { title } => FileState::Sidecar { title },
            PlannedRole::Unreadable { error } => FileState::Failed(error),
        });
    }

    fn unpacked(self, id: u32, files: u32, traces: u32, skipped: Vec<String>) {
        self.change(id, |state| {
            if files == 0 {
                let why =
                    if skipped.is_empty() { "the archive is empty".to_owned() } else { skipped.join("; ") };
                return FileState::Failed(ErrorText { kind: "empty".to_owned(), message: why });
            }
            FileState::Unpacked { title: state.title(), files, traces, skipped: skipped.into() }
        });
    }

    fn analyzed(self, id: u32, reports: Vec<RunReport>) {
        let reports: Arc<[Arc<RunReport>]> = reports.into_iter().map(Arc::new).collect();
        self.runs.update(|runs| {
            runs.retain(|run| run.key.file != id);
            runs.extend(reports.iter().map(|report| OpenedRun {
                key: RunKey { file: id, index: report.index },
                report: Arc::clone(report),
            }));
        });
        self.weigh_if_muted(id);
        self.change(id, |state| {
            let title = state.title();
            if reports.is_empty() {
                let message = "it holds no run".to_owned();
                return FileState::Failed(ErrorText { kind: "empty".to_owned(), message });
            }
            FileState::Read { title, reports }
        });
    }

    fn change(self, id: u32, next: impl FnOnce(&FileState) -> FileState) {
        let Some(signal) = self.file_state(id) else { return };
        let was_settled = signal.with_untracked(FileState::is_settled);
        signal.update(|state| *state = next(state));
        if !was_settled && signal.with_untracked(FileState::is_settled) {
            self.unsettled.update(|count| *count = count.saturating_sub(1));
            if self.unsettled.get_untracked() == 0 {
                self.all_settled();
            }
        }
    }

    /// Everything that was dropped has been read: goes where the person most likely wants to be.
    fn all_settled(self) {
        if let Some(Place { run: Some((file, index)), .. }) = self.wanted.get_untracked()
            && self.run_is_open(RunKey { file, index })
        {
            self.screen.set(Screen::Run(RunKey { file, index }));
            return;
        }
        if self.screen.get_untracked() != Screen::Landing {
            return;
        }
        let first = self.first_fresh.get_value();
        let failed = self.files.with_untracked(|files| {
            let fresh = files.iter().filter(|file| file.id >= first);
            fresh.map(|file| file.state.read_untracked()).any(|state| matches!(&*state, FileState::Failed(_)))
        });
        let fresh: Vec<RunKey> = self.run_keys().into_iter().filter(|key| key.file >= first).collect();
        // What could not be read is told on the landing page: a single run beside it does not hide that.
        if !(failed && fresh.len() == 1) {
            self.show_one_or_all(&fresh);
        }
    }
}
