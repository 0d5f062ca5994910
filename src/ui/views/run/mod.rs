//! One run: the verdict first, then one workbench of timeline, steps, the selected step, and what is said
//! about it.

mod files;
mod filter_bar;
mod finding;
mod keys;
mod kinship;
mod ledger;
mod notes;
mod part;
mod player;
mod query_bar;
mod score;
mod side;
mod step;
mod steps;
mod timeline;
mod told;
mod verdict;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;

use super::ViewSpec;
use crate::protocol::RunKey;
use crate::ui::browser::fragment;
use crate::ui::state::{BodyState, RunState, Screen, Session};

use player::Player;
use side::Side;
use step::StepDetail;
use steps::StepList;
use timeline::Timeline;
use told::ToldStep;
use verdict::Verdict;

pub(super) const VIEW: ViewSpec = ViewSpec {
    applies: |screen| matches!(screen, Screen::Run(_)),
    render: |screen| match screen {
        Screen::Run(run) => view! { <Run run /> }.into_any(),
        Screen::Landing | Screen::Runs => ().into_any(),
    },
};

#[component]
fn Run(run: RunKey) -> impl IntoView {
    let session = Session::expect();
    let Some(report) = untrack(move || session.run(run)) else {
        return view! { <p class="empty">"This run is not open any more."</p> }.into_any();
    };
    let state = RunState::new(run, report, session);
    provide_context(state);
    keys::follow(state, session);
    keys::follow_palette(state, session);
    if !state.is_told {
        load_map(state, session);
        load_bodies(state, session);
        state.query.follow(state.report);
        player::play(state);
    }
    Effect::new(move |_| fragment::write(&state.place().fragment()));
    follow_links(state, session);
    follow_weights(state, session);
    if state.is_told {
        return view! {
            <main class="run run--told" class=("run--folded", state.folded)>
                <Verdict />
                <div class="run__work">
                    <ToldStep />
                    <Side />
                </div>
            </main>
        }
        .into_any();
    }
    view! {
        <main class="run" class=("run--reading", state.reading) class=("run--folded", state.folded)>
            <Verdict />
            <Timeline />
            <div class="run__work">
                <StepList />
                <StepDetail />
                <Side />
            </div>
            <Player />
        </main>
    }
    .into_any()
}

fn load_map(state: RunState, session: Session) {
    let Some(client) = session.client() else { return };
    spawn_local_scoped_with_cancellation(async move {
        let map = client.map(state.key).await.map(Arc::new);
        let _gone = state.map.try_set(Some(map));
    });
}

/// Fetches the text of whatever step is selected. The one before stays until it is here.
fn load_bodies(state: RunState, session: Session) {
    Effect::new(move |_| {
        let step = state.selected.get();
        let Some(client) = session.client() else { return };
        spawn_local_scoped_with_cancellation(async move {
            let body = match client.body(state.key, step).await {
                Ok(body) => BodyState::Ready(Arc::new(body)),
                Err(message) => BodyState::Failed(message),
            };
            let _gone = state.body.try_set(body);
        });
    });
}

/// The report is another one when the run was weighed anew.
fn follow_weights(state: RunState, session: Session) {
    Effect::new(move |_| {
        if let Some(report) = session.run(state.key)
            && !Arc::ptr_eq(&report, &state.report.get_untracked())
        {
            state.report.set(report);
        }
    });
}

/// Going back and forward within the run.
fn follow_links(state: RunState, session: Session) {
    Effect::new(move |before: Option<()>| {
        let wanted = session.wanted.get();
        let here = Some((state.key.file, state.key.index));
        if let Some(place) = wanted.filter(|place| before.is_some() && place.run == here) {
            state.tab.set(place.tab);
            state.filter.set(place.filter);
            state.chosen.set(place.chosen);
            state.query.text.set(place.query);
            state.set_axis(place.axis);
            state.select(place.step);
        }
    });
}
