//! Acts as numbers, so that any two are compared at once.

use std::collections::BTreeMap;

use super::names::SharedNames;
use super::track::{Act, Track};

/// An act as it is compared: numbers that are equal where what they stand for is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    /// Operation, target, ending and error.
    pub(super) exact: u32,
    /// Operation and target.
    pub(super) about: u32,
    /// Operation, and the name of the file or program without what is around it.
    pub(super) near: u32,
    /// What matching it with its like is worth, beside others.
    pub(super) weight: i32,
}

/// The tokens of two tracks, comparable with each other.
pub(super) fn tokens(a: &Track, b: &Track) -> (Vec<Token>, Vec<Token>) {
    let names = SharedNames::of(&[a, b]);
    let mut numbers = Numbers::default();
    let of_a = a.acts().map(|act| numbers.token(act, &names)).collect();
    let of_b = b.acts().map(|act| numbers.token(act, &names)).collect();
    (of_a, of_b)
}

#[derive(Default)]
struct Numbers<'a> {
    known: BTreeMap<[&'a str; 4], u32>,
}

impl<'a> Numbers<'a> {
    fn number(&mut self, key: [&'a str; 4]) -> u32 {
        let next = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
        *self.known.entry(key).or_insert(next)
    }

    fn token(&mut self, act: Act<'a>, names: &SharedNames<'a>) -> Token {
        let target = if names_file(act.operation) { names.name(act.target) } else { act.target };
        Token {
            exact: self.number([act.operation, target, act.ending, act.error]),
            about: self.number([act.operation, target, "about", ""]),
            near: self.number([act.operation, kernel(act.operation, target), "near", ""]),
            weight: weight(act.operation),
        }
    }
}

/// Its target is a path.
pub(super) fn names_file(operation: &str) -> bool {
    matches!(operation, "read" | "search" | "list" | "edit" | "create" | "delete")
}

/// What changes the work or judges it holds runs together more than a look does.
fn weight(operation: &str) -> i32 {
    match operation {
        "edit" | "create" | "delete" | "run-test" | "run-build" | "submit" | "submission" => 3,
        "message" | "user-message" => 1,
        _ => 2,
    }
}

/// The name of a file, the program of a command; of all else nothing: two messages are alike.
fn kernel<'a>(operation: &str, target: &'a str) -> &'a str {
    if names_file(operation) {
        target.rsplit('/').next().unwrap_or(target)
    } else if operation == "other" {
        target
    } else {
        target.split(' ').next().filter(|_| operation.starts_with("run")).unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::tokens;
    use crate::engine::testing::tracked;

    #[test]
    fn a_file_is_the_same_however_much_of_its_path_is_told() {
        let a = tracked("read  django/db/models.py\n read  setup.py");
        let b = tracked("read  /somewhere/else/django/db/models.py\n read  /somewhere/x/setup.py");
        let (a, b) = tokens(&a, &b);
        assert_eq!(a[0].exact, b[0].exact);
        assert_eq!(a[1].exact, b[1].exact);
    }

    #[test]
    fn a_short_name_that_fits_several_files_is_none_of_them() {
        let a = tracked("read  mod.rs");
        let b = tracked("read  src/a/mod.rs\n read  src/b/mod.rs");
        let (a, b) = tokens(&a, &b);
        assert_ne!(a[0].about, b[0].about);
        assert_eq!(a[0].near, b[0].near);
    }
}
