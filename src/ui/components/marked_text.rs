use std::ops::Range;

use leptos::prelude::*;

use super::page_block::draw_blocks;
use crate::reading::{BlockKind, Page, Style};
use crate::view_model::fold::{Stretch, blocks, fold};
use crate::view_model::format::counted;
use crate::view_model::page_pieces::{Inked, fold_blocks, pieces};
use crate::view_model::quote::Highlight;

/// A text, how it is laid out, and its highlights, shared by the pieces it is drawn in.
#[derive(Clone, Copy)]
pub(super) struct Source {
    pub(super) text: StoredValue<String>,
    pub(super) page: StoredValue<Page>,
    marks: StoredValue<Vec<Highlight>>,
}

/// A text of any length with highlighted phrases; long ones are folded until someone asks for all.
#[component]
pub fn MarkedText(text: String, #[prop(optional)] marks: Vec<Highlight>) -> impl IntoView {
    let page = Page::plain(&text);
    draw_page(text, page, marks)
}

/// The same for a text that is laid out.
pub(super) fn draw_page(text: String, page: Page, marks: Vec<Highlight>) -> AnyView {
    let groups = fold_blocks(&text, &page, &marks);
    let is_code = matches!(page.blocks.as_slice(), [block] if block.kind == BlockKind::Code);
    let source =
        Source { text: StoredValue::new(text), page: StoredValue::new(page), marks: StoredValue::new(marks) };
    if is_code {
        return view! { <pre class="text">{stretches(source, 0)}</pre> }.into_any();
    }
    let draw = move |range: Range<usize>| move || draw_blocks(source, range.clone());
    let groups = groups.into_iter().map(|group| match group.hidden {
        None => draw_blocks(source, group.blocks),
        Some(lines) => hidden(lines_more(lines), draw(group.blocks)),
    });
    view! { <div class="page">{groups.collect_view()}</div> }.into_any()
}

/// A block, folded where it is long.
pub(super) fn stretches(source: Source, place: usize) -> AnyView {
    let folded = source.text.with_value(|text| {
        source.page.with_value(|page| {
            let extent = page.blocks.get(place).map(|block| block.extent(text.len())).unwrap_or_default();
            let folded = source.marks.with_value(|marks| fold(text, extent.clone(), marks));
            // What is not in the text itself stands in no stretch of it.
            if folded.is_empty() { vec![Stretch::Shown(extent)] } else { folded }
        })
    });
    let folded = folded.into_iter().map(move |stretch| match stretch {
        Stretch::Shown(range) => shown(source, place, &range),
        Stretch::Hidden { range, lines } => {
            let label = match lines {
                0 => format!(
                    "all {}",
                    counted(range.len() as u64, "hidden byte of this line", "hidden bytes of this line")
                ),
                _ => lines_more(lines),
            };
            hidden(label, move || {
                // The browser lays out only the blocks that are in sight.
                let blocks = source.text.with_value(|text| blocks(text, range.clone())).into_iter();
                let draw = |range| view! { <span class="text__block">{shown(source, place, &range)}</span> };
                blocks.map(draw).collect_view().into_any()
            })
        }
    });
    folded.collect_view().into_any()
}

fn lines_more(lines: usize) -> String {
    format!("all {}", counted(lines as u64, "hidden line", "hidden lines"))
}

/// A button that makes room for what it stands for.
pub(super) fn hidden(label: String, draw: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let is_open = RwSignal::new(false);
    let draw: Box<dyn Fn() -> AnyView + Send> = Box::new(draw);
    let content = move || {
        if is_open.get() {
            return draw();
        }
        let label = label.clone();
        view! { <button class="text__more" on:click=move |_| is_open.set(true)>"▸ show "{label}</button> }
            .into_any()
    };
    content.into_any()
}

fn shown(source: Source, place: usize, range: &Range<usize>) -> AnyView {
    source.text.with_value(|text| {
        source.page.with_value(|page| {
            let Some(block) = page.blocks.get(place) else { return ().into_any() };
            let pieces = source.marks.with_value(|marks| pieces(text, page, block, range, marks));
            pieces.into_iter().map(inked).collect_view().into_any()
        })
    })
}

fn inked(piece: Inked<'_>) -> AnyView {
    let (text, class) = (piece.text.into_owned(), piece.style.class());
    match piece.mark {
        Some(Highlight::HIT) => view! { <mark class=format!("{class} mark--hit")>{text}</mark> }.into_any(),
        Some(_) => view! { <mark class=class>{text}</mark> }.into_any(),
        None if class.is_empty() => text.into_any(),
        None => view! { <span class=class>{text}</span> }.into_any(),
    }
}

/// The cells of a row.
pub(super) fn cells(source: Source, place: usize) -> AnyView {
    source.text.with_value(|text| {
        source.page.with_value(|page| {
            let Some(block) = page.blocks.get(place) else { return ().into_any() };
            let all = 0..text.len();
            let pieces = source.marks.with_value(|marks| pieces(text, page, block, &all, marks));
            let mut cells: Vec<Vec<AnyView>> = vec![Vec::new()];
            for piece in pieces {
                match cells.last_mut() {
                    _ if piece.style == Style::CELL => cells.push(Vec::new()),
                    Some(cell) => cell.push(inked(piece)),
                    None => {}
                }
            }
            cells.pop();
            cells.into_iter().map(|cell| view! { <td>{cell}</td> }).collect_view().into_any()
        })
    })
}
