use leptos::prelude::*;

use super::{Dialog, SeverityChip};
use crate::protocol::DetectorText;
use crate::ui::state::Session;
use crate::view_model::format::counted;
use crate::view_model::weights::points_word;
use crate::view_model::words;

/// What is looked for: every detector in the engine's own words.
#[component]
pub fn RulesDialog() -> impl IntoView {
    let session = Session::expect();
    let shown = Signal::derive(move || session.rules_shown.with(Option::is_some));
    let close = Callback::new(move |()| session.rules_shown.set(None));
    let wanted = move || session.rules_shown.get().unwrap_or_default();
    let found = Memo::new(move |_| {
        let catalog = session.catalog.get()?;
        let wanted = wanted();
        Some(catalog.detectors.iter().filter(|rule| rule.says(&wanted)).cloned().collect::<Vec<_>>())
    });
    let count = move || found.with(|found| found.as_ref().map_or(0, Vec::len)) as u64;
    view! {
        <Dialog id="rules-title" title="What is looked for" shown close>
            <Show when=move || shown.get()>
                <div class="rules">
                    <p class="rules__search">
                        <input
                            class="field"
                            type="search"
                            aria-label="Search the detectors"
                            placeholder="Search the detectors…"
                            prop:value=wanted
                            on:input=move |event| session.rules_shown.set(Some(event_target_value(&event)))
                        />
                        <span role="status">{move || counted(count(), "detector", "detectors")}</span>
                    </p>
                    {move || {
                        let rules = found.get().unwrap_or_default().into_iter();
                        rules.map(|rule| view! { <Rule rule /> }).collect_view()
                    }}
                </div>
            </Show>
        </Dialog>
    }
}

#[component]
fn Rule(rule: DetectorText) -> impl IntoView {
    let session = Session::expect();
    let id = rule.id.clone();
    let weight = move || session.profile.with(|profile| points_word(profile, &id, rule.severity));
    let status = if rule.is_preview { "preview" } else { "stable" };
    view! {
        <article class="rule">
            <header class="rule__head">
                <h3>{rule.title}</h3>
                <SeverityChip severity=rule.severity />
                <span class="chip chip--plain">{status}</span>
            </header>
            <p class="rule__facts"><code>{rule.id}</code> " · " {words::category(rule.category)} " · " {weight}</p>
            <dl class="rule__text">
                <dt>"What"</dt>
                <dd>{rule.what}</dd>
                <dt>"Why"</dt>
                <dd>{rule.why}</dd>
                <dt>"Limits"</dt>
                <dd>{rule.limits}</dd>
                {rule
                    .measured
                    .map(|measured| {
                        view! {
                            <dt>"Measured"</dt>
                            <dd>{measured}</dd>
                        }
                    })}
                {(!rule.taxonomy.is_empty())
                    .then(|| {
                        view! {
                            <dt>"Known as"</dt>
                            <dd>{rule.taxonomy.join(", ")}</dd>
                        }
                    })}
            </dl>
        </article>
    }
}
