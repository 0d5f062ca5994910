//! What keeps going wrong: a map of the clusters, a card for each, and what tells failed runs from resolved ones.

use leptos::prelude::*;

use super::map::FailureMap;
use super::rate::RateBar;
use super::state::{Many, open};
use crate::engine::cluster::{Cluster, Member, Tally};
use crate::engine::report::{Difference, FailureKind, Judgement, differences};
use crate::view_model::format::{count, counted};

/// Cards that are drawn at first, and differences.
const FEW: usize = 40;

#[component]
pub(super) fn Failures() -> impl IntoView {
    let many = Many::expect();
    let is_empty = move || many.subset.with(|subset| subset.clusters.is_empty());
    view! {
        <div class="failures">
            <Show when=move || !is_empty() fallback=NoClusters>
                <FailureMap />
                <Differences />
                <Cards />
            </Show>
        </div>
    }
}

#[component]
fn NoClusters() -> impl IntoView {
    let many = Many::expect();
    let why = move || match (many.trouble.get(), many.unsettled.get()) {
        (Some(trouble), _) => format!("No clusters could be made: {trouble}"),
        (None, 0) => {
            "No failure was found in these runs. Clusters are made of findings of the same detector with \
                      the same or nearly the same masked error."
                .to_owned()
        }
        (None, _) => "Clusters are made when all files have been read.".to_owned(),
    };
    view! { <p class="empty">{why}</p> }
}

/// What is met more often in failed runs than in resolved ones, and the other way round.
#[component]
fn Differences() -> impl IntoView {
    let many = Many::expect();
    let all = Memo::new(move |_| many.subset.with(|subset| differences(&subset.digests, &subset.clusters)));
    let more = RwSignal::new(false);
    let shown = move || {
        let telling = |difference: &Difference| difference.judgement != Judgement::NoDifferenceShown;
        all.with(|all| {
            let few = all.iter().filter(|difference| more.get() || telling(difference));
            few.take(FEW).cloned().collect::<Vec<_>>()
        })
    };
    let untold = move || {
        all.with(|all| all.iter().filter(|one| one.judgement == Judgement::NoDifferenceShown).count())
    };
    view! {
        <section class="differences" aria-labelledby="differences-title">
            <header class="failures__head">
                <h2 id="differences-title">"What tells failed runs from resolved ones"</h2>
                <p>"Shares with their 95 % intervals. A difference is named only where the intervals lie apart."</p>
            </header>
            <Show
                when=move || all.with(|all| !all.is_empty())
                fallback=|| view! { <p class="empty">"That takes runs that are known to have failed and runs that are known to have solved their task."</p> }
            >
                <table class="differences__table">
                    <thead>
                        <tr>
                            <th scope="col">"Met in"</th>
                            <th scope="col">"Failed runs"</th>
                            <th scope="col">"Resolved runs"</th>
                            <th scope="col">"What that shows"</th>
                        </tr>
                    </thead>
                    <tbody>{move || shown().into_iter().map(difference_row).collect_view()}</tbody>
                </table>
                <Show when=move || untold() != 0>
                    <button class="link" on:click=move |_| more.update(|more| *more = !*more)>
                        {move || if more.get() {
                            "Only what shows a difference".to_owned()
                        } else {
                            format!("{} more that show no difference", untold())
                        }}
                    </button>
                </Show>
            </Show>
        </section>
    }
}

fn difference_row(difference: Difference) -> impl IntoView {
    let Difference { what, name, failed, resolved, judgement, within_tasks, .. } = difference;
    let kind = match what {
        FailureKind::Cluster => "cluster",
        FailureKind::Detector => "detector",
    };
    let class = match judgement {
        Judgement::GoesWithFailure => "differences__bad",
        Judgement::GoesWithSuccess => "differences__good",
        Judgement::NoDifferenceShown => "differences__none",
    };
    let within = within_tasks.map(|within| {
        format!(
            "within {} with both outcomes: {}",
            counted(u64::from(within.tasks), "task", "tasks"),
            within.judgement.words()
        )
    });
    view! {
        <tr>
            <th scope="row">
                {name}
                <small>{kind}</small>
            </th>
            <td><RateBar rate=failed class="rate--bad" /></td>
            <td><RateBar rate=resolved class="rate--good" /></td>
            <td class=class>
                {judgement.words()}
                {within.map(|within| view! { <small>{within}</small> })}
            </td>
        </tr>
    }
}

#[component]
fn Cards() -> impl IntoView {
    let many = Many::expect();
    // What one run alone has is shown only where no two runs share anything.
    let shared = Memo::new(move |_| {
        let is_shared = |cluster: &&Cluster| cluster.runs.len() > 1;
        many.subset.with(|subset| {
            let clusters = &subset.clusters;
            let any = clusters.iter().any(|cluster| is_shared(&cluster));
            clusters
                .iter()
                .filter(|cluster| !any || is_shared(cluster))
                .take(FEW)
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    view! {
        <section class="clusters" aria-label="Clusters of the same failure">
            <For each=move || shared.get() key=|cluster| (cluster.id.clone(), cluster.runs.len()) let:cluster>
                <ClusterCard cluster />
            </For>
        </section>
    }
}

#[component]
fn ClusterCard(cluster: Cluster) -> impl IntoView {
    let many = Many::expect();
    let id = StoredValue::new(cluster.id);
    let is_on = Memo::new(move |_| {
        many.cluster.with(|chosen| id.with_value(|id| chosen.as_deref() == Some(id.as_str())))
    });
    let toggle = move |_| many.cluster.set((!is_on.get_untracked()).then(|| id.get_value()));
    let runs = cluster.runs.len() as u64;
    let known = u64::from(cluster.failed + cluster.resolved);
    let story = match known {
        0 => "outcomes unknown".to_owned(),
        _ if u64::from(cluster.failed) == runs => "all failed".to_owned(),
        _ => format!("{} failed · {} resolved", cluster.failed, cluster.resolved),
    };
    let template = (cluster.template != "-").then(|| {
        let title = cluster.template.clone();
        view! {
            <code class="cluster__template" title=title>
                {cluster.template}
            </code>
        }
    });
    let phase = (cluster.phase != "-").then(|| format!(" · {} phase", cluster.phase));
    let variants = cluster.variants.len();
    let near = (variants > 1).then(|| format!(" · {variants} near signatures"));
    let share = |part: u32| format!("{:.1}%", f64::from(part) / runs.max(1) as f64 * 100.0);
    let who = [tallies(&cluster.agents), tallies(&cluster.models)].join(" · ");
    let example = |title: &'static str, member: Member| {
        view! {
            <button class="link" on:click=move |_| show_member(many, member)>
                {title}
            </button>
        }
    };
    view! {
        <article class="cluster" class=("cluster--on", is_on)>
            <button class="cluster__choose" aria-pressed=move || is_on.get().to_string() on:click=toggle>
                <b>{cluster.name}</b>
                <span>{counted(runs, "run", "runs")}</span>
            </button>
            {template}
            {(known > 0)
                .then(|| {
                    view! {
                        <span class="cluster__bar">
                            <i class="cluster__failed" style=("--share", share(cluster.failed))></i>
                            <i class="cluster__resolved" style=("--share", share(cluster.resolved))></i>
                        </span>
                    }
                })}
            <small>{story} {phase} {near}</small>
            <small>{who}</small>
            <span class="cluster__examples">
                {example("Typical run", cluster.example)}
                {cluster.boundary.map(|boundary| example("Run at the edge", boundary))}
            </span>
        </article>
    }
}

/// Opens the run of a cluster at the step that is blamed.
fn show_member(many: Many, member: Member) {
    let place = many.subset.with_untracked(|subset| subset.place(member.run));
    if let Some(run) = place.and_then(|place| untrack(move || many.run_at(place))) {
        open(run.key, Some(member.step));
    }
}

/// Names a few with their numbers of runs.
fn tallies(tallies: &[Tally]) -> String {
    const FEW: usize = 2;
    let name = |tally: &Tally| tally.name.clone().unwrap_or_else(|| "not said".to_owned());
    let named: Vec<String> = tallies
        .iter()
        .take(FEW)
        .map(|tally| format!("{} {}", name(tally), count(u64::from(tally.runs))))
        .collect();
    let more = tallies.len().saturating_sub(FEW);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    named.join(", ") + &rest
}
