use serde::{Deserialize, Serialize};

use super::path::pairs;
use super::tokens::{Token, tokens};
use super::track::{Act, Track, TrackEdit};

/// How the two acts of a row go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowKind {
    /// The same operation on the same thing with the same end.
    Same,
    /// The same operation on the same thing with another end or another text, or on something near.
    Similar,
    OnlyA,
    OnlyB,
}

/// One line of the two runs side by side: the places of its acts in their tracks.
pub type Row = (Option<u32>, Option<u32>, RowKind);

/// Lays two runs side by side: each act of both is in one row, in order. Between two pairs, what only A did
/// stands before what only B did. Swapping the runs mirrors the rows, but for that.
pub fn align(a: &Track, b: &Track) -> Vec<Row> {
    let (tokens_a, tokens_b) = tokens(a, b);
    // Of several ways that are equally good, the same one whichever run comes first.
    let swapped = order(a, b).is_gt();
    let found = if swapped {
        let found = pairs(&tokens_b, &tokens_a);
        found.into_iter().map(|(at_b, at_a)| (at_a, at_b)).collect()
    } else {
        pairs(&tokens_a, &tokens_b)
    };
    let mut rows = Vec::with_capacity(a.len().max(b.len()));
    let (mut done_a, mut done_b) = (0, 0);
    for (at_a, at_b) in found {
        alone(&mut rows, (done_a, at_a), (done_b, at_b));
        let exact = |tokens: &[Token], at: usize| tokens.get(at).map(|token| token.exact);
        let same = exact(&tokens_a, at_a) == exact(&tokens_b, at_b);
        let same = same && same_changes(a.edits_of(at_a), b.edits_of(at_b));
        rows.push((place(at_a), place(at_b), if same { RowKind::Same } else { RowKind::Similar }));
        (done_a, done_b) = (at_a + 1, at_b + 1);
    }
    alone(&mut rows, (done_a, a.len()), (done_b, b.len()));
    rows
}

/// Which of two tracks is looked at first, whatever they are called.
fn order(a: &Track, b: &Track) -> std::cmp::Ordering {
    fn words(act: Act<'_>) -> [&str; 4] {
        [act.operation, act.target, act.ending, act.error]
    }
    a.len().cmp(&b.len()).then_with(|| a.acts().map(words).cmp(b.acts().map(words)))
}

fn alone(rows: &mut Vec<Row>, a: (usize, usize), b: (usize, usize)) {
    rows.extend((a.0..a.1).map(|at| (place(at), None, RowKind::OnlyA)));
    rows.extend((b.0..b.1).map(|at| (None, place(at), RowKind::OnlyB)));
}

fn place(at: usize) -> Option<u32> {
    u32::try_from(at).ok()
}

/// Whether two edits may have written the same: nothing that both show differs.
fn same_changes(one: &[TrackEdit], other: &[TrackEdit]) -> bool {
    let differ = |one: Option<u32>, other: Option<u32>| one.is_some() && other.is_some() && one != other;
    let known = |hash: u32| (hash != 0).then_some(hash);
    one.iter().zip(other).all(|(one, other)| {
        !differ(one.3, other.3) && !differ(one.4, other.4) && !differ(known(one.5), known(other.5))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::RowKind::{self, OnlyA, OnlyB};
    use super::{Row, align};
    use crate::engine::compare::track::Track;
    use crate::engine::testing::tracked;

    /// A row a line: what A did, how it goes together, what B did.
    fn drawn(a: &str, b: &str) -> Vec<String> {
        let (a, b) = (tracked(a), tracked(b));
        let act = |track: &Track, place: Option<u32>| {
            let act = place.and_then(|place| track.act(place as usize));
            act.map_or(String::new(), |act| format!("{} {}", act.operation, act.target))
        };
        let sign = |kind| match kind {
            RowKind::Same => "=",
            RowKind::Similar => "~",
            RowKind::OnlyA => "<",
            RowKind::OnlyB => ">",
        };
        let rows = align(&a, &b);
        let line =
            |(one, other, kind): &Row| format!("{} {} {}", act(&a, *one), sign(*kind), act(&b, *other));
        rows.iter().map(|row| line(row).trim().to_owned()).collect()
    }

    #[test]
    fn two_runs_side_by_side() {
        let rows = drawn(
            "
            read  src/lib.rs
            edit  src/lib.rs a>b
            test  pytest      tests red
            edit  src/lib.rs b>c
            ",
            "
            read    src/lib.rs
            search  parser
            edit    src/lib.rs a>b
            test    pytest    tests green
            ",
        );
        assert_eq!(
            rows,
            [
                "read src/lib.rs = read src/lib.rs",
                "> search",
                "edit src/lib.rs = edit src/lib.rs",
                "run-test pytest ~ run-test pytest",
                "edit src/lib.rs <",
            ]
        );
    }

    #[test]
    fn an_edit_that_wrote_something_else_is_similar() {
        assert_eq!(drawn("edit  a.rs +1 -1", "edit  a.rs +9 -1"), ["edit a.rs ~ edit a.rs"]);
        assert_eq!(drawn("edit  a.rs a>b", "edit  a.rs a>c"), ["edit a.rs ~ edit a.rs"]);
        assert_eq!(drawn("edit  a.rs a>b", "edit  a.rs +1 -1"), ["edit a.rs = edit a.rs"], "may be the same");
    }

    fn any_track() -> impl Strategy<Value = Track> {
        let line = prop_oneof![
            (0..4).prop_map(|file| format!("read  src/f{file}.rs")),
            (0..4, 0..3).prop_map(|(file, lines)| format!("edit  src/f{file}.rs +{lines} -1")),
            (0..2).prop_map(|file| format!("edit  other/f{file}.rs +1 -1")),
            prop_oneof!["red", "green"].prop_map(|colour| format!("test  pytest  tests {colour}")),
            Just("assistant  Hm.".to_owned()),
        ];
        prop::collection::vec(line, 0..40).prop_map(|lines| tracked(&lines.join("\n")))
    }

    proptest! {
        #[test]
        fn each_act_is_in_one_row_in_order(a in any_track(), b in any_track()) {
            let rows = align(&a, &b);
            let of_a: Vec<u32> = rows.iter().filter_map(|row| row.0).collect();
            let of_b: Vec<u32> = rows.iter().filter_map(|row| row.1).collect();
            prop_assert!(of_a.into_iter().eq((0..).take(a.len())));
            prop_assert!(of_b.into_iter().eq((0..).take(b.len())));
            for (one, other, kind) in rows {
                prop_assert_eq!((one.is_none(), other.is_none()), (kind == OnlyB, kind == OnlyA));
            }
        }

        #[test]
        fn a_run_is_the_same_as_itself(a in any_track()) {
            prop_assert!(align(&a, &a).iter().all(|row| row.2 == RowKind::Same));
        }

        #[test]
        fn swapping_the_runs_mirrors_the_pairs(a in any_track(), b in any_track()) {
            let pairs = |rows: Vec<Row>| -> Vec<Row> {
                rows.into_iter().filter(|row| row.0.is_some() && row.1.is_some()).collect()
            };
            let mirrored: Vec<Row> =
                pairs(align(&b, &a)).into_iter().map(|(one, other, kind)| (other, one, kind)).collect();
            prop_assert_eq!(pairs(align(&a, &b)), mirrored);
        }
    }
}
