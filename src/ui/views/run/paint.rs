//! The paint of the timeline: a scene of rectangles and points becomes colours.

use crate::engine::detect::Severity;
use crate::engine::report::StepShade;
use crate::ui::browser::surface::{Canvas, Surface, computed, resolve_colors};
use crate::view_model::scene::{Bar, Scene};
use crate::view_model::words;

/// The colours and the font of the style sheet as the canvas understands them.
pub(super) struct Palette {
    shades: [(StepShade, String); 9],
    line: String,
    text: String,
    raised: String,
    accent: String,
    accent_soft: String,
    good: String,
    bad: String,
    warn: String,
    font: String,
}

impl Palette {
    pub(super) fn read(canvas: &Canvas) -> Self {
        let tokens = ["line", "text-dim", "surface-raised", "accent", "accent-soft", "good", "bad", "warn"];
        let [line, text, raised, accent, accent_soft, good, bad, warn] = resolve_colors(canvas, tokens);
        let shades = StepShade::ALL.map(|shade| {
            let [color] = resolve_colors(canvas, [&format!("kind-{}", words::shade_token(shade))]);
            (shade, color)
        });
        let font = format!("500 10.5px {}", computed(canvas, "font-family"));
        Self { shades, line, text, raised, accent, accent_soft, good, bad, warn, font }
    }

    fn shade(&self, shade: StepShade) -> &str {
        self.shades.iter().find(|(known, _)| *known == shade).map_or("", |(_, color)| color)
    }

    fn severity(&self, severity: Severity) -> &str {
        match severity {
            Severity::Error => &self.bad,
            Severity::Warning => &self.warn,
            Severity::Note => &self.text,
        }
    }
}

/// What is painted, and how wide. Names of lanes go into the gutter at the left.
pub(super) struct Picture<'a> {
    pub(super) scene: &'a Scene,
    pub(super) palette: &'a Palette,
    pub(super) lane_names: &'a [String],
    pub(super) width: f64,
    pub(super) gutter: f64,
}

/// A gutter narrower than this bears no names.
const NAMED_GUTTER: f64 = 40.0;
const NAME_CHARS: usize = 13;
/// A bar wider than this gets round corners and a gap to the next.
const WIDE_BAR: f64 = 5.0;
/// The middle of a track of marks, from its top, and of a mark, from its step's start.
const TRACK_MIDDLE: f64 = 9.0;
const MARK_MIDDLE: f64 = 5.0;

impl Picture<'_> {
    /// Draws over whatever was there.
    pub(super) fn paint(&self, canvas: &Canvas) {
        let height = self.scene.layout.height;
        let Some(surface) = Surface::new(canvas, self.width, height, &self.palette.font) else { return };
        self.names(&surface);
        surface.save();
        surface.clip(self.gutter - 1.0, 0.0, self.width - self.gutter + 1.0, height);
        self.ruler(&surface);
        self.gaps(&surface);
        self.context_line(&surface);
        self.selection(&surface);
        for bar in &self.scene.bars {
            self.bar(&surface, bar);
        }
        self.checks(&surface);
        self.edits(&surface);
        self.flags(&surface);
        surface.restore();
    }

    fn names(&self, surface: &Surface) {
        if self.gutter < NAMED_GUTTER {
            return;
        }
        let layout = &self.scene.layout;
        let lane_middle = |lane: usize| layout.lanes + layout.lane_height * (lane as f64 + 0.5);
        let lanes = self.lane_names.iter().enumerate().map(|(lane, name)| (name.as_str(), lane_middle(lane)));
        let tracks = [("checks", layout.checks + TRACK_MIDDLE), ("edits", layout.edits + TRACK_MIDDLE)];
        let context = layout.context.map(|(bottom, height)| ("context", bottom - height / 2.0));
        surface.ink(&self.palette.text, 1.0);
        for (name, y) in lanes.chain(tracks).chain(context) {
            let short: String = name.chars().take(NAME_CHARS).collect();
            let dots = if short.len() < name.len() { "…" } else { "" };
            surface.text(&format!("{short}{dots}"), 16.0, y);
        }
    }

    fn ruler(&self, surface: &Surface) {
        for tick in &self.scene.ticks {
            surface.ink(&self.palette.line, 1.0);
            surface.rect(tick.x, 2.0, 1.0, self.scene.layout.height);
            surface.ink(&self.palette.text, 1.0);
            surface.text(&tick.text, tick.x + 4.0, TRACK_MIDDLE);
        }
    }

    fn gaps(&self, surface: &Surface) {
        let layout = &self.scene.layout;
        for (from, to, label) in &self.scene.gaps {
            surface.ink(&self.palette.raised, 1.0);
            surface.rect(*from, layout.flags, to - from, layout.height - layout.flags);
            surface.ink(&self.palette.line, 1.0);
            surface.rect(*from, layout.flags, 1.0, layout.height);
            surface.rect(*to, layout.flags, 1.0, layout.height);
            // Where there is no room inside, the label would cover the steps.
            if to - from > 40.0 {
                surface.ink(&self.palette.text, 1.0);
                surface.text(&format!("⋯ {label}"), from + 4.0, layout.checks + TRACK_MIDDLE);
            }
        }
    }

    fn bar(&self, surface: &Surface, bar: &Bar) {
        let layout = &self.scene.layout;
        let y = layout.lanes + layout.lane_height * bar.lane as f64 + 4.0;
        let height = layout.lane_height - 8.0;
        surface.ink(self.palette.shade(bar.shade), if bar.abandoned { 0.3 } else { 0.92 });
        if bar.width > WIDE_BAR {
            surface.round_rect(bar.x, y, bar.width - 1.5, height, 2.5);
        } else {
            surface.rect(bar.x, y, bar.width, height);
        }
    }

    fn checks(&self, surface: &Surface) {
        let y = self.scene.layout.checks + TRACK_MIDDLE;
        for check in &self.scene.checks {
            let x = check.x + MARK_MIDDLE;
            if check.what {
                surface.ink(&self.palette.good, 1.0);
                surface.disc(x, y, 4.0);
            } else {
                // A square as well as another colour: colour alone does not reach everyone.
                surface.ink(&self.palette.bad, 1.0);
                surface.rect(x - 4.0, y - 4.0, 8.0, 8.0);
            }
        }
    }

    fn edits(&self, surface: &Surface) {
        let y = self.scene.layout.edits + TRACK_MIDDLE;
        surface.ink(self.palette.shade(StepShade::Edit), 1.0);
        for edit in &self.scene.edits {
            let x = edit.x + MARK_MIDDLE;
            surface.polygon([(x - 5.0, y + 4.0), (x, y - 4.5), (x + 5.0, y + 4.0)]);
        }
    }

    fn flags(&self, surface: &Surface) {
        let top = self.scene.layout.flags;
        for flag in &self.scene.flags {
            let x = flag.x;
            surface.ink(self.palette.severity(flag.what), 1.0);
            surface.rect(x, top, 1.8, 18.0);
            let cloth =
                [(x, top), (x + 11.0, top), (x + 7.5, top + 4.0), (x + 11.0, top + 8.0), (x, top + 8.0)];
            surface.polygon(cloth);
        }
    }

    fn context_line(&self, surface: &Surface) {
        let (Some((bottom, height)), Some(first), Some(last)) =
            (self.scene.layout.context, self.scene.context.first(), self.scene.context.last())
        else {
            return;
        };
        let line = || self.scene.context.iter().map(|(x, share)| (*x, bottom - share * height));
        surface.ink(&self.palette.accent_soft, 1.0);
        surface.polygon(std::iter::once((first.0, bottom)).chain(line()).chain([(last.0, bottom)]));
        surface.ink(&self.palette.accent, 1.0);
        surface.line(line(), 1.2);
    }

    fn selection(&self, surface: &Surface) {
        let (from, to) = self.scene.selected;
        let height = self.scene.layout.height;
        surface.ink(&self.palette.accent, 0.16);
        surface.rect(from - 1.0, 16.0, to - from + 1.0, height);
        surface.ink(&self.palette.accent, 1.0);
        surface.rect(from - 1.5, 16.0, 1.8, height);
    }
}
