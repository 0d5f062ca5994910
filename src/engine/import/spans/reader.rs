//! One trace as a run: its spans in the order in which they began.

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::value::RawValue;

use super::gather::{Known, Trace};
use super::said;
use super::span::{Class, Span};
use crate::engine::import::dialogue::{Dialogue, ToolRun, shown_text};
use crate::engine::import::messages::{self, Piece, unwrapped};
use crate::engine::import::text::json_text;
use crate::engine::import::{Input, Located, Output};
use crate::engine::order;
use crate::engine::trace::{
    AgentId, At, EventKind, Position, Role, RunWriter, Segment, StepId, TextRef, Totals, Usage, WarningKind,
};

pub(super) fn read(input: &Input<'_>, out: &mut Output<'_>, trace: &mut Trace) {
    let index = out.start();
    let mut run = out.run(index);
    // A parent begins no later than what it holds.
    order::sort_by_key(&mut trace.spans, |span| (span.start, std::cmp::Reverse(span.end)));
    let places = trace.spans.iter().enumerate().map(|(place, span)| (span.id, place)).collect();
    let repeated = repeated(&mut trace.spans);
    let models = || trace.spans.iter().filter(|span| span.class == Class::Model);
    let mut reader = Reader {
        trace,
        places,
        steps: vec![None; trace.spans.len()],
        is_silent: !models().any(|span| span.said.is_some()),
        is_unknown: trace.spans.iter().all(|span| span.class == Class::Other),
        last_words: None,
        used: Totals::default(),
        has_loose_usage: false,
        dialogue: Dialogue::default(),
    };
    reader.head(&mut run);
    for (place, known) in trace.spans.iter().enumerate() {
        if repeated.get(place) == Some(&true) {
            continue;
        }
        let bytes = known.place.bytes(input.sources);
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(error) => {
                let position = Some(Position::Record(known.place.number));
                run.builder.warnings.push(WarningKind::BadRecord, position, error.to_string());
                continue;
            }
        };
        if let Ok(span) = Span::of(known.place.record(&bytes)) {
            reader.span(&mut run, place, known, &span);
        }
    }
    reader.finish(&mut run);
}

/// Which model calls were recorded by two instrumentations at once, the library's and the provider's: they
/// overlap and say the same. Those of the one that knows the ids of calls are kept, with what either knows of
/// tokens.
fn repeated(spans: &mut [Known]) -> Vec<bool> {
    /// Model calls that are under way at the same time.
    const WINDOW: usize = 16;
    let with_ids: FxHashSet<u64> = spans
        .iter()
        .filter(|span| span.said.is_some_and(|said| said.has_ids))
        .map(|span| span.name)
        .collect();
    let mut repeated = vec![false; spans.len()];
    let mut recent: Vec<usize> = Vec::new();
    for place in 0..spans.len() {
        let (before, rest) = spans.split_at_mut(place);
        let Some((span, said)) = rest.first_mut().and_then(|span| span.said.map(|said| (span, said))) else {
            continue;
        };
        let is_twin = |other: &Known| {
            other.said.is_some_and(|own| own.hash == said.hash)
                && span.start.is_some()
                && other.end >= span.start
        };
        let near = recent.iter().rev().take(WINDOW).copied();
        let twin = near.into_iter().find(|other| before.get(*other).is_some_and(is_twin));
        if let Some((twin, other)) = twin.and_then(|twin| Some((twin, before.get_mut(twin)?))) {
            let usage = other.usage.or(span.usage);
            (span.usage, other.usage) = (span.usage.or(usage), usage);
            let drops_twin = with_ids.contains(&span.name) && !with_ids.contains(&other.name);
            if let Some(flag) = repeated.get_mut(if drops_twin { twin } else { place }) {
                *flag = true;
            }
            if !drops_twin {
                continue;
            }
            recent.retain(|other| *other != twin);
        }
        recent.push(place);
    }
    repeated
}

struct Reader<'t> {
    trace: &'t Trace,
    places: FxHashMap<u64, usize>,
    /// The actions that the tool spans became.
    steps: Vec<Option<StepId>>,
    /// No model call recorded its answer: what agents were given and gave back is all there is.
    is_silent: bool,
    /// No span is a model call, a tool or an agent.
    is_unknown: bool,
    /// What the outermost agent gave back, to be said at the end.
    last_words: Option<(At, String)>,
    used: Totals,
    /// Some model call left no step that its usage could stand on.
    has_loose_usage: bool,
    dialogue: Dialogue,
}

impl Reader<'_> {
    fn head(&self, run: &mut RunWriter<'_>) {
        let mut agents = self.trace.spans.iter().filter(|span| span.class == Class::Agent);
        let name = agents.next().and_then(|span| span.agent.clone());
        let named = || self.trace.spans.iter().find_map(|span| span.agent.clone());
        let name = name.or_else(|| self.trace.service.clone()).or_else(named);
        let name = name.unwrap_or_else(|| "agent".to_owned());
        run.builder.participant(&name);
        let head = &mut run.builder.head;
        head.id = hex(&self.trace.id);
        head.agent_version.clone_from(&self.trace.version);
        head.agent = Some(name);
        head.absolute_times = true;
    }

    /// The spans around one, from the inside out.
    fn around(&self, known: &Known) -> impl Iterator<Item = (usize, &Known)> {
        let above = |known: &Known| {
            let place = *self.places.get(&known.parent?)?;
            Some((place, self.trace.spans.get(place)?))
        };
        // Circles end somewhere.
        std::iter::successors(above(known), move |(_, known)| above(known)).take(100)
    }

    fn agent(&self, run: &mut RunWriter<'_>, known: &Known) -> AgentId {
        let is_agent = |known: &&Known| known.class == Class::Agent;
        let around = self.around(known).map(|(_, known)| known).find(is_agent);
        let own = Some(known).filter(is_agent).or(around).and_then(|known| known.agent.as_ref());
        let name = own.or(known.agent.as_ref());
        name.map_or(AgentId(0), |name| run.builder.participant(name))
    }

    fn at(&self, run: &mut RunWriter<'_>, known: &Known) -> At {
        let parent = self.around(known).find_map(|(place, _)| self.steps.get(place).copied().flatten());
        At {
            agent: self.agent(run, known),
            source_step: u32::try_from(known.place.number).unwrap_or(u32::MAX),
            time_ms: known.start.map(|start| start / 1_000_000),
            parent,
        }
    }

    fn span(&mut self, run: &mut RunWriter<'_>, place: usize, known: &Known, span: &Span<'_>) {
        let at = self.at(run, known);
        let end_ms = known.end.map(|end| end / 1_000_000);
        match known.class {
            Class::Model => self.model(run, known, span, at, end_ms),
            Class::Tool => {
                let step = self.tool(run, span, at, end_ms);
                if let Some(own) = self.steps.get_mut(place) {
                    *own = Some(step);
                }
            }
            Class::Agent => {
                if let Some(name) = self.takes_over(known) {
                    run.event(at, EventKind::HandOff, TextRef::inline(name));
                }
                self.outermost(run, known, span, at, end_ms);
            }
            Class::Other => {
                self.outermost(run, known, span, at, end_ms);
                if self.is_unknown {
                    let mut text = span.name().into_owned();
                    for (name, value) in span.attributes.all() {
                        text.extend(["\n", name, ": ", &*value]);
                    }
                    let step = run.event(at, EventKind::Notice, TextRef::inline(&text));
                    if let Some(end) = end_ms {
                        run.builder.set_end(step, end, false);
                    }
                }
            }
        }
        let is_top = self.around(known).next().is_none();
        if let Some(error) = span.error().filter(|_| is_top || known.class == Class::Model) {
            let at = At { time_ms: end_ms.or(at.time_ms), ..at };
            if known.class == Class::Model {
                let text = format!("the model call failed: {error}");
                run.event(at, EventKind::Notice, TextRef::inline(&text));
            } else {
                run.builder.head.exit_status = Some(error);
            }
        }
    }

    /// The name of an agent that another one passed control to, rather than called as a tool.
    fn takes_over<'k>(&self, known: &'k Known) -> Option<&'k str> {
        let above = self.around(known).map(|(_, known)| known);
        let above = above.into_iter().find(|known| matches!(known.class, Class::Agent | Class::Tool))?;
        let name = known.agent.as_deref()?;
        (above.class == Class::Agent && above.agent.as_deref() != Some(name)).then_some(name)
    }

    /// What the run was given and gave back, where the model calls do not tell.
    fn outermost(
        &mut self,
        run: &mut RunWriter<'_>,
        known: &Known,
        span: &Span<'_>,
        at: At,
        end_ms: Option<i64>,
    ) {
        let is_inner =
            self.around(known).any(|(_, above)| above.class == Class::Agent || known.class == Class::Other);
        if !self.is_silent || is_inner {
            return;
        }
        self.prompt(run, span, at);
        if let Some(answer) = said::answer(span) {
            self.last_words = Some((At { time_ms: end_ms, ..at }, answer.into_owned()));
        }
    }

    fn prompt(&mut self, run: &mut RunWriter<'_>, span: &Span<'_>, at: At) {
        for value in said::prompt(span) {
            let found = self.dialogue.prompt(run, &span.record, at, &value);
            if let Some(raw) = raw(&value).filter(|_| !found) {
                self.dialogue.say_new(run, at, Role::User, &shown_text(&span.record, raw));
            }
        }
    }

    fn model(
        &mut self,
        run: &mut RunWriter<'_>,
        known: &Known,
        span: &Span<'_>,
        at: At,
        end_ms: Option<i64>,
    ) {
        if let Some(model) = span.model() {
            run.builder.head.saw_model(&model);
        }
        self.prompt(run, span, at);
        let answer = said::answer(span);
        let answer = answer.as_deref().and_then(raw);
        let step = answer.and_then(|answer| self.dialogue.answer(run, &span.record, at, end_ms, answer));
        if let Some(usage) = known.usage.filter(|usage| *usage != Usage::default()) {
            self.used.add(&usage);
            match step {
                Some(step) => run.builder.set_usage(step, usage),
                None => self.has_loose_usage = true,
            }
        }
        if answer.is_none() && span.error().is_none() {
            let position = Some(Position::Record(known.place.number));
            let text =
                "a model call whose answer was not recorded: the tracing has to be told to capture content";
            run.builder.warnings.push(WarningKind::Missing, position, text);
        }
    }

    fn tool(&mut self, run: &mut RunWriter<'_>, span: &Span<'_>, at: At, end_ms: Option<i64>) -> StepId {
        let (input, output) = (span.tool_input(), span.tool_output());
        let (id, name) = (span.call_id(), span.tool());
        let tool = ToolRun {
            id: id.as_deref(),
            tool: &name,
            input: input.as_deref().and_then(raw),
            output: output.as_deref().and_then(raw),
            error: span.error().map(inline),
            end_ms,
        };
        self.dialogue.tool(run, &span.record, at, &tool)
    }

    fn finish(mut self, run: &mut RunWriter<'_>) {
        if let Some((at, words)) = self.last_words.take() {
            let text = inline(words_of(&words));
            self.dialogue.say_new(run, at, Role::Assistant, &text);
        }
        if let Some(error) = run.builder.head.exit_status.take() {
            let end = self.trace.spans.iter().filter_map(|span| span.end).max();
            let at = At {
                source_step: run.builder.last_source_step(),
                time_ms: end.map(|end| end / 1_000_000),
                ..At::default()
            };
            run.event(at, EventKind::Crash, TextRef::inline(&error));
            run.builder.head.exit_status = Some("error".to_owned());
        }
        if self.has_loose_usage {
            run.builder.head.totals = self.used;
        }
        if self.is_unknown && !run.builder.is_empty() {
            let text = "no span says that it is a model call or a tool: all are shown as events";
            run.builder.warnings.push(WarningKind::Guessed, None, text);
        }
        self.dialogue.finish(run.builder);
    }
}

/// A piece of JSON as a value.
fn raw(json: &str) -> Option<&RawValue> {
    serde_json::from_str(json).ok()
}

fn inline<'a>(text: String) -> Located<'a> {
    let segment = Segment::Inline(text.as_str().into());
    Located { text: text.into(), segment }
}

/// What a person would read in the answer of an agent.
fn words_of(json: &str) -> String {
    let mut words = Vec::new();
    messages::read(json, Role::Assistant, &mut |message| {
        for piece in &message.pieces {
            if let Piece::Text(raw) = piece {
                words.push(json_text(raw.get()).into_owned());
            }
        }
    });
    if words.is_empty() { json_text(&unwrapped(json)).into_owned() } else { words.pop().unwrap_or_default() }
}

/// Ids are sixteen bytes in hex; exporters that go through protobuf's own JSON write base64 instead.
fn hex(id: &str) -> String {
    let digits = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let Some(coded) = id.strip_suffix("==").filter(|coded| coded.len() == 22) else {
        return id.strip_prefix("0x").unwrap_or(id).to_owned();
    };
    let (mut bits, mut count, mut hex) = (0_u32, 0, String::new());
    for value in coded.bytes().filter_map(digits) {
        bits = bits << 6 | u32::from(value);
        count += 6;
        while count >= 4 && hex.len() < 32 {
            count -= 4;
            hex.extend(char::from_digit(bits >> count & 15, 16));
        }
        bits &= 0xFFFF;
    }
    hex
}
