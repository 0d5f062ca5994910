use std::ops::Range;

use leptos::prelude::*;

use super::marked_text::{Source, cells, hidden, stretches};
use super::{CopyButton, Fold};
use crate::reading::{Block, BlockKind, is_shown};
use crate::view_model::format::counted;
use crate::view_model::page_pieces::members;

/// Members of a tree that are made at once.
const MEMBERS: usize = 100;

/// Some blocks of a page, one under the other.
pub(super) fn draw_blocks(source: Source, range: Range<usize>) -> AnyView {
    let kinds: Vec<BlockKind> = source.page.with_value(|page| {
        page.blocks.get(range.clone()).into_iter().flatten().map(|block| block.kind).collect()
    });
    let mut place = range.start;
    let runs = kinds.chunk_by(|a, b| a == b && *a == BlockKind::Row).map(|run| {
        let first = place;
        place += run.len();
        match run {
            [BlockKind::Row, ..] => table(source, first..place),
            // Its members are drawn where it is opened.
            [BlockKind::Value] if first > 0 => ().into_any(),
            _ => draw_block(source, first),
        }
    });
    runs.collect_view().into_any()
}

fn table(source: Source, rows: Range<usize>) -> AnyView {
    let rows = rows.map(|place| {
        let is_head = source.page.with_value(|page| page.blocks.get(place).is_some_and(|row| row.level > 0));
        view! { <tr class=("page__row--head", is_head)>{cells(source, place)}</tr> }
    });
    view! { <table class="page__table">{rows.collect_view()}</table> }.into_any()
}

fn draw_block(source: Source, place: usize) -> AnyView {
    let head = source
        .page
        .with_value(|page| page.blocks.get(place).map(|block| Block { spans: Vec::new(), ..*block }));
    let Some(head) = head else { return ().into_any() };
    if head.kind == BlockKind::Value {
        return value(source, place, head.level > 0);
    }
    let text = move || {
        source.text.with_value(|text| {
            source.page.with_value(|page| {
                page.blocks.get(place).map(|block| page.text_of(text, block).into_owned()).unwrap_or_default()
            })
        })
    };
    let quoted = if head.quoted { " page--quoted" } else { "" };
    let class = format!("page__{} page--depth-{}{quoted}", name(head.kind), head.depth);
    match head.kind {
        // Asked again here: what a page says is not believed where an address is set.
        BlockKind::Image => {
            let address = text();
            is_shown(&address)
                .then(|| view! { <img class=class src=address alt="Picture in this text" /> })
                .into_any()
        }
        BlockKind::Code => view! {
            <div class=class>
                <CopyButton label="Copy this code" text=text() />
                <pre class="text">{stretches(source, place)}</pre>
            </div>
        }
        .into_any(),
        // Below the headings of the page itself.
        BlockKind::Heading => match head.level {
            1 => view! { <h4 class=class>{stretches(source, place)}</h4> }.into_any(),
            2 => view! { <h5 class=class>{stretches(source, place)}</h5> }.into_any(),
            _ => view! { <h6 class=class>{stretches(source, place)}</h6> }.into_any(),
        },
        _ => view! { <div class=class>{stretches(source, place)}</div> }.into_any(),
    }
}

fn name(kind: BlockKind) -> &'static str {
    match kind {
        BlockKind::Paragraph | BlockKind::Row => "paragraph",
        BlockKind::Heading => "heading",
        BlockKind::Code => "code",
        BlockKind::Rule => "rule",
        BlockKind::Image => "image",
        BlockKind::Same => "line",
        BlockKind::Removed => "line page__line--removed",
        BlockKind::Added => "line page__line--added",
        BlockKind::Place => "line page__line--place",
        BlockKind::Value => "value",
    }
}

/// A value of a tree; what it holds is made when it is opened.
fn value(source: Source, place: usize, has_members: bool) -> AnyView {
    if !has_members {
        return view! { <div class="page__value">{stretches(source, place)}</div> }.into_any();
    }
    let summary = stretches(source, place);
    let inside = move || {
        let inside = source.page.with_value(|page| members(page, place));
        draw_members(source, inside)
    };
    view! { <Fold class="page__branch" is_open={place == 0} summary draw=Box::new(inside) /> }.into_any()
}

fn draw_members(source: Source, mut inside: Vec<usize>) -> AnyView {
    let rest = inside.split_off(inside.len().min(MEMBERS));
    let label = counted(rest.len() as u64, "more", "more");
    let more = (!rest.is_empty()).then(|| hidden(label, move || draw_members(source, rest.clone())));
    let inside = inside.into_iter().map(|place| draw_block(source, place)).collect_view();
    (inside, more).into_any()
}
