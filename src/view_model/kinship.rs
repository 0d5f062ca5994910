//! What a step has to do with others: the sub-agents it started, who started its own, and what a compaction there
//! took out of the model's sight.

use crate::engine::report::StepMap;

use super::format::{counted, short_count};

/// A sub-agent that a step started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    pub agent: String,
    pub first: u32,
    pub steps: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kinship {
    pub children: Vec<Child>,
    /// The step that started the sub-agent this step belongs to, and that agent's name.
    pub started_by: Option<(u32, String)>,
    /// Sentences on what a compaction at this step took away, as far as the file lets one know.
    pub lost: Vec<String>,
}

impl Kinship {
    pub fn new(map: &StepMap, step: u32) -> Self {
        let started = map.delegated.iter().filter(|(parent, _)| *parent == step);
        let own = agent(map, step);
        let origin =
            map.delegated.iter().rev().find(|(_, first)| *first <= step && agent(map, *first) == own);
        let is_compaction = map.compactions.binary_search(&step).is_ok();
        Self {
            children: started
                .map(|(_, first)| Child {
                    agent: name(map, agent(map, *first)),
                    first: *first,
                    steps: map.agents.iter().filter(|other| Some(**other) == agent(map, *first)).count()
                        as u64,
                })
                .collect(),
            started_by: origin.map(|(parent, _)| (*parent, name(map, own))),
            lost: if is_compaction { lost(map, step) } else { Vec::new() },
        }
    }

    pub fn is_empty(&self) -> bool {
        self.children.is_empty() && self.started_by.is_none() && self.lost.is_empty()
    }
}

/// The query that finds the steps of one agent.
pub fn only_of(agent: &str) -> String {
    format!("agent:\"{}\"", agent.replace('"', ""))
}

fn agent(map: &StepMap, step: u32) -> Option<u16> {
    map.agents.get(step as usize).copied()
}

fn name(map: &StepMap, agent: Option<u16>) -> String {
    agent.and_then(|agent| map.participants.get(usize::from(agent))).cloned().unwrap_or_default()
}

fn lost(map: &StepMap, step: u32) -> Vec<String> {
    let own = agent(map, step);
    let is_own = |other: u32| agent(map, other) == own;
    let from = map.compactions.iter().rev().find(|other| **other < step && is_own(**other)).copied();
    let from_step = from.map_or(0, |from| from + 1);
    let steps = (from_step..step).filter(|other| is_own(*other)).count() as u64;
    let since =
        from.map_or("the beginning".to_owned(), |from| format!("the compaction at step {}", from + 1));
    let before = map.context.iter().rev().find(|(at, _)| *at < step && is_own(*at));
    let next = map.compactions.iter().find(|other| **other > step && is_own(**other)).copied();
    let after = map.context.iter().find(|(at, _)| *at > step && is_own(*at));
    let after = after.filter(|(at, _)| next.is_none_or(|next| *at < next));
    let tokens = match (before, after) {
        (Some((_, before)), Some((_, after))) => {
            format!(
                "The prompt had {} tokens before and {} after.",
                short_count(*before),
                short_count(*after)
            )
        }
        (Some((_, before)), None) => {
            format!(
                "The prompt had {} tokens before; how many after, the file does not say.",
                short_count(*before)
            )
        }
        (None, Some((_, after))) => {
            format!(
                "The prompt has {} tokens after; how many before, the file does not say.",
                short_count(*after)
            )
        }
        (None, None) => "How full the prompt was, the file does not say.".to_owned(),
    };
    let whose = counted(steps, "step", "steps");
    vec![
        format!("The context was cut here. {tokens}"),
        format!(
            "Of what the {whose} since {since} said, the model sees from here on only what was kept: a summary, or the latest."
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::{Child, Kinship, only_of};
    use crate::engine::report::StepMap;

    fn map() -> StepMap {
        StepMap {
            agents: vec![0, 0, 1, 1, 0, 0, 0, 0],
            participants: vec!["main".to_owned(), "helper".to_owned()],
            delegated: vec![(1, 2)],
            compactions: vec![4, 7],
            context: vec![(1, 90_000), (3, 5_000), (5, 12_000)],
            ..StepMap::default()
        }
    }

    #[test]
    fn a_step_leads_to_what_it_started_and_back() {
        let child = Child { agent: "helper".to_owned(), first: 2, steps: 2 };
        assert_eq!(Kinship::new(&map(), 1).children, [child]);
        assert_eq!(Kinship::new(&map(), 3).started_by, Some((1, "helper".to_owned())));
        assert!(Kinship::new(&map(), 0).is_empty());
        assert!(Kinship::new(&StepMap::default(), 9).is_empty());
        assert_eq!(only_of("a \"b\""), "agent:\"a b\"");
    }

    #[test]
    fn a_compaction_says_what_was_lost_and_what_is_not_known() {
        let first = Kinship::new(&map(), 4).lost.join(" ");
        assert!(first.contains("90.0\u{202f}k tokens before and 12.0\u{202f}k after"), "{first}");
        assert!(first.contains("the 2 steps since the beginning"), "{first}");
        let second = Kinship::new(&map(), 7).lost.join(" ");
        assert!(
            second.contains("12.0\u{202f}k tokens before; how many after, the file does not say"),
            "{second}"
        );
        assert!(second.contains("the 2 steps since the compaction at step 5"), "{second}");
    }
}
