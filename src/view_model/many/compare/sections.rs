//! What two runs left behind and took, in words and numbers.

use crate::engine::report::{Comparison, FileChange, NumberDifference};
use crate::view_model::format::{count, duration_seconds, money};

/// A number of both runs, and by how much that of B is larger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers {
    pub name: String,
    pub a: String,
    pub b: String,
    /// With its sign; `None` where they are equal or one is not known.
    pub difference: Option<String>,
}

/// A number as its name has it.
pub fn numbers(number: &NumberDifference) -> Numbers {
    let NumberDifference { name, a, b } = number;
    let (title, write): (&str, fn(f64) -> String) = match name.as_str() {
        "cost (USD)" => ("Cost", money),
        "seconds" => ("Time", duration_seconds),
        "steps" => ("Steps", whole),
        "turns" => ("Turns", whole),
        "tokens in" => ("Tokens in", whole),
        "tokens out" => ("Tokens out", whole),
        other => (other, whole),
    };
    let known = |number: &Option<f64>| number.map_or_else(|| "unknown".to_owned(), write);
    let difference =
        a.zip(*b).map(|(a, b)| b - a).filter(|difference| *difference != 0.0).map(|difference| {
            let sign = if difference < 0.0 { '−' } else { '+' };
            format!("{sign}{}", write(difference.abs()))
        });
    Numbers { name: title.to_owned(), a: known(a), b: known(b), difference }
}

fn whole(value: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a saturating cast is meant")]
    count(value.round() as u64)
}

/// What a run did to a file.
pub fn changed_lines(change: Option<&FileChange>) -> String {
    let Some(FileChange { edits, added, removed, at_least, deleted }) = change else {
        return "left alone".to_owned();
    };
    if *deleted {
        return "deleted".to_owned();
    }
    let times = if *edits == 1 { String::new() } else { format!(" in {edits} edits") };
    match (at_least, added + removed) {
        (true, 0) => format!("changed{times}, lines unknown"),
        (true, _) => format!("at least +{added} −{removed}{times}"),
        (false, _) => format!("+{added} −{removed}{times}"),
    }
}

/// How much of the two runs goes together.
pub fn shares(comparison: &Comparison) -> String {
    let agreement = comparison.agreement;
    let common = agreement.same + agreement.similar;
    let of = |alone: u32| count(u64::from(common + alone));
    format!(
        "{} of {} acts of A and of {} of B go together: {} the same, {} similar.",
        count(u64::from(common)),
        of(agreement.only_a),
        of(agreement.only_b),
        count(u64::from(agreement.same)),
        count(u64::from(agreement.similar)),
    )
}

/// A sentence in pieces; those that are true are names from the trace, which stand between backticks.
pub fn quoted(text: &str) -> Vec<(bool, &str)> {
    let parts = text.split('`').enumerate().map(|(place, part)| (place % 2 == 1, part));
    parts.filter(|(_, part)| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::{changed_lines, numbers, quoted};
    use crate::engine::report::{FileChange, NumberDifference};

    fn told(name: &str, a: Option<f64>, b: Option<f64>) -> (String, String, Option<String>) {
        let told = numbers(&NumberDifference { name: name.to_owned(), a, b });
        (told.a, told.b, told.difference)
    }

    #[test]
    fn a_number_is_written_as_what_it_counts() {
        let text = |text: &str| text.to_owned();
        assert_eq!(
            told("steps", Some(1_200.0), Some(40.0)),
            (text("1,200"), text("40"), Some(text("−1,160")))
        );
        assert_eq!(
            told("cost (USD)", Some(0.5), Some(1.25)),
            (text("$0.50"), text("$1.25"), Some(text("+$0.75")))
        );
        assert_eq!(told("turns", Some(4.0), Some(4.0)).2, None);
        assert_eq!(told("turns", None, Some(4.0)), (text("unknown"), text("4"), None));
    }

    #[test]
    fn what_became_of_a_file() {
        let change = FileChange { edits: 2, added: 3, removed: 1, at_least: false, deleted: false };
        assert_eq!(changed_lines(Some(&change)), "+3 −1 in 2 edits");
        assert_eq!(changed_lines(Some(&FileChange { deleted: true, ..change })), "deleted");
        assert_eq!(changed_lines(None), "left alone");
    }

    #[test]
    fn names_stand_between_backticks() {
        assert_eq!(quoted("read `a.rs`, then"), [(false, "read "), (true, "a.rs"), (false, ", then")]);
    }
}
