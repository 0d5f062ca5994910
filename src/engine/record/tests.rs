use super::{Moment, Recorded, Recorder, Run};
use crate::engine::import::read_part;
use crate::engine::testing::check_import;
use crate::engine::trace::{MemorySources, PartKind, Trace};

fn read(source: &str) -> Trace {
    check_import("recorded", source.as_bytes()).traces.remove(0)
}

fn sample() -> Recorder {
    let run =
        Run::by("fixer").version("1.2").model("vendor/coder").task("Make the tests pass.").session("s-1");
    let mut recorder = Recorder::new(run);
    recorder.record(Moment::from_seconds(0.0), Recorded::action("retrieve_context"));
    let tests = Recorded::action("run_tests").state("tests_passed", false).output("1 failed").exit_code(1);
    recorder.record(Moment::from_millis(4_500), tests);
    recorder
}

#[test]
fn the_original_format_as_people_write_it() {
    let written: serde_json::Value = serde_json::from_str(&sample().to_steps()).unwrap();
    let expected = serde_json::json!([
        {"timestamp": 0, "action": "retrieve_context", "state": {}},
        {"timestamp": 4.5, "action": "run_tests", "state": {"tests_passed": false, "exit_code": 1}, "output": "1 failed"}
    ]);
    assert_eq!(written, expected);
}

#[test]
fn atif_keeps_agent_model_and_task() {
    let trace = read(&sample().to_atif());
    assert_eq!(trace.format, "atif");
    assert_eq!(trace.head.agent.as_deref(), Some("fixer"));
    assert_eq!(trace.head.models, ["vendor/coder"]);
    assert_eq!((&*trace.head.id, &*trace.steps[0].label), ("s-1", "Make the tests pass."));
}

#[test]
fn writers_and_texts_agree() {
    let mut bytes = Vec::new();
    sample().write_atif(&mut bytes).unwrap();
    assert_eq!(String::from_utf8(bytes).unwrap(), sample().to_atif());
}

/// What must come back: actions with their states, outputs and times since the first.
fn shape(source: &str) -> Vec<(String, serde_json::Value, Option<String>, i64)> {
    let trace = read(source);
    let sources = MemorySources::single("recorded", source);
    let part = |step: &crate::engine::trace::Step, kind| {
        step.part(kind).map(|part| read_part(&trace, part, &sources).unwrap())
    };
    trace
        .steps
        .iter()
        .filter(|step| step.is_action())
        .map(|step| {
            let state = part(step, PartKind::Call).map(|state| serde_json::from_str(&state).unwrap());
            (
                trace.tool(step).unwrap().to_owned(),
                state.unwrap_or_default(),
                part(step, PartKind::Result),
                step.time.unwrap().start_ms,
            )
        })
        .collect()
}

#[cfg(not(target_family = "wasm"))]
mod round_trip {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::{Moment, Recorded, Recorder, Run, shape};

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 8, 3, |inner| prop::collection::vec(inner, 0..3).prop_map(Value::from))
    }

    fn step() -> impl Strategy<Value = (i64, Recorded)> {
        let state = prop::collection::btree_map("[a-zé_ \"\\\\]{1,8}", value(), 0..4);
        let output = prop::option::of((any::<String>(), prop::option::of(any::<i32>())));
        (0..4_000_000_000_000_i64, any::<String>(), state, output).prop_map(|(ms, action, state, output)| {
            let mut step = Recorded::action(action);
            for (name, value) in state {
                step = step.state(name, value);
            }
            if let Some((text, code)) = output {
                step = step.output(text);
                step = code.map_or(step.clone(), |code| step.exit_code(code));
            }
            (ms, step)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_recorded_is_read_back(steps in prop::collection::vec(step(), 1..6)) {
            let mut recorder = Recorder::new(Run::by("agent").task("Do it."));
            let first = steps.iter().map(|(ms, _)| *ms).min().unwrap_or(0);
            for (ms, step) in &steps {
                recorder.record(Moment::from_millis(*ms), step.clone());
            }
            let expected = |exit_code_in_state: bool| steps.iter().map(|(ms, step)| {
                let mut state = step.state.clone();
                if let Some(code) = step.exit_code.filter(|_| exit_code_in_state) {
                    state.insert("exit_code".to_owned(), code.into());
                }
                (step.action.clone(), Value::Object(state), step.output.clone(), ms - first)
            }).collect::<Vec<_>>();
            prop_assert_eq!(shape(&recorder.to_steps()), expected(true));
            prop_assert_eq!(shape(&recorder.to_atif()), expected(false));
        }
    }
}
