use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Field, RunDigest, Value};
use crate::engine::order;

/// What someone chose of a field: runs that have any of these values. Nothing chosen: every run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub field: Field,
    /// Keys of values.
    pub any_of: Vec<Option<String>>,
}

/// The runs that fit all choices, and what can be chosen next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facets {
    /// Places, in the order in which they were given.
    pub runs: Vec<u32>,
    pub facets: Vec<Facet>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facet {
    pub field: Field,
    /// In the order of the field. One that is chosen stays, though no run has it any more.
    pub values: Vec<FacetValue>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetValue {
    pub value: Value,
    /// How many runs would be left if this alone were chosen of its field, beside what is chosen of the others.
    pub runs: u32,
    pub chosen: bool,
}

/// Counts the values of each of `fields` among the runs at the places `within`.
pub fn facets(runs: &[RunDigest], within: &[u32], fields: &[Field], choices: &[Choice]) -> Facets {
    let mut counts: Vec<BTreeMap<Value, u32>> = vec![BTreeMap::new(); fields.len()];
    let mut fitting = Vec::new();
    for place in within {
        let Some(run) = runs.get(*place as usize) else { continue };
        let broken: Vec<Field> =
            choices.iter().filter(|choice| !choice.fits(run)).map(|choice| choice.field).collect();
        if broken.is_empty() {
            fitting.push(*place);
        }
        for (field, counts) in fields.iter().zip(&mut counts) {
            let counts_here = broken.iter().all(|broken| broken == field);
            for value in field.values(run) {
                // A value that no run is left with is listed all the same: its facet does not jump.
                *counts.entry(value).or_default() += u32::from(counts_here);
            }
        }
    }
    let facet = |(field, counts)| facet(field, counts, choices);
    Facets { runs: fitting, facets: fields.iter().copied().zip(counts).map(facet).collect() }
}

impl Choice {
    fn fits(&self, run: &RunDigest) -> bool {
        self.any_of.is_empty() || self.field.values(run).iter().any(|value| self.any_of.contains(&value.key))
    }
}

fn facet(field: Field, counts: BTreeMap<Value, u32>, choices: &[Choice]) -> Facet {
    let is_chosen = |value: &Value| {
        choices.iter().any(|choice| choice.field == field && choice.any_of.contains(&value.key))
    };
    let mut values: Vec<FacetValue> = counts
        .into_iter()
        .map(|(value, runs)| FacetValue { chosen: is_chosen(&value), value, runs })
        .filter(|value| value.runs > 0 || value.chosen)
        .collect();
    order::sort_by(&mut values, |one, other| field.order((&one.value, one.runs), (&other.value, other.runs)));
    Facet { field, values }
}

#[cfg(test)]
mod tests {
    use super::{Choice, Facets, facets};
    use crate::engine::report::collection::made_up::ended;
    use crate::engine::report::collection::{Field, RunDigest};
    use crate::engine::trace::OutcomeValue::{Failed, Resolved};

    fn runs() -> Vec<RunDigest> {
        let by = |model: &str, run: RunDigest| {
            let mut run = run;
            run.run.model = Some(model.to_owned());
            run
        };
        vec![
            by("m1", ended("a", Failed, &["cycle"])),
            by("m1", ended("b", Resolved, &[])),
            by("m2", ended("c", Failed, &["cycle", "retry-loop"])),
            by("m2", ended("d", Failed, &[])),
        ]
    }

    fn choice(field: Field, keys: &[Option<&str>]) -> Choice {
        Choice { field, any_of: keys.iter().map(|key| key.map(str::to_owned)).collect() }
    }

    fn counts(facets: &Facets, field: Field) -> Vec<(&str, u32, bool)> {
        let facet = facets.facets.iter().find(|facet| facet.field == field).unwrap();
        facet.values.iter().map(|value| (&*value.value.label, value.runs, value.chosen)).collect()
    }

    #[test]
    fn a_facet_ignores_what_is_chosen_of_itself_and_minds_the_others() {
        let chosen = [choice(Field::Model, &[Some("m2")]), choice(Field::Outcome, &[Some("failed")])];
        let found = facets(&runs(), &[0, 1, 2, 3], &Field::FACETS, &chosen);
        assert_eq!(found.runs, [2, 3]);
        assert_eq!(counts(&found, Field::Model), [("m2", 2, true), ("m1", 1, false)]);
        assert_eq!(counts(&found, Field::Outcome), [("failed", 2, true)]);
        let detectors = [("cycle", 1, false), ("retry-loop", 1, false), ("", 1, false)];
        assert_eq!(counts(&found, Field::Detector), detectors);
    }

    #[test]
    fn several_values_of_a_field_widen_and_a_chosen_one_stays_at_nought() {
        let chosen = [choice(Field::Detector, &[None, Some("retry-loop")])];
        assert_eq!(facets(&runs(), &[0, 1, 2, 3], &[], &chosen).runs, [1, 2, 3]);
        let chosen = [choice(Field::Model, &[Some("m2")]), choice(Field::Outcome, &[Some("resolved")])];
        let found = facets(&runs(), &[0, 1, 2, 3], &[Field::Outcome], &chosen);
        assert!(found.runs.is_empty());
        assert_eq!(counts(&found, Field::Outcome), [("failed", 2, false), ("resolved", 0, true)]);
    }

    #[test]
    fn only_the_given_runs_count() {
        let found = facets(&runs(), &[3, 0], &[Field::Model], &[]);
        assert_eq!(found.runs, [3, 0]);
        assert_eq!(counts(&found, Field::Model), [("m1", 1, false), ("m2", 1, false)]);
    }
}
