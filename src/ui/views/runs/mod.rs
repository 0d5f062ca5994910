//! Many runs: what happened over all, what keeps going wrong, and a table to choose from.

mod overview;
mod table;

use leptos::prelude::*;

use super::ViewSpec;
use crate::engine::query::{Query, QueryError, RUN_FIELDS};
use crate::ui::state::Screen;
use crate::view_model::collection::SortKey;

use overview::{Clusters, Tiles};
use table::RunTable;

pub(super) const VIEW: ViewSpec =
    ViewSpec { applies: |screen| screen == Screen::Runs, render: |_| view! { <Runs /> }.into_any() };

/// Rows of the table that are drawn at first and added by each "show more".
const PAGE: usize = 200;

/// What the table shows and how; lives as long as the screen.
#[derive(Clone, Copy)]
struct Table {
    cluster: RwSignal<Option<String>>,
    sort: RwSignal<(SortKey, bool)>,
    shown: RwSignal<usize>,
    /// What is looked for among the runs.
    query: RwSignal<String>,
    parsed: Memo<Result<Option<Query>, QueryError>>,
}

#[component]
fn Runs() -> impl IntoView {
    let query = RwSignal::new(String::new());
    provide_context(Table {
        query,
        parsed: Memo::new(move |_| query.with(|query| Query::parse(query, RUN_FIELDS))),
        cluster: RwSignal::new(None),
        sort: RwSignal::new((SortKey::Score, false)),
        shown: RwSignal::new(PAGE),
    });
    view! {
        <main class="runs">
            <h1 class="hidden">"All runs"</h1>
            <Tiles />
            <div class="runs__work">
                <Clusters />
                <RunTable />
            </div>
        </main>
    }
}
