mod beside;
mod shown;
mod tree;

use std::rc::Rc;

use beside::Beside;
use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;
use shown::FileShown;
use tree::State;

use crate::protocol::{FileState, FileView, MomentView};
use crate::ui::browser::Replayer;
use crate::ui::state::{RunState, Session};

/// What stood there at a step.
#[derive(Clone)]
struct Space {
    moment: MomentView,
    files: Vec<FileView>,
}

/// The files, the tests, the terminal and what was used, as they stood at the selected step.
#[component]
pub(super) fn Files() -> impl IntoView {
    let run = RunState::expect();
    let session = Session::expect();
    let replayer = session.client().map(|client| Rc::new(Replayer::new(run.key, client)));
    let replayer = StoredValue::new_local(replayer);
    let space: RwSignal<Option<Result<Space, String>>> = RwSignal::new(None);
    let picked: RwSignal<Option<String>> = RwSignal::new(None);
    let all = RwSignal::new(false);
    Effect::new(move |_| {
        let step = run.selected.get();
        let (Some(client), Some(replayer)) = (session.client(), replayer.get_value()) else { return };
        spawn_local_scoped_with_cancellation(async move {
            let view = async {
                let moment = client.moment(run.key, step).await?;
                Ok(Space { moment, files: replayer.files(run.step_count(), step).await? })
            };
            let view = view.await;
            if run.selected.try_get_untracked() == Some(step) {
                let _gone = space.try_set(Some(view));
            }
        });
    });
    // What a person picked, as long as it is there; else the file that says most.
    let shown = Memo::new(move |_| {
        let picked = picked.get();
        space.with(|space| match space {
            Some(Ok(space)) => {
                let own = picked.and_then(|name| space.files.iter().find(|file| file.name == name));
                own.or_else(|| space.files.iter().max_by_key(|file| weight(file, space.moment.step))).cloned()
            }
            _ => None,
        })
    });
    let step = Memo::new(move |_| {
        space.with(|space| if let Some(Ok(space)) = space { Some(space.moment.step) } else { None })
    });
    let state = move || match space.get() {
        None => view! { <p class="empty">"Reading the files…"</p> }.into_any(),
        Some(Err(message)) => view! { <p class="empty" role="alert">{message}</p> }.into_any(),
        Some(Ok(view)) => view! { <State space=view all picked shown /> }.into_any(),
    };
    view! {
        <div class="space">
            {state}
            <FileShown shown step replayer />
            {move || space.get().and_then(Result::ok).map(|space| view! { <Beside moment=space.moment /> })}
        </div>
    }
}

/// A file that is changed at the step comes first, then one that differs from the start, then the latest.
fn weight(file: &FileView, step: u32) -> (bool, bool, Option<u32>) {
    let differs = file.state != FileState::Gone && file.added + file.removed > 0;
    (file.last_change == Some(step), differs, file.last_change)
}
