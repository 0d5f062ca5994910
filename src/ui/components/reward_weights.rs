use leptos::prelude::*;

use super::ImportButton;
use crate::engine::report::RewardWeights;
use crate::ui::browser::download;
use crate::ui::state::Session;

/// What *Export rewards* reckons with: the built-in weights, or a file of one's own.
#[component]
pub fn RewardWeightsBlock() -> impl IntoView {
    let session = Session::expect();
    let weights = session.reward_weights;
    let told = RwSignal::new(None::<String>);
    let take = move |text: &str| {
        session.set_reward_weights(RewardWeights::read(text).map_err(|error| error.to_string())?);
        Ok(None)
    };
    let reset = move |_| {
        told.set(None);
        session.set_reward_weights(RewardWeights::default());
    };
    let is_reset = move || weights.with(|weights| *weights == RewardWeights::default());
    let name = move || weights.with(|weights| weights.name.clone());
    let address = move || weights.with(|weights| download::address_of(&weights.write()));
    let file_name =
        move || weights.with(|weights| format!("rewards-{}.json", weights.name.replace(' ', "-")));
    view! {
        <fieldset class="weights__group">
            <legend>"Rewards for training"</legend>
            <p class="weights__head">
                <span>"Exported by the weights called " <b>{name}</b></span>
                <span class="weights__actions">
                    <button
                        class="button button--small"
                        aria-label="Reset weights of rewards"
                        disabled=is_reset
                        on:click=reset
                    >
                        "Reset"
                    </button>
                    <ImportButton caption="Import…" label="File with weights of rewards" told take />
                    <a
                        class="button button--small"
                        aria-label="Export weights of rewards"
                        href=address
                        download=file_name
                    >
                        "Export"
                    </a>
                </span>
                <Show when=move || told.with(Option::is_some)>
                    <span class="weights__told" role="alert">{move || told.get()}</span>
                </Show>
            </p>
            <p class="weights__hint">
                "Export them, change a number and import them again; the file works with "
                <code>"tracebench rewards --weights FILE"</code> ", too."
            </p>
        </fieldset>
    }
}
