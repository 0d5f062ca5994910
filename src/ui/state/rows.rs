use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local_scoped;

use super::Session;
use crate::engine::report::StepRow;
use crate::protocol::RunKey;

/// Rows asked for at once.
const PAGE: u32 = 100;
/// Pages kept; beyond that the one farthest from what is asked for goes.
const KEPT: usize = 40;

type Pages = BTreeMap<u32, Vec<Arc<StepRow>>>;

/// A window on the rows of a run: what the list has shown lately. The rest stays with the engine.
#[derive(Clone, Copy)]
pub struct RowStore {
    run: RunKey,
    session: Session,
    pages: RwSignal<Pages>,
    asked: StoredValue<BTreeSet<u32>>,
    pub error: RwSignal<Option<String>>,
}

impl RowStore {
    pub fn new(run: RunKey, session: Session) -> Self {
        Self {
            run,
            session,
            pages: RwSignal::default(),
            asked: StoredValue::default(),
            error: RwSignal::new(None),
        }
    }

    /// The row, if it is here; [`RowStore::want`] brings it.
    pub fn row(self, step: u32) -> Option<Arc<StepRow>> {
        self.pages.with(|pages| pages.get(&(step / PAGE))?.get((step % PAGE) as usize).cloned())
    }

    /// Fetches the rows `first..end` that are neither here nor on their way.
    pub fn want(self, first: u32, end: u32) {
        for page in first / PAGE..=end.saturating_sub(1).max(first) / PAGE {
            let is_new = self.asked.try_update_value(|asked| asked.insert(page)).unwrap_or(false);
            if is_new {
                self.fetch(page);
            }
        }
    }

    /// The tools of the rows that are here.
    pub fn tools(self) -> Vec<String> {
        let mut tools: Vec<String> =
            self.pages.with(|pages| pages.values().flatten().filter_map(|row| row.tool.clone()).collect());
        tools.sort_unstable();
        tools.dedup();
        tools
    }

    fn fetch(self, page: u32) {
        let Some(client) = self.session.client() else { return };
        // Not cancelled when the list scrolls on: the page of rows is marked as asked for.
        spawn_local_scoped(async move {
            let answer = client.rows(self.run, page * PAGE, PAGE).await;
            match answer {
                Ok(rows) => self.keep(page, rows.into_iter().map(Arc::new).collect()),
                Err(message) => {
                    self.asked.try_update_value(|asked| asked.remove(&page));
                    let _gone = self.error.try_set(Some(message));
                }
            }
        });
    }

    fn keep(self, page: u32, rows: Vec<Arc<StepRow>>) {
        let dropped = self.pages.try_update(|pages| {
            pages.insert(page, rows);
            let farthest = pages.keys().copied().max_by_key(|known| known.abs_diff(page));
            let farthest = farthest.filter(|_| pages.len() > KEPT)?;
            pages.remove(&farthest);
            Some(farthest)
        });
        if let Some(farthest) = dropped.flatten() {
            self.asked.try_update_value(|asked| asked.remove(&farthest));
        }
    }
}
