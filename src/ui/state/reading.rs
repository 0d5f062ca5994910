use leptos::prelude::*;

use crate::engine::trace::PartKind;
use crate::reading::{Page, Shape};
use crate::ui::browser::{Reader, storage};

const KEY: &str = "reading";

/// Texts are shown as they stand.
const PLAIN: u8 = 1;

/// How a person wants to read steps, and the worker that lays them out; remembered between visits.
#[derive(Clone, Copy)]
pub struct Reading {
    reader: StoredValue<Reader, LocalStorage>,
    /// What is off: a bit for the layout, and one for each kind of part that is closed.
    off: RwSignal<u8>,
    /// Counts up when a text with a highlight was laid out: it may stand elsewhere now.
    pub moved: RwSignal<u32>,
}

impl Reading {
    pub fn load() -> Self {
        let off = storage::get(KEY).and_then(|kept| kept.parse().ok()).unwrap_or_default();
        Self {
            reader: StoredValue::new_local(Reader::default()),
            off: RwSignal::new(off),
            moved: RwSignal::new(0),
        }
    }

    pub fn expect() -> Self {
        expect_context()
    }

    pub fn is_rendered(self) -> bool {
        self.off.get() & PLAIN == 0
    }

    pub fn set_rendered(self, is_rendered: bool) {
        if untrack(move || self.is_rendered()) != is_rendered {
            self.flip(PLAIN);
        }
    }

    pub fn is_closed(self, part: PartKind) -> bool {
        self.off.get() & bit(part) != 0
    }

    /// Closes the parts of a kind, in this step and in others, or opens them again.
    pub fn toggle(self, part: PartKind) {
        self.flip(bit(part));
    }

    fn flip(self, bit: u8) {
        self.off.update(|off| *off ^= bit);
        storage::set(KEY, &self.off.get_untracked().to_string());
    }

    /// Has a text laid out, into `page`.
    pub fn read(
        self,
        text: &str,
        shape: Shape,
        name: &str,
        split: usize,
        page: RwSignal<Option<Page>>,
        is_marked: bool,
    ) {
        let answer = move |laid_out: Page| {
            // The step may have been left in the meantime.
            if page.try_set(Some(laid_out)).is_none() && is_marked {
                self.moved.update(|count| *count += 1);
            }
        };
        self.reader.with_value(|reader| reader.read(text, shape, name, split, answer));
    }
}

fn bit(part: PartKind) -> u8 {
    match part {
        PartKind::Thought => 2,
        PartKind::Message => 4,
        PartKind::Call => 8,
        PartKind::Result => 16,
    }
}
