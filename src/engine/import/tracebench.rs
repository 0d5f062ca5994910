//! TraceBench's own format: a list of `{timestamp, action, state}`, or one such object a line.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{FormatInfo, Head, ImportError, Importer, Input, Located, Output, Probe, Record, Shape, text};
use crate::engine::trace::{
    At, CallInput, CallText, Position, ResultText, RunIndex, Segment, WarningKind, parse_timestamp_ms,
    seconds_to_ms,
};

pub(super) static IMPORTER: Tracebench = Tracebench;

pub(super) struct Tracebench;

static INFO: FormatInfo = FormatInfo {
    id: "tracebench",
    title: "TraceBench steps",
    written_by: "TraceBench's recorder, or by hand: a JSON list of {timestamp, action, state}, or JSON lines",
    lacks: "messages, thoughts, tokens, cost; tool output unless a step has `output`",
};

/// A step has these members, the last one optionally, and no others.
const MEMBERS: &[&str] = &["timestamp", "action", "state", "output"];

/// Where on the number line seconds since 1970 begin (1973): smaller numbers count from the run's start.
const FIRST_EPOCH_SECOND: f64 = 1e8;

/// Larger numbers (the year 5138 in seconds) can only be milliseconds.
const FIRST_EPOCH_MILLISECOND: f64 = 1e11;

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow)]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    action: Cow<'a, str>,
    #[serde(borrow)]
    state: Option<&'a RawValue>,
    #[serde(borrow)]
    output: Option<&'a RawValue>,
}

/// The one member of a state that means something to everybody.
#[derive(Deserialize)]
struct Verdict {
    tests_passed: bool,
}

impl Importer for Tracebench {
    fn info(&self) -> &'static FormatInfo {
        &INFO
    }

    fn probe(&self, head: &Head<'_>) -> Probe {
        if !matches!(head.shape, Shape::List | Shape::Lines | Shape::Object) {
            return Probe::No;
        }
        // The last one may be cut off.
        let complete = head.outlines.len().saturating_sub(1).max(1);
        let whole =
            head.outlines.iter().take(complete).all(|item| item.has_all(&["timestamp", "action", "state"]));
        let pure = head.outlines.iter().all(|item| item.members().all(|name| MEMBERS.contains(&name)));
        if whole && pure && !head.outlines.is_empty() { Probe::Yes } else { Probe::No }
    }

    fn import(&self, input: &Input<'_>, out: &mut Output<'_>) -> Result<(), ImportError> {
        let run = out.start();
        let mut index = 0;
        input.records(out, |out, record| {
            match serde_json::from_slice::<Item<'_>>(record.bytes) {
                Ok(item) => add(out, run, index, &record, &item),
                Err(error) => out.warn(
                    WarningKind::BadRecord,
                    Some(Position::Record(index.into())),
                    format!("a step that is no {{timestamp, action, state}} was skipped: {error}"),
                ),
            }
            index += 1;
        })
    }
}

fn add(out: &mut Output<'_>, run: RunIndex, index: u32, record: &Record<'_>, item: &Item<'_>) {
    let mut writer = out.run(run);
    let (time_ms, absolute) = item.timestamp.map_or((None, false), |raw| clock(raw.get()));
    writer.builder.head.absolute_times |= absolute;
    writer.builder.begin_turn();
    let at = At { source_step: index, time_ms, ..At::default() };
    let state = item.state.map(|raw| Located {
        text: Cow::Borrowed(raw.get()),
        segment: record.segment(raw.get(), text::PLAIN),
    });
    let (input, segment) = match &state {
        Some(state) => (CallInput::Json(&state.text), state.segment.clone()),
        None => (CallInput::None, Segment::Inline("".into())),
    };
    let step = writer.action(at, &CallText { tool: &item.action, input, cwd: None }, segment);
    let tests_passed = state
        .as_ref()
        .and_then(|state| serde_json::from_str::<Verdict>(&state.text).ok())
        .map(|verdict| verdict.tests_passed);
    let output = match item.output {
        Some(raw) => Some(Located {
            text: text::json_text(raw.get()),
            segment: record.segment(raw.get(), text::JSON_TEXT),
        }),
        // A state with a verdict is at once what the tests answered.
        None => state.filter(|_| tests_passed.is_some()),
    };
    if let Some(output) = output {
        let result = ResultText { text: &output.text, tests_passed, ..ResultText::default() };
        writer.result(step, &result, output.segment);
    }
}

/// Milliseconds, and whether they count from 1970.
fn clock(json: &str) -> (Option<i64>, bool) {
    if json.starts_with('"') {
        let time = parse_timestamp_ms(&text::json_text(json));
        return (time, time.is_some());
    }
    let Ok(number) = json.parse::<f64>() else { return (None, false) };
    let seconds = if number >= FIRST_EPOCH_MILLISECOND { number / 1000.0 } else { number };
    (seconds_to_ms(seconds), seconds >= FIRST_EPOCH_SECOND)
}

#[cfg(test)]
mod tests {
    use crate::engine::import::Imported;
    use crate::engine::testing::check_import;
    use crate::engine::trace::{PartKind, Trace};

    const SAMPLE: &[u8] = include_bytes!("../../../tests/fixtures/tracebench/api_timeout.json");

    fn only(imported: Imported) -> Trace {
        assert_eq!(imported.traces.len(), 1);
        imported.traces.into_iter().next().unwrap()
    }

    #[test]
    fn every_item_is_one_action_numbered_as_in_the_file() {
        let trace = only(check_import("api_timeout.json", SAMPLE));
        let tools: Vec<&str> = trace.steps.iter().filter_map(|step| trace.tool(step)).collect();
        assert_eq!(
            tools,
            ["retrieve_context", "generate_fix", "run_tests", "retry_fix", "run_tests", "retry_fix"]
        );
        assert_eq!(trace.steps.iter().map(|step| step.source_step).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
        assert_eq!(trace.steps.last().unwrap().turn, 6);
        assert!(trace.warnings.is_empty(), "{:?}", trace.warnings);
    }

    #[test]
    fn a_verdict_in_the_state_is_the_result_of_the_step() {
        let trace = only(check_import("api_timeout.json", SAMPLE));
        let with_result: Vec<usize> =
            (0..6).filter(|step| trace.steps[*step].part(PartKind::Result).is_some()).collect();
        assert_eq!(with_result, [2, 4]);
    }

    #[test]
    fn json_lines_with_output_and_any_state() {
        let lines = concat!(
            "{\"timestamp\": \"2026-03-01T10:00:00Z\", \"action\": \"run_tests\", \"state\": {\"tests_passed\": true}, \"output\": \"2 passed\"}\n",
            "{\"timestamp\": \"2026-03-01T10:00:02.5Z\", \"action\": \"final_answer\", \"state\": null}\n",
            "{\"timestamp\": \"2026-03-01T10:00:03Z\", \"action\": \"note\", \"state\": [1, \"é\"], \"output\": {\"a\": 1}}\n",
        );
        let trace = only(check_import("steps.jsonl", lines.as_bytes()));
        assert!(trace.head.absolute_times);
        assert_eq!(trace.steps[1].time.unwrap().start_ms, 2500);
        assert!(trace.steps[1].parts.is_empty());
        assert_eq!(trace.steps[2].parts.len(), 2);
    }

    #[test]
    fn clocks_in_seconds_milliseconds_and_text() {
        assert_eq!(super::clock("0.25"), (Some(250), false));
        assert_eq!(super::clock("1700000000"), (Some(1_700_000_000_000), true));
        assert_eq!(super::clock("1700000000123"), (Some(1_700_000_000_123), true));
        assert_eq!(super::clock("\"soon\""), (None, false));
    }

    #[test]
    fn a_bad_step_costs_itself() {
        let json = br#"[{"timestamp":0,"action":"a","state":{}},{"timestamp":1,"action":7,"state":{}},{"timestamp":2,"action":"c","state":{}}]"#;
        let trace = only(check_import("x.json", json));
        assert_eq!(trace.steps.iter().map(|step| step.source_step).collect::<Vec<_>>(), [0, 2]);
        assert_eq!(trace.warnings.len(), 1);
    }
}
