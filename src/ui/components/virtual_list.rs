use leptos::html;
use leptos::prelude::*;

use crate::ui::browser::media::SizeWatch;
use crate::view_model::rows::{OVERSCAN, scroll_to_row, visible_rows};

/// A list of any length with rows of one height, of which only those in sight exist.
///
/// `row` draws an item at an offset in pixels; it must bear the id `row-<item>`. `on_window` is told which items
/// are in sight. While `only`, the list shows those that are `picked`, which are in order.
#[component]
pub fn VirtualList<R, V>(
    label: &'static str,
    #[prop(into)] count: Signal<u32>,
    /// Pixels; the same as the token `--row`.
    row_height: f64,
    #[prop(into)] selected: Signal<u32>,
    #[prop(into)] only: Signal<bool>,
    picked: RwSignal<Vec<u32>>,
    on_window: impl Fn(u32, u32) + 'static,
    row: R,
) -> impl IntoView
where
    R: Fn(u32, f64) -> V + Clone + Send + 'static,
    V: IntoView + 'static,
{
    let list = NodeRef::<html::Div>::new();
    let scroll_top = RwSignal::new(0.0);
    let height = RwSignal::new(0.0);
    let rows = move || if only.get() { picked.with(Vec::len) } else { count.get() as usize };
    let window =
        Memo::new(move |_| visible_rows(scroll_top.get(), height.get(), row_height, rows(), OVERSCAN));
    let items = Memo::new(move |_| {
        let window = window.get();
        if only.get() {
            let first = window.start;
            let shown = picked.with(|picked| picked.get(window).unwrap_or_default().to_vec());
            (first..).zip(shown).collect::<Vec<(usize, u32)>>()
        } else {
            window.map(|row| (row, to_item(row))).collect()
        }
    });
    watch_height(list, height);
    Effect::new(move |_| {
        items.with(|items| {
            if let (Some((_, first)), Some((_, last))) = (items.first(), items.last())
                && !only.get_untracked()
            {
                on_window(*first, last + 1);
            }
            for (_, item) in items.iter().filter(|_| only.get_untracked()) {
                on_window(*item, item + 1);
            }
        });
    });
    Effect::new(move |_| {
        let (item, height) = (selected.get(), height.get());
        let row = if only.get() {
            picked.with_untracked(|picked| picked.partition_point(|known| *known < item))
        } else {
            item as usize
        };
        let Some(list) = list.get() else { return };
        if let Some(top) = scroll_to_row(row, f64::from(list.scroll_top()), height, row_height) {
            #[expect(clippy::cast_possible_truncation, reason = "whole pixels are enough")]
            list.set_scroll_top(top as i32);
        }
    });
    let total = move || format!("{}px", rows() as f64 * row_height);
    let follow = move |_| {
        if let Some(list) = list.get_untracked() {
            scroll_top.set(f64::from(list.scroll_top()));
        }
    };
    view! {
        <div
            class="rows"
            role="listbox"
            tabindex="0"
            aria-label=label
            aria-activedescendant=move || format!("row-{}", selected.get())
            node_ref=list
            on:scroll=follow
        >
            <div class="rows__all" role="presentation" style=("--rows-height", total)>
                <For each=move || items.get() key=|item| *item let((index, item))>
                    {row(item, index as f64 * row_height)}
                </For>
            </div>
        </div>
    }
}

fn to_item(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn watch_height(list: NodeRef<html::Div>, height: RwSignal<f64>) {
    let watch = StoredValue::new_local(None);
    Effect::new(move |_| {
        let Some(list) = list.get() else { return };
        let start = SizeWatch::start(&list, move |_, now| {
            let _gone = height.try_set(now);
        });
        watch.set_value(start);
    });
}
