//! What can be said of a run in one short sentence: the things by which runs of a task may differ.

use std::collections::BTreeMap;

use super::names::SharedNames;
use super::tokens::names_file;
use super::track::{Act, Track};
use crate::engine::facts::paths::{FileRole, role};

/// Something a run did or decided, in words that go behind “it”, with the place of the act that shows it first.
pub(super) type Features = BTreeMap<Feature, u32>;

/// Ordered by how much it tells: decisions first, single looks last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Feature {
    /// A way of going about it.
    Decision(&'static str),
    /// A file changed.
    Edited(String),
    /// A command run: its kind and what it came down to.
    Ran(String, String),
    /// A tool called that is none of a coding agent's own.
    Called(String),
    /// A file read.
    Read(String),
}

impl Feature {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Decision(text) => (*text).to_owned(),
            Self::Edited(file) => format!("changed `{file}`"),
            Self::Ran(_, command) => format!("ran `{command}`"),
            Self::Called(tool) => format!("called `{tool}`"),
            Self::Read(file) => format!("read `{file}`"),
        }
    }
}

/// All of a run.
pub(super) fn features<'a>(track: &'a Track, names: &SharedNames<'a>) -> Features {
    let mut found = Features::new();
    for (place, act) in (0u32..).zip(track.acts()) {
        let target = if names_file(act.operation) { names.name(act.target) } else { act.target };
        let feature = match act.operation {
            _ if target.is_empty() => None,
            "read" => Some(Feature::Read(target.to_owned())),
            "other" => Some(Feature::Called(target.to_owned())),
            // Files are told by the edits themselves.
            operation if operation.starts_with("run-") => {
                Some(Feature::Ran(operation.to_owned(), target.to_owned()))
            }
            _ => None,
        };
        if let Some(feature) = feature {
            found.entry(feature).or_insert(place);
        }
    }
    for edit in &track.edits {
        let file = names.name(track.word(edit.2));
        if !file.is_empty() && role(file) != FileRole::Scratch {
            found.entry(Feature::Edited(file.to_owned())).or_insert(edit.0);
        }
    }
    decisions(track, &mut found);
    found
}

fn decisions(track: &Track, found: &mut Features) {
    let acts: Vec<(u32, Act<'_>)> = (0u32..).zip(track.acts()).collect();
    let of_product = |edit: &&super::TrackEdit| {
        matches!(role(track.word(edit.2)), FileRole::Source | FileRole::TestSupport) && edit.2 != 0
    };
    let first_edit = track.edits.iter().find(of_product).map(|edit| edit.0);
    let last_edit = track.edits.iter().rev().find(of_product).map(|edit| edit.0);
    let is_test = |act: &Act<'_>| act.operation == "run-test";
    let is_check = |act: &Act<'_>| is_test(act) || act.operation == "run-program";
    let first = |wanted: &dyn Fn(u32, &Act<'_>) -> bool| {
        acts.iter().find(|(place, act)| wanted(*place, act)).map(|(place, _)| *place)
    };
    let before_edits = |place: u32| first_edit.is_some_and(|edit| place < edit);
    let after_edits = |place: u32| last_edit.is_some_and(|edit| place > edit);
    let test_file = |edit: &&super::TrackEdit| role(track.word(edit.2)) == FileRole::Test;
    for (text, place) in [
        ("changed the product", first_edit),
        ("changed a test file", track.edits.iter().find(test_file).map(|edit| edit.0)),
        ("ran tests", first(&|_, act| is_test(act))),
        (
            "ran the code or its tests before the first edit",
            first(&|place, act| is_check(act) && before_edits(place)),
        ),
        (
            "saw it fail before the first edit",
            first(&|place, act| is_check(act) && act.ending == "red" && before_edits(place)),
        ),
        ("ran the tests after the last edit", first(&|place, act| is_test(act) && after_edits(place))),
        (
            "had the tests green after the last edit",
            first(&|place, act| is_test(act) && act.ending == "green" && after_edits(place)),
        ),
        ("handed in its work", first(&|_, act| matches!(act.operation, "submit" | "submission"))),
        ("handed work to a sub-agent", first(&|_, act| act.operation == "delegate")),
        ("made a plan", first(&|_, act| act.operation == "plan")),
        ("gave up", first(&|_, act| act.operation == "message" && act.target.contains("gave up"))),
        ("reached a limit", first(&|_, act| act.operation == "limit-reached")),
        ("crashed", first(&|_, act| act.operation == "crash")),
    ] {
        if let Some(place) = place {
            found.insert(Feature::Decision(text), place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SharedNames, features};
    use crate::engine::testing::tracked;

    #[test]
    fn what_a_run_did_in_short_sentences() {
        let track = tracked(
            "
            read    src/lib.rs
            test    pytest tests     tests red 1/9
            create  reproduce.py
            edit    src/lib.rs +1 -1
            test    pytest tests     tests green 9
            ",
        );
        let told: Vec<String> = features(&track, &SharedNames::of(&[&track]))
            .iter()
            .map(|(feature, place)| format!("{place} {}", feature.text()))
            .collect();
        assert_eq!(
            told,
            [
                "3 changed the product",
                "4 had the tests green after the last edit",
                "1 ran tests",
                "1 ran the code or its tests before the first edit",
                "4 ran the tests after the last edit",
                "1 saw it fail before the first edit",
                "3 changed `src/lib.rs`",
                "1 ran `pytest tests`",
                "0 read `src/lib.rs`",
            ]
        );
    }
}
