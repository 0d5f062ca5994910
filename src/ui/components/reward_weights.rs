use leptos::prelude::*;
use leptos::task::spawn_local_scoped;

use super::ImportButton;
use crate::ui::state::Session;

/// What *Export rewards* reckons with: the built-in weights, or a file of one's own.
#[component]
pub fn RewardWeightsBlock() -> impl IntoView {
    let session = Session::expect();
    let weights = session.reward_weights;
    let told = RwSignal::new(None::<String>);
    let read = move |text: String| {
        told.set(None);
        spawn_local_scoped(async move {
            if let Err(message) = session.read_reward_weights(&text).await {
                let _gone = told.try_set(Some(message));
            }
        });
    };
    let take = move |text: &str| {
        if text.trim().is_empty() {
            return Err("the file is empty".to_owned());
        }
        read(text.to_owned());
        Ok(None)
    };
    let is_reset = move || weights.with(|weights| weights.text.is_empty());
    let name = move || weights.with(|weights| weights.name.clone());
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
                        on:click=move |_| read(String::new())
                    >
                        "Reset"
                    </button>
                    <ImportButton caption="Import…" label="File with weights of rewards" told take />
                    <button
                        class="button button--small"
                        aria-label="Export weights of rewards"
                        on:click=move |_| session.save_reward_weights()
                    >
                        "Export"
                    </button>
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
