//! What is known of a step without its text, in words: for the timeline's table and for what is pointed at.

use crate::engine::detect::Severity;
use crate::engine::report::StepMap;

use super::format::{duration_ms, short_count};
use super::words;

/// Empty where nothing is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StepFacts {
    pub kind: &'static str,
    pub agent: String,
    pub phase: &'static str,
    /// Since the run's start.
    pub at: String,
    /// With `≤` where only a bound is known.
    pub took: String,
    /// Tokens in the prompt.
    pub context: String,
    pub marks: String,
}

impl StepFacts {
    /// `flagged` are the steps with findings, in order.
    pub fn new(map: &StepMap, flagged: &[(u32, Severity)], step: u32) -> Self {
        let index = step as usize;
        let agent = map.agents.get(index).and_then(|agent| map.participants.get(usize::from(*agent)));
        let phase = map.phases.partition_point(|(start, _)| *start <= step).checked_sub(1);
        let span = map.spans.get(index).copied().flatten();
        let bound = span.map_or("", |span| if span.bound { "≤\u{202f}" } else { "" });
        let mut marks: Vec<&str> = of(&map.marks, step).iter().map(|(_, mark)| words::mark(*mark)).collect();
        marks.extend(of(flagged, step).iter().map(|(_, severity)| match severity {
            Severity::Note => "finding (note)",
            Severity::Warning => "finding (warning)",
            Severity::Error => "finding (error)",
        }));
        if map.abandoned.binary_search(&step).is_ok() {
            marks.push("abandoned");
        }
        Self {
            kind: map.shades.get(index).map_or("", |shade| words::shade(*shade)),
            agent: agent.cloned().unwrap_or_default(),
            phase: phase.and_then(|place| map.phases.get(place)).map_or("", |(_, phase)| phase.name()),
            at: span.map(|span| duration_ms(span.start_ms)).unwrap_or_default(),
            took: span.map(|span| format!("{bound}{}", duration_ms(span.duration_ms()))).unwrap_or_default(),
            context: of(&map.context, step)
                .first()
                .map(|(_, tokens)| short_count(*tokens))
                .unwrap_or_default(),
            marks: marks.join(", "),
        }
    }

    /// In one line, without what is not known.
    pub fn line(&self) -> String {
        let labelled = |name: &str, value: &str| {
            if value.is_empty() { String::new() } else { format!("{name} {value}") }
        };
        let parts = [
            self.agent.clone(),
            self.phase.to_owned(),
            labelled("at", &self.at),
            labelled("took", &self.took),
            labelled("context", &self.context),
            self.marks.clone(),
        ];
        let known: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        known.join(" · ")
    }
}

/// All entries of a sorted list that belong to a step.
fn of<T>(list: &[(u32, T)], step: u32) -> &[(u32, T)] {
    let first = list.partition_point(|(at, _)| *at < step);
    let end = list.partition_point(|(at, _)| *at <= step);
    list.get(first..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::StepFacts;
    use crate::engine::detect::Severity;
    use crate::engine::report::{Mark, Phase, StepMap, StepShade};
    use crate::engine::trace::Span;

    #[test]
    fn says_what_is_known_and_nothing_else() {
        let map = StepMap {
            shades: vec![StepShade::Read, StepShade::Test],
            agents: vec![0, 0],
            spans: vec![None, Some(Span { start_ms: 2_000, end_ms: 5_000, bound: true })],
            participants: vec!["main".to_owned()],
            marks: vec![(1, Mark::RedCheck)],
            context: vec![(1, 12_000)],
            phases: vec![(0, Phase::Explore), (1, Phase::Reproduce)],
            ..StepMap::default()
        };
        let facts = StepFacts::new(&map, &[(1, Severity::Error)], 1);
        assert_eq!(
            facts.line().replace('\u{202f}', " "),
            "main · reproduce · at 2.0 s · took ≤ 3.0 s · context 12.0 k · check failed, finding (error)"
        );
        assert_eq!(StepFacts::new(&map, &[], 0).line(), "main · explore");
        assert_eq!(StepFacts::new(&map, &[], 9).kind, "");
    }
}
