use super::lazy_worker::LazyWorker;
use crate::engine::cluster::{Cluster, ClusterInput};
use crate::engine::report::{Comparison, RunReport};
use crate::protocol::{CollectionReply, CollectionRequest};

/// A reply that answers another request.
const UNASKED: &str = "the worker for many runs answered something else";

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
            CollectionReply::Refused(message) => Err(message),
            CollectionReply::Comparison(_) => Err(UNASKED.to_owned()),
        }
    }

    pub async fn compare(&self, a: RunReport, b: RunReport) -> Result<Comparison, String> {
        let request = CollectionRequest::Compare { a: Box::new(a), b: Box::new(b) };
        match self.ask(request).await? {
            CollectionReply::Comparison(comparison) => Ok(*comparison),
            CollectionReply::Refused(message) => Err(message),
            CollectionReply::Clusters(_) => Err(UNASKED.to_owned()),
        }
    }

    async fn ask(&self, request: CollectionRequest) -> Result<CollectionReply, String> {
        let broken = || Err("the worker for many runs broke down or could not be loaded".to_owned());
        self.0.ask_bytes(&request).await.unwrap_or_else(broken)
    }
}
