use leptos::prelude::*;

use crate::ui::browser::{media, storage};

const KEY: &str = "theme";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    System,
    Light,
    Dark,
}

/// How the page looks on this machine; remembered between visits.
#[derive(Clone, Copy)]
pub struct Appearance {
    pub theme: RwSignal<Theme>,
    /// Counts up when colours may have changed, for what is painted by hand.
    pub repaint: RwSignal<u32>,
}

impl Appearance {
    pub fn load() -> Self {
        let theme = match storage::get(KEY).as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        };
        let appearance = Self { theme: RwSignal::new(theme), repaint: RwSignal::new(0) };
        appearance.apply(theme);
        appearance
    }

    pub fn expect() -> Self {
        expect_context()
    }

    pub fn is_dark(self) -> bool {
        match self.theme.get() {
            Theme::Light => false,
            Theme::Dark => true,
            Theme::System => {
                self.repaint.track();
                media::system_is_dark()
            }
        }
    }

    /// Turns to the other look; back at what the system wants, it follows the system again.
    pub fn toggle(self) {
        let dark = !untrack(move || self.is_dark());
        let theme = match dark {
            _ if dark == media::system_is_dark() => Theme::System,
            true => Theme::Dark,
            false => Theme::Light,
        };
        self.theme.set(theme);
        self.apply(theme);
        storage::set(KEY, name(theme).unwrap_or("system"));
    }

    fn apply(self, theme: Theme) {
        media::set_theme(name(theme));
        self.repaint.update(|count| *count += 1);
    }
}

fn name(theme: Theme) -> Option<&'static str> {
    match theme {
        Theme::System => None,
        Theme::Light => Some("light"),
        Theme::Dark => Some("dark"),
    }
}
