use std::ops::Range;

use leptos::prelude::*;

use crate::view_model::body_text::strip_ansi;
use crate::view_model::fold::{Stretch, blocks, fold};
use crate::view_model::format::counted;
use crate::view_model::quote::{Highlight, split_at_highlights};

/// A text and its highlights, shared by the pieces it is drawn in.
#[derive(Clone, Copy)]
struct Source {
    text: StoredValue<String>,
    marks: StoredValue<Vec<Highlight>>,
}

/// A text of any length with highlighted phrases; long ones are folded until someone asks for all.
#[component]
pub fn MarkedText(text: String, #[prop(optional)] marks: Vec<Highlight>) -> impl IntoView {
    let stretches = fold(&text, &marks);
    let source = Source { text: StoredValue::new(text), marks: StoredValue::new(marks) };
    let pieces = stretches.into_iter().map(move |stretch| match stretch {
        Stretch::Shown(range) => view! { <Shown source range /> }.into_any(),
        Stretch::Hidden { range, lines } => view! { <Hidden source range lines /> }.into_any(),
    });
    view! { <pre class="text">{pieces.collect_view()}</pre> }
}

#[component]
fn Hidden(source: Source, range: Range<usize>, lines: usize) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let label = match lines {
        0 => counted(range.len() as u64, "more byte of this line", "more bytes of this line"),
        _ => counted(lines as u64, "more line", "more lines"),
    };
    move || {
        if is_open.get() {
            // The browser lays out only the blocks that are in sight.
            let blocks = source.text.with_value(|text| blocks(text, range.clone())).into_iter();
            let draw = |range| view! { <span class="text__block"><Shown source range /></span> };
            blocks.map(draw).collect_view().into_any()
        } else {
            let label = label.clone();
            view! { <button class="text__more" on:click=move |_| is_open.set(true)>"▸ show "{label}</button> }
                .into_any()
        }
    }
}

#[component]
fn Shown(source: Source, range: Range<usize>) -> impl IntoView {
    source.text.with_value(|text| {
        source.marks.with_value(|marks| {
            let pieces = split_at_highlights(text, range, marks).into_iter();
            pieces
                .map(|piece| {
                    let text = strip_ansi(piece.text).into_owned();
                    match piece.mark.and_then(|mark| marks.get(mark)) {
                        Some(mark) => {
                            let is_hit = mark.finding == Highlight::HIT;
                            view! { <mark class:mark--hit=is_hit>{text}</mark> }.into_any()
                        }
                        None => text.into_any(),
                    }
                })
                .collect_view()
        })
    })
}
