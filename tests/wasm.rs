//! The engine in a real browser: the same bytes give the same report as natively.
#![cfg(target_arch = "wasm32")]

use tracebench::engine::score::Profile;
use tracebench::engine::trace::MemorySources;
use tracebench::protocol::{EngineReply, EngineRequest, Envelope, FileEntry, Host, ReplyEnvelope, RunKey};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const TRACE: &str = include_str!("fixtures/tracebench/api_timeout.json");
/// What the native command line prints for that file: see `tests/snapshots`.
const FILE: &str = "api_timeout.json";

fn ask(host: &mut Host, request: EngineRequest) -> EngineReply {
    let mut replies: Vec<ReplyEnvelope> = Vec::new();
    let sources = Box::new(MemorySources::single(FILE, TRACE));
    host.handle(Envelope { id: 7, request }, sources, &mut |reply| replies.push(reply));
    assert!(replies.iter().all(|reply| reply.id == 7));
    replies.pop().expect("a reply").reply
}

fn files() -> Vec<FileEntry> {
    vec![FileEntry { id: 0, name: FILE.to_owned() }]
}

#[wasm_bindgen_test]
fn a_run_goes_through_the_whole_pipeline() {
    let mut host = Host::default();
    let request = EngineRequest::Analyze {
        files: files(),
        format: String::new(),
        profile: Box::new(Profile::classic()),
    };
    let EngineReply::Analyzed { reports, .. } = ask(&mut host, request) else { panic!("not analysed") };
    let [report] = reports.as_slice() else { panic!("one run was expected") };
    assert_eq!(report.steps, 6);
    assert_eq!(report.score.as_ref().map(|score| score.total), Some(55.0));

    let run = RunKey { file: 0, index: 0 };
    let EngineReply::Rows { rows, .. } = ask(&mut host, EngineRequest::Rows { run, start: 2, count: 2 })
    else {
        panic!("no rows")
    };
    assert_eq!(rows.iter().map(|row| row.step).collect::<Vec<_>>(), [2, 3]);
    let EngineReply::Body { body, .. } = ask(&mut host, EngineRequest::Body { run, step: 2 }) else {
        panic!("no body")
    };
    assert!(body.raw.iter().any(|raw| raw.contains("tests_passed")));
}

#[wasm_bindgen_test]
fn the_same_bytes_give_the_same_report() {
    let report = || {
        let request =
            EngineRequest::Analyze { files: files(), format: String::new(), profile: Box::default() };
        serde_json::to_string(&ask(&mut Host::default(), request)).expect("a report is JSON")
    };
    assert_eq!(report(), report());
}
