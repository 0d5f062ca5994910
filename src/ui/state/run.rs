use std::sync::Arc;

use leptos::prelude::*;

use super::{RowStore, RunQuery, Session};
use crate::engine::detect::Severity;
use crate::engine::report::{RunReport, StepMap};
use crate::protocol::{RunKey, StepBody};
use crate::ui::browser::media;
use crate::view_model::axis::{Axis, AxisKind};
use crate::view_model::evidence;
use crate::view_model::finding_filter::FindingFilter;
use crate::view_model::place::{Place, Tab};
use crate::view_model::playback::Playback;
use crate::view_model::view_range::ViewRange;

/// The text of the selected step.
#[derive(Debug, Clone, PartialEq)]
pub enum BodyState {
    Loading,
    Ready(Arc<StepBody>),
    Failed(String),
}

/// The choices of a person in one opened run. Made anew for every run.
#[derive(Clone, Copy)]
pub struct RunState {
    pub key: RunKey,
    /// Only its report is here, and none of its steps.
    pub is_told: bool,
    /// Changes when the run is weighed anew.
    pub report: RwSignal<Arc<RunReport>>,
    /// The steps that findings blame.
    pub flagged: Memo<Vec<(u32, Severity)>>,
    /// Which findings are listed.
    pub filter: RwSignal<FindingFilter>,
    pub rows: RowStore,
    /// What is looked for in the steps.
    pub query: RunQuery,
    /// The columns of all steps, once they are here, or why they are not.
    pub map: RwSignal<Option<Result<Arc<StepMap>, String>>>,
    /// 0-based step.
    pub selected: RwSignal<u32>,
    pub body: RwSignal<BodyState>,
    pub tab: RwSignal<Tab>,
    pub axis_kind: RwSignal<AxisKind>,
    pub axis: Memo<Arc<Axis>>,
    /// What of the axis is in sight; `None` shows all of it.
    pub range: RwSignal<Option<ViewRange>>,
    /// First and last step of the range a person has chosen, to zoom to or to play again and again.
    pub chosen: RwSignal<Option<(u32, u32)>>,
    pub playback: RwSignal<Playback>,
    /// The verdict is one line, so that the work area gets the height.
    pub folded: RwSignal<bool>,
    /// On a narrow screen: the step stands alone.
    pub reading: RwSignal<bool>,
    /// Counts up when a person asks to see the evidence at the selected step.
    pub show_evidence: RwSignal<u32>,
    /// The text that holds the evidence is still on its way.
    pub evidence_pending: StoredValue<bool>,
    /// The step whose evidence was brought into sight last.
    pub evidence_at: StoredValue<Option<u32>>,
    /// What is wanted in sight is a hit of the query.
    pub wants_hit: StoredValue<bool>,
}

impl RunState {
    pub fn new(key: RunKey, report: Arc<RunReport>, session: Session) -> Self {
        let wanted = session.wanted.get_untracked().filter(|place| place.run == Some((key.file, key.index)));
        let first = evidence::opening_step(&report);
        let place = wanted.unwrap_or_else(|| Place { step: first, ..Place::default() });
        let step = place.step;
        let step = step.min(report.steps.saturating_sub(1));
        let count = report.steps as usize;
        let report = RwSignal::new(report);
        let map: RwSignal<Option<Result<Arc<StepMap>, String>>> = RwSignal::new(None);
        let axis_kind = RwSignal::new(place.axis);
        let axis = Memo::new(move |_| Arc::new(make_axis(map, axis_kind.get(), count)));
        Self {
            key,
            is_told: session.is_told(key.file),
            report,
            flagged: Memo::new(move |_| report.with(|report| evidence::flagged_steps(report))),
            filter: RwSignal::new(place.filter),
            rows: RowStore::new(key, session),
            query: RunQuery::new(key, session, place.query),
            map,
            selected: RwSignal::new(step),
            body: RwSignal::new(BodyState::Loading),
            tab: RwSignal::new(place.tab),
            axis_kind,
            axis,
            range: RwSignal::new(None),
            chosen: RwSignal::new(place.chosen),
            playback: RwSignal::default(),
            folded: RwSignal::new(false),
            reading: RwSignal::new(false),
            show_evidence: RwSignal::new(0),
            evidence_pending: StoredValue::new(false),
            evidence_at: StoredValue::new(None),
            wants_hit: StoredValue::new(false),
        }
    }

    pub fn expect() -> Self {
        expect_context()
    }

    /// As it was when it was asked for.
    pub fn report(self) -> Arc<RunReport> {
        self.report.get_untracked()
    }

    pub fn step_count(self) -> u32 {
        self.report.with_untracked(|report| report.steps)
    }

    /// Reads the columns, if they are here.
    pub fn with_map<T>(self, read: impl FnOnce(&StepMap) -> T) -> Option<T> {
        self.map.with(|map| match map {
            Some(Ok(map)) => Some(read(map)),
            _ => None,
        })
    }

    /// Whether the run records times; unknown until its columns are here.
    pub fn has_times(self) -> Option<bool> {
        self.with_map(|map| Axis::by_time(&map.spans).is_some())
    }

    pub fn shown_range(self) -> ViewRange {
        self.range.get().unwrap_or_else(|| ViewRange::full(self.axis.with(|axis| axis.length())))
    }

    pub fn place(self) -> Place {
        Place {
            is_of_many: false,
            run: Some((self.key.file, self.key.index)),
            step: self.selected.get(),
            chosen: self.chosen.get(),
            axis: self.axis_kind.get(),
            tab: self.tab.get(),
            filter: self.filter.get(),
            query: self.query.text.get(),
        }
    }

    /// Goes to a step: the list, the timeline and the detail follow.
    pub fn select(self, step: u32) {
        let step = step.min(self.step_count().saturating_sub(1));
        self.selected.set(step);
        let axis = self.axis.get_untracked();
        if let Some(range) = self.range.get_untracked() {
            let (from, to) = axis.extent(step as usize);
            self.range.set(Some(range.reveal(from, to, axis.length())));
        }
    }

    /// Selects because a person works with the steps now: the verdict makes room.
    pub fn step_to(self, step: u32) {
        self.folded.set(true);
        self.select(step);
    }

    pub fn open_step(self, step: u32) {
        self.step_to(step);
        self.reading.set(media::is_narrow());
    }

    /// Goes to the proof and brings it into sight.
    pub fn open_evidence(self, step: u32) {
        self.wants_hit.set_value(false);
        self.open_step(step);
        self.show_evidence.update(|count| *count += 1);
    }

    /// Goes to the next hit of the query, or to the one before, and brings what was found into sight.
    pub fn go_to_hit(self, back: bool) {
        let at = self.selected.get_untracked();
        if let Some(step) = if back { self.query.before(at) } else { self.query.after(at) } {
            self.open_step(step);
            self.wants_hit.set_value(true);
            self.show_evidence.update(|count| *count += 1);
        }
    }

    pub fn step_by(self, delta: i64) {
        let next = i64::from(self.selected.get_untracked()).saturating_add(delta).max(0);
        self.step_to(u32::try_from(next).unwrap_or(u32::MAX));
    }

    /// Zooms the timeline; `anchor` is a place on the axis, the selected step without one.
    pub fn zoom(self, factor: f64, anchor: Option<f64>) {
        let axis = self.axis.get_untracked();
        let range = untrack(move || self.shown_range());
        let anchor = anchor.unwrap_or_else(|| {
            let (from, to) = axis.extent(self.selected.get_untracked() as usize);
            f64::midpoint(from, to).clamp(range.start, range.end)
        });
        let zoomed = range.zoom_at(factor, anchor, axis.length(), axis.shortest_view());
        self.range.set((!zoomed.is_full(axis.length())).then_some(zoomed));
    }

    pub fn pan(self, delta: f64) {
        let length = self.axis.get_untracked().length();
        self.range.update(|range| *range = range.map(|range| range.pan(delta, length)));
    }

    pub fn set_axis(self, kind: AxisKind) {
        if kind == AxisKind::Time && untrack(move || self.has_times()) == Some(false) {
            return;
        }
        self.axis_kind.set(kind);
        self.range.set(None);
    }
}

/// By time where that is wanted and known.
fn make_axis(map: RwSignal<Option<Result<Arc<StepMap>, String>>>, kind: AxisKind, count: usize) -> Axis {
    let by_time = map.with(|map| match map {
        Some(Ok(map)) if kind == AxisKind::Time => Axis::by_time(&map.spans),
        _ => None,
    });
    by_time.unwrap_or_else(|| Axis::by_order(count))
}
