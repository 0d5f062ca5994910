//! What the engine says, and what becomes of it.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use super::session::{FileState, OpenedFile, OpenedRun, ReadFile, Screen, Session};
use crate::engine::report::{ErrorText, LeftOut, RunReport};
use crate::protocol::{PlannedRole, RunKey};
use crate::ui::browser::EngineEvent;
use crate::view_model::place::Place;

/// While more files than that are read, what the engine says is taken in together, once every [`PAUSE`]: to draw
/// the page for each file takes the processor from those who read.
const MANY: usize = 16;
const PAUSE: Duration = Duration::from_millis(120);

/// What the engine said and what was not taken in yet.
#[derive(Default)]
pub(super) struct Heard {
    events: Vec<EngineEvent>,
    /// A time is set at which it will be.
    is_waiting: bool,
}

impl Session {
    /// Takes in what the engine says, now or soon.
    pub(super) fn hear(self, event: EngineEvent) {
        let is_busy = self.unsettled.get_untracked() > MANY;
        let is_waiting = self.heard.try_update_value(|heard| {
            heard.events.push(event);
            let was_waiting = heard.is_waiting;
            heard.is_waiting |= is_busy;
            was_waiting
        });
        if !is_busy {
            self.catch_up();
        } else if is_waiting == Some(false) {
            set_timeout(move || self.catch_up(), PAUSE);
        }
    }

    /// Takes in all that the engine has said.
    pub(super) fn catch_up(self) {
        for event in self.heard.try_update_value(std::mem::take).unwrap_or_default().events {
            self.take(event);
        }
    }

    /// What was said of files that are closed concerns nobody.
    pub(super) fn forget_heard(self) {
        let _gone = self.heard.try_update_value(std::mem::take);
    }

    fn take(self, event: EngineEvent) {
        match event {
            EngineEvent::Added { id, name, bytes } => self.add(id, &name, bytes),
            EngineEvent::Planned { id, role } => self.plan(id, role),
            EngineEvent::Progress { id, done, total } => self.change(id, |state| match state {
                FileState::Waiting { title } | FileState::Reading { title, .. } => {
                    FileState::Reading { title: title.clone(), done, total }
                }
                // It is read once more, by a worker that took over from another.
                settled => settled.clone(),
            }),
            EngineEvent::Analyzed { id, reports } => self.analyzed(id, reports),
            EngineEvent::Told { id, first, reports } => self.told(id, first, reports),
            EngineEvent::ToldAll { id, left_out } => self.told_all(id, left_out),
            EngineEvent::Failed { id, error } if self.is_told(id) => {
                let why = format!("the rest was not read: {}", error.message);
                self.told_all(id, LeftOut { why: vec![why], ..LeftOut::default() });
            }
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
        let mut read = ReadFile::default();
        for report in &reports {
            read.add(report);
        }
        self.runs.update(|runs| {
            runs.extend(reports.into_iter().map(|report| OpenedRun {
                key: RunKey { file: id, index: report.index },
                report: Arc::new(report),
            }));
        });
        self.weigh_if_muted(id);
        self.finish(id, read);
    }

    fn told(self, id: u32, first: u32, reports: Vec<RunReport>) {
        if first == 0 {
            self.told.update_value(|told| {
                told.insert(id);
            });
        }
        self.runs.update(|runs| {
            runs.extend((first..).zip(reports).map(|(index, report)| OpenedRun {
                key: RunKey { file: id, index },
                report: Arc::new(report),
            }));
        });
    }

    fn told_all(self, id: u32, left_out: LeftOut) {
        let mut read = ReadFile { told: Some(left_out), ..ReadFile::default() };
        self.runs.with_untracked(|runs| {
            runs.iter().filter(|run| run.key.file == id).for_each(|run| read.add(&run.report));
        });
        self.finish(id, read);
        self.weigh_if_muted(id);
    }

    fn finish(self, id: u32, read: ReadFile) {
        self.change(id, |state| {
            let title = state.title();
            if read.runs == 0 {
                let why = read.told.into_iter().flat_map(|left_out| left_out.why).next();
                let message =
                    why.map_or_else(|| "it holds no run".to_owned(), |why| format!("it holds no run: {why}"));
                return FileState::Failed(ErrorText { kind: "empty".to_owned(), message });
            }
            FileState::Read { title, read: Arc::new(read) }
        });
    }

    fn change(self, id: u32, next: impl FnOnce(&FileState) -> FileState) {
        let Some(signal) = self.file_state(id) else { return };
        let was_settled = signal.with_untracked(FileState::is_settled);
        signal.update(|state| *state = next(state));
        if !was_settled && signal.with_untracked(FileState::is_failed) {
            self.failed.update(|failed| failed.push(id));
        }
        if !was_settled && signal.with_untracked(FileState::is_cancelled) {
            self.cancelled.update(|count| *count += 1);
        }
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
        let failed = self.failed.with_untracked(|failed| failed.iter().any(|id| *id >= first));
        let fresh: Vec<RunKey> = self.run_keys().into_iter().filter(|key| key.file >= first).collect();
        // What could not be read is told on the landing page: a single run beside it does not hide that.
        if !(failed && fresh.len() == 1) {
            self.show_one_or_all(&fresh);
        }
    }
}

impl ReadFile {
    fn add(&mut self, report: &RunReport) {
        self.runs = self.runs.saturating_add(1);
        self.steps = self.steps.saturating_add(u64::from(report.steps));
        for warning in &report.warnings {
            self.warnings = self.warnings.saturating_add(warning.count);
            self.first_warning.get_or_insert_with(|| warning.text.clone());
        }
    }
}
