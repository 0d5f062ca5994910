//! Two runs side by side: which two, where they part, what each did row by row, and what they left behind.

mod choose;
mod findings;
mod heads;
mod list;
mod parting;
mod row;
mod sections;
mod strip;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local_scoped;

use super::state::Many;
use crate::engine::report::RunReport;
use crate::protocol::RunKey;
use crate::view_model::many::compare::{Side, SideBySide};

use choose::ChoosePair;
use heads::Heads;
use list::{Rows, RowsState};
use parting::Parting;
use sections::Sections;

/// The two runs as far as they are known.
#[derive(Clone)]
enum Chosen {
    Nothing,
    Missing,
    Both([Arc<RunReport>; 2]),
}

/// How far the comparison is.
#[derive(Clone)]
enum Laid {
    /// Fewer than two runs are chosen.
    Nothing,
    /// One of them is not open, or not yet.
    Missing,
    Working,
    Done(Arc<SideBySide>),
    Failed(String),
}

#[derive(Clone, Copy)]
struct Comparing {
    many: Many,
    /// What is chosen while the other run is not.
    draft: RwSignal<[Option<RunKey>; 2]>,
}

impl Comparing {
    fn expect() -> Self {
        expect_context()
    }

    fn chosen(self, side: Side) -> Option<RunKey> {
        match self.many.pair.get() {
            Some(pair) => Some(side.of(pair)),
            None => side.of(self.draft.get()),
        }
    }

    fn choose(self, side: Side, run: RunKey) {
        let other = untrack(|| self.chosen(side.other()));
        self.draft.set(match side {
            Side::A => [Some(run), other],
            Side::B => [other, Some(run)],
        });
        if let [Some(a), Some(b)] = self.draft.get_untracked() {
            self.many.compare(a, b);
        }
    }

    fn swap(self) {
        self.many.pair.update(|pair| *pair = pair.map(|[a, b]| [b, a]));
        self.draft.update(|draft| draft.reverse());
    }

    fn report(self, side: Side) -> Option<Arc<RunReport>> {
        self.chosen(side).and_then(|run| self.many.report(run))
    }
}

#[component]
pub(super) fn Compare() -> impl IntoView {
    let many = Many::expect();
    provide_context(Comparing { many, draft: RwSignal::default() });
    let laid = lay_out(many);
    let body = move || match laid.get() {
        Laid::Nothing => view! { <ChoosePair /> }.into_any(),
        Laid::Missing => view! { <p class="empty" role="status">{missing(many)}</p> }.into_any(),
        Laid::Working => {
            view! { <p class="empty" role="status">"Laying the runs side by side…"</p> }.into_any()
        }
        Laid::Failed(message) => {
            view! { <p class="empty" role="alert">"The runs could not be compared: " {message}</p> }
                .into_any()
        }
        Laid::Done(runs) => view! { <Compared runs /> }.into_any(),
    };
    view! {
        <div class="compare" class:compare--pair=move || many.pair.with(Option::is_some)>
            <Heads />
            {body}
        </div>
    }
}

fn missing(many: Many) -> &'static str {
    if many.unsettled.get() > 0 {
        "Waiting until both runs have been read…"
    } else {
        "One of the two runs is not open. Choose another above."
    }
}

/// Compares anew when other runs are chosen, or one was weighed anew.
fn lay_out(many: Many) -> RwSignal<Laid> {
    let laid = RwSignal::new(Laid::Nothing);
    let latest = StoredValue::new(0_u32);
    let pair = Memo::new_with_compare(
        move |_| match many.pair.get().map(|[a, b]| (many.report(a), many.report(b))) {
            None => Chosen::Nothing,
            Some((Some(a), Some(b))) => Chosen::Both([a, b]),
            Some(_) => Chosen::Missing,
        },
        |before, now| !before.zip(now).is_some_and(|(before, now)| is_same(before, now)),
    );
    Effect::new(move |turn: Option<u32>| {
        let turn = turn.unwrap_or_default() + 1;
        latest.set_value(turn);
        let [a, b] = match pair.get() {
            Chosen::Nothing => {
                laid.set(Laid::Nothing);
                return turn;
            }
            Chosen::Missing => {
                laid.set(Laid::Missing);
                return turn;
            }
            Chosen::Both(pair) => pair,
        };
        laid.set(Laid::Working);
        let collector = many.collector();
        spawn_local_scoped(async move {
            let compared = collector.compare((*a).clone(), (*b).clone()).await;
            // Other runs may have been chosen meanwhile.
            if latest.try_get_value() != Some(turn) {
                return;
            }
            laid.set(match compared {
                Ok(comparison) => Laid::Done(Arc::new(SideBySide::new(comparison, [a, b]))),
                Err(message) => Laid::Failed(message),
            });
        });
        turn
    });
    laid
}

/// Whether two choices are of the very same reports: what they say is too much to look through.
fn is_same(one: &Chosen, other: &Chosen) -> bool {
    match (one, other) {
        (Chosen::Both(one), Chosen::Both(other)) => {
            one.iter().zip(other).all(|(one, other)| Arc::ptr_eq(one, other))
        }
        (Chosen::Nothing, Chosen::Nothing) | (Chosen::Missing, Chosen::Missing) => true,
        _ => false,
    }
}

#[component]
fn Compared(runs: Arc<SideBySide>) -> impl IntoView {
    let notes = runs.comparison.notes.clone();
    let state = RowsState::new(Arc::clone(&runs));
    view! {
        {(!notes.is_empty())
            .then(|| {
                view! {
                    <ul class="compare__notes" aria-label="Notes">
                        {notes.into_iter().map(|note| view! { <li>{note}</li> }).collect_view()}
                    </ul>
                }
            })}
        <Parting runs=Arc::clone(&runs) state />
        <Rows runs=Arc::clone(&runs) state />
        <Sections runs />
    }
}
