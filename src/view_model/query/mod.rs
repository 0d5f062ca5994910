//! The query field: what it offers, where it points at a mistake, what it finds in a table of runs and in a text.

mod complete;
mod hits;
mod runs;
mod saved;

pub use complete::{Choice, Completion, Known, complete};
pub use hits::{label_pieces, marks};
pub use runs::{is_match, known};
pub use saved::Saved;

use crate::engine::query::{FieldSpec, QueryError, Takes};

/// A query cut at its mistake: what stands before it, what is wrong, what stands after it.
pub fn point<'a>(query: &'a str, error: &QueryError) -> [&'a str; 3] {
    let cut = |range| query.get(range).unwrap_or_default();
    [cut(0..error.at.start), cut(error.at.start..error.at.end), cut(error.at.end..query.len())]
}

/// What may stand behind a field's colon, for the help.
pub fn example(spec: &FieldSpec) -> String {
    let value = match spec.takes {
        Takes::Text => "\"ImportError\"".to_owned(),
        Takes::Words(words) | Takes::Place(words) => words.join(" "),
        Takes::Names => "name".to_owned(),
        Takes::Paths => "src/**".to_owned(),
        Takes::Number(_) => "5 !=0 >5 <=5 5..9".to_owned(),
    };
    format!("{}:{value}", spec.name)
}

/// How terms are put together, for the help: what is written, and what it means.
pub const GRAMMAR: &[(&str, &str)] = &[
    ("word  \"two words\"", "stands in the text, in whatever case"),
    ("a b", "both hold"),
    ("a or b", "one of them holds"),
    ("-a  not a", "it does not hold"),
    ("(a or b) c", "parentheses group"),
    ("op:read,search", "one of several values"),
];

#[cfg(test)]
mod tests {
    use super::point;
    use crate::engine::query::{Query, STEP_FIELDS};

    #[test]
    fn a_mistake_is_pointed_at() {
        let query = "é op:rnu b";
        let error = Query::parse(query, STEP_FIELDS).unwrap_err();
        assert_eq!(point(query, &error), ["é op:", "rnu", " b"]);
    }

    #[test]
    fn the_readme_tells_of_every_field() {
        let readme = include_str!("../../../README.md");
        for spec in STEP_FIELDS.iter().chain(crate::engine::query::RUN_FIELDS) {
            let row = format!("| `{}:` |", spec.name);
            assert!(readme.contains(&row), "README.md has no row that begins “{row}”");
        }
    }
}
