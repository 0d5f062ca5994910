use leptos::prelude::*;

use super::reward_weights::RewardWeightsBlock;
use super::{Dialog, ImportButton};
use crate::engine::detect::Category;
use crate::engine::score::{Method, Profile};
use crate::protocol::DetectorText;
use crate::ui::browser::download;
use crate::ui::state::Session;
use crate::view_model::collection::Overview;
use crate::view_model::format::score;
use crate::view_model::weights::{
    Change, Weighed, WeightGroup, WeightRow, changed, groups, is_built_in, points,
};

/// How much each thing counts, to be changed. Every change scores all open runs anew.
#[component]
pub fn Weights() -> impl IntoView {
    let session = Session::expect();
    let profile = session.profile;
    // Made anew only where the rows are others: typing must not take the field away.
    let shape = Memo::new(move |_| {
        let detectors = session.catalog.get()?;
        let profile = profile.get();
        let groups = groups(&profile, detectors.detectors.iter().map(weighed));
        Some(groups)
    });
    let kept = RwSignal::new(Vec::<WeightGroup>::new());
    Effect::new(move |_| {
        let fresh = shape.get().unwrap_or_default();
        let is_new = kept.with_untracked(|kept| key_list(kept) != key_list(&fresh));
        if is_new {
            kept.set(fresh);
        }
    });
    let name = move || profile.with(|profile| profile.name.clone());
    let rename = move |event| change(session, Change::Name(event_target_value(&event)));
    view! {
        <div class="weights">
            <p class="weights__head">
                <label class="weights__name">
                    <span>"Profile"</span>
                    <input class="field" type="text" maxlength="60" prop:value=name on:change=rename />
                </label>
                <Actions />
            </p>
            <p class="weights__hint">
                "Points that a detector costs once, up to the cap of its category. Remembered in this browser; \
                the exported file works with " <code>"tracebench report --profile FILE"</code> "."
            </p>
            {move || kept.get().into_iter().map(|group| view! { <Group group /> }).collect_view()}
            <Extras />
            <RewardWeightsBlock />
        </div>
    }
}

fn weighed(detector: &DetectorText) -> Weighed<'_> {
    Weighed {
        id: &detector.id,
        title: &detector.title,
        category: detector.category,
        severity: detector.severity,
        classic: detector.classic.as_deref(),
    }
}

fn key_list(groups: &[WeightGroup]) -> Vec<String> {
    let mut keys: Vec<String> =
        groups.iter().flat_map(|group| &group.rows).map(|row| row.key.clone()).collect();
    keys.sort_unstable();
    keys
}

fn change(session: Session, change: Change) {
    session.set_profile(session.profile.with_untracked(|profile| changed(profile, change)));
}

/// Resets, takes in, gives out.
#[component]
fn Actions() -> impl IntoView {
    let session = Session::expect();
    let told = RwSignal::new(None::<String>);
    let take = move |text: &str| {
        let profile = Profile::read(text).map_err(|error| error.to_string())?;
        let strangers = strangers(session, &profile);
        session.set_profile(profile);
        let said =
            || format!("No detector is called {}: such weights count for nothing.", strangers.join(", "));
        Ok((!strangers.is_empty()).then(said))
    };
    let reset = move |name: &'static str| {
        told.set(None);
        if let Ok(profile) = Profile::named(name) {
            session.set_profile(profile);
        }
    };
    let address = move || session.profile.with(|profile| download::address_of(&profile.write()));
    let file_name =
        move || session.profile.with(|profile| format!("{}.json", profile.name.replace(' ', "-")));
    let is_reset = move || session.profile.with(|profile| is_built_in(profile) && profile.name == "default");
    view! {
        <span class="weights__actions">
            <button class="button button--small" disabled=is_reset on:click=move |_| reset("default")>"Reset"</button>
            <button class="button button--small" on:click=move |_| reset("classic")>"Classic"</button>
            <ImportButton caption="Import…" label="Profile file" told take />
            <a class="button button--small" href=address download=file_name>"Export"</a>
        </span>
        <Show when=move || told.with(Option::is_some)>
            <span class="weights__told" role="alert">{move || told.get()}</span>
        </Show>
    }
}

fn strangers(session: Session, profile: &Profile) -> Vec<String> {
    let catalog = session.catalog.get_untracked();
    let is_known = |id: &str| {
        catalog.as_ref().is_none_or(|catalog| {
            catalog.detectors.iter().any(|known| known.id == id || known.classic.as_deref() == Some(id))
        })
    };
    profile.strangers(is_known).map(|id| format!("“{id}”")).collect()
}

#[component]
fn Group(group: WeightGroup) -> impl IntoView {
    let session = Session::expect();
    let cap = group.category.map(|category| {
        let value = Signal::derive(move || cap_of(&session.profile.read(), category));
        view! {
            <label class="weights__row weights__cap">
                <span>"All of these together, at most"</span>
                <Points label=format!("Cap of {}", group.title) value set=move |points| Change::Cap(category, points) />
            </label>
        }
    });
    let rows = group.rows.into_iter().map(|row| view! { <Row row /> }).collect_view();
    view! {
        <fieldset class="weights__group">
            <legend>{group.title}</legend>
            {cap}
            {rows}
        </fieldset>
    }
}

fn cap_of(profile: &Profile, category: Category) -> f64 {
    profile.caps.get(&category).copied().unwrap_or(100.0)
}

#[component]
fn Row(row: WeightRow) -> impl IntoView {
    let session = Session::expect();
    let WeightRow { key, title, points } = row;
    let key = StoredValue::new(key);
    // A weight that the profile does not name stays what its severity gives.
    let value = Signal::derive(move || {
        session
            .profile
            .with(|profile| key.with_value(|key| profile.weights.get(key).copied()).unwrap_or(points))
    });
    view! {
        <label class="weights__row">
            <span>{title.clone()}</span>
            <Points label=title value set=move |points| Change::Weight(key.get_value(), points) />
        </label>
    }
}

/// A number of points. What is none is left alone until it is one.
#[component]
fn Points(label: String, value: Signal<f64>, set: impl Fn(f64) -> Change + 'static) -> impl IntoView {
    let session = Session::expect();
    let is_wrong = RwSignal::new(false);
    let typed = move |event| {
        let number = points(&event_target_value(&event));
        is_wrong.set(number.is_none());
        if let Some(number) = number.filter(|number| (number - value.get_untracked()).abs() > f64::EPSILON) {
            change(session, set(number));
        }
    };
    view! {
        <input
            class="field weights__points"
            type="number"
            min="0"
            max="100"
            step="any"
            aria-label=label
            aria-invalid=move || is_wrong.get().to_string()
            prop:value=move || value.get().to_string()
            on:input=typed
        />
    }
}

/// The ceiling and what a green check gives back.
#[component]
fn Extras() -> impl IntoView {
    let session = Session::expect();
    let profile = session.profile;
    let ceiling = Signal::derive(move || profile.with(|profile| profile.certain_ceiling.unwrap_or(100.0)));
    let proof = Signal::derive(move || profile.with(|profile| profile.proof));
    let is_weighted = move || profile.with(|profile| profile.method == Method::Weighted);
    view! {
        <Show when=is_weighted>
            <fieldset class="weights__group">
                <legend>"Beyond the detectors"</legend>
                <label class="weights__row">
                    <span>"Ceiling of a run with certain evidence of failure (100: none)"</span>
                    <Points
                        label="Ceiling".to_owned()
                        value=ceiling
                        set=|points| Change::Ceiling((points < 100.0).then_some(points))
                    />
                </label>
                <label class="weights__row">
                    <span>"Credit for a green check after the last edit"</span>
                    <Points label="Credit".to_owned() value=proof set=Change::Proof />
                </label>
            </fieldset>
        </Show>
    }
}

/// The weights over the table of runs.
#[component]
pub fn WeightsDialog() -> impl IntoView {
    let session = Session::expect();
    let close = Callback::new(move |()| session.weights_shown.set(false));
    let median = move || {
        let overview = session.runs.with(|runs| Overview::new(runs.iter().map(|run| &*run.report)));
        overview.median_score.map_or_else(|| "–".to_owned(), score)
    };
    view! {
        <Dialog id="weights-title" title="Weights" shown=session.weights_shown close>
            <Show when=move || session.weights_shown.get()>
                <div class="weights__frame">
                    <p class="weights__median" aria-live="polite">"Median score of all runs: " <b>{median}</b></p>
                    <Weights />
                </div>
            </Show>
        </Dialog>
    }
}
