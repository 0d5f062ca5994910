//! What is shown, in three tiers: loaded data ([`Session`]), of which only verdicts and scores change when the
//! person weighs things otherwise; choices for one run ([`RunState`]) and for all visits ([`Appearance`]). Passing things (hover, drag)
//! live in their components. The verbs are in `actions`.

mod actions;
mod appearance;
mod collected;
mod moves;
mod notes;
mod query;
mod reading;
mod rewards;
mod rows;
mod run;
mod session;
mod taking_in;
mod weighing;

pub use appearance::Appearance;
pub use query::RunQuery;
pub use reading::Reading;
pub use rows::RowStore;
pub use run::{BodyState, RunState};
pub use session::{FileState, OpenedFile, OpenedRun, ReadFile, Screen, Session, file_of};

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local_scoped;

use super::browser::EngineClient;

/// Makes the state of the whole page and starts the engine.
pub fn provide_state() {
    provide_context(Appearance::load());
    provide_context(Reading::load());
    let session = Session::new();
    provide_context(session);
    let client = EngineClient::start(move |event| session.hear(event));
    session.client.set_value(Some(client.clone()));
    session.recall_weighing();
    session.recall_reward_weights();
    session.recall_notes();
    session.follow_collection();
    spawn_local_scoped(async move {
        if let Ok(catalog) = client.catalog().await {
            session.catalog.set(Some(Arc::new(catalog)));
        }
    });
}

/// The engine's handle is no `Send`; only the page's one thread holds it.
pub type ClientSlot = StoredValue<Option<EngineClient>, LocalStorage>;
