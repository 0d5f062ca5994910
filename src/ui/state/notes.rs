//! What a person notes. It is kept in the browser.

use leptos::prelude::*;

use super::{RunState, Session};
use crate::ui::browser::storage;
use crate::view_model::notes::{Note, Notes};

const NOTES: &str = "notes";

impl Session {
    /// Brings back what was noted in earlier visits.
    pub(super) fn recall_notes(self) {
        if let Some(notes) = storage::get(NOTES).and_then(|kept| Notes::read(&kept).ok()) {
            self.notes.set(notes);
        }
    }

    pub fn change_notes(self, change: impl FnOnce(&mut Notes)) {
        self.notes.update(change);
        storage::set(NOTES, &self.notes.with_untracked(Notes::write));
    }
}

impl RunState {
    /// The notes about this run.
    pub fn notes(self, session: Session) -> Vec<Note> {
        let report = self.report();
        session.notes.with(|notes| notes.of(&report).notes)
    }
}
