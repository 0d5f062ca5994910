use super::{
    EngineReply, EngineRequest, Envelope, FileEntry, Host, Muted, PlannedRole, Profile, RewardWeights, RunKey,
};
use crate::engine::replay::workspace::Against;
use crate::engine::trace::MemorySources;
use crate::protocol::{ReplayHost, ReplayReply, ReplayRequest, TOLD_FORMAT, decode, encode, tell_reports};

const TRACE: &str = include_str!("../../../tests/fixtures/tracebench/api_timeout.json");
const RUN: RunKey = RunKey { file: 4, index: 0 };

fn ask(host: &mut Host, files: &[(&str, &str)], request: EngineRequest) -> Vec<EngineReply> {
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    let mut replies = Vec::new();
    let envelope = Envelope { id: 1, request };
    assert_eq!(decode(&encode(&envelope)).as_ref(), Ok(&envelope));
    host.handle(envelope, Box::new(MemorySources::new(files)), &mut |reply| {
        assert_eq!(decode(&encode(&reply)).as_ref(), Ok(&reply));
        replies.push(reply.reply);
    });
    replies
}

fn entry(id: u32, name: &str) -> FileEntry {
    FileEntry { id, name: name.to_owned() }
}

fn opened() -> Host {
    let mut host = Host::default();
    let profile = Box::new(Profile::classic());
    let request =
        EngineRequest::Analyze { files: vec![entry(4, "a.json")], format: "tracebench".to_owned(), profile };
    let replies = ask(&mut host, &[("a.json", TRACE)], request);
    assert!(matches!(replies.first(), Some(EngineReply::Progress { file: 4, .. })));
    assert!(matches!(replies.last(), Some(EngineReply::Analyzed { file: 4, reports }) if reports.len() == 1));
    host
}

#[test]
fn says_what_each_file_is_and_what_belongs_to_it() {
    let atif =
        r#"{"schema_version":"ATIF-v1.2","session_id":"s","agent":{"name":"a","version":"1"},"steps":[]}"#;
    let files = [("run/trajectory.json", atif), ("run/reward.txt", "1"), ("notes.txt", "hello")];
    let entries = (0..).zip(&files).map(|(id, (name, _))| entry(id, name)).collect();
    let looked = ask(&mut Host::default(), &files, EngineRequest::Look { files: Vec::new() });
    let Some(EngineReply::Looked { formats: known }) = looked.last() else { panic!("{looked:?}") };
    assert_eq!(known.as_slice(), ["atif", "", ""]);
    let known = known.clone();
    let replies = ask(&mut Host::default(), &files, EngineRequest::Plan { files: entries, known });
    let Some(EngineReply::Planned { files }) = replies.last() else { panic!("no plan") };
    assert!(
        matches!(&files[0].role, PlannedRole::Trace { format, belongings, .. } if format == "atif" && belongings == &[1])
    );
    assert!(matches!(&files[1].role, PlannedRole::Sidecar { .. }));
    assert!(matches!(&files[2].role, PlannedRole::Unreadable { error } if error.kind == "unknown"));
}

#[test]
fn a_file_of_reports_tells_of_its_runs() {
    let Some(EngineReply::Analyzed { reports, .. }) = ask(
        &mut Host::default(),
        &[("a.json", TRACE)],
        EngineRequest::Analyze {
            files: vec![entry(4, "a.json")],
            format: String::new(),
            profile: Box::new(Profile::classic()),
        },
    )
    .pop() else {
        panic!("no report")
    };
    let text = format!("{}no report\n", crate::engine::report::run_line(&reports[0]));
    let files = [("told.ndjson", text.as_str())];
    let entries = vec![entry(7, "told.ndjson")];
    let mut host = Host::default();
    let plan = ask(&mut host, &files, EngineRequest::Plan { files: entries, known: Vec::new() });
    let Some(EngineReply::Planned { files: planned }) = plan.last() else { panic!("no plan") };
    assert!(matches!(&planned[0].role, PlannedRole::Trace { format, .. } if format == TOLD_FORMAT));
    let sources = MemorySources::new(vec![("told.ndjson".to_owned(), text.into_bytes())]);
    let mut replies = Vec::new();
    let last = tell_reports(7, &sources, &mut |reply| replies.push(reply));
    let [EngineReply::Told { first: 0, reports: told, .. }, _] = replies.as_slice() else {
        panic!("{replies:?}")
    };
    assert_eq!(told, &reports);
    assert!(matches!(last, EngineReply::ToldAll { left_out, .. } if left_out.broken == 1));
}

#[test]
fn answers_for_the_runs_it_has_read() {
    let mut host = opened();
    let rows = ask(&mut host, &[], EngineRequest::Rows { run: RUN, start: 4, count: 10 });
    assert!(matches!(rows.last(), Some(EngineReply::Rows { rows, .. }) if rows.len() == 2));
    let body = ask(&mut host, &[], EngineRequest::Body { run: RUN, step: 2 });
    assert!(matches!(body.last(), Some(EngineReply::Body { body, .. }) if !body.parts.is_empty()));
    let map = ask(&mut host, &[], EngineRequest::Map { run: RUN });
    assert!(matches!(map.last(), Some(EngineReply::Map { map, .. }) if map.shades.len() == 6));
}

#[test]
fn finds_steps_piece_by_piece() {
    let mut host = opened();
    let mut find = |query: &str, from| {
        let query = query.to_owned();
        ask(&mut host, &[], EngineRequest::Query { run: RUN, query, from, effort: 1 }).pop()
    };
    assert!(matches!(find("op:test", 2), Some(EngineReply::Hits { steps, next: 3, .. }) if steps == [2]));
    assert!(matches!(find("op:test", 3), Some(EngineReply::Hits { steps, next: 4, .. }) if steps.is_empty()));
    assert!(matches!(find("op:tset", 0), Some(EngineReply::Refused { .. })));
}

#[test]
fn answers_for_what_stood_at_a_step_and_for_what_was_done_to_files() {
    let mut host = opened();
    let moment = ask(&mut host, &[], EngineRequest::Moment { run: RUN, step: 3 });
    assert!(
        matches!(moment.last(), Some(EngineReply::Moment { moment }) if moment.step == 3 && moment.actions > 0)
    );
    let mut files = ReplayHost::default();
    let mut from = 0;
    while from < 6 {
        let reply = ask(&mut host, &[], EngineRequest::Acts { run: RUN, from, effort: 1 }).pop();
        let Some(EngineReply::Acts { acts, next }) = reply else { panic!("no acts") };
        assert!(next > from);
        from = next;
        assert_eq!(files.handle(ReplayRequest::Take { acts }), ReplayReply::Taken);
    }
    assert!(matches!(files.handle(ReplayRequest::Files { step: 5 }), ReplayReply::Files(_)));
    let none = ReplayRequest::File { step: 3, name: "none".to_owned(), against: Against::Start };
    assert_eq!(files.handle(none), ReplayReply::File(Vec::new()));
    assert!(matches!(files.handle(ReplayRequest::Take { acts: vec![255] }), ReplayReply::Refused(_)));
    let closed = RunKey { file: 9, index: 0 };
    let refused = ask(&mut host, &[], EngineRequest::Moment { run: closed, step: 3 });
    assert!(matches!(refused.last(), Some(EngineReply::Refused { .. })));
}

#[test]
fn weighs_anew_without_what_is_muted() {
    let mut host = opened();
    let mut weigh = |muted: Vec<Muted>| {
        let request = EngineRequest::Weigh { file: 4, profile: Box::new(Profile::classic()), muted };
        let Some(EngineReply::Weighed { runs, .. }) = ask(&mut host, &[], request).pop() else {
            panic!("not weighed")
        };
        let score = runs[0].score.as_ref().unwrap();
        (score.total, runs[0].muted.len())
    };
    let (all, none_muted) = weigh(Vec::new());
    let muted = Muted { index: 0, detector: "failing-tests".to_owned(), step: 2 };
    let (fewer, one_muted) = weigh(vec![muted.clone()]);
    let elsewhere = weigh(vec![Muted { index: 1, ..muted }]);
    assert_eq!((none_muted, one_muted, elsewhere), (0, 1, (all, 0)));
    assert!(fewer >= all);
}

#[test]
fn rewards_are_given_by_ones_own_weights_too() {
    let mut host = opened();
    let mut ask = |weights: &str| {
        let request =
            EngineRequest::Rewards { run: RUN, name: "a.json".to_owned(), weights: weights.to_owned() };
        ask(&mut host, &[], request).pop()
    };
    let Some(EngineReply::Rewards { lines }) = ask("") else { panic!("no rewards") };
    assert_eq!(lines.lines().count(), 7);
    let own = RewardWeights { turn: 2.0, ..RewardWeights::default() }.write();
    assert!(matches!(ask(&own), Some(EngineReply::Rewards { lines: other }) if other != lines));
    let refused = ask("{}");
    assert!(matches!(refused, Some(EngineReply::Refused { message }) if message.contains("missing field")));
}

#[test]
fn weights_of_rewards_are_written_as_they_were_understood() {
    let read = |text: &str| {
        let request = EngineRequest::RewardWeights { text: text.to_owned() };
        ask(&mut Host::default(), &[], request).pop()
    };
    let Some(EngineReply::RewardWeights { weights }) = read("") else { panic!("no weights") };
    assert_eq!((weights.name.as_str(), weights.text), ("default", RewardWeights::default().write()));
    let own = RewardWeights { name: "own".to_owned(), turn: 2.0, ..RewardWeights::default() };
    let Some(EngineReply::RewardWeights { weights }) = read(&own.write()) else { panic!("no weights") };
    assert_eq!((weights.name.as_str(), weights.text), ("own", own.write()));
    assert!(matches!(read("[]"), Some(EngineReply::Refused { .. })));
}

#[test]
fn a_closed_run_is_refused() {
    let mut host = opened();
    ask(&mut host, &[], EngineRequest::Close { file: 4 });
    let replies = ask(&mut host, &[], EngineRequest::Map { run: RUN });
    assert!(matches!(replies.last(), Some(EngineReply::Refused { .. })));
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    let request =
        EngineRequest::Analyze { files: vec![entry(0, "a")], format: String::new(), profile: Box::default() };
    let replies = ask(&mut Host::default(), &[("a", "")], request);
    assert!(matches!(replies.last(), Some(EngineReply::Failed { error, .. }) if error.kind == "empty"));
}
