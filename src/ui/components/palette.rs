use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use super::Dialog;
use crate::ui::browser::media;
use crate::ui::state::{Appearance, Screen, Session};
use crate::view_model::keys::{Command, cap};
use crate::view_model::palette::{Choice, Offer, offers, pieces};

/// All commands by name: a field, and below it what fits.
#[component]
pub fn PaletteDialog() -> impl IntoView {
    let session = Session::expect();
    let appearance = Appearance::expect();
    let typed = RwSignal::new(String::new());
    let current = RwSignal::new(0usize);
    let close = Callback::new(move |()| session.palette_shown.set(false));
    let found = Memo::new(move |_| {
        let steps = match session.screen.get() {
            Screen::Run(key) => session.run(key).map(|report| report.steps),
            Screen::Landing | Screen::Runs => None,
        };
        let is_shown = session.palette_shown.get();
        if is_shown { offers(&typed.read(), steps, session.runs.with(Vec::len)) } else { Vec::new() }
    });
    Effect::new(move |_| {
        if session.palette_shown.get() {
            typed.set(String::new());
            current.set(0);
        }
    });
    let choose = move |place: usize| {
        let choice = found.with(|found| found.get(place).map(|offer| offer.choice));
        session.palette_shown.set(false);
        if let Some(choice) = choice {
            act(choice, session, appearance);
        }
    };
    let press = move |event: KeyboardEvent| {
        let count = found.with_untracked(Vec::len).max(1);
        let at = current.get_untracked();
        let next = match event.key().as_str() {
            "ArrowDown" => (at + 1) % count,
            "ArrowUp" => (at + count - 1) % count,
            "Enter" => {
                // Else the key would press what has the focus once the palette is closed.
                event.prevent_default();
                return choose(at);
            }
            _ => return,
        };
        event.prevent_default();
        current.set(next);
    };
    let line = move |(place, offer): (usize, Offer)| view! { <Line place offer current choose /> };
    view! {
        <Dialog id="palette-title" title="Find a command" shown=session.palette_shown close>
            <div class="palette">
                <input
                    class="field palette__field"
                    type="text"
                    autofocus=true
                    role="combobox"
                    aria-label="Command or step number"
                    placeholder="A command, or the number of a step…"
                    aria-expanded="true"
                    aria-autocomplete="list"
                    aria-controls="palette-list"
                    aria-activedescendant=move || found.with(|found| {
                        (!found.is_empty()).then(|| option_id(current.get()))
                    })
                    autocomplete="off"
                    prop:value=typed
                    on:input=move |event| {
                        typed.set(event_target_value(&event));
                        current.set(0);
                    }
                    on:keydown=press
                />
                <ul class="palette__list" id="palette-list" role="listbox" aria-label="Commands">
                    {move || found.get().into_iter().enumerate().map(line).collect_view()}
                </ul>
                <p class="palette__none" role="status">
                    {move || found.with(Vec::is_empty).then_some("No command fits")}
                </p>
            </div>
        </Dialog>
    }
}

fn option_id(place: usize) -> String {
    format!("palette-{place}")
}

#[component]
fn Line(
    place: usize,
    offer: Offer,
    current: RwSignal<usize>,
    choose: impl Fn(usize) + Copy + 'static,
) -> impl IntoView {
    let is_current = move || current.get() == place;
    let row = NodeRef::<html::Li>::new();
    Effect::new(move |_| {
        if let Some(row) = row.get().filter(|_| is_current()) {
            media::reveal(&row);
        }
    });
    let title = pieces(&offer.title, &offer.marked)
        .into_iter()
        .map(|(fits, text)| if fits { view! { <b>{text}</b> }.into_any() } else { text.into_any() });
    let caps = offer.keys.iter().take(2).map(|key| view! { <kbd>{cap(key)}</kbd> });
    view! {
        <li
            node_ref=row
            id=option_id(place)
            class="palette__line"
            class=("palette__line--on", is_current)
            role="option"
            aria-selected=move || is_current().to_string()
            on:click=move |_| choose(place)
        >
            <span class="palette__title">{title.collect_view()}</span>
            <span aria-hidden="true">{caps.collect_view()}</span>
        </li>
    }
}

/// Does what needs no run; the rest is the open run's.
fn act(choice: Choice, session: Session, appearance: Appearance) {
    match choice {
        Choice::Do(Command::Help) => session.keys_shown.set(true),
        Choice::Do(_) | Choice::GoTo(_) | Choice::Open(_) => session.asked.set(Some(choice)),
        Choice::Theme => appearance.toggle(),
        Choice::Rules => session.rules_shown.set(Some(String::new())),
        Choice::Weights => session.weights_shown.set(true),
        Choice::Runs => session.show(Screen::Runs),
        Choice::Start => session.show(Screen::Landing),
    }
}
