//! All of a timeline that does not depend on which part of it is in sight: made once for a run and an axis.

use crate::engine::detect::Severity;
use crate::engine::report::{Mark, Phase, StepMap, StepShade};
use crate::view_model::axis::Axis;
use crate::view_model::lanes::Lanes;

use super::line::Line;
use super::strip::{Item, Strip};
use super::track::Track;

/// The phases in the order of their numbers on a strip.
const PHASES: [Phase; 5] = [Phase::Explore, Phase::Reproduce, Phase::Edit, Phase::Verify, Phase::Finish];
/// The ranks of marks on a track.
pub(super) const RED: usize = 1;
const SEVERITIES: [Severity; 3] = [Severity::Note, Severity::Warning, Severity::Error];

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    pub(super) lanes: Vec<Strip>,
    /// All lanes in one.
    pub(super) all: Strip,
    pub(super) phases: Strip,
    pub(super) checks: Track,
    pub(super) edits: Track,
    pub(super) flags: Track,
    /// Tokens in the prompt, a line for each lane that tells them.
    pub(super) context: Vec<Line>,
    /// The fullest the context ever was.
    pub most_context: u64,
}

impl Plan {
    /// `findings` are steps with the gravest finding at each.
    pub fn new(map: &StepMap, lanes: &Lanes, axis: &Axis, findings: &[(u32, Severity)]) -> Self {
        let start = |step: u32| axis.extent(step as usize).0;
        let marks = |wanted: fn(Mark) -> Option<usize>| {
            let marked = map.marks.iter().filter_map(move |(step, mark)| Some((*step, wanted(*mark)?)));
            Track::new(marked.map(|(step, rank)| (start(step), step, rank)))
        };
        let flags = findings.iter().filter_map(|(step, severity)| {
            let rank = SEVERITIES.iter().position(|known| known == severity)?;
            Some((start(*step), *step, rank))
        });
        let items = items(map, axis);
        let mut own: Vec<Vec<Item>> = vec![Vec::new(); lanes.names().len()];
        for (item, agent) in items.iter().zip(&map.agents) {
            if let Some(lane) = own.get_mut(lanes.lane(*agent)) {
                lane.push(*item);
            }
        }
        Self {
            lanes: own.into_iter().map(Strip::new).collect(),
            all: Strip::new(items),
            phases: phases(map, axis),
            checks: marks(|mark| match mark {
                Mark::GreenCheck => Some(0),
                Mark::RedCheck => Some(RED),
                Mark::Edit | Mark::Error => None,
            }),
            edits: marks(|mark| (mark == Mark::Edit).then_some(0)),
            flags: Track::new(flags),
            context: context(map, lanes, axis),
            most_context: map.context.iter().map(|(_, tokens)| *tokens).max().unwrap_or(0),
        }
    }

    /// First and last step between two positions of the axis.
    pub fn steps_between(&self, from: f64, to: f64) -> Option<(u32, u32)> {
        self.all.steps_between(from.min(to), from.max(to))
    }
}

pub(super) fn shade(kind: u8) -> StepShade {
    StepShade::ALL.get(usize::from(kind)).copied().unwrap_or(StepShade::Other)
}

pub(super) fn phase(kind: u8) -> Phase {
    PHASES.get(usize::from(kind)).copied().unwrap_or(Phase::Finish)
}

pub(super) fn severity(rank: usize) -> Severity {
    SEVERITIES.get(rank).copied().unwrap_or(Severity::Error)
}

/// The place of a value in a short list.
fn kind<T: PartialEq>(list: &[T], wanted: &T) -> u8 {
    (0u8..).zip(list).find(|(_, known)| *known == wanted).map_or(0, |(kind, _)| kind)
}

fn items(map: &StepMap, axis: &Axis) -> Vec<Item> {
    let mut abandoned = map.abandoned.iter().copied().peekable();
    let item = |(step, shade): (u32, &StepShade)| {
        let (from, to) = axis.extent(step as usize);
        let span = map.spans.get(step as usize).copied().flatten();
        Item {
            from,
            to,
            step,
            kind: kind(&StepShade::ALL, shade),
            is_abandoned: abandoned.next_if_eq(&step).is_some(),
            is_bound: span.is_some_and(|span| span.bound) && matches!(axis, Axis::Time { .. }),
        }
    };
    (0u32..).zip(&map.shades).map(item).collect()
}

fn phases(map: &StepMap, axis: &Axis) -> Strip {
    let starts = map.phases.iter().map(|(step, _)| axis.extent(*step as usize).0);
    let ends = starts.clone().skip(1).chain([axis.length()]);
    let items = map.phases.iter().zip(starts.zip(ends)).map(|((step, phase), (from, to))| Item {
        from,
        to,
        step: *step,
        kind: kind(&PHASES, phase),
        is_abandoned: false,
        is_bound: false,
    });
    Strip::new(items.collect())
}

fn context(map: &StepMap, lanes: &Lanes, axis: &Axis) -> Vec<Line> {
    let mut own: Vec<Vec<(f64, u64)>> = vec![Vec::new(); lanes.names().len()];
    for (step, tokens) in &map.context {
        let agent = map.agents.get(*step as usize).copied().unwrap_or_default();
        if let Some(points) = own.get_mut(lanes.lane(agent)) {
            points.push((axis.extent(*step as usize).0, *tokens));
        }
    }
    own.into_iter().filter(|points| !points.is_empty()).map(Line::new).collect()
}
