use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local_scoped;

use crate::ui::browser::drop;

/// A button that takes in one JSON file.
///
/// `take` gets its text and says what a person should know of it, or what is wrong with it; `told` holds that.
#[component]
pub fn ImportButton<T>(
    caption: &'static str,
    /// What the file is, for who does not see the button.
    label: &'static str,
    told: RwSignal<Option<String>>,
    take: T,
) -> impl IntoView
where
    T: Fn(&str) -> Result<Option<String>, String> + Copy + 'static,
{
    let picker = NodeRef::<html::Input>::new();
    let take_in = move |_| {
        let Some(input) = picker.get_untracked() else { return };
        let file = drop::files_of_input(&input).into_iter().next();
        input.set_value("");
        let Some(file) = file else { return };
        spawn_local_scoped(async move {
            let text = file.text().await.unwrap_or_default();
            let said = take(&text).unwrap_or_else(|error| Some(format!("{}: {error}", file.name)));
            let _gone = told.try_set(said);
        });
    };
    let open = move |_| {
        if let Some(input) = picker.get_untracked() {
            input.click();
        }
    };
    view! {
        <button class="button button--small" on:click=open>{caption}</button>
        <input node_ref=picker type="file" accept=".json,application/json" hidden aria-label=label on:change=take_in />
    }
}
