//! Files that lie beside a trace and say how the run ended: Harbor's `result.json` and `reward.txt`.
//!
//! A sidecar is recognised by content like a format, and belongs to the traces of its own folder (or of the
//! folder above, for Harbor's `verifier/reward.txt`).

use serde_json::Value;

use super::{Head, Input, Output, Shape};
use crate::engine::trace::{BodySource, Outcome, RunHead, SourceId};

/// What kind of sidecar a file is, if it is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sidecar {
    /// Harbor's trial `result.json`: `verifier_result.rewards.reward`, `exception_info`.
    HarborResult,
    /// Harbor's `reward.txt`: one number.
    HarborReward,
}

impl Sidecar {
    pub fn title(self) -> &'static str {
        match self {
            Self::HarborResult => "Harbor trial result",
            Self::HarborReward => "Harbor reward",
        }
    }
}

/// Whether the file is a sidecar.
pub fn probe(head: &Head<'_>) -> Option<Sidecar> {
    match head.shape {
        Shape::Object if head.has_member("trial_name") && head.has_member("verifier_result") => {
            Some(Sidecar::HarborResult)
        }
        Shape::Text if head.len <= 32 && file_name(head.name) == "reward.txt" => {
            let text = std::str::from_utf8(&head.bytes).ok()?;
            text.trim().parse::<f64>().ok().map(|_| Sidecar::HarborReward)
        }
        _ => None,
    }
}

/// The last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Whether a sidecar at `sidecar` speaks of a trace at `trace`: same folder, or `verifier/` in it, or the
/// trace in an `agent/` folder beside it.
pub fn belongs(sidecar: &str, trace: &str) -> bool {
    fn folder(path: &str) -> &str {
        path.rsplit_once(['/', '\\']).map_or("", |(folder, _)| folder)
    }
    fn without<'a>(path: &'a str, last: &str) -> &'a str {
        path.strip_suffix(last).map_or(path, |rest| rest.trim_end_matches(['/', '\\']))
    }
    without(folder(sidecar), "verifier") == without(folder(trace), "agent")
}

pub(super) fn apply_all(input: &Input<'_>, out: &mut Output<'_>) {
    for source in &input.sidecars {
        let Ok(head) = Head::read(input.sources, *source) else { continue };
        let Some(kind) = probe(&head) else { continue };
        let Ok(bytes) = input.sources.read(*source, 0..input.sources.len(*source)) else { continue };
        for run in &mut out.runs {
            apply(kind, input.sources, *source, &bytes, &mut run.head);
        }
    }
}

fn apply(kind: Sidecar, sources: &dyn BodySource, source: SourceId, bytes: &[u8], head: &mut RunHead) {
    let name = file_name(sources.name(source));
    match kind {
        Sidecar::HarborResult => {
            let Ok(result) = serde_json::from_slice::<Value>(bytes) else { return };
            if let Some(task) = result.get("task_name").and_then(Value::as_str)
                && head.task_id.is_none()
            {
                head.task_id = Some(task.to_owned());
            }
            let reward = result.pointer("/verifier_result/rewards/reward").and_then(Value::as_f64);
            if let Some(reward) = reward {
                head.outcome = outcome_of_reward(reward, &format!("{name}: reward = {reward}"));
            } else if let Some(kind) =
                result.pointer("/exception_info/exception_type").and_then(Value::as_str)
            {
                head.exit_status.get_or_insert_with(|| kind.to_owned());
            }
        }
        Sidecar::HarborReward => {
            let reward = std::str::from_utf8(bytes).ok().and_then(|text| text.trim().parse::<f64>().ok());
            if let Some(reward) = reward {
                head.outcome = outcome_of_reward(reward, &format!("{name}: reward = {reward}"));
            }
        }
    }
}

/// A reward of 1 is a solved task; anything less is not, partial credit included.
pub fn outcome_of_reward(reward: f64, source: &str) -> Outcome {
    if reward >= 1.0 { Outcome::resolved(source) } else { Outcome::failed(source) }
}
