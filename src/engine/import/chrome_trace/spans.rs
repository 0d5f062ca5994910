//! The events in the order of time, one inside the other: calls as actions, other spans and instants as
//! notices.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use super::event::{Arguments, Event, Events, Phase, Thread};
use crate::engine::import::object::Members;
use crate::engine::import::{Output, Record, text};
use crate::engine::order;
use crate::engine::trace::{
    AgentId, At, CallInput, CallText, EventKind, PartKind, Position, ResultText, RunIndex, RunWriter,
    Segment, StepId, TextRef, WarningKind,
};

/// From here on (1973) times count from 1970; smaller ones from the machine's start or the run's.
const FIRST_EPOCH_MICROSECOND: i64 = 100_000_000_000_000;

/// A span that goes on.
#[derive(Debug, Clone, Copy)]
struct Open {
    step: StepId,
    name: usize,
    /// When it ends, in microseconds, if that is known already.
    end: Option<i64>,
}

/// Adds the steps of all events to a run.
pub(super) fn add(mut events: Events, out: &mut Output<'_>, run: RunIndex) {
    // What ends or begins at a time comes in the order of the file; of whole spans the longer one is outside.
    order::sort_by_key(&mut events.list, |event| match event.phase {
        Phase::Complete(length) => (event.time, true, Reverse(length.unwrap_or(0))),
        _ => (event.time, false, Reverse(0)),
    });
    let mut run = out.run(run);
    let agents = participants(&events, &mut run);
    run.builder.head.absolute_times =
        events.list.first().is_some_and(|event| event.time >= FIRST_EPOCH_MICROSECOND);
    let mut processes = events.processes.values();
    if let (Some(process), None) = (processes.next(), processes.next()) {
        run.builder.head.agent = Some(process.clone());
    }
    let mut spans = Spans { agents, threads: FxHashMap::default(), asyncs: FxHashMap::default() };
    for event in &events.list {
        spans.event(&mut run, &events, event);
    }
    for _ in spans.threads.values().chain(spans.asyncs.values()).flatten().filter(|open| open.end.is_none()) {
        run.builder.warnings.push(WarningKind::Unpaired, None, "a span without an end");
    }
}

/// A participant for each thread on which something happens, in the order of their first events.
fn participants(events: &Events, run: &mut RunWriter<'_>) -> Vec<AgentId> {
    let shown = |thread: &Thread| match (&thread.name, events.processes.get(&thread.process)) {
        (Some(name), _) => name.clone(),
        (None, Some(process)) => format!("{process}, thread {}", thread.id),
        (None, None) => format!("thread {}", thread.id),
    };
    let names: Vec<String> = events.threads.iter().map(shown).collect();
    let mut agents = vec![None; names.len()];
    for event in &events.list {
        let Some(place) = agents.get_mut(event.thread).filter(|agent| agent.is_none()) else { continue };
        let (Some(name), Some(thread)) = (names.get(event.thread), events.threads.get(event.thread)) else {
            continue;
        };
        // Threads of different processes bear the same names.
        let is_shared = names.iter().filter(|other| *other == name).count() > 1;
        *place = Some(if is_shared {
            run.builder.participant(&format!("{name} ({}/{})", thread.process, thread.id))
        } else {
            run.builder.participant(name)
        });
    }
    agents.into_iter().map(Option::unwrap_or_default).collect()
}

struct Spans {
    agents: Vec<AgentId>,
    /// What goes on, by thread.
    threads: FxHashMap<usize, Vec<Open>>,
    /// And by the key of async spans.
    asyncs: FxHashMap<u64, Vec<Open>>,
}

impl Spans {
    fn event(&mut self, run: &mut RunWriter<'_>, events: &Events, event: &Event) {
        let name = events.names.get(event.name).map_or("", String::as_str);
        let agent = self.agents.get(event.thread).copied().unwrap_or_default();
        let at = At {
            agent,
            source_step: u32::try_from(event.number).unwrap_or(u32::MAX),
            time_ms: Some(event.time.div_euclid(1000)),
            parent: None,
        };
        let open = match event.phase {
            Phase::AsyncBegin(key) | Phase::AsyncEnd(key) => self.asyncs.entry(key).or_default(),
            _ => {
                let open = self.threads.entry(event.thread).or_default();
                while open.last().and_then(|last| last.end).is_some_and(|end| end <= event.time) {
                    open.pop();
                }
                open
            }
        };
        let at = At { parent: open.last().map(|outer| outer.step), ..at };
        match event.phase {
            Phase::Begin | Phase::AsyncBegin(_) => {
                let step = span(run, at, name, event.arguments.as_ref());
                open.push(Open { step, name: event.name, end: None });
            }
            Phase::Complete(length) => {
                let step = span(run, at, name, event.arguments.as_ref());
                if let Some(length) = length.filter(|length| *length >= 0) {
                    let end = event.time.saturating_add(length);
                    run.builder.set_end(step, end.div_euclid(1000), false);
                    open.push(Open { step, name: event.name, end: Some(end) });
                }
            }
            Phase::End | Phase::AsyncEnd(_) => {
                // An end may lack the name; one of another name belongs to a span further out.
                let goes_on = |open: &Open| open.end.is_none();
                let place = open
                    .iter()
                    .rposition(|open| goes_on(open) && open.name == event.name)
                    .or_else(|| open.iter().rposition(goes_on).filter(|_| name == "(unnamed)"));
                let Some(place) = place else {
                    let position = Some(Position::Record(event.number));
                    let text = "an end without a beginning was left out";
                    return run.builder.warnings.push(WarningKind::Unpaired, position, text);
                };
                let ended = open.remove(place);
                run.builder.set_end(ended.step, event.time.div_euclid(1000), false);
            }
            Phase::Instant => {
                span(run, at, name, event.arguments.as_ref());
            }
        }
    }
}

/// A span with the arguments of a call is an action whose tool is its name, with what came back. Any other is
/// an event: what a profiler measures is nothing that the agent chose to do again and again.
fn span(run: &mut RunWriter<'_>, at: At, name: &str, arguments: Option<&Arguments>) -> StepId {
    let call = arguments.and_then(|arguments| Some((arguments, arguments.call.as_deref()?)));
    let Some((arguments, json)) = call else {
        let step = run.event(at, EventKind::Notice, TextRef::inline(name));
        if let Some(arguments) = arguments {
            run.builder.attach(step, PartKind::Call, stored(arguments));
        }
        return step;
    };
    let call = CallText { tool: name, input: CallInput::Json(json), cwd: None };
    let step = run.action(at, &call, stored(arguments));
    let members = Members::of(json);
    let error = members.some("error").filter(|error| error.get() != "false");
    let result = members.some("output").or_else(|| members.some("result")).or(error);
    if let Some(result) = result {
        let record = Record {
            source: arguments.source,
            offset: arguments.offset,
            number: u64::from(at.source_step),
            bytes: json.as_bytes(),
        };
        let result = record.text(result);
        let flags = ResultText {
            text: &result.text,
            is_error: error.map(|_| true).or_else(|| members.flag("is_error")),
            exit_code: members.code("exit_code"),
            ..ResultText::default()
        };
        run.result(step, &flags, result.segment);
    }
    step
}

fn stored(arguments: &Arguments) -> Segment {
    TextRef::stored("", arguments.source, arguments.offset, arguments.len, text::PLAIN).segment
}
