//! Many runs: what happened over all, what keeps going wrong, how tasks and agents fare, and two runs side by
//! side. A program of its own, which the page fetches with the second run; `state` tells what it knows.

mod bar;
mod compare;
mod facets;
mod failures;
mod map;
mod overview;
mod plot;
mod rate;
mod separation;
mod state;
mod table;
mod tasks;
mod trends;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;

use crate::protocol::FromCollection;
use crate::ui::browser::programs::{FROM_COLLECTION, TO_COLLECTION};
use crate::view_model::many::ManyTab;

use bar::Bar;
use facets::FacetColumn;
use overview::Tiles;
use state::Many;

/// Draws the collection in the place that the page keeps for it.
pub fn mount() {
    let Some(root) = document().get_element_by_id("collection") else { return };
    leptos::mount::mount_to(root.unchecked_into(), Collection).forget();
    FROM_COLLECTION.say(&FromCollection::Ready);
}

#[component]
fn Collection() -> impl IntoView {
    let many = Many::provide();
    let listener = StoredValue::new_local(Some(TO_COLLECTION.listen(move |message| many.hear(message))));
    on_cleanup(move || drop(listener.try_update_value(Option::take)));
    let frame = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        many.tab.track();
        if let Some(frame) = frame.get() {
            frame.set_scroll_top(0);
        }
    });
    view! {
        <main class="many">
            <h1 class="hidden">"All runs"</h1>
            <Tiles />
            <Bar />
            <div class="many__work">
                <FacetColumn />
                <div class="many__view" role="tabpanel" id="many-view" node_ref=frame aria-label=move || many.tab.get().title()>
                    {move || draw(many.tab.get())}
                </div>
            </div>
        </main>
    }
}

/// To add a view: its file, its `ManyTab`, and its line here.
fn draw(tab: ManyTab) -> AnyView {
    match tab {
        ManyTab::Runs => view! { <table::RunTable /> }.into_any(),
        ManyTab::Failures => view! { <failures::Failures /> }.into_any(),
        ManyTab::Tasks => view! { <tasks::Tasks /> }.into_any(),
        ManyTab::Trends => view! { <trends::Trends /> }.into_any(),
        ManyTab::Compare => view! { <compare::Compare /> }.into_any(),
    }
}
