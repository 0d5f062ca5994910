//! Archives among the files that were opened: unpacked one after the other, then all is planned together.

use std::collections::{BTreeMap, VecDeque};
use std::rc::{Rc, Weak};

use super::pool::Pool;
use super::stopping::CANCELLED;
use super::unpacker::{FromUnpacker, Unpacker};
use super::{DroppedFile, EngineEvent};
use crate::protocol::{PlannedFile, PlannedRole};

/// Files that were opened together and wait for the archives among them.
#[derive(Default)]
pub(super) struct Opening {
    /// What is to be planned: files that are no archives, and the entries of those that are.
    files: Vec<u32>,
    waiting: VecDeque<u32>,
    current: Option<(u32, Unpacker)>,
    unpacked: Vec<Unpacked>,
    /// The archive that an entry came from.
    origin: BTreeMap<u32, u32>,
    plans_left: usize,
}

struct Unpacked {
    archive: u32,
    files: u32,
    traces: u32,
    skipped: Vec<String>,
}

impl Opening {
    /// Makes one of what was planned, if there is an archive in it.
    pub(super) fn of(files: &[PlannedFile]) -> Option<Self> {
        let (archives, others): (Vec<&PlannedFile>, Vec<_>) =
            files.iter().partition(|file| matches!(file.role, PlannedRole::Container { .. }));
        let ids = |files: Vec<&PlannedFile>| files.into_iter().map(|file| file.id).collect::<Vec<_>>();
        (!archives.is_empty()).then(|| Self {
            files: ids(others),
            waiting: ids(archives).into(),
            ..Self::default()
        })
    }

    /// Takes in what became of some of its files; true when that were all.
    pub(super) fn planned(&mut self, files: &[PlannedFile]) -> bool {
        for file in files.iter().filter(|file| matches!(file.role, PlannedRole::Trace { .. })) {
            let archive = self.origin.get(&file.id);
            if let Some(unpacked) = self.unpacked.iter_mut().find(|known| Some(&known.archive) == archive) {
                unpacked.traces += 1;
            }
        }
        self.plans_left = self.plans_left.saturating_sub(1);
        self.plans_left == 0
    }

    /// What is to be said of its archives in the end.
    pub(super) fn stories(self) -> impl Iterator<Item = EngineEvent> {
        self.unpacked.into_iter().map(|unpacked| EngineEvent::Unpacked {
            id: unpacked.archive,
            files: unpacked.files,
            traces: unpacked.traces,
            skipped: unpacked.skipped,
        })
    }
}

impl Opening {
    /// Ends it: what was not planned, and what is to be said of the archives that are unpacked.
    pub(super) fn stop(mut self) -> (Vec<u32>, impl Iterator<Item = EngineEvent>) {
        let mut left = std::mem::take(&mut self.files);
        left.extend(self.waiting.drain(..));
        left.extend(self.current.take().map(|(archive, _)| archive));
        (left, self.stories())
    }
}

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
