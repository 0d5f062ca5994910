//! What tells the runs of a task that solved it from those that failed.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local_scoped;

use super::state::{Many, open};
use crate::engine::report::{RunReport, Separation, Separator, SeparatorPlace};
use crate::protocol::RunKey;
use crate::view_model::format::{counted, step_number};

/// Runs of a separator that are linked to.
const LINKS: usize = 6;
/// A difference that is likelier than that to come about by chance is called so.
const CHANCE: f64 = 0.05;

/// A task, and its runs.
pub(super) type Asked = (String, Vec<RunKey>);

#[component]
pub(super) fn Separated(asked: Asked, close: Callback<()>) -> impl IntoView {
    let many = Many::expect();
    let (task, keys) = asked;
    let found: RwSignal<Option<Result<Option<Box<Separation>>, String>>> = RwSignal::new(None);
    let reports: Vec<RunReport> =
        untrack(|| keys.iter().filter_map(|key| many.report(*key)).map(|report| (*report).clone()).collect());
    let collector = many.collector();
    spawn_local_scoped(async move {
        let separation = collector.separate(reports).await;
        let _gone = found.try_set(Some(separation));
    });
    let keys: Arc<[RunKey]> = keys.into();
    let told = move || match found.get() {
        None => view! { <p class="empty">"Looking at what each run did…"</p> }.into_any(),
        Some(Err(message)) => {
            view! { <p class="empty">{format!("This could not be found out: {message}")}</p> }.into_any()
        }
        Some(Ok(None)) => {
            view! { <p class="empty">"That takes runs that solved the task and runs that failed."</p> }
                .into_any()
        }
        Some(Ok(Some(separation))) => {
            view! { <Told separation=*separation keys=Arc::clone(&keys) /> }.into_any()
        }
    };
    view! {
        <section class="separation" aria-labelledby="separation-title">
            <header class="failures__head">
                <h3 id="separation-title">"What separates the runs of " <code>{task}</code></h3>
                <button class="link" on:click=move |_| close.run(())>"Close"</button>
            </header>
            {told}
        </section>
    }
}

#[component]
fn Told(separation: Separation, keys: Arc<[RunKey]>) -> impl IntoView {
    let many = Many::expect();
    let Separation { passing, failing, separators, looked_at, typical, divergence } = separation;
    let story = format!(
        "{} solved it, {} failed. {} were looked at; with few runs, some of them differ by chance.",
        counted(u64::from(passing), "run", "runs"),
        failing,
        counted(u64::from(looked_at), "thing that they did", "things that they did"),
    );
    let is_empty = separators.is_empty();
    let lines = separators
        .into_iter()
        .map(|separator| view! { <Line separator keys=Arc::clone(&keys) /> })
        .collect_view();
    let at = |place: u32| keys.get(place as usize).copied();
    let pair = typical.and_then(|(passed, failed)| Some((at(failed)?, at(passed)?)));
    view! {
        <p class="separation__story">{story}</p>
        {is_empty.then(|| view! { <p class="empty">"Nothing was found that most of one kind did and most of the other did not."</p> })}
        <ul class="separation__list">{lines}</ul>
        {divergence.map(|divergence| view! { <p class="separation__story"><b>"Where a typical run of each kind parts: "</b>{divergence.text}</p> })}
        {pair
            .map(|(failed, passed)| {
                view! {
                    <button class="button button--small" on:click=move |_| many.compare(failed, passed)>
                        "Compare these two"
                    </button>
                }
            })}
    }
}

#[component]
fn Line(separator: Separator, keys: Arc<[RunKey]>) -> impl IntoView {
    let Separator { sentence, chance, places, .. } = separator;
    let links = places
        .into_iter()
        .filter(|place| place.did)
        .take(LINKS)
        .filter_map(|SeparatorPlace { run, step, .. }| Some((*keys.get(run as usize)?, step?)))
        .map(|(key, step)| {
            view! {
                <button class="link" on:click=move |_| open(key, Some(step))>
                    {format!("step {} of run {}.{}", step_number(step), key.file + 1, key.index + 1)}
                </button>
            }
        })
        .collect_view();
    view! {
        <li>
            <span>{sentence}</span>
            {(chance > CHANCE).then(|| view! { <small class="tasks__mark">"may be chance"</small> })}
            <span class="separation__links">{links}</span>
        </li>
    }
}
