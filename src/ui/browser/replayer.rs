use std::cell::Cell;
use std::rc::Rc;

use super::EngineClient;
use super::lazy_worker::LazyWorker;
use crate::engine::replay::workspace::{Against, FileRow};
use crate::protocol::{FileView, ReplayReply, ReplayRequest, RunKey};

/// Bytes of texts that go from worker to worker at once.
const EFFORT: u32 = 4 << 20;

/// The files of one run, reconstructed in a worker that ends with it.
pub struct Replayer {
    run: RunKey,
    client: EngineClient,
    worker: LazyWorker,
    /// Steps that the worker was told of.
    told: Rc<Cell<u32>>,
}

impl Replayer {
    pub fn new(run: RunKey, client: EngineClient) -> Self {
        Self { run, client, worker: LazyWorker::new("./replay_worker_loader.js"), told: Rc::default() }
    }

    /// All files as they were at a step. The first time the worker is told of the run's `steps`.
    pub async fn files(&self, steps: u32, step: u32) -> Result<Vec<FileView>, String> {
        while self.told.get() < steps {
            let from = self.told.get();
            let (acts, next) = self.client.acts(self.run, from, EFFORT).await?;
            // Asked for twice at once: the other one goes on.
            if self.told.get() != from {
                continue;
            }
            self.told.set(next.max(from + 1));
            if let Err(message) = self.ask(ReplayRequest::Take { acts }).await {
                self.told.set(0);
                return Err(message);
            }
        }
        match self.ask(ReplayRequest::Files { step }).await? {
            ReplayReply::Files(files) => Ok(files),
            other => Err(unexpected(other)),
        }
    }

    /// One file as it was at a step.
    pub async fn file(&self, step: u32, name: String, against: Against) -> Result<Vec<FileRow>, String> {
        match self.ask(ReplayRequest::File { step, name, against }).await? {
            ReplayReply::File(rows) => Ok(rows),
            other => Err(unexpected(other)),
        }
    }

    async fn ask(&self, request: ReplayRequest) -> Result<ReplayReply, String> {
        if let Some(answer) = self.worker.ask_bytes(&request).await {
            return answer;
        }
        // A new worker has to be told everything again.
        self.told.set(0);
        Err("the files could not be reconstructed: their worker broke down or could not be loaded".to_owned())
    }
}

fn unexpected(reply: ReplayReply) -> String {
    match reply {
        ReplayReply::Refused(message) => message,
        _ => "the answer does not fit the question".to_owned(),
    }
}
