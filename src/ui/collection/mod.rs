//! Many runs: what happened over all, what keeps going wrong, and a table to choose from.

mod overview;
mod state;
mod table;

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;

use crate::engine::query::{Query, QueryError, RUN_FIELDS};
use crate::protocol::FromCollection;
use crate::ui::browser::programs::{FROM_COLLECTION, TO_COLLECTION};
use crate::view_model::collection::SortKey;

use overview::{Clusters, Tiles};
use state::Many;
use table::RunTable;

/// Draws the collection in the place that the page keeps for it.
pub fn mount() {
    let Some(root) = document().get_element_by_id("collection") else { return };
    leptos::mount::mount_to(root.unchecked_into(), Runs).forget();
    FROM_COLLECTION.say(&FromCollection::Ready);
}

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
    let many = Many::provide();
    let listener = StoredValue::new_local(Some(TO_COLLECTION.listen(move |message| many.hear(message))));
    on_cleanup(move || drop(listener.try_update_value(Option::take)));
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
