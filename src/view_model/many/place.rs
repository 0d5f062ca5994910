use crate::engine::report::{Choice, Field};
use crate::view_model::percent;

/// What is shown of many runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ManyTab {
    #[default]
    Runs,
    Failures,
    Tasks,
    Trends,
    Compare,
}

impl ManyTab {
    pub const ALL: [Self; 5] = [Self::Runs, Self::Failures, Self::Tasks, Self::Trends, Self::Compare];

    pub fn id(self) -> &'static str {
        match self {
            Self::Runs => "table",
            Self::Failures => "failures",
            Self::Tasks => "tasks",
            Self::Trends => "trends",
            Self::Compare => "compare",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Runs => "Runs",
            Self::Failures => "Failures",
            Self::Tasks => "Tasks",
            Self::Trends => "Trends",
            Self::Compare => "Compare",
        }
    }
}

/// Where a person is among many runs, as the fragment of the address:
/// `runs=failures&outcome=failed&q=steps:>50`. Runs are named by file and number, as in `Place`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ManyPlace {
    pub tab: ManyTab,
    pub query: String,
    /// What is chosen of facets; at most one of a field.
    pub choices: Vec<Choice>,
    /// The id of the cluster whose runs are shown.
    pub cluster: Option<String>,
    /// What trends are grouped by.
    pub by: Option<Field>,
    /// The two runs that are compared.
    pub pair: Option<[(u32, u32); 2]>,
}

/// What a field is called in the address and, in a person's words, in the page.
pub fn field_name(field: Field) -> (&'static str, &'static str) {
    match field {
        Field::Agent => ("agent", "Agent"),
        Field::AgentVersion => ("version", "Agent version"),
        Field::Model => ("model", "Model"),
        Field::Prompt => ("prompt", "Prompt"),
        Field::Task => ("task", "Task"),
        Field::Day => ("day", "Day"),
        Field::Week => ("week", "Week"),
        Field::Format => ("format", "Format"),
        Field::Outcome => ("outcome", "Outcome"),
        Field::Detector => ("finding", "Finding"),
        Field::Score => ("score", "Score"),
    }
}

fn field(name: &str) -> Option<Field> {
    Field::FACETS.into_iter().chain(Field::GROUPING).find(|field| field_name(*field).0 == name)
}

impl ManyPlace {
    /// Reads a fragment; `None` where it is of something else.
    pub fn parse(fragment: &str) -> Option<Self> {
        let mut parts = fragment.split('&').filter_map(|part| part.split_once('='));
        let (_, tab) = parts.next().filter(|(key, _)| *key == "runs")?;
        let tab = ManyTab::ALL.into_iter().find(|known| known.id() == tab).unwrap_or_default();
        let mut place = Self { tab, ..Self::default() };
        for (key, value) in parts {
            match key {
                "q" => place.query = percent::decode(value),
                "cluster" => place.cluster = Some(percent::decode(value)),
                "by" => place.by = field(value),
                "pair" => place.pair = pair(value),
                _ => place.choices.extend(choice(key, value)),
            }
        }
        Some(place)
    }

    pub fn fragment(&self) -> String {
        let mut text = format!("runs={}", self.tab.id());
        for choice in self.choices.iter().filter(|choice| !choice.any_of.is_empty()) {
            let values: Vec<String> = choice
                .any_of
                .iter()
                .map(|value| value.as_deref().map_or_else(String::new, percent::encode))
                .collect();
            text.push('&');
            text.push_str(field_name(choice.field).0);
            text.push('=');
            text.push_str(&values.join(","));
        }
        let more = [
            ("q", (!self.query.is_empty()).then(|| percent::encode(&self.query))),
            ("cluster", self.cluster.as_deref().map(percent::encode)),
            ("by", self.by.map(|field| field_name(field).0.to_owned())),
            ("pair", self.pair.map(|[a, b]| format!("{}.{}-{}.{}", a.0, a.1, b.0, b.1))),
        ];
        for (key, value) in more {
            if let Some(value) = value {
                text.push('&');
                text.push_str(key);
                text.push('=');
                text.push_str(&value);
            }
        }
        text
    }
}

fn choice(key: &str, value: &str) -> Option<Choice> {
    let field = field(key)?;
    let any_of = value.split(',').map(|value| (!value.is_empty()).then(|| percent::decode(value))).collect();
    Some(Choice { field, any_of })
}

fn pair(text: &str) -> Option<[(u32, u32); 2]> {
    let run = |text: &str| {
        let (file, index) = text.split_once('.')?;
        Some((file.parse().ok()?, index.parse().ok()?))
    };
    let (a, b) = text.split_once('-')?;
    Some([run(a)?, run(b)?])
}

#[cfg(test)]
mod tests {
    use super::{ManyPlace, ManyTab};
    use crate::engine::report::{Choice, Field};

    #[test]
    fn a_link_leads_back_to_where_it_was_made() {
        let place = ManyPlace {
            tab: ManyTab::Trends,
            query: "score:<50 text:\"a & b\"".to_owned(),
            choices: vec![
                Choice { field: Field::Agent, any_of: vec![Some("a, b=c".to_owned()), None] },
                Choice { field: Field::Outcome, any_of: vec![Some("failed".to_owned())] },
            ],
            cluster: Some("0123".to_owned()),
            by: Some(Field::Week),
            pair: Some([(0, 1), (20, 0)]),
        };
        assert_eq!(ManyPlace::parse(&place.fragment()), Some(place));
    }

    #[test]
    fn what_is_of_one_run_or_not_understood_is_left_alone() {
        assert_eq!(ManyPlace::parse("run=0.1&step=3"), None);
        assert_eq!(ManyPlace::parse(""), None);
        assert_eq!(ManyPlace::parse("runs=nowhere&pair=1&x=y"), Some(ManyPlace::default()));
    }
}
