use std::collections::BTreeMap;

use super::moment::{acts_of, moment_view};
use super::{
    BodyPart, Catalog, EngineReply, EngineRequest, Envelope, FileEntry, Muted, PlannedFile, PlannedRole,
    ReplyEnvelope, RunKey, StepBody, encode, told,
};
use crate::engine::import::{self, FileRole, Input};
use crate::engine::query::{Query, STEP_FIELDS, Searched, search};
use crate::engine::replay::Moments;
use crate::engine::report::{ErrorText, RewardWeights, diagnose, step_map, step_row};
use crate::engine::score::Profile;
use crate::engine::trace::{BodySource, Segment, SourceId, StepId};
use crate::engine::{self, Options, Run};
use crate::reading::embedded;

/// The files that travel beside a request, in its order.
type Handles = Box<dyn BodySource>;

/// Answers requests and keeps the runs it has opened. The worker runs one; native tests call it as it is.
#[derive(Default)]
pub struct Host {
    sessions: BTreeMap<u32, Session>,
}

struct Session {
    sources: Handles,
    runs: Vec<Run>,
    /// The files of the run that was asked for them last.
    moments: Option<(u32, Moments)>,
}

/// At most so many rows are sent at once, whatever is asked for.
const MAX_ROWS: u32 = 2_000;
/// Raw bytes of one segment shown to a person; the rest is said to be there.
const RAW_BYTES: u32 = 200_000;
/// Pictures are looked for in so many bytes of one text.
const PICTURE_BYTES: u64 = 16 << 20;

impl Host {
    /// Answers one request: any number of [`EngineReply::Progress`], then one reply that settles it.
    pub fn handle(&mut self, envelope: Envelope, handles: Handles, reply: &mut dyn FnMut(ReplyEnvelope)) {
        let id = envelope.id;
        let settled = match envelope.request {
            EngineRequest::Plan { files, known } => {
                EngineReply::Planned { files: plan(&files, &known, handles.as_ref()) }
            }
            EngineRequest::Look { .. } => {
                let formats = import::look_at_all(handles.as_ref()).into_iter();
                EngineReply::Looked { formats: formats.map(|id| id.unwrap_or_default().to_owned()).collect() }
            }
            EngineRequest::Analyze { files, profile } => {
                let mut say = |progress| reply(ReplyEnvelope { id, reply: progress });
                self.analyze(&files, *profile, handles, &mut say)
            }
            EngineRequest::Weigh { file, profile, muted } => self.weigh(file, &profile, &muted),
            EngineRequest::Map { run } => self.with_run(run, |_, opened| EngineReply::Map {
                run,
                map: Box::new(step_map(&opened.trace, &opened.facts)),
            }),
            EngineRequest::Rows { run, start, count } => self.with_run(run, |_, opened| {
                let rows = (start..start.saturating_add(count.min(MAX_ROWS)))
                    .map_while(|step| step_row(&opened.trace, &opened.facts, &opened.places, StepId(step)))
                    .collect();
                EngineReply::Rows { run, start, rows }
            }),
            EngineRequest::Body { run, step } => {
                self.with_run(run, |sources, opened| match body(sources, opened, StepId(step)) {
                    Ok(body) => EngineReply::Body { run, body: Box::new(body) },
                    Err(message) => EngineReply::Refused { message },
                })
            }
            EngineRequest::Query { run, query, from, effort } => {
                self.with_run(run, |sources, opened| hits(sources, opened, run, (&query, from, effort)))
            }
            EngineRequest::Moment { run, step } => self.moment(run, StepId(step)),
            EngineRequest::Acts { run, from, effort } => self.with_run(run, |sources, opened| {
                let (acts, next) = acts_of(opened, sources, from, effort);
                EngineReply::Acts { acts: encode(&acts), next }
            }),
            EngineRequest::Diagnose { file } => self.diagnose(file),
            EngineRequest::Rewards { run, name, weights } => {
                self.with_run(run, |_, opened| match RewardWeights::read_or_default(&weights) {
                    Ok(weights) => {
                        EngineReply::Rewards { lines: opened.reward_lines(&name, run.index, &weights) }
                    }
                    Err(error) => EngineReply::Refused { message: error.to_string() },
                })
            }
            EngineRequest::Catalog => EngineReply::Catalog { catalog: Box::new(Catalog::of_engine()) },
            EngineRequest::Close { file } => {
                self.sessions.remove(&file);
                EngineReply::Closed { file }
            }
        };
        reply(ReplyEnvelope { id, reply: settled });
    }

    fn analyze(
        &mut self,
        files: &[FileEntry],
        profile: Profile,
        handles: Handles,
        say: &mut dyn FnMut(EngineReply),
    ) -> EngineReply {
        let Some(main) = files.first() else {
            return EngineReply::Refused { message: "no file to analyse was named".to_owned() };
        };
        let file = main.id;
        let total = handles.len(SourceId(0));
        let mut progress = |done| {
            say(EngineReply::Progress { file, done, total });
            true
        };
        let input = Input::of_set(handles.as_ref(), &mut progress);
        let options = Options { profile, ..Options::default() };
        let analyzed = engine::analyze(&input, &options);
        drop(input);
        match analyzed {
            Ok(runs) => {
                let reports = (0u32..).zip(&runs).map(|(index, run)| run.report(&main.name, index)).collect();
                self.sessions.insert(file, Session { sources: handles, runs, moments: None });
                EngineReply::Analyzed { file, reports }
            }
            Err(error) => EngineReply::Failed { file, error: ErrorText::of(&error) },
        }
    }

    fn weigh(&mut self, file: u32, profile: &Profile, muted: &[Muted]) -> EngineReply {
        let Some(session) = self.sessions.get_mut(&file) else { return not_open(file) };
        let weigh = |(index, run): (u32, &mut Run)| {
            run.weigh(profile, |finding| {
                muted.iter().any(|muted| {
                    (muted.index, muted.step) == (index, finding.step.0) && muted.detector == finding.detector
                })
            });
            run.weighing(index)
        };
        EngineReply::Weighed { file, runs: (0..).zip(&mut session.runs).map(weigh).collect() }
    }

    fn diagnose(&self, file: u32) -> EngineReply {
        let Some(session) = self.sessions.get(&file) else { return not_open(file) };
        let runs: Vec<_> = session.runs.iter().map(|run| (&run.trace, &run.facts)).collect();
        let mut progress = |_| true;
        let input = Input::of_set(session.sources.as_ref(), &mut progress);
        EngineReply::Diagnosed { file, diagnosis: Box::new(diagnose(&input, &runs)) }
    }

    fn moment(&mut self, key: RunKey, step: StepId) -> EngineReply {
        if let Some(session) = self.sessions.get_mut(&key.file)
            && session.moments.as_ref().is_none_or(|(index, _)| *index != key.index)
            && let Some(run) = session.runs.get(key.index as usize)
        {
            session.moments = Some((key.index, Moments::of(&run.trace, &run.facts)));
        }
        let moments = self.sessions.get(&key.file).and_then(|session| session.moments.as_ref());
        self.with_run(key, |sources, run| match moments {
            Some((_, moments)) => {
                EngineReply::Moment { moment: Box::new(moment_view(run, sources, moments, step)) }
            }
            None => not_open(key.file),
        })
    }

    fn with_run(
        &self,
        key: RunKey,
        answer: impl FnOnce(&dyn BodySource, &Run) -> EngineReply,
    ) -> EngineReply {
        let session = self.sessions.get(&key.file);
        let run = session.and_then(|session| session.runs.get(key.index as usize));
        match (session, run) {
            (Some(session), Some(run)) => answer(session.sources.as_ref(), run),
            _ => EngineReply::Refused {
                message: format!("run {} of file {} is not open here", key.index, key.file),
            },
        }
    }
}

fn not_open(file: u32) -> EngineReply {
    EngineReply::Refused { message: format!("file {file} is not open here") }
}

fn plan(files: &[FileEntry], known: &[String], sources: &dyn BodySource) -> Vec<PlannedFile> {
    let id_of = |source: SourceId| files.get(usize::from(source.0)).map(|file| file.id);
    files
        .iter()
        .zip((0..).map(SourceId))
        .zip(import::plan_known(sources, known))
        .map(|((file, source), role)| PlannedFile {
            id: file.id,
            role: match role {
                FileRole::Trace { importer, sidecars, parts } => PlannedRole::Trace {
                    format: importer.info().id.to_owned(),
                    title: importer.info().title.to_owned(),
                    belongings: sidecars.into_iter().chain(parts).filter_map(id_of).collect(),
                },
                FileRole::Part(main) => PlannedRole::Part { of: id_of(main).unwrap_or(file.id) },
                FileRole::Sidecar(kind) => PlannedRole::Sidecar { title: kind.title().to_owned() },
                FileRole::Container(kind) => PlannedRole::Container { title: kind.title().to_owned() },
                FileRole::Unreadable(error) => told::role(sources, source, &error),
            },
        })
        .collect()
}

fn hits(
    sources: &dyn BodySource,
    run: &Run,
    key: RunKey,
    (query, from, effort): (&str, u32, u32),
) -> EngineReply {
    let query = match Query::parse(query, STEP_FIELDS) {
        Ok(Some(query)) => query,
        Ok(None) => return EngineReply::Hits { run: key, steps: Vec::new(), next: u32::MAX },
        Err(error) => return EngineReply::Refused { message: error.message },
    };
    let searched =
        Searched { trace: &run.trace, facts: &run.facts, findings: &run.findings, places: &run.places };
    let found = search(searched, sources, &query, from, u64::from(effort));
    EngineReply::Hits { run: key, steps: found.steps, next: found.next }
}

fn body(sources: &dyn BodySource, run: &Run, id: StepId) -> Result<StepBody, String> {
    let row = step_row(&run.trace, &run.facts, &run.places, id)
        .ok_or_else(|| format!("the run has no step {}", id.0))?;
    let step = run.trace.step(id).ok_or_else(|| format!("the run has no step {}", id.0))?;
    let parts = step
        .parts
        .iter()
        .map(|part| BodyPart {
            part: part.kind,
            text: import::read_part(&run.trace, part, sources)
                .unwrap_or_else(|error| format!("[this text cannot be read: {error}]")),
        })
        .collect();
    let mut raw = Vec::new();
    let mut pictures = Vec::new();
    for segment in step.parts.iter().flat_map(|part| &part.segments) {
        let Segment::Stored { source, start, len, .. } = segment else { continue };
        let length = u64::from(*len).min(PICTURE_BYTES);
        let Ok(bytes) = sources.read(*source, *start..*start + length) else { continue };
        for picture in embedded(&bytes) {
            if !pictures.contains(&picture) {
                pictures.push(picture);
            }
        }
        let shown = bytes.get(..RAW_BYTES as usize).unwrap_or(&bytes);
        let mut text = String::from_utf8_lossy(shown).into_owned();
        if *len > RAW_BYTES {
            let more = format!("\n… {} more bytes", len - RAW_BYTES);
            text.push_str(&more);
        }
        raw.push(text);
    }
    Ok(StepBody { row, parts, raw, pictures })
}

#[cfg(test)]
mod tests {
    use super::{
        EngineReply, EngineRequest, Envelope, FileEntry, Host, Muted, PlannedRole, Profile, RewardWeights,
        RunKey,
    };
    use crate::engine::replay::workspace::Against;
    use crate::engine::trace::MemorySources;
    use crate::protocol::{ReplayHost, ReplayReply, ReplayRequest, decode, encode, holds_told, tell_reports};

    const TRACE: &str = include_str!("../../tests/fixtures/tracebench/api_timeout.json");
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
        let request = EngineRequest::Analyze { files: vec![entry(4, "a.json")], profile };
        let replies = ask(&mut host, &[("a.json", TRACE)], request);
        assert!(matches!(replies.first(), Some(EngineReply::Progress { file: 4, .. })));
        assert!(
            matches!(replies.last(), Some(EngineReply::Analyzed { file: 4, reports }) if reports.len() == 1)
        );
        host
    }

    #[test]
    fn says_what_each_file_is_and_what_belongs_to_it() {
        let atif = r#"{"schema_version":"ATIF-v1.2","session_id":"s","agent":{"name":"a","version":"1"},"steps":[]}"#;
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
            EngineRequest::Analyze { files: vec![entry(4, "a.json")], profile: Box::new(Profile::classic()) },
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
        assert!(
            matches!(&planned[0].role, PlannedRole::Trace { title, .. } if title == "TraceBench reports")
        );
        let sources = MemorySources::new(vec![("told.ndjson".to_owned(), text.into_bytes())]);
        assert!(holds_told(&sources));
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
        assert!(
            matches!(find("op:test", 3), Some(EngineReply::Hits { steps, next: 4, .. }) if steps.is_empty())
        );
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
        assert!(
            matches!(refused, Some(EngineReply::Refused { message }) if message.contains("missing field"))
        );
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
        let request = EngineRequest::Analyze { files: vec![entry(0, "a")], profile: Box::default() };
        let replies = ask(&mut Host::default(), &[("a", "")], request);
        assert!(matches!(replies.last(), Some(EngineReply::Failed { error, .. }) if error.kind == "empty"));
    }
}
