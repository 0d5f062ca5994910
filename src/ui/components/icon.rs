use leptos::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyph {
    Logo,
    Upload,
    Light,
    Dark,
    First,
    Previous,
    Next,
    Back,
    Close,
    Fold,
    Unfold,
    Copy,
    Search,
    Play,
    Pause,
    Loop,
}

impl Glyph {
    fn path(self) -> &'static str {
        match self {
            Self::Logo => "M1 12h4l3-8 4 12 2-6h5",
            Self::Upload => "M10 13V3m0 0L6 7m4-4l4 4M3 17h14",
            Self::Light => {
                "M13.5 10a3.5 3.5 0 1 1-7 0a3.5 3.5 0 0 1 7 0M10 1.5v2m0 13v2M1.5 10h2m13 0h2M4 4l1.4 1.4m9.2 9.2L16 16M4 16l1.4-1.4m9.2-9.2L16 4"
            }
            Self::Dark => "M16.5 12A7 7 0 0 1 8 3.5A7 7 0 1 0 16.5 12z",
            Self::First => "M5 4v12M15 4l-7 6 7 6",
            Self::Previous => "M13 4l-7 6 7 6",
            Self::Next => "M7 4l7 6-7 6",
            Self::Back => "M16 10H4m5-5l-5 5 5 5",
            Self::Close => "M5 5l10 10M15 5L5 15",
            Self::Fold => "M4 13l6-6 6 6",
            Self::Unfold => "M4 7l6 6 6-6",
            Self::Search => "M13.5 8.5a5 5 0 1 1-10 0a5 5 0 0 1 10 0M12.2 12.2L17 17",
            Self::Play => "M6 4l10 6-10 6z",
            Self::Pause => "M7 4v12M13 4v12",
            Self::Loop => "M3 9V8a3 3 0 0 1 3-3h10m-3-3l3 3-3 3M17 11v1a3 3 0 0 1-3 3H4m3 3l-3-3 3-3",
            Self::Copy => "M7 7h9v9H7zM4 13V4h9",
        }
    }
}

/// A line icon in the colour of the text around it. It says nothing by itself: its button bears the name.
#[component]
pub fn Icon(glyph: Glyph) -> impl IntoView {
    view! {
        <svg
            class="icon"
            viewBox="0 0 20 20"
            fill="none"
            stroke="currentColor"
            stroke-width="1.7"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <path d=glyph.path() />
        </svg>
    }
}
