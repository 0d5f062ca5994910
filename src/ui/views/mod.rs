//! The screens. To add one: write its file or folder, then its `mod` line and its entry of [`VIEWS`].

mod files;
mod landing;
mod run;
mod runs;
mod samples;

use leptos::prelude::*;

pub use runs::RunsPlace;

use super::state::Screen;

/// A screen of the page.
struct ViewSpec {
    applies: fn(Screen) -> bool,
    render: fn(Screen) -> AnyView,
}

static VIEWS: &[ViewSpec] = &[landing::VIEW, run::VIEW];

/// Draws what is to be shown. Views are told apart by type here and nowhere else.
pub fn render(screen: Screen) -> AnyView {
    let view = VIEWS.iter().find(|view| (view.applies)(screen));
    view.map_or_else(|| ().into_any(), |view| (view.render)(screen))
}
