//! Where two runs part.

use serde::{Deserialize, Serialize};

use super::align::{Row, RowKind};
use super::track::{Act, Track};
use super::words::told;

/// The first place from which on the two runs are not the same in a way that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Divergence {
    /// Place among the rows.
    pub row: u32,
    /// The steps, in A and in B, of the last acts before it that were the same or similar.
    pub last_common: Option<(u32, u32)>,
    /// Places in the tracks of what each did next, at most [`Divergence::SHOWN`].
    pub a: Vec<u32>,
    pub b: Vec<u32>,
    /// Rows behind it in which both did the same or something similar.
    pub common_after: u32,
    /// What each did instead, for a person.
    pub text: String,
}

impl Divergence {
    /// What a person can take in at once.
    pub const SHOWN: usize = 3;
}

/// The same look within so many rows is only another order of looking.
const NEARBY: usize = 10;
/// So many looks in a row that the other never took are another way of going about it.
const MANY_LOOKS: usize = 5;

/// Finds it; `None` where the runs differ in nothing but the order of looks. What changes files, judges them, or
/// ends the run counts at once; looks only where there are many of them.
pub fn divergence(a: &Track, b: &Track, rows: &[Row]) -> Option<Divergence> {
    let mut looks = 0;
    let mut first_look = None;
    let mut parting = None;
    for (place, row) in rows.iter().enumerate() {
        match weight(a, b, rows, place) {
            Weight::None if row.2 == RowKind::Same => looks = 0,
            Weight::None => {}
            Weight::Look => {
                looks += 1;
                if looks == 1 {
                    first_look = Some(place);
                }
            }
            Weight::Counts => {
                parting = Some(place);
                break;
            }
        }
        if looks == MANY_LOOKS {
            parting = first_look;
            break;
        }
    }
    // Nothing weighty: the first difference there is.
    let differs = |place: &usize| !matches!(weight(a, b, rows, *place), Weight::None);
    let parting = parting.or_else(|| (0..rows.len()).find(differs))?;
    Some(at(a, b, rows, parting))
}

enum Weight {
    /// Both did it, if elsewhere.
    None,
    Look,
    Counts,
}

fn weight(a: &Track, b: &Track, rows: &[Row], place: usize) -> Weight {
    let Some((in_a, in_b, kind)) = rows.get(place) else { return Weight::None };
    let act_a = in_a.and_then(|place| a.act(place as usize));
    let act_b = in_b.and_then(|place| b.act(place as usize));
    let counts = act_a.or(act_b).is_some_and(|act| counts(act.operation));
    match (kind, act_a, act_b) {
        (RowKind::Same, ..) => Weight::None,
        (_, Some(one), Some(other)) => {
            // Words of an error may differ between two tools; whether there was one tells.
            let other_end = one.ending != other.ending && !one.ending.is_empty() && !other.ending.is_empty();
            let other_thing = one.target != other.target;
            let other_text = matches!(one.operation, "edit" | "create");
            if counts && (other_end || other_thing || other_text) { Weight::Counts } else { Weight::None }
        }
        (_, Some(act), None) if !counts && nearby(b, rows, place, act, |row| row.1) => Weight::None,
        (_, None, Some(act)) if !counts && nearby(a, rows, place, act, |row| row.0) => Weight::None,
        _ if counts => Weight::Counts,
        (_, Some(act), _) | (_, _, Some(act)) if act.operation == "message" => Weight::None,
        _ => Weight::Look,
    }
}

/// Whether the other run took the same look a little earlier or later.
fn nearby(
    other: &Track,
    rows: &[Row],
    place: usize,
    act: Act<'_>,
    side: impl Fn(&Row) -> Option<u32>,
) -> bool {
    let window = rows.get(place.saturating_sub(NEARBY)..rows.len().min(place + NEARBY + 1));
    window.unwrap_or_default().iter().filter(|row| row.2 != RowKind::Same).filter_map(side).any(|at| {
        other.act(at as usize).is_some_and(|it| it.operation == act.operation && it.target == act.target)
    })
}

/// It changes the work, judges it, or ends it.
fn counts(operation: &str) -> bool {
    matches!(
        operation,
        "edit"
            | "create"
            | "delete"
            | "run-test"
            | "run-build"
            | "run-lint"
            | "run-program"
            | "run-install"
            | "submit"
            | "submission"
            | "delegate"
            | "ask"
            | "other"
            | "hand-off"
            | "limit-reached"
            | "crash"
            | "interrupted"
    )
}

fn at(a: &Track, b: &Track, rows: &[Row], parting: usize) -> Divergence {
    let (before, after) = rows.split_at_checked(parting).unwrap_or_default();
    let last = before.iter().rev().find_map(|row| Some((row.0? as usize, row.1? as usize)));
    let next = |side: &dyn Fn(&Row) -> Option<u32>| -> Vec<u32> {
        after.iter().filter_map(side).take(Divergence::SHOWN).collect()
    };
    let (next_a, next_b) = (next(&|row| row.0), next(&|row| row.1));
    let is_common = |row: &&Row| matches!(row.2, RowKind::Same | RowKind::Similar);
    let common_after = after.iter().skip(1).filter(is_common).count();
    let kind = after.first().map_or(RowKind::Similar, |row| row.2);
    let text = text((a, &next_a), (b, &next_b), last, kind);
    Divergence {
        row: u32::try_from(parting).unwrap_or(u32::MAX),
        last_common: last.and_then(|(at_a, at_b)| Some((a.act(at_a)?.step, b.act(at_b)?.step))),
        a: next_a,
        b: next_b,
        common_after: u32::try_from(common_after).unwrap_or(u32::MAX),
        text,
    }
}

fn text(
    (a, next_a): (&Track, &[u32]),
    (b, next_b): (&Track, &[u32]),
    last: Option<(usize, usize)>,
    kind: RowKind,
) -> String {
    let one = |track: &Track, next: &[u32]| match next.first() {
        Some(place) => told(track, *place as usize),
        None => "did nothing more".to_owned(),
    };
    let (of_a, of_b) = (one(a, next_a), one(b, next_b));
    let instead = if of_a != of_b {
        format!("A {of_a}; B {of_b}")
    } else if kind == RowKind::OnlyB {
        format!("B {of_b} once more than A")
    } else {
        format!("A {of_a} once more than B")
    };
    match last {
        Some((at_a, at_b)) => {
            let steps =
                (a.act(at_a).map_or(0, |act| act.step + 1), b.act(at_b).map_or(0, |act| act.step + 1));
            let steps = if steps.0 == steps.1 {
                format!("step {}", steps.0)
            } else {
                format!("step {} in A, {} in B", steps.0, steps.1)
            };
            format!("After both {} ({steps}), {instead}.", told(a, at_a))
        }
        None => format!("From the start: {instead}."),
    }
}

#[cfg(test)]
mod tests {
    use super::divergence;
    use crate::engine::compare::align;
    use crate::engine::testing::tracked;

    fn parting(a: &str, b: &str) -> Option<(u32, String)> {
        let (a, b) = (tracked(a), tracked(b));
        divergence(&a, &b, &align(&a, &b)).map(|parting| (parting.row, parting.text))
    }

    #[test]
    fn another_order_of_looking_is_none() {
        assert_eq!(
            parting(
                "read  a.rs
 read  b.rs
 edit  a.rs",
                "read  b.rs
 read  a.rs
 edit  a.rs"
            ),
            None
        );
    }

    #[test]
    fn runs_part_where_one_changes_something_else() {
        let (row, text) = parting(
            "read  a.rs
 list  src
 edit  a.rs +1 -1
 test  pytest  tests green",
            "read  a.rs
 edit  b.rs +2 -2
 test  pytest  tests red 1/9",
        )
        .unwrap();
        assert_eq!(row, 2);
        assert_eq!(
            text,
            "After both read `a.rs` (step 1), A edited `a.rs` (+1 −1); B edited `b.rs` (+2 −2)."
        );
    }

    #[test]
    fn runs_part_where_the_same_check_turns_out_differently() {
        let (_, text) = parting("test  pytest  tests green", "test  pytest  tests red 1/9").unwrap();
        assert_eq!(text, "From the start: A tested with `pytest`, green; B tested with `pytest`, red.");
    }

    #[test]
    fn runs_part_where_one_does_the_same_once_more() {
        let (_, text) = parting(
            "read  x/f.rs\n call  calc\n read  q\n call  calc\n submit  x",
            "read  y/f.rs\n call  calc\n submit  x",
        )
        .unwrap();
        assert!(text.ends_with(", A called `calc` once more than B."), "{text}");
    }

    #[test]
    fn runs_part_where_one_ends() {
        let (row, text) = parting(
            "edit  a.rs +1 -1
 test  pytest",
            "edit  a.rs +1 -1",
        )
        .unwrap();
        assert_eq!((row, text.ends_with("; B did nothing more.")), (1, true));
    }

    #[test]
    fn runs_that_only_look_part_at_the_first_look_of_their_own() {
        let (row, _) = parting(
            "read  a
 search  x
 read  c",
            "read  a
 search  x
 list  d",
        )
        .unwrap();
        assert_eq!(row, 2);
        assert_eq!(
            parting(
                "read  a
 edit  b a>b",
                "read  a
 edit  b a>b"
            ),
            None
        );
    }
}
