//! The timeline as rectangles and points in pixels: everything but the paint.

use crate::engine::detect::Severity;
use crate::engine::report::{Mark, StepMap, StepShade};

use super::axis::{Axis, AxisKind};
use super::format;
use super::lanes::Lanes;
use super::view_range::ViewRange;

const RULER: f64 = 20.0;
const FLAGS: f64 = 14.0;
const LANE: f64 = 24.0;
const TRACK: f64 = 18.0;
const CONTEXT: f64 = 32.0;
/// Steps narrower than this are drawn together.
const DENSE: f64 = 2.0;
/// Marks nearer to each other than this are drawn as one.
const NEAR: f64 = 4.0;
/// Room for one label below the ruler.
const TICK: f64 = 90.0;

/// What the timeline is drawn from.
#[derive(Clone, Copy)]
pub struct SceneInput<'a> {
    pub map: &'a StepMap,
    pub lanes: &'a Lanes,
    pub axis: &'a Axis,
    pub range: ViewRange,
    /// Steps with findings, sorted.
    pub findings: &'a [(u32, Severity)],
    pub selected: u32,
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
    pub first: u32,
    pub last: u32,
    pub abandoned: bool,
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

/// Vertical places, from the top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layout {
    pub flags: f64,
    pub lanes: f64,
    pub lane_height: f64,
    pub checks: f64,
    pub edits: f64,
    /// Bottom and height of the context line, if there is one.
    pub context: Option<(f64, f64)>,
    pub height: f64,
}

impl Layout {
    pub fn new(lane_count: usize, with_context: bool) -> Self {
        let lanes = RULER + FLAGS;
        let checks = lanes + LANE * lane_count as f64;
        let edits = checks + TRACK;
        let end = edits + TRACK;
        let context = with_context.then_some((end + CONTEXT, CONTEXT - 6.0));
        let height = context.map_or(end, |(bottom, _)| bottom) + 6.0;
        Self { flags: RULER, lanes, lane_height: LANE, checks, edits, context, height }
    }

    fn lane_at(&self, y: f64) -> Option<usize> {
        let lane = (y - self.lanes) / self.lane_height;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, small")]
        (lane >= 0.0 && y < self.checks).then_some(lane as usize)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    pub layout: Layout,
    pub bars: Vec<Bar>,
    pub flags: Vec<Point<Severity>>,
    pub checks: Vec<Point<bool>>,
    pub edits: Vec<Point<()>>,
    /// How full the context was, 0 to 1 of its maximum.
    pub context: Vec<(f64, f64)>,
    pub gaps: Vec<(f64, f64, String)>,
    pub ticks: Vec<Label>,
    pub selected: (f64, f64),
}

struct Projection<'a> {
    input: SceneInput<'a>,
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

    fn in_sight(&self, x: f64) -> bool {
        x >= self.input.gutter - NEAR && x <= self.input.width + NEAR
    }
}

impl Scene {
    pub fn new(input: SceneInput<'_>) -> Self {
        let projection = Projection { input };
        let (from, to) = projection.step(input.selected);
        Self {
            layout: Layout::new(input.lanes.names().len(), !input.map.context.is_empty()),
            bars: bars(&projection),
            flags: flags(&projection),
            checks: checks(&projection),
            edits: thin(&projection, marked(input.map, |mark| (mark == Mark::Edit).then_some(()))),
            context: context(&projection),
            gaps: gaps(&projection),
            ticks: ticks(&projection),
            selected: (from, to.max(from + DENSE)),
        }
    }

    /// The step a person points at, if any is near.
    pub fn step_at(&self, x: f64, y: f64) -> Option<u32> {
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
            && let Some(step) = near(&mut self.checks.iter().map(|check| (check.x, check.step)))
        {
            return Some(step);
        }
        if (layout.edits..layout.edits + TRACK).contains(&y)
            && let Some(step) = near(&mut self.edits.iter().map(|edit| (edit.x, edit.step)))
        {
            return Some(step);
        }
        let lane = layout.lane_at(y);
        self.bars
            .iter()
            .filter(|bar| lane.is_none_or(|lane| bar.lane == lane))
            .map(|bar| (distance(bar, x), bar))
            .filter(|(distance, _)| *distance <= NEAR * 3.0)
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, bar)| step_inside(bar, x))
    }
}

fn distance(bar: &Bar, x: f64) -> f64 {
    (bar.x - x).max(x - bar.x - bar.width).max(0.0)
}

fn step_inside(bar: &Bar, x: f64) -> u32 {
    let share = ((x - bar.x) / bar.width).clamp(0.0, 1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within first..=last")]
    let into = (share * f64::from(bar.last - bar.first)).round() as u32;
    bar.first + into
}

fn bars(projection: &Projection<'_>) -> Vec<Bar> {
    let SceneInput { map, lanes, .. } = projection.input;
    let mut done = Vec::new();
    let mut open: Vec<Option<(Bar, [u32; 9])>> = vec![None; lanes.names().len()];
    let mut abandoned = map.abandoned.iter().copied().peekable();
    for (step, (shade, agent)) in (0u32..).zip(map.shades.iter().zip(&map.agents)) {
        let is_abandoned = abandoned.next_if_eq(&step).is_some();
        let (from, to) = projection.step(step);
        if to < projection.input.gutter - DENSE || from > projection.input.width {
            continue;
        }
        let lane = lanes.lane(*agent);
        let Some(slot) = open.get_mut(lane) else { continue };
        if let Some((bar, counts)) = slot
            && to - from < DENSE
            && bar.width < DENSE * 2.0
            && from < bar.x + DENSE
        {
            bar.width = bar.width.max(to - bar.x);
            bar.last = step;
            bar.abandoned &= is_abandoned;
            bump(counts, *shade);
            continue;
        }
        let mut counts = [0; 9];
        bump(&mut counts, *shade);
        let width = (to - from).max(DENSE);
        let bar =
            Bar { x: from, width, lane, shade: *shade, first: step, last: step, abandoned: is_abandoned };
        done.extend(slot.replace((bar, counts)).map(settle));
    }
    done.extend(open.into_iter().flatten().map(settle));
    done
}

fn bump(counts: &mut [u32; 9], shade: StepShade) {
    if let Some(place) = StepShade::ALL.iter().position(|known| *known == shade)
        && let Some(count) = counts.get_mut(place)
    {
        *count += 1;
    }
}

fn settle((mut bar, counts): (Bar, [u32; 9])) -> Bar {
    if let Some((_, shade)) = counts.iter().zip(StepShade::ALL).max_by_key(|(count, _)| **count) {
        bar.shade = shade;
    }
    bar
}

fn marked<T>(map: &StepMap, pick: impl Fn(Mark) -> Option<T>) -> impl Iterator<Item = (u32, T)> {
    map.marks.iter().filter_map(move |(step, mark)| Some((*step, pick(*mark)?)))
}

/// Leaves out points that would cover the one before.
fn thin<T>(projection: &Projection<'_>, points: impl Iterator<Item = (u32, T)>) -> Vec<Point<T>> {
    let mut kept: Vec<Point<T>> = Vec::new();
    for (step, what) in points {
        let x = projection.step(step).0;
        if projection.in_sight(x) && kept.last().is_none_or(|last| (x - last.x).abs() >= NEAR) {
            kept.push(Point { x, step, what });
        }
    }
    kept
}

fn flags(projection: &Projection<'_>) -> Vec<Point<Severity>> {
    let mut kept: Vec<Point<Severity>> = Vec::new();
    for (step, severity) in projection.input.findings {
        let x = projection.step(*step).0;
        if !projection.in_sight(x) {
            continue;
        }
        match kept.last_mut() {
            Some(last) if x - last.x < NEAR => last.what = last.what.max(*severity),
            _ => kept.push(Point { x, step: *step, what: *severity }),
        }
    }
    kept
}

/// Where a red and a green check would cover each other, the red one stays.
fn checks(projection: &Projection<'_>) -> Vec<Point<bool>> {
    let pick = |mark| match mark {
        Mark::GreenCheck => Some(true),
        Mark::RedCheck => Some(false),
        Mark::Edit | Mark::Error => None,
    };
    let mut kept: Vec<Point<bool>> = Vec::new();
    for (step, green) in marked(projection.input.map, pick) {
        let x = projection.step(step).0;
        if !projection.in_sight(x) {
            continue;
        }
        match kept.last_mut() {
            Some(last) if (x - last.x).abs() < NEAR => {
                if !green && last.what {
                    *last = Point { x: last.x, step, what: false };
                }
            }
            _ => kept.push(Point { x, step, what: green }),
        }
    }
    kept
}

fn context(projection: &Projection<'_>) -> Vec<(f64, f64)> {
    let points = &projection.input.map.context;
    let most = points.iter().map(|(_, tokens)| *tokens).max().unwrap_or(0).max(1) as f64;
    let mut line: Vec<(f64, f64)> = Vec::new();
    for (step, tokens) in points {
        let x = projection.step(*step).0;
        let share = *tokens as f64 / most;
        match line.last_mut() {
            Some(last) if x - last.0 < 1.0 => last.1 = last.1.max(share),
            _ => line.push((x, share)),
        }
    }
    // One point beyond each edge keeps the line running through the window.
    let first = line.partition_point(|(x, _)| *x < projection.input.gutter).saturating_sub(1);
    let last = (line.partition_point(|(x, _)| *x <= projection.input.width) + 1).min(line.len());
    line.get(first..last).unwrap_or_default().to_vec()
}

fn gaps(projection: &Projection<'_>) -> Vec<(f64, f64, String)> {
    let axis = projection.input.axis;
    let shown = axis.gaps().iter().map(|gap| (projection.x(gap.start), projection.x(gap.end), gap.idle_ms));
    shown
        .filter(|(from, to, _)| *to >= projection.input.gutter && *from <= projection.input.width)
        .map(|(from, to, idle)| (from, to, format::duration_ms(idle)))
        .collect()
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
mod tests {
    use super::{Layout, Scene, SceneInput};
    use crate::engine::detect::Severity;
    use crate::engine::report::{Mark, StepMap, StepShade};
    use crate::view_model::axis::Axis;
    use crate::view_model::lanes::Lanes;
    use crate::view_model::view_range::ViewRange;

    fn map(count: usize) -> StepMap {
        StepMap {
            shades: vec![StepShade::Run; count],
            agents: vec![0; count],
            turns: vec![1; count],
            spans: vec![None; count],
            participants: vec!["agent".to_owned()],
            ..StepMap::default()
        }
    }

    fn scene(map: &StepMap, findings: &[(u32, Severity)]) -> Scene {
        let axis = Axis::by_order(map.shades.len());
        Scene::new(SceneInput {
            map,
            lanes: &Lanes::new(map),
            axis: &axis,
            range: ViewRange::full(axis.length()),
            findings,
            selected: 0,
            width: 1100.0,
            gutter: 100.0,
        })
    }

    #[test]
    fn few_steps_get_a_bar_each() {
        let scene = scene(&map(10), &[]);
        assert_eq!(scene.bars.len(), 10);
        assert!((scene.bars[1].x - 200.0).abs() < 1e-9);
        assert_eq!(scene.step_at(250.0, scene.layout.lanes + 4.0), Some(1));
    }

    #[test]
    fn a_hundred_thousand_steps_become_no_more_bars_than_pixels() {
        let scene = scene(&map(100_000), &[]);
        assert!(scene.bars.len() <= 1000, "{} bars", scene.bars.len());
        assert_eq!(scene.bars.iter().map(|bar| bar.last - bar.first + 1).sum::<u32>(), 100_000);
        let found = scene.step_at(600.0, scene.layout.lanes + 4.0).expect("a step");
        assert!((49_000..51_000).contains(&found), "{found}");
    }

    #[test]
    fn a_red_check_is_never_hidden_by_a_green_one() {
        let mut map = map(10_000);
        map.marks = vec![(5000, Mark::GreenCheck), (5001, Mark::RedCheck), (5002, Mark::GreenCheck)];
        let scene = scene(&map, &[]);
        assert_eq!(scene.checks.len(), 1);
        assert!(!scene.checks[0].what);
        assert_eq!(scene.checks[0].step, 5001);
    }

    #[test]
    fn flags_that_cover_each_other_show_the_worst() {
        let scene =
            scene(&map(10_000), &[(10, Severity::Note), (11, Severity::Error), (5000, Severity::Note)]);
        let worst: Vec<Severity> = scene.flags.iter().map(|flag| flag.what).collect();
        assert_eq!(worst, [Severity::Error, Severity::Note]);
    }

    #[test]
    fn only_runs_that_tell_their_context_get_room_for_it() {
        assert!(Layout::new(2, true).height > Layout::new(2, false).height + 20.0);
    }
}
