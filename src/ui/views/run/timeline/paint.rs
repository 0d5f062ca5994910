//! The paint of the timeline: a scene of rectangles and points becomes colours.

use crate::engine::detect::Severity;
use crate::engine::report::{Phase, StepShade};
use crate::ui::browser::surface::{Canvas, Surface, computed, resolve_colors};
use crate::view_model::format::short_count;
use crate::view_model::scene::{Bar, Scene};
use crate::view_model::shapes::bands;
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
    phases: [String; 5],
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
        let phases =
            resolve_colors(canvas, ["surface-raised", "line", "warn-soft", "accent-soft", "good-soft"]);
        let font = format!("500 10.5px {}", computed(canvas, "font-family"));
        Self { shades, line, text, raised, accent, accent_soft, good, bad, warn, phases, font }
    }

    fn shade(&self, shade: StepShade) -> &str {
        self.shades.iter().find(|(known, _)| *known == shade).map_or("", |(_, color)| color)
    }

    fn phase(&self, phase: Phase) -> &str {
        let [explore, reproduce, edit, verify, finish] = &self.phases;
        match phase {
            Phase::Explore => explore,
            Phase::Reproduce => reproduce,
            Phase::Edit => edit,
            Phase::Verify => verify,
            Phase::Finish => finish,
        }
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
    pub(super) most_context: u64,
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
/// Letters of the small font are about this wide.
const LETTER: f64 = 6.0;
const OVERVIEW: f64 = 14.0;

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
        self.phases(&surface);
        self.context_lines(&surface);
        self.chosen(&surface);
        self.selection(&surface);
        self.bars(&surface);
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
        let tracks = layout.tracks().map(|(name, top)| (name, top + TRACK_MIDDLE));
        let context = layout.context.map(|(bottom, height)| ("context", bottom - height / 2.0 - 6.0));
        let phases = layout.phases.map(|top| ("phase", top + TRACK_MIDDLE));
        surface.ink(&self.palette.text, 1.0);
        for (name, y) in phases.into_iter().chain(lanes).chain(tracks).chain(context) {
            let short: String = name.chars().take(NAME_CHARS).collect();
            let dots = if short.len() < name.len() { "…" } else { "" };
            surface.text(&format!("{short}{dots}"), 16.0, y);
        }
        if let Some((bottom, height)) = layout.context {
            surface.text(&format!("≤ {}", short_count(self.most_context)), 16.0, bottom - height / 2.0 + 7.0);
        }
    }

    /// Each with its name where there is room for it.
    fn phases(&self, surface: &Surface) {
        let Some(top) = self.scene.layout.phases else { return };
        for band in &self.scene.phases {
            let width = band.to - band.from;
            surface.ink(self.palette.phase(band.phase), 1.0);
            surface.round_rect(band.from, top + 1.0, (width - 1.5).max(1.0), 16.0, 2.5);
            let name = band.phase.name();
            let text_width = name.len() as f64 * LETTER;
            if text_width < width {
                surface.ink(&self.palette.text, 1.0);
                surface.text(name, band.from + (width - text_width) / 2.0, top + TRACK_MIDDLE);
            }
        }
    }

    fn ruler(&self, surface: &Surface) {
        let layout = &self.scene.layout;
        surface.ink(&self.palette.line, 0.6);
        for lane in 1..self.lane_names.len() {
            let y = layout.lanes + layout.lane_height * lane as f64;
            surface.rect(self.gutter, y - 0.5, self.width, 1.0);
        }
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

    /// Kind by kind, so that the ink changes seldom.
    fn bars(&self, surface: &Surface) {
        for shade in StepShade::ALL {
            for (is_abandoned, alpha) in [(false, 0.92), (true, 0.3)] {
                surface.ink(self.palette.shade(shade), alpha);
                let bars = self.scene.bars.iter();
                for bar in bars.filter(|bar| bar.shade == shade && bar.is_abandoned == is_abandoned) {
                    self.bar(surface, bar);
                }
            }
        }
    }

    fn bar(&self, surface: &Surface, bar: &Bar) {
        let layout = &self.scene.layout;
        let y = layout.lanes + layout.lane_height * bar.lane as f64 + 4.0;
        let height = layout.lane_height - 8.0;
        let is_wide = bar.width > WIDE_BAR;
        let width = if is_wide { bar.width - 1.5 } else { bar.width };
        for (top, bottom) in bands(bar.shade) {
            let (y, height) = (y + height * top, height * (bottom - top));
            if bar.is_bound && is_wide {
                // Solid where it begins; an outline as far as it may have lasted.
                surface.rect(bar.x, y, 2.5, height);
                surface.outline(bar.x + 0.5, y + 0.5, width - 1.0, height - 1.0);
            } else if is_wide && height > 6.0 {
                surface.round_rect(bar.x, y, width, height, 2.5);
            } else {
                surface.rect(bar.x, y, width, height);
            }
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

    /// Filled for the first agent that tells; a line for each of the others.
    fn context_lines(&self, surface: &Surface) {
        let Some((bottom, height)) = self.scene.layout.context else { return };
        for (place, points) in self.scene.context.iter().enumerate() {
            let (Some(first), Some(last)) = (points.first(), points.last()) else { continue };
            let line = || points.iter().map(|(x, share)| (*x, bottom - share * height));
            if place == 0 {
                surface.ink(&self.palette.accent_soft, 1.0);
                surface.polygon(std::iter::once((first.0, bottom)).chain(line()).chain([(last.0, bottom)]));
            }
            let color = if place == 0 { &self.palette.accent } else { &self.palette.text };
            surface.ink(color, 1.0);
            surface.line(line(), 1.2);
        }
    }

    fn chosen(&self, surface: &Surface) {
        let Some((from, to)) = self.scene.chosen else { return };
        let height = self.scene.layout.height;
        surface.ink(&self.palette.accent, 0.08);
        surface.rect(from, 0.0, to - from, height);
        surface.ink(&self.palette.accent, 0.7);
        surface.rect(from, 0.0, 1.0, height);
        surface.rect(to - 1.0, 0.0, 1.0, height);
        surface.rect(from, 0.0, to - from, 2.0);
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

/// The whole run in one line: kinds by colour, findings above.
pub(super) fn paint_overview(
    canvas: &Canvas,
    palette: &Palette,
    width: f64,
    bars: &[(f64, f64, StepShade)],
    flags: &[(f64, Severity)],
) {
    let Some(surface) = Surface::new(canvas, width, OVERVIEW, &palette.font) else { return };
    for shade in StepShade::ALL {
        surface.ink(palette.shade(shade), 0.7);
        for (x, width, _) in bars.iter().filter(|(.., known)| *known == shade) {
            surface.rect(*x, 4.0, *width, OVERVIEW - 4.0);
        }
    }
    for (x, severity) in flags {
        surface.ink(palette.severity(*severity), 1.0);
        surface.rect(x - 1.0, 0.0, 2.0, OVERVIEW);
    }
}
