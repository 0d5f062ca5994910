use xxhash_rust::xxh3::xxh3_64;

use super::NONE;
use super::near::{Features, features, near_groups};
use crate::engine::order;

/// How an error's type ends in most languages: `ValueError`, `java.io.IOException`.
const TYPE_ENDS: [&str; 3] = ["Error", "Exception", "Warning"];

/// What errors are the same although they are worded at unequal length, which templates cannot see: for each
/// template the place of the first of its kind.
///
/// They share most of the words that are not masked, and name the same type where they name one. No error is
/// like no other.
pub(super) fn kinds_of_error(templates: &[&str]) -> Vec<usize> {
    let words: Vec<(u64, Features)> = templates.iter().map(|template| (0, told_words(template))).collect();
    let types: Vec<Vec<&str>> = templates.iter().map(|template| types(template)).collect();
    near_groups(&words, |one, other| match (types.get(one), types.get(other)) {
        (Some(one), Some(other)) => one.is_empty() || other.is_empty() || one == other,
        _ => false,
    })
}

/// The words of a template that it says itself, by hash.
pub(super) fn told_words(template: &str) -> Features {
    if template == NONE {
        return Vec::new();
    }
    let words = template.split_whitespace().filter(|word| !word.contains('<'));
    features(words.map(|word| xxh3_64(word.as_bytes())))
}

fn types(template: &str) -> Vec<&str> {
    let words = template.split(|c: char| !c.is_alphanumeric() && c != '_');
    order::distinct(words.filter(|word| TYPE_ENDS.iter().any(|end| word.ends_with(end))))
}

#[cfg(test)]
mod tests {
    use super::kinds_of_error;

    #[test]
    fn an_error_is_the_same_with_a_word_more() {
        let templates = [
            "AssertionError: assert <n> == <n>",
            "E AssertionError: assert <n> == <n>",
            "TypeError: <*> takes <n> arguments but <n> were given",
            "TypeError: <*> takes <n> positional arguments but <n> were given",
        ];
        assert_eq!(kinds_of_error(&templates), [0, 0, 2, 2]);
    }

    #[test]
    fn errors_of_two_types_are_two_however_alike_they_sound() {
        let templates = [
            "AttributeError: module <str> has no attribute <str> (most likely)",
            "ImportError: module <str> has no attribute <str> (most likely)",
        ];
        assert_eq!(kinds_of_error(&templates), [0, 1]);
    }

    #[test]
    fn no_error_and_a_wholly_masked_one_are_like_themselves_only() {
        assert_eq!(kinds_of_error(&["-", "<str>", "<n> <str>", "- -"]), [0, 1, 2, 3]);
    }
}
