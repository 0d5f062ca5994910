//! The page's handle on the engine: what it asks for, and what it is told.

use std::rc::Rc;

use futures_channel::oneshot;

use super::DroppedFile;
use super::pool::{Pool, Purpose, unexpected};
use crate::engine::report::{Diagnosis, ErrorText, LeftOut, RunReport, StepMap, StepRow, Weighing};
use crate::engine::score::Profile;
use crate::protocol::{
    Catalog, EngineReply, EngineRequest, MomentView, Muted, PlannedRole, RunKey, StepBody, WeightsText,
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
    /// Some of the runs that a file of reports tells of, numbered from `first`.
    Told {
        id: u32,
        first: u32,
        reports: Vec<RunReport>,
    },
    /// All of them were told.
    ToldAll {
        id: u32,
        left_out: LeftOut,
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
pub struct EngineClient(Rc<Pool>);

impl EngineClient {
    /// Starts the first worker; others follow when there is work for them.
    pub fn start(tell: impl Fn(EngineEvent) + 'static) -> Self {
        Self(Pool::start(tell))
    }

    /// Opens files: each is looked at, archives are unpacked, then the traces are analysed. Events tell the
    /// rest.
    pub fn open(&self, files: Vec<DroppedFile>) {
        self.0.receive(files);
    }

    /// Stops reading a file.
    pub fn cancel(&self, file: u32) {
        self.0.cancel(file);
    }

    /// Stops reading everything that is not read yet.
    pub fn cancel_all(&self) {
        self.0.cancel_all();
    }

    /// Forgets all files and their runs.
    pub fn close_all(&self) {
        self.0.start_over();
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

    /// The steps of `from..next` that a query holds for, and `next`.
    pub async fn hits(
        &self,
        run: RunKey,
        query: String,
        from: u32,
        effort: u32,
    ) -> Result<(Vec<u32>, u32), String> {
        match self.ask_run(run, EngineRequest::Query { run, query, from, effort }).await? {
            EngineReply::Hits { steps, next, .. } => Ok((steps, next)),
            other => Err(unexpected(&other)),
        }
    }

    /// What stood beside the files at a step.
    pub async fn moment(&self, run: RunKey, step: u32) -> Result<MomentView, String> {
        match self.ask_run(run, EngineRequest::Moment { run, step }).await? {
            EngineReply::Moment { moment } => Ok(*moment),
            other => Err(unexpected(&other)),
        }
    }

    /// What the steps of `from..next` did to files, and `next`.
    pub(super) async fn acts(&self, run: RunKey, from: u32, effort: u32) -> Result<(Vec<u8>, u32), String> {
        match self.ask_run(run, EngineRequest::Acts { run, from, effort }).await? {
            EngineReply::Acts { acts, next } => Ok((acts, next)),
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

    /// A run's rewards as JSON lines.
    pub async fn rewards(&self, run: RunKey, name: String, weights: String) -> Result<String, String> {
        match self.ask_run(run, EngineRequest::Rewards { run, name, weights }).await? {
            EngineReply::Rewards { lines } => Ok(lines),
            other => Err(unexpected(&other)),
        }
    }

    /// Weights of rewards as the engine understands them; of an empty text, the built-in ones.
    pub async fn reward_weights(&self, text: String) -> Result<WeightsText, String> {
        match self.ask(0, EngineRequest::RewardWeights { text }).await? {
            EngineReply::RewardWeights { weights } => Ok(weights),
            other => Err(unexpected(&other)),
        }
    }

    pub async fn catalog(&self) -> Result<Catalog, String> {
        match self.ask(0, EngineRequest::Catalog).await? {
            EngineReply::Catalog { catalog } => Ok(*catalog),
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
