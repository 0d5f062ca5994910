//! Files that were opened together: taken in portion by portion, as the browser looks at the disk for the size of
//! each and the page is not to stand still for thousands of them; then kept until their archives are unpacked.

use std::collections::{BTreeMap, VecDeque};
use std::rc::{Rc, Weak};

use gloo::timers::callback::Timeout;

use super::pool::Pool;
use super::unpacker::Unpacker;
use super::{DroppedFile, EngineEvent};
use crate::protocol::{PlannedFile, PlannedRole};

/// So many are taken in at once.
const PORTION: usize = 100;

/// Files that were opened together and wait for each other, and for the archives among them.
#[derive(Default)]
pub(super) struct Opening {
    /// What was dropped and is not taken in yet, last first.
    to_come: Vec<DroppedFile>,
    /// What is to be planned: files that are no archives, and the entries of those that are.
    pub(super) files: Vec<u32>,
    pub(super) waiting: VecDeque<u32>,
    pub(super) current: Option<(u32, Unpacker)>,
    pub(super) unpacked: Vec<Unpacked>,
    /// The archive that an entry came from.
    pub(super) origin: BTreeMap<u32, u32>,
    pub(super) plans_left: usize,
}

pub(super) struct Unpacked {
    pub(super) archive: u32,
    pub(super) files: u32,
    pub(super) traces: u32,
    pub(super) skipped: Vec<String>,
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

    pub(super) fn of_dropped(files: Vec<DroppedFile>) -> Self {
        Self { to_come: files.into_iter().rev().collect(), ..Self::default() }
    }

    /// The next of the files that are to come.
    pub(super) fn next_portion(&mut self, count: usize) -> impl Iterator<Item = DroppedFile> + use<> {
        let rest = self.to_come.len().saturating_sub(count);
        self.to_come.split_off(rest).into_iter().rev()
    }

    /// Keeps files that were taken in; all of them, once none is to come.
    pub(super) fn take_in(&mut self, ids: Vec<u32>) -> Option<Vec<u32>> {
        self.files.extend(ids);
        self.to_come.is_empty().then(|| std::mem::take(&mut self.files))
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
    pub(super) fn open(&self, opening: Opening) -> u32 {
        let mut state = self.state.borrow_mut();
        state.next_opening += 1;
        let number = state.next_opening;
        state.openings.insert(number, opening);
        number
    }

    /// Takes in files, then plans them together.
    pub(super) fn receive(self: &Rc<Self>, files: Vec<DroppedFile>) {
        let number = self.open(Opening::of_dropped(files));
        self.receive_portion(number);
    }

    fn receive_portion(self: &Rc<Self>, number: u32) {
        let portion = match self.state.borrow_mut().openings.get_mut(&number) {
            Some(opening) => opening.next_portion(PORTION),
            // It was cancelled meanwhile.
            None => return,
        };
        let ids = portion.map(|file| self.add_file(file)).collect();
        let all = self.state.borrow_mut().openings.get_mut(&number).and_then(|opening| opening.take_in(ids));
        if let Some(all) = all {
            self.state.borrow_mut().openings.remove(&number);
            self.plan(&all, None);
            return;
        }
        let weak: Weak<Self> = Rc::downgrade(self);
        Timeout::new(0, move || {
            if let Some(pool) = weak.upgrade() {
                pool.receive_portion(number);
            }
        })
        .forget();
    }
}
