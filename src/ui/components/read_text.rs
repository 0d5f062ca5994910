use leptos::prelude::*;

use super::MarkedText;
use super::marked_text::draw_page;
use crate::reading::{Page, Shape};
use crate::ui::state::Reading;
use crate::view_model::quote::Highlight;

/// A text laid out as what it is; plain until that is done, and where a person wants it plain.
#[component]
pub fn ReadText(
    text: String,
    shape: Shape,
    /// A file or a language, where one is known.
    #[prop(into, optional)]
    name: String,
    /// Where the new text of an edit begins.
    #[prop(optional)]
    split: usize,
    #[prop(optional)] marks: Vec<Highlight>,
) -> impl IntoView {
    let reading = Reading::expect();
    let page: RwSignal<Option<Page>> = RwSignal::new(None);
    let is_asked = StoredValue::new(false);
    let ask = {
        let (text, is_marked) = (text.clone(), !marks.is_empty());
        move || {
            if !is_asked.get_value() {
                is_asked.set_value(true);
                reading.read(&text, shape, &name, split, page, is_marked);
            }
        }
    };
    move || {
        if reading.is_rendered() {
            match page.get() {
                // What is looked for may stand in a branch that is not open: then the text itself shows it.
                Some(page) if marks.is_empty() || !page.is_tree() => {
                    return draw_page(text.clone(), page, marks.clone());
                }
                Some(_) => {}
                None => ask(),
            }
        }
        if shape == Shape::Edit {
            return sides(&text, split);
        }
        view! { <MarkedText text=text.clone() marks=marks.clone() /> }.into_any()
    }
}

/// The old text over the new one.
fn sides(text: &str, split: usize) -> AnyView {
    let (old, new) = text.split_at_checked(split).unwrap_or((text, ""));
    view! {
        <div class="edit__side edit__side--removed"><MarkedText text=old.to_owned() /></div>
        <div class="edit__side edit__side--added"><MarkedText text=new.to_owned() /></div>
    }
    .into_any()
}
