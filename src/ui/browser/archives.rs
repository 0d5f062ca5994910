//! Archives among the files that were opened: unpacked one after the other, then all is planned together.

use std::rc::{Rc, Weak};

use super::opening::{Opening, Unpacked};
use super::pool::Pool;
use super::stopping::CANCELLED;
use super::unpacker::{FromUnpacker, Unpacker};
use super::{DroppedFile, EngineEvent};

impl Pool {
    /// Unpacks the next archive, or plans when there is none left.
    pub(super) fn next_archive(self: &Rc<Self>, number: u32) {
        loop {
            let next = {
                let mut state = self.state.borrow_mut();
                let Some(opening) = state.openings.get_mut(&number) else { return };
                opening.current = None;
                opening.waiting.pop_front()
            };
            let Some(archive) = next else { break };
            let Some(file) = self.state.borrow().files.get(&archive).map(|open| open.file.clone()) else {
                continue;
            };
            match self.start_unpacker(number, archive, &file) {
                Ok(unpacker) => {
                    let mut state = self.state.borrow_mut();
                    if let Some(opening) = state.openings.get_mut(&number) {
                        opening.current = Some((archive, unpacker));
                    }
                    return;
                }
                Err(message) => self.fail(archive, "crashed", &message),
            }
        }
        self.plan_opening(number);
    }

    fn start_unpacker(
        self: &Rc<Self>,
        number: u32,
        archive: u32,
        file: &DroppedFile,
    ) -> Result<Unpacker, String> {
        let weak: Weak<Self> = Rc::downgrade(self);
        Unpacker::start(file, move |message| {
            if let Some(pool) = weak.upgrade() {
                pool.hear_unpacker(number, archive, message);
            }
        })
    }

    fn hear_unpacker(self: &Rc<Self>, number: u32, archive: u32, message: FromUnpacker) {
        let total = {
            let state = self.state.borrow();
            let current = state.openings.get(&number).and_then(|opening| opening.current.as_ref());
            if current.is_none_or(|(known, _)| *known != archive) {
                return;
            }
            state.files.get(&archive).map_or(0, |open| open.file.bytes())
        };
        match message {
            FromUnpacker::Progress(done) => (self.tell)(EngineEvent::Progress { id: archive, done, total }),
            FromUnpacker::Unpacked { entries, skipped } => {
                self.keep_entries(number, archive, entries, skipped);
                self.next_archive(number);
            }
            FromUnpacker::Died(message) => {
                self.fail(archive, "crashed", &format!("the archive could not be unpacked: {message}"));
                self.next_archive(number);
            }
        }
    }

    fn keep_entries(&self, number: u32, archive: u32, entries: Vec<DroppedFile>, skipped: Vec<String>) {
        let files = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        let ids: Vec<u32> = entries.into_iter().map(|entry| self.add_file(entry)).collect();
        let mut state = self.state.borrow_mut();
        let Some(opening) = state.openings.get_mut(&number) else { return };
        opening.origin.extend(ids.iter().map(|id| (*id, archive)));
        opening.files.extend(ids);
        opening.unpacked.push(Unpacked { archive, files, traces: 0, skipped });
    }

    /// All archives are unpacked: plans what was opened, entries and other files together.
    fn plan_opening(self: &Rc<Self>, number: u32) {
        let files = {
            let mut state = self.state.borrow_mut();
            let Some(opening) = state.openings.get_mut(&number) else { return };
            let files = std::mem::take(&mut opening.files);
            opening.plans_left = Self::plan_count(files.len());
            files
        };
        if files.is_empty() {
            self.finish_opening(Some(number));
        } else {
            self.plan(&files, Some(number));
        }
    }

    /// Says what became of the archives, now that their entries are planned.
    pub(super) fn finish_opening(&self, number: Option<u32>) {
        let opening = number.and_then(|number| self.state.borrow_mut().openings.remove(&number));
        for story in opening.into_iter().flat_map(Opening::stories) {
            (self.tell)(story);
        }
    }

    /// Takes a file out of what is still being unpacked or waits for that; true if it was there.
    pub(super) fn leave_opening(self: &Rc<Self>, file: u32) -> bool {
        let mut interrupted = None;
        let mut found = false;
        for (number, opening) in &mut self.state.borrow_mut().openings {
            let before = opening.files.len() + opening.waiting.len();
            opening.files.retain(|known| *known != file);
            opening.waiting.retain(|known| *known != file);
            found |= opening.files.len() + opening.waiting.len() < before;
            if opening.current.as_ref().is_some_and(|(known, _)| *known == file) {
                opening.current = None;
                interrupted = Some(*number);
            }
        }
        if let Some(number) = interrupted {
            self.fail(file, CANCELLED, CANCELLED);
            self.next_archive(number);
            return true;
        }
        if found {
            self.fail(file, CANCELLED, CANCELLED);
        }
        found
    }
}
