use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use time::{Date, Month};

use super::RunDigest;
use crate::engine::trace::OutcomeValue;

/// What runs can be grouped and chosen by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    Agent,
    /// Agent and version.
    AgentVersion,
    Model,
    /// The system message.
    Prompt,
    Task,
    /// `2024-02-29`, in UTC.
    Day,
    /// `2024-W09`, as ISO 8601 counts them.
    Week,
    Format,
    Outcome,
    /// What was found; a run has as many values as detectors.
    Detector,
    /// Bands of twenty points.
    Score,
}

/// What a run has in a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Value {
    /// Tells it from others; `null` for a run that says nothing.
    pub key: Option<String>,
    /// For a person; empty for a run that says nothing.
    pub label: String,
}

impl Value {
    fn plain(text: &str) -> Self {
        Self { key: Some(text.to_owned()), label: text.to_owned() }
    }

    fn none() -> Self {
        Self { key: None, label: String::new() }
    }
}

/// Lower bounds of the bands of a score; the last holds 100 as well.
const BANDS: [u32; 5] = [0, 20, 40, 60, 80];

/// Characters of a prompt that name it, with the first of its hash for those that begin alike.
const PROMPT_CHARS: usize = 60;
const HASH_CHARS: usize = 4;

impl Field {
    /// What trends are asked for by, tasks aside, which have a matrix of their own.
    pub const GROUPING: [Self; 7] =
        [Self::Agent, Self::AgentVersion, Self::Model, Self::Prompt, Self::Day, Self::Week, Self::Format];

    /// What runs are chosen by, beside a table.
    pub const FACETS: [Self; 6] =
        [Self::Agent, Self::Model, Self::Task, Self::Outcome, Self::Detector, Self::Score];

    /// What a report calls a trend by it; `None` where a list of values tells a reader little.
    pub fn title(self) -> Option<&'static str> {
        Some(match self {
            Self::Agent => "Agent",
            Self::AgentVersion => "Agent's Version",
            Self::Model => "Model",
            Self::Prompt => "Prompt",
            Self::Week => "Week",
            _ => return None,
        })
    }

    /// What the run has there: one value, or of detectors one or more.
    pub fn values(self, run: &RunDigest) -> Vec<Value> {
        if self == Self::Detector && !run.detectors.is_empty() {
            let value = |id: &str, title: &str| Value { key: Some(id.to_owned()), label: title.to_owned() };
            return run.detectors.iter().map(|found| value(&found.id, &found.title)).collect();
        }
        vec![self.value(run).unwrap_or_else(Value::none)]
    }

    fn value(self, run: &RunDigest) -> Option<Value> {
        let plain = |text: &Option<String>| text.as_deref().map(Value::plain);
        match self {
            Self::Agent => plain(&run.run.agent),
            Self::AgentVersion => {
                let version = run.agent_version.as_deref()?;
                let agent = run.run.agent.as_deref().map_or_else(String::new, |agent| format!("{agent} "));
                Some(Value::plain(&(agent + version)))
            }
            Self::Model => plain(&run.run.model),
            Self::Prompt => run.prompt.as_ref().map(|prompt| {
                let begin: String = prompt.label.chars().take(PROMPT_CHARS).collect();
                let hash: String = prompt.hash.chars().take(HASH_CHARS).collect();
                Value { key: Some(prompt.hash.clone()), label: format!("{begin} #{hash}") }
            }),
            Self::Task => plain(&run.task),
            Self::Day => Some(Value::plain(run.started.as_deref()?.get(.."2024-02-29".len())?)),
            Self::Week => Some(Value::plain(&week(run.started.as_deref()?)?)),
            Self::Format => Some(Value::plain(&run.format)),
            Self::Outcome => Some(Value::plain(match run.outcome() {
                OutcomeValue::Resolved => "resolved",
                OutcomeValue::Failed => "failed",
                OutcomeValue::Unknown => "unknown",
            })),
            Self::Detector => None,
            Self::Score => {
                let score = run.score?;
                let from = BANDS.into_iter().rev().find(|from| score >= f64::from(*from))?;
                let to = if from == 80 { 100 } else { from + 19 };
                Some(Value { key: Some(format!("{from:02}")), label: format!("{from}–{to}") })
            }
        }
    }

    /// Whether its values have an order of their own; those of others come by how often they are met.
    fn is_ordered(self) -> bool {
        matches!(self, Self::AgentVersion | Self::Day | Self::Week | Self::Score)
    }

    /// The order in which values with so many runs are listed: dates, versions and scores ascending, all others
    /// commonest first; what says nothing last.
    pub(super) fn order(self, (one, runs): (&Value, u32), (other, other_runs): (&Value, u32)) -> Ordering {
        let by_name = || match (&one.key, &other.key) {
            (Some(_), Some(_)) => natural(&one.label, &other.label).then_with(|| one.key.cmp(&other.key)),
            (one, other) => one.is_none().cmp(&other.is_none()),
        };
        if self.is_ordered() {
            return by_name();
        }
        one.key.is_none().cmp(&other.key.is_none()).then(other_runs.cmp(&runs)).then_with(by_name)
    }
}

/// The ISO 8601 week of a moment.
fn week(started: &str) -> Option<String> {
    let mut parts = started.get(.."2024-02-29".len())?.split('-');
    let year = parts.next()?.parse().ok()?;
    let month = Month::try_from(parts.next()?.parse::<u8>().ok()?).ok()?;
    let date = Date::from_calendar_date(year, month, parts.next()?.parse().ok()?).ok()?;
    let (year, week, _) = date.to_iso_week_date();
    Some(format!("{year:04}-W{week:02}"))
}

/// Numbers in names by their size: 1.9 before 1.10.
pub(super) fn natural(one: &str, other: &str) -> Ordering {
    let (mut left, mut right) = (one, other);
    while !left.is_empty() && !right.is_empty() {
        let (a, a_rest) = head(left);
        let (b, b_rest) = head(right);
        let order = match (a.parse::<u64>(), b.parse::<u64>()) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            _ => a.cmp(b),
        };
        if order.is_ne() {
            return order;
        }
        (left, right) = (a_rest, b_rest);
    }
    left.len().cmp(&right.len()).then_with(|| one.cmp(other))
}

/// The digits, or what is none, that a text begins with; and the rest.
fn head(text: &str) -> (&str, &str) {
    let is_number = text.starts_with(|c: char| c.is_ascii_digit());
    let end = text.find(|c: char| c.is_ascii_digit() != is_number).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::{Field, Value, natural, week};
    use crate::engine::report::collection::made_up::digest;

    #[test]
    fn weeks_are_those_of_the_calendar_on_the_wall() {
        assert_eq!(week("2024-02-29T10:00:00Z").as_deref(), Some("2024-W09"));
        assert_eq!(week("2021-01-01T00:00:00Z").as_deref(), Some("2020-W53"));
        assert_eq!(week("2024-02-30T00:00:00Z"), None);
        assert_eq!(week("yesterday"), None);
    }

    #[test]
    fn names_are_ordered_as_people_count() {
        let mut list = ["1.10.0", "1.9.2", "2", "1.9", "v3", "1.9.2-beta"];
        list.sort_by(|one, other| natural(one, other));
        assert_eq!(list, ["1.9", "1.9.2", "1.9.2-beta", "1.10.0", "2", "v3"]);
    }

    #[test]
    fn a_run_has_one_value_of_everything_but_detectors() {
        let mut run = digest("a");
        run.score = Some(100.0);
        let keys = |field: Field| -> Vec<Option<String>> {
            field.values(&run).into_iter().map(|value| value.key).collect()
        };
        assert_eq!(keys(Field::Score), [Some("80".to_owned())]);
        assert_eq!(keys(Field::Outcome), [Some("unknown".to_owned())]);
        assert_eq!(keys(Field::Detector), [None]);
        assert_eq!(keys(Field::Day), [None]);
        assert_eq!(Field::Score.values(&run)[0].label, "80–100");
    }

    #[test]
    fn dates_ascend_and_names_come_by_their_number() {
        let value = Value::plain;
        let order = |field: Field| {
            let mut list = [(value("2024-01-02"), 1), (Value::none(), 9), (value("2024-01-10"), 5)];
            list.sort_by(|one, other| field.order((&one.0, one.1), (&other.0, other.1)));
            list.map(|(_, runs)| runs)
        };
        assert_eq!(order(Field::Day), [1, 5, 9]);
        assert_eq!(order(Field::Model), [5, 1, 9]);
    }
}
