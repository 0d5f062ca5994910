//! The page's end of the engine: a pool of workers, each analysing whole files and answering for those it
//! has read.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::{Rc, Weak};

use futures_channel::oneshot;

use super::DroppedFile;
use super::archives::Opening;
use super::worker_slot::{FromWorker, WorkerSlot};
use crate::engine::cluster::ClusterInput;
use crate::engine::report::{Diagnosis, ErrorText, RunReport, StepMap, StepRow, Weighing};
use crate::engine::score::Profile;
use crate::protocol::{
    Catalog, ClusterView, EngineReply, EngineRequest, Envelope, FileEntry, Muted, PlannedRole, ReplyEnvelope,
    RequestId, RunKey, StepBody,
};

/// What the page is told about files it has opened.
#[derive(Debug, Clone)]
pub enum EngineEvent {
    Added {
        id: u32,
        name: String,
        bytes: u64,
    },
    Planned {
        id: u32,
        role: PlannedRole,
    },
    Progress {
        id: u32,
        done: u64,
        total: u64,
    },
    Analyzed {
        id: u32,
        reports: Vec<RunReport>,
    },
    Failed {
        id: u32,
        error: ErrorText,
    },
    /// An archive is open: how many files it gave, how many of them are traces, and what was skipped.
    Unpacked {
        id: u32,
        files: u32,
        traces: u32,
        skipped: Vec<String>,
    },
    /// A worker broke down and was replaced, or could not be started at all.
    Crashed {
        message: String,
    },
}

/// A handle on the pool; cheap to clone.
#[derive(Clone)]
pub struct EngineClient(Rc<Inner>);

pub(super) struct Inner {
    pub(super) tell: Box<dyn Fn(EngineEvent)>,
    profile: RefCell<Profile>,
    pub(super) state: RefCell<State>,
    next_request: Cell<RequestId>,
}

#[derive(Default)]
pub(super) struct State {
    slots: Vec<Slot>,
    pub(super) files: BTreeMap<u32, OpenFile>,
    /// What was opened and waits for archives to be unpacked.
    pub(super) openings: BTreeMap<u32, Opening>,
    next_opening: u32,
    /// Files that wait for a free worker, in order.
    queue: VecDeque<u32>,
    pending: BTreeMap<RequestId, Pending>,
    next_file: u32,
    next_birth: u32,
}

struct Slot {
    worker: WorkerSlot,
    /// Tells messages of a worker that was replaced from those of its successor.
    birth: u32,
    busy: Option<u32>,
}

pub(super) struct OpenFile {
    pub(super) file: DroppedFile,
    belongings: Vec<u32>,
    /// The worker that has read it; `None` after that one died.
    home: Option<usize>,
}

struct Pending {
    slot: usize,
    purpose: Purpose,
}

enum Purpose {
    Plan {
        files: Vec<u32>,
        /// Their archives have been unpacked already.
        opening: Option<u32>,
    },
    Analyze {
        file: u32,
        silent: bool,
    },
    Ask(oneshot::Sender<Result<EngineReply, String>>),
    Forget,
}

/// More workers than that gain nothing: reading the files is the limit then.
const MAX_WORKERS: usize = 8;

impl EngineClient {
    /// Starts the first worker; others follow when there is work for them.
    pub fn start(tell: impl Fn(EngineEvent) + 'static) -> Self {
        let client = Self(Rc::new(Inner {
            tell: Box::new(tell),
            profile: RefCell::default(),
            state: RefCell::default(),
            next_request: Cell::new(1),
        }));
        client.0.add_worker();
        client
    }

    /// Opens files: each is looked at, archives are unpacked, then the traces are analysed. Events tell the
    /// rest.
    pub fn open(&self, files: Vec<DroppedFile>) {
        let ids: Vec<u32> = files.into_iter().map(|file| self.0.add_file(file)).collect();
        self.0.plan(&ids, None);
    }

    /// Stops reading a file. A busy worker hears nothing, so it is replaced.
    pub fn cancel(&self, file: u32) {
        let inner = &self.0;
        if inner.leave_opening(file) {
            return;
        }
        let slot = {
            let mut state = inner.state.borrow_mut();
            state.queue.retain(|waiting| *waiting != file);
            state.slots.iter().position(|slot| slot.busy == Some(file))
        };
        match slot {
            Some(slot) => inner.replace_worker(slot, "cancelled", "cancelled"),
            None => inner.fail(file, "cancelled", "cancelled"),
        }
        inner.feed();
    }

    /// Forgets a file and its runs.
    pub fn close(&self, file: u32) {
        let home = self.0.state.borrow_mut().files.remove(&file).and_then(|open| open.home);
        if let Some(slot) = home {
            self.0.send(slot, EngineRequest::Close { file }, &[], Purpose::Forget);
        }
    }

    pub async fn map(&self, run: RunKey) -> Result<StepMap, String> {
        match self.ask_run(run, EngineRequest::Map { run }).await? {
            EngineReply::Map { map, .. } => Ok(*map),
            other => Err(unexpected(&other)),
        }
    }

    pub async fn rows(&self, run: RunKey, start: u32, count: u32) -> Result<Vec<StepRow>, String> {
        match self.ask_run(run, EngineRequest::Rows { run, start, count }).await? {
            EngineReply::Rows { rows, .. } => Ok(rows),
            other => Err(unexpected(&other)),
        }
    }

    pub async fn body(&self, run: RunKey, step: u32) -> Result<StepBody, String> {
        match self.ask_run(run, EngineRequest::Body { run, step }).await? {
            EngineReply::Body { body, .. } => Ok(*body),
            other => Err(unexpected(&other)),
        }
    }

    pub async fn diagnosis(&self, file: u32) -> Result<Diagnosis, String> {
        let slot = self.0.home_of(file)?;
        match self.ask(slot, EngineRequest::Diagnose { file }).await? {
            EngineReply::Diagnosed { diagnosis, .. } => Ok(*diagnosis),
            other => Err(unexpected(&other)),
        }
    }

    /// What scores are made by from now on.
    pub fn set_profile(&self, profile: Profile) {
        *self.0.profile.borrow_mut() = profile;
    }

    /// Makes verdicts and scores of a file's runs anew.
    pub async fn weigh(&self, file: u32, muted: Vec<Muted>) -> Result<Vec<Weighing>, String> {
        let slot = self.0.home_of(file)?;
        let profile = Box::new(self.0.profile.borrow().clone());
        match self.ask(slot, EngineRequest::Weigh { file, profile, muted }).await? {
            EngineReply::Weighed { runs, .. } => Ok(runs),
            other => Err(unexpected(&other)),
        }
    }

    pub async fn catalog(&self) -> Result<Catalog, String> {
        match self.ask(0, EngineRequest::Catalog).await? {
            EngineReply::Catalog { catalog } => Ok(*catalog),
            other => Err(unexpected(&other)),
        }
    }

    pub async fn clusters(&self, runs: Vec<ClusterInput>) -> Result<Vec<ClusterView>, String> {
        match self.ask(0, EngineRequest::Cluster { runs }).await? {
            EngineReply::Clusters { clusters } => Ok(clusters),
            other => Err(unexpected(&other)),
        }
    }

    async fn ask_run(&self, run: RunKey, request: EngineRequest) -> Result<EngineReply, String> {
        let slot = self.0.home_of(run.file)?;
        self.ask(slot, request).await
    }

    async fn ask(&self, slot: usize, request: EngineRequest) -> Result<EngineReply, String> {
        let (sender, receiver) = oneshot::channel();
        self.0.send(slot, request, &[], Purpose::Ask(sender));
        match receiver.await {
            Ok(Ok(EngineReply::Refused { message })) => Err(message),
            Ok(answer) => answer,
            Err(oneshot::Canceled) => Err("the engine stopped before it could answer".to_owned()),
        }
    }
}

impl Inner {
    /// So many files are planned together; the engine numbers them with 16 bits.
    const PLANNED_TOGETHER: usize = 60_000;

    /// How many requests it takes to plan so many files.
    pub(super) fn plan_count(files: usize) -> usize {
        files.div_ceil(Self::PLANNED_TOGETHER)
    }

    pub(super) fn plan(self: &Rc<Self>, ids: &[u32], opening: Option<u32>) {
        for together in ids.chunks(Self::PLANNED_TOGETHER) {
            let request = EngineRequest::Plan { files: self.entries(together) };
            self.send(0, request, together, Purpose::Plan { files: together.to_vec(), opening });
        }
    }

    pub(super) fn add_file(&self, file: DroppedFile) -> u32 {
        let (name, bytes) = (file.name.clone(), size_of(&file));
        let id = {
            let mut state = self.state.borrow_mut();
            let id = state.next_file;
            state.next_file += 1;
            state.files.insert(id, OpenFile { file, belongings: Vec::new(), home: None });
            id
        };
        (self.tell)(EngineEvent::Added { id, name, bytes });
        id
    }

    fn entries(&self, ids: &[u32]) -> Vec<FileEntry> {
        let state = self.state.borrow();
        ids.iter()
            .filter_map(|id| Some(FileEntry { id: *id, name: state.files.get(id)?.file.name.clone() }))
            .collect()
    }

    fn send(self: &Rc<Self>, slot: usize, request: EngineRequest, files: &[u32], purpose: Purpose) {
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

    fn add_worker(self: &Rc<Self>) {
        let slot = self.state.borrow().slots.len();
        if let Some(fresh) = self.birth(slot) {
            self.state.borrow_mut().slots.push(fresh);
        }
    }

    fn birth(self: &Rc<Self>, slot: usize) -> Option<Slot> {
        let birth = {
            let mut state = self.state.borrow_mut();
            state.next_birth += 1;
            state.next_birth
        };
        let weak: Weak<Self> = Rc::downgrade(self);
        let started = WorkerSlot::start(move |message| {
            if let Some(inner) = weak.upgrade() {
                inner.hear(slot, birth, message);
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
            // The one who asked may have lost interest.
            Purpose::Ask(sender) => drop(sender.send(Ok(reply))),
            Purpose::Forget => {}
        }
    }

    fn planned(self: &Rc<Self>, ids: &[u32], opening: Option<u32>, reply: EngineReply) {
        let EngineReply::Planned { files } = reply else {
            for id in ids {
                self.fail(*id, "unreadable", &unexpected(&reply));
            }
            self.finish_opening(opening);
            return;
        };
        if opening.is_none()
            && let Some(fresh) = Opening::of(&files)
        {
            let number = {
                let mut state = self.state.borrow_mut();
                state.next_opening += 1;
                let number = state.next_opening;
                state.openings.insert(number, fresh);
                number
            };
            for file in files {
                if matches!(file.role, PlannedRole::Container { .. }) {
                    (self.tell)(EngineEvent::Planned { id: file.id, role: file.role });
                }
            }
            self.next_archive(number);
            return;
        }
        if let Some(number) = opening {
            let is_last = match self.state.borrow_mut().openings.get_mut(&number) {
                Some(opening) => opening.planned(&files),
                None => false,
            };
            if is_last {
                self.finish_opening(opening);
            }
        }
        for planned in files {
            if let PlannedRole::Trace { belongings, .. } = &planned.role {
                let mut state = self.state.borrow_mut();
                if let Some(open) = state.files.get_mut(&planned.id) {
                    open.belongings.clone_from(belongings);
                    state.queue.push_back(planned.id);
                }
            }
            if let PlannedRole::Container { title } = &planned.role {
                self.fail(planned.id, "binary", &format!("{title} inside others, which was not opened"));
            } else {
                (self.tell)(EngineEvent::Planned { id: planned.id, role: planned.role });
            }
        }
        self.feed();
    }

    fn analyzed(&self, file: u32, reply: EngineReply) {
        match reply {
            EngineReply::Analyzed { reports, .. } => (self.tell)(EngineEvent::Analyzed { id: file, reports }),
            EngineReply::Failed { error, .. } => (self.tell)(EngineEvent::Failed { id: file, error }),
            other => self.fail(file, "unreadable", &unexpected(&other)),
        }
    }

    pub(super) fn fail(&self, file: u32, kind: &str, message: &str) {
        let error = ErrorText { kind: kind.to_owned(), message: message.to_owned() };
        (self.tell)(EngineEvent::Failed { id: file, error });
    }

    /// Gives waiting files to free workers, and starts another worker while there are more files than that.
    fn feed(self: &Rc<Self>) {
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
        let ids = {
            let mut state = self.state.borrow_mut();
            let Some(open) = state.files.get_mut(&file) else { return };
            open.home = Some(slot);
            let ids: Vec<u32> = std::iter::once(file).chain(open.belongings.iter().copied()).collect();
            if !silent && let Some(known) = state.slots.get_mut(slot) {
                known.busy = Some(file);
            }
            ids
        };
        let profile = Box::new(self.profile.borrow().clone());
        let request = EngineRequest::Analyze { files: self.entries(&ids), profile };
        self.send(slot, request, &ids, Purpose::Analyze { file, silent });
    }

    /// The worker that answers for a file. After a crash another one reads the file again first; it answers
    /// in order, so what is asked next finds the run open.
    fn home_of(self: &Rc<Self>, file: u32) -> Result<usize, String> {
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

    /// Ends a worker that hangs, was told to stop, or has died. Only the file it was busy with is lost.
    fn replace_worker(self: &Rc<Self>, slot: usize, kind: &str, message: &str) {
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

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a file's size is a whole number"
)]
pub(super) fn size_of(file: &DroppedFile) -> u64 {
    file.file.size() as u64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small whole number")]
fn worker_limit() -> usize {
    let cores = gloo::utils::window().navigator().hardware_concurrency() as usize;
    cores.clamp(1, MAX_WORKERS)
}

fn unexpected(reply: &EngineReply) -> String {
    match reply {
        EngineReply::Refused { message } => message.clone(),
        _ => "the engine gave an answer that does not fit the question".to_owned(),
    }
}
