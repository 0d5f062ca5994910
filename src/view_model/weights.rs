//! A score profile as it is edited: by category, each detector with its points.

use crate::engine::detect::{Category, Severity};
use crate::engine::score::{Method, Profile};

/// What must be known of a detector to weigh it.
#[derive(Debug, Clone, Copy)]
pub struct Weighed<'a> {
    pub id: &'a str,
    pub title: &'a str,
    pub category: Category,
    pub severity: Severity,
    /// Its kind in the classic method.
    pub classic: Option<&'a str>,
}

/// One number to edit.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightRow {
    /// What [`Profile::weights`] knows it by.
    pub key: String,
    pub title: String,
    pub points: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct WeightGroup {
    pub title: &'static str,
    /// Of which the points are capped; `None` where the method knows no categories.
    pub category: Option<Category>,
    pub cap: Option<f64>,
    pub rows: Vec<WeightRow>,
}

/// What one's own profile is called until it is given a name.
const OWN: &str = "my weights";

/// All that has a weight, heaviest first in each group.
pub fn groups<'a>(profile: &Profile, detectors: impl Iterator<Item = Weighed<'a>>) -> Vec<WeightGroup> {
    let mut groups: Vec<WeightGroup> = match profile.method {
        Method::Classic => {
            vec![WeightGroup { title: "Kinds of failure", category: None, cap: None, rows: Vec::new() }]
        }
        Method::Weighted => Category::ALL.map(|category| group(category, profile)).to_vec(),
    };
    for detector in detectors {
        let classic = (profile.method == Method::Classic).then_some(detector.classic).flatten();
        let key = classic.unwrap_or(detector.id);
        let title = classic.map_or_else(|| detector.title.to_owned(), |kind| kind.replace('_', " "));
        let is_its = |group: &&mut WeightGroup| group.category.is_none_or(|own| own == detector.category);
        let Some(group) = groups.iter_mut().find(is_its) else { continue };
        if group.rows.iter().all(|row| row.key != key) {
            let points = profile.weight(key, detector.severity, detector.severity);
            group.rows.push(WeightRow { key: key.to_owned(), title, points });
        }
    }
    for group in &mut groups {
        group.rows.sort_by(|a, b| b.points.total_cmp(&a.points));
    }
    groups.retain(|group| !group.rows.is_empty());
    groups
}

fn group(category: Category, profile: &Profile) -> WeightGroup {
    let cap = Some(profile.caps.get(&category).copied().unwrap_or(100.0));
    WeightGroup { title: super::words::category(category), category: Some(category), cap, rows: Vec::new() }
}

/// A change that a person makes to a profile.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Weight(String, f64),
    Cap(Category, f64),
    Ceiling(Option<f64>),
    Proof(f64),
    Name(String),
}

/// The profile after a change. A built-in one becomes one's own by it.
pub fn changed(profile: &Profile, change: Change) -> Profile {
    let mut next = profile.clone();
    match change {
        Change::Weight(key, points) => drop(next.weights.insert(key, points)),
        Change::Cap(category, points) => drop(next.caps.insert(category, points)),
        Change::Ceiling(ceiling) => next.certain_ceiling = ceiling,
        Change::Proof(points) => next.proof = points,
        Change::Name(name) => next.name = name,
    }
    if is_built_in_name(&next.name) || next.name.trim().is_empty() {
        OWN.clone_into(&mut next.name);
    }
    next
}

/// What a detector costs by a profile: `costs 12.5 points`.
pub fn points_word(profile: &Profile, id: &str, severity: Severity) -> String {
    let points = profile.weight(id, severity, severity);
    if points > 0.0 {
        format!("costs {points} {}", if (points - 1.0).abs() < f64::EPSILON { "point" } else { "points" })
    } else {
        "costs nothing".to_owned()
    }
}

pub fn is_built_in(profile: &Profile) -> bool {
    Profile::named(&profile.name).is_ok_and(|built_in| built_in == *profile)
}

fn is_built_in_name(name: &str) -> bool {
    Profile::NAMES.contains(&name)
}

/// What someone typed as points, if it is a number of them.
pub fn points(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|points| (0.0..=100.0).contains(points))
}

#[cfg(test)]
mod tests {
    use super::{Change, Weighed, changed, groups, is_built_in, points};
    use crate::engine::detect;
    use crate::engine::score::Profile;

    fn catalog() -> impl Iterator<Item = Weighed<'static>> {
        detect::catalog().map(|info| Weighed {
            id: info.id,
            title: info.title,
            category: info.category,
            severity: info.severity,
            classic: info.classic,
        })
    }

    #[test]
    fn every_detector_has_a_row_in_its_category() {
        let groups = groups(&Profile::default(), catalog());
        assert_eq!(groups.iter().map(|group| group.rows.len()).sum::<usize>(), catalog().count());
        let outcome = groups.iter().find(|group| group.title == "Outcome").unwrap();
        assert_eq!(outcome.cap, Some(45.0));
        assert!(outcome.rows.is_sorted_by(|a, b| a.points >= b.points));
    }

    #[test]
    fn the_classic_method_weighs_kinds_each_once() {
        let groups = groups(&Profile::classic(), catalog());
        let [group] = groups.as_slice() else { panic!("one group") };
        assert_eq!((group.rows[0].title.as_str(), group.rows[0].points), ("failing tests", 25.0));
        let mut keys: Vec<&str> = group.rows.iter().map(|row| row.key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), group.rows.len());
    }

    #[test]
    fn a_changed_profile_is_ones_own() {
        let profile = Profile::default();
        assert!(is_built_in(&profile));
        let own = changed(&profile, Change::Weight("retry-loop".to_owned(), 33.0));
        assert!(!is_built_in(&own));
        assert_eq!((own.name.as_str(), own.weights["retry-loop"]), ("my weights", 33.0));
        let named = changed(&own, Change::Name("strict".to_owned()));
        assert_eq!(changed(&named, Change::Ceiling(None)).name, "strict");
    }

    #[test]
    fn points_are_numbers_from_0_to_100() {
        assert_eq!((points(" 12.5 "), points("0")), (Some(12.5), Some(0.0)));
        for text in ["", "-1", "101", "many", "NaN", "inf"] {
            assert_eq!(points(text), None, "{text}");
        }
    }
}
