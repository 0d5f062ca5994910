//! The timeline as rectangles and points in pixels: everything but the paint.
//!
//! What does not depend on the part in sight is made once, in a [`Plan`]; a [`Scene`] is made for every frame and
//! costs by its pixels, however many steps the run has.

mod layout;
mod line;
mod plan;
mod strip;
mod track;

use layout::Has;
pub use layout::Layout;
pub use plan::Plan;

use crate::engine::detect::Severity;
use crate::engine::report::{Phase, StepShade};

use super::axis::{Axis, AxisKind};
use super::format;
use super::view_range::ViewRange;
use strip::Stretch;
use track::{Spot, Track};

/// Steps narrower than this are drawn together.
const DENSE: f64 = 2.0;
/// Phases narrower than this are drawn together.
const DENSE_PHASE: f64 = 6.0;
/// Marks nearer to each other than this are drawn as one.
const NEAR: f64 = 4.0;
/// Room for one label below the ruler.
const TICK: f64 = 90.0;

/// What of the plan is drawn, and where.
#[derive(Clone, Copy)]
pub struct SceneInput<'a> {
    pub plan: &'a Plan,
    pub axis: &'a Axis,
    pub range: ViewRange,
    pub selected: u32,
    /// First and last step of the chosen range.
    pub chosen: Option<(u32, u32)>,
    /// Pixels of the drawing, and how many of them on the left bear the lanes' names.
    pub width: f64,
    pub gutter: f64,
}

/// One step, or several that are too narrow to be told apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    pub x: f64,
    pub width: f64,
    pub lane: usize,
    /// Of the most frequent kind among its steps.
    pub shade: StepShade,
    pub is_abandoned: bool,
    /// Only the most it can have lasted is known.
    pub is_bound: bool,
    stretch: Stretch,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point<T> {
    pub x: f64,
    pub step: u32,
    pub what: T,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    pub x: f64,
    pub text: String,
}

/// A phase of the work, as far as it is in sight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    pub from: f64,
    pub to: f64,
    pub phase: Phase,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    pub layout: Layout,
    pub bars: Vec<Bar>,
    pub phases: Vec<Band>,
    pub flags: Vec<Point<Severity>>,
    pub checks: Vec<Point<bool>>,
    pub edits: Vec<Point<()>>,
    /// How full the context was, 0 to 1 of its maximum, a line for each agent that tells.
    pub context: Vec<Vec<(f64, f64)>>,
    pub gaps: Vec<(f64, f64, String)>,
    pub ticks: Vec<Label>,
    pub selected: (f64, f64),
    pub chosen: Option<(f64, f64)>,
    /// What of the axis is one pixel.
    pixel: f64,
    range: ViewRange,
    gutter: f64,
}

struct Projection<'a> {
    input: SceneInput<'a>,
    pixel: f64,
}

impl Projection<'_> {
    fn x(&self, position: f64) -> f64 {
        let input = &self.input;
        input.gutter + input.range.x_from_position(position, input.width - input.gutter)
    }

    fn step(&self, step: u32) -> (f64, f64) {
        let (from, to) = self.input.axis.extent(step as usize);
        (self.x(from), self.x(to))
    }

    fn points<T>(&self, track: &Track, what: impl Fn(usize) -> T) -> Vec<Point<T>> {
        let spots = track.spots(self.input.range, NEAR * self.pixel).into_iter();
        spots.map(|Spot { at, step, rank }| Point { x: self.x(at), step, what: what(rank) }).collect()
    }
}

impl Scene {
    pub fn new(input: SceneInput<'_>) -> Self {
        let SceneInput { plan, range, width, gutter, .. } = input;
        let pixel = range.span() / (width - gutter).max(1.0);
        let projection = Projection { input, pixel };
        let (from, to) = projection.step(input.selected);
        // One phase alone tells nothing.
        let has = Has {
            phases: plan.phases.len() > 1,
            checks: !plan.checks.is_empty(),
            edits: !plan.edits.is_empty(),
            context: !plan.context.is_empty(),
        };
        Self {
            layout: Layout::new(plan.lanes.len(), has),
            bars: bars(&projection),
            phases: phases(&projection),
            flags: projection.points(&plan.flags, plan::severity),
            checks: projection.points(&plan.checks, |rank| rank != plan::RED),
            edits: projection.points(&plan.edits, |_| ()),
            context: context(&projection),
            gaps: gaps(&projection),
            ticks: ticks(&projection),
            selected: (from, to.max(from + DENSE)),
            chosen: input.chosen.map(|(first, last)| {
                let (from, to) = (projection.step(first).0, projection.step(last).1);
                (from, to.max(from + DENSE))
            }),
            pixel,
            range,
            gutter,
        }
    }

    /// Where on the axis a place of the drawing lies.
    pub fn position(&self, x: f64) -> f64 {
        self.range.start + (x - self.gutter) * self.pixel
    }

    /// Beginning and end on the axis of the phase a person points at.
    pub fn phase_at(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let top = self.layout.phases.filter(|top| (*top..self.layout.flags).contains(&y))?;
        let band = self.phases.iter().find(|band| top <= y && (band.from..band.to).contains(&x))?;
        Some((self.position(band.from), self.position(band.to)))
    }

    /// The step a person points at, if any is near.
    pub fn step_at(&self, plan: &Plan, x: f64, y: f64) -> Option<u32> {
        let near = |points: &mut dyn Iterator<Item = (f64, u32)>| {
            points
                .map(|(at, step)| ((at - x).abs(), step))
                .filter(|(distance, _)| *distance <= NEAR * 2.0)
                .min_by(|a, b| a.0.total_cmp(&b.0))
                .map(|(_, step)| step)
        };
        let layout = &self.layout;
        if (layout.flags..layout.lanes).contains(&y) {
            // A flag flies to the right of its pole.
            return near(&mut self.flags.iter().map(|flag| (flag.x + NEAR, flag.step)));
        }
        if (layout.checks..layout.edits).contains(&y)
            && let Some(step) = near(&mut self.checks.iter().map(|check| (check.x + NEAR, check.step)))
        {
            return Some(step);
        }
        if (layout.edits..layout.end).contains(&y)
            && let Some(step) = near(&mut self.edits.iter().map(|edit| (edit.x + NEAR, edit.step)))
        {
            return Some(step);
        }
        let lane = layout.lane_at(y);
        let bars = self.bars.iter().filter(|bar| lane.is_none_or(|lane| bar.lane == lane));
        let (_, bar) = bars
            .map(|bar| (distance(bar, x), bar))
            .filter(|(distance, _)| *distance <= NEAR * 3.0)
            .min_by(|a, b| a.0.total_cmp(&b.0))?;
        plan.lanes.get(bar.lane)?.step_at(&bar.stretch, self.position(x))
    }
}

fn distance(bar: &Bar, x: f64) -> f64 {
    (bar.x - x).max(x - bar.x - bar.width).max(0.0)
}

/// The kinds of all steps side by side, for a drawing `width` pixels wide: where each begins, how wide it is, which
/// it is.
pub fn overview(plan: &Plan, axis: &Axis, width: f64) -> Vec<(f64, f64, StepShade)> {
    let full = ViewRange::full(axis.length());
    let stretches = plan.all.stretches(full, full.span() / width.max(1.0)).into_iter();
    let x = |position: f64| full.x_from_position(position, width);
    stretches
        .map(|stretch| (x(stretch.from), x(stretch.to) - x(stretch.from), plan::shade(stretch.kind)))
        .collect()
}

/// Where findings stand on the overview.
pub fn overview_flags(plan: &Plan, axis: &Axis, width: f64) -> Vec<(f64, Severity)> {
    let full = ViewRange::full(axis.length());
    let spots = plan.flags.spots(full, full.span() / width.max(1.0)).into_iter();
    spots.map(|spot| (full.x_from_position(spot.at, width), plan::severity(spot.rank))).collect()
}

fn bars(projection: &Projection<'_>) -> Vec<Bar> {
    let mut bars = Vec::new();
    for (lane, strip) in projection.input.plan.lanes.iter().enumerate() {
        let stretches = strip.stretches(projection.input.range, DENSE * projection.pixel).into_iter();
        bars.extend(stretches.map(|stretch| {
            let x = projection.x(stretch.from);
            let width = projection.x(stretch.to) - x;
            Bar {
                x,
                width,
                lane,
                shade: plan::shade(stretch.kind),
                is_abandoned: stretch.is_abandoned,
                is_bound: stretch.is_bound,
                stretch,
            }
        }));
    }
    bars
}

fn phases(projection: &Projection<'_>) -> Vec<Band> {
    let input = &projection.input;
    let mut bands: Vec<Band> = Vec::new();
    for stretch in input.plan.phases.stretches(input.range, DENSE_PHASE * projection.pixel) {
        let from = projection.x(stretch.from).max(input.gutter);
        let to = projection.x(stretch.to).min(input.width);
        let phase = plan::phase(stretch.kind);
        match bands.last_mut() {
            Some(last) if last.phase == phase => last.to = to,
            Some(last) => {
                last.to = from;
                bands.push(Band { from, to, phase });
            }
            None => bands.push(Band { from, to, phase }),
        }
    }
    bands
}

fn context(projection: &Projection<'_>) -> Vec<Vec<(f64, f64)>> {
    let SceneInput { plan, range, width, .. } = projection.input;
    let most = plan.most_context.max(1) as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the width of a screen")]
    let points = width.max(1.0) as usize;
    let lines = plan.context.iter().map(|line| {
        let points = line.points(range, points).iter();
        points.map(|(at, tokens)| (projection.x(*at), *tokens as f64 / most)).collect()
    });
    lines.collect()
}

fn gaps(projection: &Projection<'_>) -> Vec<(f64, f64, String)> {
    let range = projection.input.range;
    let gaps = projection.input.axis.gaps();
    let first = gaps.partition_point(|gap| gap.end < range.start);
    let shown = gaps.iter().skip(first).take_while(|gap| gap.start <= range.end);
    let mut drawn: Vec<(f64, f64, String)> = Vec::new();
    for gap in shown {
        let (from, to) = (projection.x(gap.start), projection.x(gap.end));
        if drawn.last().is_none_or(|(_, before, _)| to - before >= 1.0) {
            drawn.push((from, to, format::duration_ms(gap.idle_ms)));
        }
    }
    drawn
}

fn ticks(projection: &Projection<'_>) -> Vec<Label> {
    let SceneInput { axis, range, width, gutter, .. } = projection.input;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    let wanted = ((width - gutter) / TICK).clamp(2.0, 40.0) as usize;
    let text = |label: i64| match axis.kind() {
        AxisKind::Order => label.to_string(),
        AxisKind::Time => format::duration_ms(label),
    };
    let ticks = axis.ticks(range.start, range.end, wanted).into_iter();
    ticks.map(|(at, label)| Label { x: projection.x(at), text: text(label) }).collect()
}

#[cfg(test)]
mod tests;
