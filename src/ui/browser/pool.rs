//! A pool of workers, each analysing whole files and answering for those it has read.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::{Rc, Weak};

use futures_channel::oneshot;

use super::looking::Part;
use super::opening::Opening;
use super::stopping::CANCELLED;
use super::worker_slot::{FromWorker, WorkerSlot};
use super::{DroppedFile, EngineEvent};
use crate::engine::report::ErrorText;
use crate::engine::score::Profile;
use crate::protocol::{EngineReply, EngineRequest, Envelope, ReplyEnvelope, RequestId};

pub(super) struct Pool {
    pub(super) tell: Box<dyn Fn(EngineEvent)>,
    pub(super) profile: RefCell<Profile>,
    pub(super) state: RefCell<State>,
    next_request: Cell<RequestId>,
}

#[derive(Default)]
pub(super) struct State {
    slots: Vec<Slot>,
    pub(super) files: BTreeMap<u32, OpenFile>,
    /// What was opened and waits for archives to be unpacked.
    pub(super) openings: BTreeMap<u32, Opening>,
    pub(super) next_opening: u32,
    /// Files that wait for a free worker, in order.
    pub(super) queue: VecDeque<u32>,
    pending: BTreeMap<RequestId, Pending>,
    pub(super) next_file: u32,
    next_birth: u32,
}

impl State {
    /// As at the start. Numbers go on: what is still said of files that are gone is of none that come.
    pub(super) fn after(before: &Self) -> Self {
        let Self { next_opening, next_file, next_birth, .. } = *before;
        Self { next_opening, next_file, next_birth, ..Self::default() }
    }

    /// The workers that are reading files or looking at them.
    pub(super) fn occupied_slots(&self) -> BTreeSet<usize> {
        let plans = self
            .pending
            .values()
            .filter(|pending| matches!(pending.purpose, Purpose::Plan { .. } | Purpose::Look(_)));
        let busy = self.slots.iter().enumerate().filter(|(_, slot)| slot.busy.is_some());
        plans.map(|pending| pending.slot).chain(busy.map(|(at, _)| at)).collect()
    }
}

struct Slot {
    worker: WorkerSlot,
    /// Tells messages of a worker that was replaced from those of its successor.
    birth: u32,
    busy: Option<u32>,
}

pub(super) struct OpenFile {
    pub(super) file: DroppedFile,
    /// What the plan said of it: its format, and the files that are read with it.
    pub(super) format: String,
    pub(super) belongings: Vec<u32>,
    /// The worker that has read it; `None` after that one died.
    pub(super) home: Option<usize>,
}

struct Pending {
    slot: usize,
    purpose: Purpose,
}

pub(super) enum Purpose {
    Plan {
        files: Vec<u32>,
        /// Their archives have been unpacked already.
        opening: Option<u32>,
    },
    Analyze {
        file: u32,
        silent: bool,
    },
    Look(Part),
    Ask(oneshot::Sender<Result<EngineReply, String>>),
}

/// More workers than that gain nothing: reading the files is the limit then.
const MAX_WORKERS: usize = 16;

impl Pool {
    /// Starts the first worker; others follow when there is work for them.
    pub(super) fn start(tell: impl Fn(EngineEvent) + 'static) -> Rc<Self> {
        let pool = Rc::new(Self {
            tell: Box::new(tell),
            profile: RefCell::default(),
            state: RefCell::default(),
            next_request: Cell::new(1),
        });
        pool.add_worker();
        pool
    }

    pub(super) fn send(
        self: &Rc<Self>,
        slot: usize,
        request: EngineRequest,
        files: &[u32],
        purpose: Purpose,
    ) {
        let id = self.next_request.get();
        self.next_request.set(id.wrapping_add(1).max(1));
        let mut state = self.state.borrow_mut();
        let handles: Vec<DroppedFile> =
            files.iter().filter_map(|file| Some(state.files.get(file)?.file.clone())).collect();
        let Some(target) = state.slots.get_mut(slot) else {
            drop(state);
            settle_without_worker(purpose);
            return;
        };
        target.worker.send(&Envelope { id, request }, &handles);
        state.pending.insert(id, Pending { slot, purpose });
    }

    pub(super) fn add_worker(self: &Rc<Self>) {
        let slot = self.state.borrow().slots.len();
        if let Some(fresh) = self.birth(slot) {
            self.state.borrow_mut().slots.push(fresh);
        }
    }

    /// Starts as many workers as there may be; answers how many there are.
    pub(super) fn start_all(self: &Rc<Self>) -> usize {
        let count = || self.state.borrow().slots.len();
        let running = count();
        for _ in running..worker_limit() {
            self.add_worker();
        }
        count()
    }

    fn birth(self: &Rc<Self>, slot: usize) -> Option<Slot> {
        let birth = {
            let mut state = self.state.borrow_mut();
            state.next_birth += 1;
            state.next_birth
        };
        let weak: Weak<Self> = Rc::downgrade(self);
        let started = WorkerSlot::start(move |message| {
            if let Some(pool) = weak.upgrade() {
                pool.hear(slot, birth, message);
            }
        });
        match started {
            Ok(worker) => Some(Slot { worker, birth, busy: None }),
            Err(message) => {
                (self.tell)(EngineEvent::Crashed { message });
                None
            }
        }
    }

    fn hear(self: &Rc<Self>, slot: usize, birth: u32, message: FromWorker) {
        let is_current = self.state.borrow().slots.get(slot).is_some_and(|known| known.birth == birth);
        if !is_current {
            return;
        }
        match message {
            FromWorker::Reply(ReplyEnvelope { reply: EngineReply::Ready, .. }) => {
                if let Some(known) = self.state.borrow_mut().slots.get_mut(slot) {
                    known.worker.set_ready();
                }
            }
            FromWorker::Reply(ReplyEnvelope { reply: EngineReply::Crashed { message }, .. })
            | FromWorker::Died(message) => {
                let was_ready =
                    self.state.borrow().slots.get(slot).is_some_and(|known| known.worker.is_ready());
                if was_ready {
                    self.replace_worker(
                        slot,
                        "crashed",
                        &format!("the engine broke down on this file: {message}"),
                    );
                    (self.tell)(EngineEvent::Crashed { message });
                    self.feed();
                } else {
                    // It never came up: another one would not either.
                    (self.tell)(EngineEvent::Crashed { message });
                }
            }
            FromWorker::Reply(ReplyEnvelope {
                reply: EngineReply::Progress { file, done, total }, ..
            }) => {
                (self.tell)(EngineEvent::Progress { id: file, done, total });
            }
            FromWorker::Reply(ReplyEnvelope {
                reply: EngineReply::Told { file, first, reports }, ..
            }) => {
                (self.tell)(EngineEvent::Told { id: file, first, reports });
            }
            FromWorker::Reply(ReplyEnvelope { id, reply }) => self.settle(id, reply),
        }
    }

    fn settle(self: &Rc<Self>, id: RequestId, reply: EngineReply) {
        let Some(pending) = self.state.borrow_mut().pending.remove(&id) else { return };
        match pending.purpose {
            Purpose::Plan { files, opening } => self.planned(&files, opening, reply),
            Purpose::Analyze { file, silent } => {
                if !silent {
                    if let Some(slot) = self.state.borrow_mut().slots.get_mut(pending.slot) {
                        slot.busy = None;
                    }
                    self.analyzed(file, reply);
                    self.feed();
                }
            }
            Purpose::Look(part) => self.looked(&part, reply),
            // The one who asked may have lost interest.
            Purpose::Ask(sender) => drop(sender.send(Ok(reply))),
        }
    }

    fn analyzed(&self, file: u32, reply: EngineReply) {
        match reply {
            EngineReply::Analyzed { reports, .. } => (self.tell)(EngineEvent::Analyzed { id: file, reports }),
            EngineReply::ToldAll { left_out, .. } => (self.tell)(EngineEvent::ToldAll { id: file, left_out }),
            EngineReply::Failed { error, .. } => (self.tell)(EngineEvent::Failed { id: file, error }),
            other => self.fail(file, "unreadable", &unexpected(&other)),
        }
    }

    pub(super) fn fail(&self, file: u32, kind: &str, message: &str) {
        let error = ErrorText { kind: kind.to_owned(), message: message.to_owned() };
        (self.tell)(EngineEvent::Failed { id: file, error });
    }

    /// Gives waiting files to free workers, and starts another worker while there are more files than that.
    pub(super) fn feed(self: &Rc<Self>) {
        loop {
            let (free, can_grow, waiting) = {
                let state = self.state.borrow();
                let free = state.slots.iter().position(|slot| slot.busy.is_none());
                (free, state.slots.len() < worker_limit() && !state.slots.is_empty(), !state.queue.is_empty())
            };
            if !waiting {
                return;
            }
            match free {
                Some(slot) => {
                    let file = self.state.borrow_mut().queue.pop_front();
                    if let Some(file) = file {
                        self.analyze(slot, file, false);
                    }
                }
                None if can_grow => {
                    let before = self.state.borrow().slots.len();
                    self.add_worker();
                    if self.state.borrow().slots.len() == before {
                        return;
                    }
                }
                None => return,
            }
        }
    }

    fn analyze(self: &Rc<Self>, slot: usize, file: u32, silent: bool) {
        let (ids, format) = {
            let mut state = self.state.borrow_mut();
            let Some(open) = state.files.get_mut(&file) else { return };
            open.home = Some(slot);
            let ids: Vec<u32> = std::iter::once(file).chain(open.belongings.iter().copied()).collect();
            let format = open.format.clone();
            if !silent && let Some(known) = state.slots.get_mut(slot) {
                known.busy = Some(file);
            }
            (ids, format)
        };
        let profile = Box::new(self.profile.borrow().clone());
        let request = EngineRequest::Analyze { files: self.entries(&ids), format, profile };
        self.send(slot, request, &ids, Purpose::Analyze { file, silent });
    }

    /// The worker that answers for a file. After a crash another one reads the file again first; it answers
    /// in order, so what is asked next finds the run open.
    pub(super) fn home_of(self: &Rc<Self>, file: u32) -> Result<usize, String> {
        let (home, spare) = {
            let state = self.state.borrow();
            let open = state.files.get(&file).ok_or("this file was closed")?;
            (open.home, state.slots.iter().position(|slot| slot.busy.is_none()).unwrap_or(0))
        };
        Ok(home.unwrap_or_else(|| {
            self.analyze(spare, file, true);
            spare
        }))
    }

    /// Stops reading a file. A busy worker hears nothing, so it is replaced.
    pub(super) fn cancel(self: &Rc<Self>, file: u32) {
        if self.leave_opening(file) {
            return;
        }
        let slot = {
            let mut state = self.state.borrow_mut();
            state.queue.retain(|waiting| *waiting != file);
            state.slots.iter().position(|slot| slot.busy == Some(file))
        };
        match slot {
            Some(slot) => self.replace_worker(slot, CANCELLED, CANCELLED),
            None => self.fail(file, CANCELLED, CANCELLED),
        }
        self.feed();
    }

    /// Ends a worker that hangs, was told to stop, or has died. Only the file it was busy with is lost.
    pub(super) fn replace_worker(self: &Rc<Self>, slot: usize, kind: &str, message: &str) {
        let Some(fresh) = self.birth(slot) else { return };
        let (lost, busy) = {
            let mut state = self.state.borrow_mut();
            let busy = state.slots.get(slot).and_then(|known| known.busy);
            for open in state.files.values_mut().filter(|open| open.home == Some(slot)) {
                open.home = None;
            }
            let ids: Vec<RequestId> =
                state.pending.iter().filter(|(_, pending)| pending.slot == slot).map(|(id, _)| *id).collect();
            let lost: Vec<Pending> = ids.iter().filter_map(|id| state.pending.remove(id)).collect();
            if let Some(known) = state.slots.get_mut(slot) {
                *known = fresh;
            }
            (lost, busy)
        };
        for pending in lost {
            match pending.purpose {
                Purpose::Plan { files, opening } => {
                    for id in files {
                        self.fail(id, kind, message);
                    }
                    self.finish_opening(opening);
                }
                Purpose::Analyze { file, silent: false } if busy == Some(file) => {
                    self.fail(file, kind, message);
                }
                Purpose::Look(part) => self.not_looked(&part, kind, message),
                // Dropping the sender tells the one who asked.
                _ => {}
            }
        }
    }
}

fn settle_without_worker(purpose: Purpose) {
    if let Purpose::Ask(sender) = purpose {
        drop(sender.send(Err("no engine is running".to_owned())));
    }
}

/// As many as there are cores. Where there are several, one more: each waits a good part of its time until the
/// browser has read its next file, and another one can have its core meanwhile.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small whole number")]
fn worker_limit() -> usize {
    let cores = gloo::utils::window().navigator().hardware_concurrency() as usize;
    (cores + usize::from(cores > 1)).clamp(1, MAX_WORKERS)
}

pub(super) fn unexpected(reply: &EngineReply) -> String {
    match reply {
        EngineReply::Refused { message } => message.clone(),
        _ => "the engine gave an answer that does not fit the question".to_owned(),
    }
}
