use leptos::html;
use leptos::prelude::*;

/// A summary that opens: what it is about is made then.
#[component]
pub fn Fold(
    class: &'static str,
    #[prop(optional)] is_open: bool,
    summary: AnyView,
    draw: Box<dyn Fn() -> AnyView + Send>,
) -> impl IntoView {
    let open = RwSignal::new(is_open);
    let details = NodeRef::<html::Details>::new();
    let toggle = move |_| {
        if let Some(details) = details.get_untracked() {
            open.set(details.open());
        }
    };
    let content = Memo::new(move |_| open.get());
    view! {
        <details class=class open=is_open node_ref=details on:toggle=toggle>
            <summary>{summary}</summary>
            {move || content.get().then(&draw)}
        </details>
    }
}
