use leptos::prelude::*;

use crate::ui::browser::media;
use crate::ui::state::{RunState, Session};
use crate::view_model::keys::{Command, command};
use crate::view_model::palette::Choice;

/// How much one press zooms.
pub(super) const ZOOM: f64 = 1.5;
/// How much of what is in sight one press moves.
const PAN: f64 = 0.25;
/// The id of the field for queries.
const QUERY: &str = "query";

/// Does what keys ask for while the run is shown.
pub(super) fn follow(run: RunState, session: Session) {
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if media::is_typing(&event) || session.dialog_shown() {
            return;
        }
        if let Some(command) = command(&event.key())
            && obey(command, run, session)
        {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

/// Does what was chosen in the palette.
pub(super) fn follow_palette(run: RunState, session: Session) {
    Effect::new(move |_| {
        let Some(choice) = session.asked.get() else { return };
        session.asked.set(None);
        match choice {
            Choice::Do(command) => {
                obey(command, run, session);
            }
            Choice::GoTo(step) => run.open_step(step),
            Choice::Open(tab) => run.tab.set(tab),
            Choice::Theme | Choice::Rules | Choice::Weights | Choice::Runs | Choice::Start => {}
        }
    });
}

/// Whether the command was one for the run.
fn obey(command: Command, run: RunState, session: Session) -> bool {
    match command {
        Command::PreviousStep => run.step_by(-1),
        Command::NextStep => run.step_by(1),
        Command::FirstStep => run.step_to(0),
        Command::LastStep => run.step_to(u32::MAX),
        Command::Previous(landmark) => run.jump(landmark, false),
        Command::Next(landmark) => run.jump(landmark, true),
        Command::PlayOrPause => run.play_or_pause(),
        Command::Slower => run.playback.update(|playback| playback.shift(false)),
        Command::Faster => run.playback.update(|playback| playback.shift(true)),
        Command::Pacing => run.swap_pacing(),
        Command::MarkRange => run.mark_range(),
        Command::Loop => run.playback.update(|playback| playback.is_looped = !playback.is_looped),
        Command::ZoomToRange => run.zoom_to_range(),
        Command::FoldVerdict => run.folded.update(|folded| *folded = !*folded),
        Command::ZoomIn => run.zoom(1.0 / ZOOM, None),
        Command::ZoomOut => run.zoom(ZOOM, None),
        Command::PanBack => run.pan_by(-PAN),
        Command::PanOn => run.pan_by(PAN),
        Command::ZoomToAll => run.range.set(None),
        Command::ToggleAxis => run.swap_axis(),
        Command::Query => return media::focus(QUERY),
        Command::Leave if run.chosen.get_untracked().is_some() => run.chosen.set(None),
        Command::Leave if run.reading.get_untracked() => run.reading.set(false),
        Command::Leave => session.leave(),
        Command::Palette | Command::Help => return false,
    }
    true
}
