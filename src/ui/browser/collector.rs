use super::lazy_worker::LazyWorker;
use crate::engine::cluster::{Cluster, ClusterInput};
use crate::engine::report::{Comparison, RunReport, Separation};
use crate::protocol::{CollectionReply, CollectionRequest};

/// Finds what many runs have in common, in a worker.
#[derive(Clone)]
pub struct Collector(LazyWorker);

impl Default for Collector {
    fn default() -> Self {
        Self(LazyWorker::new("./collection_worker_loader.js"))
    }
}

impl Collector {
    pub async fn clusters(&self, runs: Vec<ClusterInput>) -> Result<Vec<Cluster>, String> {
        match self.ask(CollectionRequest::Clusters { runs }).await? {
            CollectionReply::Clusters(clusters) => Ok(clusters),
            other => Err(trouble(other)),
        }
    }

    pub async fn compare(&self, a: RunReport, b: RunReport) -> Result<Comparison, String> {
        let request = CollectionRequest::Compare { a: Box::new(a), b: Box::new(b) };
        match self.ask(request).await? {
            CollectionReply::Comparison(comparison) => Ok(*comparison),
            other => Err(trouble(other)),
        }
    }

    pub async fn separate(&self, runs: Vec<RunReport>) -> Result<Option<Box<Separation>>, String> {
        match self.ask(CollectionRequest::Separate { runs }).await? {
            CollectionReply::Separation(separation) => Ok(separation),
            other => Err(trouble(other)),
        }
    }

    async fn ask(&self, request: CollectionRequest) -> Result<CollectionReply, String> {
        let broken = || Err("the worker for many runs broke down or could not be loaded".to_owned());
        self.0.ask_bytes(&request).await.unwrap_or_else(broken)
    }
}

fn trouble(reply: CollectionReply) -> String {
    match reply {
        CollectionReply::Refused(message) => message,
        _ => "the worker for many runs answered something else".to_owned(),
    }
}
