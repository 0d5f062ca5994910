//! A canvas to draw on, in pixels of the style sheet whatever the screen's density.

use gloo::utils::window;
use wasm_bindgen::JsCast as _;
use web_sys::CanvasRenderingContext2d;
pub use web_sys::HtmlCanvasElement as Canvas;

/// A canvas, fitted to its size on the screen and cleared.
pub struct Surface {
    context: CanvasRenderingContext2d,
}

impl Surface {
    /// `None` where the browser has no canvas to draw on.
    pub fn new(canvas: &Canvas, width: f64, height: f64, font: &str) -> Option<Self> {
        let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        let ratio = window().device_pixel_ratio().max(1.0);
        let pixels = (to_pixels(width * ratio), to_pixels(height * ratio));
        if (canvas.width(), canvas.height()) != pixels {
            canvas.set_width(pixels.0);
            canvas.set_height(pixels.1);
        }
        context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0).ok()?;
        context.clear_rect(0.0, 0.0, width, height);
        context.set_font(font);
        context.set_text_baseline("middle");
        Some(Self { context })
    }

    /// Draws what follows in `color`, fully or in part opaque.
    pub fn ink(&self, color: &str, alpha: f64) {
        self.context.set_fill_style_str(color);
        self.context.set_stroke_style_str(color);
        self.context.set_global_alpha(alpha);
    }

    pub fn text(&self, text: &str, x: f64, y: f64) {
        // Fails only for numbers that are none.
        drop(self.context.fill_text(text, x, y));
    }

    pub fn rect(&self, x: f64, y: f64, width: f64, height: f64) {
        self.context.fill_rect(x, y, width, height);
    }

    pub fn outline(&self, x: f64, y: f64, width: f64, height: f64) {
        self.context.stroke_rect(x, y, width, height);
    }

    pub fn round_rect(&self, x: f64, y: f64, width: f64, height: f64, radius: f64) {
        self.context.begin_path();
        drop(self.context.round_rect_with_f64(x, y, width, height, radius));
        self.context.fill();
    }

    pub fn disc(&self, x: f64, y: f64, radius: f64) {
        self.context.begin_path();
        drop(self.context.arc(x, y, radius, 0.0, std::f64::consts::TAU));
        self.context.fill();
    }

    pub fn polygon(&self, points: impl IntoIterator<Item = (f64, f64)>) {
        self.trace(points);
        self.context.fill();
    }

    pub fn line(&self, points: impl IntoIterator<Item = (f64, f64)>, width: f64) {
        self.trace(points);
        self.context.set_line_width(width);
        self.context.stroke();
    }

    fn trace(&self, points: impl IntoIterator<Item = (f64, f64)>) {
        self.context.begin_path();
        for (x, y) in points {
            // The first of a path moves, whatever it is called.
            self.context.line_to(x, y);
        }
    }

    /// Draws only inside the rectangle from here on.
    pub fn clip(&self, x: f64, y: f64, width: f64, height: f64) {
        self.context.begin_path();
        self.context.rect(x, y, width, height);
        self.context.clip();
    }

    /// Begins something that [`Surface::restore`] undoes: a clip, an ink.
    pub fn save(&self) {
        self.context.save();
    }

    pub fn restore(&self) {
        self.context.restore();
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the size of a screen, in pixels"
)]
fn to_pixels(length: f64) -> u32 {
    length.round().max(1.0) as u32
}

/// The colours that custom properties stand for on this element, in the form that a canvas understands.
///
/// Each is put on the element itself for a moment: what a custom property holds is not yet a colour, it
/// depends on the colour scheme.
pub fn resolve_colors<const N: usize>(element: &Canvas, tokens: [&str; N]) -> [String; N] {
    let colors = tokens.map(|token| {
        // A constant property and value are never refused.
        drop(element.style().set_property("color", &format!("var(--{token})")));
        computed(element, "color")
    });
    drop(element.style().remove_property("color"));
    colors
}

/// The value a style property has on an element.
pub fn computed(element: &Canvas, property: &str) -> String {
    let style = window().get_computed_style(element).ok().flatten();
    style.and_then(|style| style.get_property_value(property).ok()).unwrap_or_default()
}
