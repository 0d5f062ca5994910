use super::lazy_worker::LazyWorker;
use crate::engine::cluster::{Cluster, ClusterInput};
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
            CollectionReply::Refused(message) => Err(message),
        }
    }

    async fn ask(&self, request: CollectionRequest) -> Result<CollectionReply, String> {
        let broken = || Err("the worker for many runs broke down or could not be loaded".to_owned());
        self.0.ask_bytes(&request).await.unwrap_or_else(broken)
    }
}
