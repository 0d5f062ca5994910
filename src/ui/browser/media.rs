//! What the browser knows of its window: colour scheme, sizes, what has the focus.

use gloo::events::EventListener;
use gloo::utils::{document, document_element, window};
use wasm_bindgen::prelude::*;
use web_sys::{
    Element, HtmlElement, KeyboardEvent, ResizeObserver, ScrollIntoViewOptions, ScrollLogicalPosition,
};

/// Calls back when the system turns dark or light, until the listener is dropped.
pub fn on_scheme_change(callback: impl Fn() + 'static) -> Option<EventListener> {
    let query = window().match_media("(prefers-color-scheme: dark)").ok().flatten()?;
    Some(EventListener::new(&query, "change", move |_| callback()))
}

/// Whether the system asks for dark.
pub fn system_is_dark() -> bool {
    window().match_media("(prefers-color-scheme: dark)").ok().flatten().is_some_and(|query| query.matches())
}

/// Whether the page is one column wide.
pub fn is_narrow() -> bool {
    window().match_media("(max-width: 760px)").ok().flatten().is_some_and(|query| query.matches())
}

/// Puts the chosen theme on the root element; `None` follows the system.
pub fn set_theme(theme: Option<&str>) {
    let done = match theme {
        Some(theme) => document_element().set_attribute("data-theme", theme),
        None => document_element().remove_attribute("data-theme"),
    };
    // A fixed, valid attribute name cannot be refused.
    drop(done);
}

/// Brings the first highlighted phrase inside `frame` into sight: proof of a finding, or a hit of the query.
/// Whether there is one.
pub fn scroll_to_mark(frame: &Element, is_hit: bool) -> bool {
    let wanted = if is_hit { "mark.mark--hit" } else { "mark:not(.mark--hit)" };
    let Some(mark) = frame.query_selector(wanted).ok().flatten() else { return false };
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Center);
    mark.scroll_into_view_with_scroll_into_view_options(&options);
    true
}

/// Scrolls as little as needed for the element to be in sight.
pub fn reveal(element: &Element) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Whether a key press belongs to a text field or to the browser, and is none of ours.
pub fn is_typing(event: &KeyboardEvent) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
        return true;
    }
    let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    target.is_some_and(|element| {
        let is_slider = element.get_attribute("type").is_some_and(|kind| kind == "range");
        element.is_content_editable()
            || match element.tag_name().as_str() {
                // A slider keeps the arrows and the like; letters mean nothing to it.
                "INPUT" if is_slider => event.key().len() > 1,
                "INPUT" | "TEXTAREA" | "SELECT" => true,
                "BUTTON" | "SUMMARY" => event.key() == " ",
                _ => false,
            }
    })
}

/// Whether a key press asks for the palette, wherever one types.
pub fn asks_for_palette(event: &KeyboardEvent) -> bool {
    (event.ctrl_key() || event.meta_key()) && !event.shift_key() && !event.alt_key() && event.key() == "k"
}

/// Gives the focus to the element with this id. Whether there is one.
pub fn focus(id: &str) -> bool {
    let element = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok());
    element.is_some_and(|element| element.focus().is_ok())
}

/// Watches the size of an element until it is dropped.
pub struct SizeWatch {
    observer: ResizeObserver,
    _callback: Closure<dyn FnMut()>,
}

impl SizeWatch {
    /// Calls back at once and with every change.
    pub fn start(element: &Element, callback: impl Fn(f64, f64) + 'static) -> Option<Self> {
        let watched = element.clone();
        let callback = Closure::<dyn FnMut()>::new(move || {
            callback(f64::from(watched.client_width()), f64::from(watched.client_height()));
        });
        let observer = ResizeObserver::new(callback.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self { observer, _callback: callback })
    }
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
