//! The runs of one task that passed and those that failed: what tells the ones from the others.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::align::align;
use super::divergence::{Divergence, divergence};
use super::features::{Feature, Features, features};
use super::medoid::medoid;
use super::names::SharedNames;
use super::track::Track;

/// A run of a task.
#[derive(Debug, Clone, Copy)]
pub struct TaskRun<'a> {
    pub track: &'a Track,
    /// `None` where nobody said; such a run counts on neither side.
    pub passed: Option<bool>,
}

/// What tells the passing runs of a task from the failing ones. Runs are named by their places in the list that
/// was given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Separation {
    pub passing: u32,
    pub failing: u32,
    /// What differs most between them, best first, at most [`Separation::SHOWN`]; none where nothing differs by
    /// at least half of the runs.
    pub separators: Vec<Separator>,
    /// How many things were looked at: of many, some differ by chance.
    pub looked_at: u32,
    /// The passing and the failing run that are most like the others of their kind.
    pub typical: Option<(u32, u32)>,
    /// Where those two part; A is the passing one.
    pub divergence: Option<Divergence>,
}

/// Something that the runs of one kind did and those of the other did not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Separator {
    /// Behind “it”: “ran the tests after the last edit”.
    pub text: String,
    /// How many of the passing and of the failing runs did it.
    pub passing: u32,
    pub failing: u32,
    /// How likely a difference at least this large is to come about by chance among all that were looked at
    /// (Fisher's exact test, two-sided, times their number), from 0 to 1.
    pub chance: f64,
    /// A sentence with the counts.
    pub sentence: String,
    pub places: Vec<SeparatorPlace>,
}

/// Where a run did it, or where it would have stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeparatorPlace {
    pub run: u32,
    pub did: bool,
    /// The step that shows it; of a run that did not, the last step before the place where a typical run that
    /// did had it. `None` where that is before all of its acts.
    pub step: Option<u32>,
}

impl Separation {
    pub const SHOWN: usize = 10;
}

/// Looks for it; `None` unless there are runs of both kinds.
pub fn separate(runs: &[TaskRun<'_>]) -> Option<Separation> {
    let count = |passed| runs.iter().filter(|run| run.passed == Some(passed)).count();
    let (passing, failing) = (count(true), count(false));
    if passing == 0 || failing == 0 {
        return None;
    }
    let tracks: Vec<&Track> = runs.iter().map(|run| run.track).collect();
    let names = SharedNames::of(&tracks);
    let told: Vec<Features> = tracks.iter().map(|track| features(track, &names)).collect();
    let all: BTreeSet<&Feature> = told.iter().flat_map(BTreeMap::keys).collect();
    let mut found: Vec<(&Feature, [usize; 2])> = all
        .iter()
        .map(|feature| {
            let having = |passed| {
                runs.iter()
                    .zip(&told)
                    .filter(|(run, told)| run.passed == Some(passed) && told.contains_key(*feature))
                    .count()
            };
            (*feature, [having(true), having(false)])
        })
        .filter(|(_, having)| gap(*having, passing, failing) * 2 >= passing * failing)
        .collect();
    found.sort_by_key(|(feature, having)| (std::cmp::Reverse(gap(*having, passing, failing)), *feature));
    found.truncate(Separation::SHOWN);
    let typical = [true, false].map(|passed| {
        let places =
            (0..runs.len()).filter(|place| runs.get(*place).is_some_and(|run| run.passed == Some(passed)));
        medoid(&tracks, &places.collect::<Vec<_>>())
    });
    let parting = match typical {
        [Some(one), Some(other)] => tracks.get(one).zip(tracks.get(other)),
        _ => None,
    };
    let looked_at = all.len();
    Some(Separation {
        passing: number(passing),
        failing: number(failing),
        separators: found
            .into_iter()
            .map(|(feature, having)| {
                separator(feature, having, (passing, failing), looked_at, places(feature, &tracks, &told))
            })
            .collect(),
        looked_at: number(looked_at),
        typical: typical[0].zip(typical[1]).map(|(one, other)| (number(one), number(other))),
        divergence: parting.and_then(|(one, other)| divergence(one, other, &align(one, other))),
    })
}

/// The difference of the two shares, times both numbers of runs.
fn gap([having_passed, having_failed]: [usize; 2], passing: usize, failing: usize) -> usize {
    (having_passed * failing).abs_diff(having_failed * passing)
}

fn separator(
    feature: &Feature,
    [having_passed, having_failed]: [usize; 2],
    (passing, failing): (usize, usize),
    looked_at: usize,
    places: Vec<SeparatorPlace>,
) -> Separator {
    let text = feature.text();
    let chance = fisher((having_passed, passing), (having_failed, failing)) * looked_at as f64;
    let chance = (chance.min(1.0) * 1000.0).round() / 1000.0;
    let sentence = format!(
        "{having_passed} of {passing} passing and {having_failed} of {failing} failing runs {text}{}.",
        if chance > 0.05 { "; with so few runs that may be chance" } else { "" }
    );
    Separator {
        text,
        passing: number(having_passed),
        failing: number(having_failed),
        chance,
        sentence,
        places,
    }
}

/// Fisher's exact test of two shares, two-sided. Nothing but products and quotients, so that it is the same to the
/// last bit everywhere.
fn fisher((a, of_a): (usize, usize), (b, of_b): (usize, usize)) -> f64 {
    let having = a + b;
    let lowest = having.saturating_sub(of_b);
    let highest = having.min(of_a);
    // How likely each split is, up to a factor: from each to the next it changes by a plain quotient.
    let mut weights = Vec::with_capacity(highest + 1 - lowest);
    let mut weight = 1.0_f64;
    for with in lowest..=highest {
        weights.push(weight);
        let up = (having - with) * (of_a - with);
        let down = (with + 1) * (of_b + with + 1 - having);
        weight *= up as f64 / down as f64;
    }
    let own = weights.get(a - lowest).copied().unwrap_or(0.0);
    let all: f64 = weights.iter().sum();
    // As likely as that, give or take what rounding did.
    let as_rare: f64 = weights.iter().filter(|weight| **weight <= own * (1.0 + 1e-9)).sum();
    as_rare / all
}

fn places(feature: &Feature, tracks: &[&Track], told: &[Features]) -> Vec<SeparatorPlace> {
    let having: Vec<usize> = told
        .iter()
        .enumerate()
        .filter(|(_, told)| told.contains_key(feature))
        .map(|(place, _)| place)
        .collect();
    let example = medoid(tracks, &having).and_then(|run| {
        let at = *told.get(run)?.get(feature)?;
        Some((*tracks.get(run)?, at))
    });
    (0u32..)
        .zip(tracks.iter().zip(told))
        .map(|(run, (track, told))| {
            let shown = told.get(feature).map(|place| track.act(*place as usize).map(|act| act.step));
            let step = shown.unwrap_or_else(|| {
                let (example, at) = example?;
                missing_at(example, at, track)
            });
            SeparatorPlace { run, did: shown.is_some(), step }
        })
        .collect()
}

/// The last step of a run before the place that an act of another would have in it.
fn missing_at(example: &Track, at: u32, run: &Track) -> Option<u32> {
    let rows = align(example, run);
    let row = rows.iter().position(|row| row.0 == Some(at))?;
    let before = rows.get(..row)?.iter().rev().find(|row| row.0.is_some() && row.1.is_some())?;
    run.act(before.1? as usize).map(|act| act.step)
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Separation, TaskRun, fisher, separate};
    use crate::engine::compare::track::Track;
    use crate::engine::testing::tracked;

    const CAREFUL: &str = "
        read  src/lib.rs
        edit  src/lib.rs +1 -1
        test  pytest          tests green 9
        ";
    const HASTY: &str = "
        read  src/lib.rs
        edit  src/lib.rs +1 -1
        ";

    fn separated(passing: &[&str], failing: &[&str]) -> Separation {
        let tracks: Vec<(Track, bool)> = passing
            .iter()
            .map(|script| (tracked(script), true))
            .chain(failing.iter().map(|script| (tracked(script), false)))
            .collect();
        let runs: Vec<TaskRun<'_>> =
            tracks.iter().map(|(track, passed)| TaskRun { track, passed: Some(*passed) }).collect();
        separate(&runs).unwrap()
    }

    #[test]
    fn the_decision_that_passing_runs_have_in_common_comes_first() {
        let separation = separated(&[CAREFUL; 6], &[HASTY; 5]);
        let first = &separation.separators[0];
        assert_eq!(first.text, "had the tests green after the last edit");
        assert_eq!((first.passing, first.failing), (6, 0));
        assert!(first.chance < 0.05 && !first.sentence.contains("chance"), "{}", first.sentence);
        assert_eq!((first.places[0].did, first.places[0].step), (true, Some(2)));
        assert_eq!((first.places[9].did, first.places[9].step), (false, Some(1)), "after its edit");
        let parting = separation.divergence.unwrap();
        assert_eq!(parting.row, 2);
    }

    #[test]
    fn of_two_runs_nothing_is_sure() {
        let separation = separated(&[CAREFUL], &[HASTY]);
        let first = &separation.separators[0];
        assert_eq!((first.passing, first.failing), (1, 0));
        assert_eq!(
            first.sentence,
            "1 of 1 passing and 0 of 1 failing runs had the tests green after the last edit; with so few runs that \
             may be chance."
        );
    }

    #[test]
    fn what_both_do_separates_nothing() {
        assert!(separated(&[CAREFUL; 3], &[CAREFUL; 2]).separators.is_empty());
        let run = tracked(CAREFUL);
        assert!(separate(&[TaskRun { track: &run, passed: Some(true) }]).is_none());
    }

    #[test]
    fn files_are_the_same_whatever_their_folder() {
        let separation = separated(
            &["read  /x/src/a/b.rs\n edit  /x/src/a/b.rs", "edit  src/a/b.rs"],
            &["edit  src/c.rs", "edit  /y/src/c.rs"],
        );
        let texts: Vec<&str> =
            separation.separators.iter().map(|separator| separator.text.as_str()).collect();
        assert!(
            texts.contains(&"changed `src/a/b.rs`") && texts.contains(&"changed `src/c.rs`"),
            "{texts:?}"
        );
    }

    #[test]
    fn fisher_as_in_the_books() {
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-4, "{found}");
        near(fisher((3, 4), (1, 4)), 0.485_7);
        near(fisher((8, 10), (1, 6)), 0.034_97);
        near(fisher((0, 3), (0, 2)), 1.0);
    }
}
