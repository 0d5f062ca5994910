mod body;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use body::body;

use super::moment::{acts_of, moment_view};
use super::{
    Catalog, EngineReply, EngineRequest, Envelope, FileEntry, Muted, PlannedFile, PlannedRole, ReplyEnvelope,
    RunKey, WeightsText, encode, told,
};
use crate::engine::import::{self, FileRole, Input};
use crate::engine::query::{Query, STEP_FIELDS, Searched, search};
use crate::engine::replay::Moments;
use crate::engine::report::{ErrorText, RewardWeights, diagnose, step_map, step_row};
use crate::engine::score::Profile;
use crate::engine::trace::{BodySource, SourceId, StepId};
use crate::engine::{self, Options, Run};

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
            EngineRequest::Analyze { files, format, profile } => {
                let mut say = |progress| reply(ReplyEnvelope { id, reply: progress });
                self.analyze((&files, format), *profile, handles, &mut say)
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
            EngineRequest::RewardWeights { text } => match RewardWeights::read_or_default(&text) {
                Ok(weights) => {
                    let text = weights.write();
                    EngineReply::RewardWeights { weights: WeightsText { name: weights.name, text } }
                }
                Err(error) => EngineReply::Refused { message: error.to_string() },
            },
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
        (files, format): (&[FileEntry], String),
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
        let planned = import::plan_known(handles.as_ref(), &[format]);
        let input = Input::of_planned(handles.as_ref(), planned, &mut progress);
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
