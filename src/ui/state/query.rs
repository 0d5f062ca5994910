use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local_scoped;

use super::Session;
use crate::engine::query::{Needle, Query, QueryError, STEP_FIELDS};
use crate::engine::report::RunReport;
use crate::protocol::RunKey;
use crate::view_model::jumps::{last_before, next_after};

/// Bytes to look at before the first answer, and before each that follows: the first hits are there at once.
const FIRST_EFFORT: u32 = 2 << 20;
const NEXT_EFFORT: u32 = 24 << 20;

/// What is looked for in the steps of a run, and what was found so far.
#[derive(Clone, Copy)]
pub struct RunQuery {
    run: RunKey,
    session: Session,
    pub text: RwSignal<String>,
    pub parsed: Memo<Result<Option<Query>, QueryError>>,
    /// The texts that are highlighted.
    pub needles: Memo<Arc<[Needle]>>,
    /// In order.
    pub hits: RwSignal<Vec<u32>>,
    /// Steps that were looked at; `None` while nothing is looked for.
    pub looked_at: RwSignal<Option<u32>>,
    pub failure: RwSignal<Option<String>>,
    /// The list shows hits alone.
    pub only: RwSignal<bool>,
    /// Counts the queries: an answer to an older one is dropped.
    asked: StoredValue<u32>,
}

impl RunQuery {
    pub fn new(run: RunKey, session: Session, text: String) -> Self {
        let text = RwSignal::new(text);
        let parsed = Memo::new(move |_| text.with(|text| Query::parse(text, STEP_FIELDS)));
        let needles = Memo::new(move |_| {
            parsed.with(|parsed| match parsed {
                Ok(Some(query)) => query.needles().into(),
                _ => Arc::default(),
            })
        });
        Self {
            run,
            session,
            text,
            parsed,
            needles,
            hits: RwSignal::default(),
            looked_at: RwSignal::new(None),
            failure: RwSignal::new(None),
            only: RwSignal::new(false),
            asked: StoredValue::new(0),
        }
    }

    /// Looks for whatever is asked from now on, and anew when findings were muted.
    pub fn follow(self, report: RwSignal<Arc<RunReport>>) {
        Effect::new(move |_| {
            report.track();
            let asked = self.asked.try_update_value(|asked| {
                *asked += 1;
                *asked
            });
            self.failure.set(None);
            match self.parsed.get() {
                Ok(Some(_)) => self.look(asked, report.with_untracked(|report| report.steps)),
                Ok(None) => {
                    self.hits.set(Vec::new());
                    self.looked_at.set(None);
                }
                // What was found before stays until the query makes sense again.
                Err(_) => {}
            }
        });
    }

    fn look(self, asked: Option<u32>, steps: u32) {
        let Some(client) = self.session.client() else { return };
        let query = self.text.get_untracked();
        spawn_local_scoped(async move {
            let (mut next, mut effort) = (0, FIRST_EFFORT);
            while next < steps {
                let answer = client.hits(self.run, query.clone(), next, effort).await;
                if self.asked.try_get_value() != asked {
                    return;
                }
                match answer {
                    Ok((found, looked_at)) => {
                        self.take_in(found, next == 0, looked_at.min(steps));
                        next = looked_at;
                    }
                    Err(message) => {
                        let _gone = self.failure.try_set(Some(message));
                        return;
                    }
                }
                effort = NEXT_EFFORT;
            }
        });
    }

    fn take_in(self, found: Vec<u32>, is_first: bool, looked_at: u32) {
        if is_first || !found.is_empty() {
            let _gone = self.hits.try_update(|hits| {
                if is_first {
                    hits.clear();
                }
                hits.extend(found);
            });
        }
        let _gone = self.looked_at.try_set(Some(looked_at));
    }

    pub fn is_on(self) -> bool {
        self.looked_at.with(Option::is_some)
    }

    /// Whether the list leaves out what is no hit.
    pub fn narrows(self) -> bool {
        self.only.get() && self.is_on()
    }

    pub fn is_hit(self, step: u32) -> bool {
        self.hits.with(|hits| hits.binary_search(&step).is_ok())
    }

    /// The hit after a step, or the first one.
    pub fn after(self, step: u32) -> Option<u32> {
        self.hits.with_untracked(|hits| next_after(hits, step).or_else(|| hits.first().copied()))
    }

    /// The hit before a step, or the last one.
    pub fn before(self, step: u32) -> Option<u32> {
        self.hits.with_untracked(|hits| last_before(hits, step).or_else(|| hits.last().copied()))
    }
}
