//! The best way to lay two sequences side by side.
//!
//! Global alignment after Gotoh: pairs are worth more the more alike they are, opening a gap costs, going on in
//! it does not. A byte for each pair of acts says how it was reached. Where that would take too much memory, the
//! sequences are first cut at acts that each has once, as patience sorting does.

use std::collections::BTreeMap;

use super::tokens::Token;

/// What a pair is worth, times its weight: equal in all, in operation and target, in their kernel.
const EXACT: i32 = 6;
const ABOUT: i32 = 4;
const NEAR: i32 = 2;
const GAP: i32 = 2;

/// So many pairs of acts are weighed at once, a byte each: enough for two runs of 5,500 acts.
const MOST_CELLS: usize = 32 << 20;

/// Below any score that can come up.
const NEVER: i32 = i32::MIN / 2;

/// How a pair of acts was best reached.
const PAIRED: u8 = 1;
const GAP_IN_B: u8 = 2;
const FROM: u8 = 3;
/// The gap that ends here begins here.
const OPENS_IN_B: u8 = 4;
const OPENS_IN_A: u8 = 8;

/// The pairs of acts that belong together, rising on both sides.
pub(super) fn pairs(a: &[Token], b: &[Token]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    block((0, a), (0, b), MOST_CELLS, &mut found);
    found
}

type Block<'a> = (usize, &'a [Token]);

fn block((from_a, a): Block<'_>, (from_b, b): Block<'_>, most_cells: usize, found: &mut Vec<(usize, usize)>) {
    let same = |(one, other): &(&Token, &Token)| one.exact == other.exact;
    let head = a.iter().zip(b).take_while(same).count();
    found.extend((0..head).map(|at| (from_a + at, from_b + at)));
    let (a, b) = (a.get(head..).unwrap_or_default(), b.get(head..).unwrap_or_default());
    let (from_a, from_b) = (from_a + head, from_b + head);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(same).count();
    let (end_a, end_b) = (a.len() - tail, b.len() - tail);
    let (inner_a, inner_b) = (a.get(..end_a).unwrap_or_default(), b.get(..end_b).unwrap_or_default());
    if inner_a.len().saturating_mul(inner_b.len()) <= most_cells {
        weigh((from_a, inner_a), (from_b, inner_b), found);
    } else {
        cut((from_a, inner_a), (from_b, inner_b), most_cells, found);
    }
    found.extend((0..tail).map(|at| (from_a + end_a + at, from_b + end_b + at)));
}

/// Aligns piece by piece between acts that are certain to belong together; where there are none, between the
/// middles.
fn cut((from_a, a): Block<'_>, (from_b, b): Block<'_>, most_cells: usize, found: &mut Vec<(usize, usize)>) {
    let mut cuts = anchors(a, b);
    if cuts.is_empty() {
        cuts.push((a.len() / 2, b.len() / 2));
    }
    cuts.push((a.len(), b.len()));
    let (mut at_a, mut at_b) = (0, 0);
    for (to_a, to_b) in cuts {
        let (piece_a, piece_b) = (a.get(at_a..to_a), b.get(at_b..to_b));
        block(
            (from_a + at_a, piece_a.unwrap_or_default()),
            (from_b + at_b, piece_b.unwrap_or_default()),
            most_cells,
            found,
        );
        (at_a, at_b) = (to_a, to_b);
    }
}

/// Acts that each side has once, as many as rise on both.
fn anchors(a: &[Token], b: &[Token]) -> Vec<(usize, usize)> {
    let (once_a, once_b) = (once(a), once(b));
    let mut shared: Vec<(usize, usize)> =
        once_a.iter().filter_map(|(exact, at)| Some((*at, *once_b.get(exact)?))).collect();
    shared.sort_unstable();
    // Ends of the longest rising rows of each length, and what stands before each in its row.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(shared.len());
    let b_at = |place: usize| shared.get(place).map_or(0, |(_, at)| *at);
    for (place, (_, at)) in shared.iter().enumerate() {
        let length = ends.partition_point(|end| b_at(*end) < *at);
        before.push(length.checked_sub(1).and_then(|shorter| ends.get(shorter).copied()));
        match ends.get_mut(length) {
            Some(end) => *end = place,
            None => ends.push(place),
        }
    }
    let mut rising = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(place) = next {
        rising.extend(shared.get(place).copied());
        next = before.get(place).copied().flatten();
    }
    rising.reverse();
    rising
}

fn once(list: &[Token]) -> BTreeMap<u32, usize> {
    let mut places: BTreeMap<u32, Option<usize>> = BTreeMap::new();
    for (place, token) in list.iter().enumerate() {
        places.entry(token.exact).and_modify(|known| *known = None).or_insert(Some(place));
    }
    places.into_iter().filter_map(|(exact, place)| Some((exact, place?))).collect()
}

fn worth(one: &Token, other: &Token) -> i32 {
    let alike = if one.exact == other.exact {
        EXACT
    } else if one.about == other.about {
        ABOUT
    } else if one.near == other.near {
        NEAR
    } else {
        return NEVER;
    };
    alike * one.weight
}

fn weigh((from_a, a): Block<'_>, (from_b, b): Block<'_>, found: &mut Vec<(usize, usize)>) {
    if a.is_empty() || b.is_empty() {
        return;
    }
    let mut ways = vec![0_u8; a.len() * b.len()];
    // Of the row above, by column: the best score, and the best that ends in acts of A alone.
    let mut best = vec![-GAP; b.len()];
    let mut alone = vec![NEVER; b.len()];
    let mut above_all = 0;
    for (one, row) in a.iter().zip(ways.chunks_exact_mut(b.len())) {
        let (mut diagonal, mut left, mut beside) = (above_all, -GAP, NEVER);
        above_all = -GAP;
        let columns = b.iter().zip(best.iter_mut()).zip(alone.iter_mut()).zip(row);
        for (((other, best), alone), way) in columns {
            let (opened, paired) = (*best - GAP, diagonal + worth(one, other));
            let mut mark = 0;
            if opened > *alone {
                (*alone, mark) = (opened, OPENS_IN_B);
            }
            if left - GAP > beside {
                (beside, mark) = (left - GAP, mark | OPENS_IN_A);
            }
            let mut score = beside;
            let mut from = 0;
            if *alone >= score {
                (score, from) = (*alone, GAP_IN_B);
            }
            if paired >= score {
                (score, from) = (paired, PAIRED);
            }
            (diagonal, left, *best) = (*best, score, score);
            *way = mark | from;
        }
    }
    walk_back(&ways, (from_a, a.len()), (from_b, b.len()), found);
}

fn walk_back(
    ways: &[u8],
    (from_a, len_a): (usize, usize),
    (from_b, len_b): (usize, usize),
    found: &mut Vec<(usize, usize)>,
) {
    let first = found.len();
    let (mut at_a, mut at_b) = (len_a, len_b);
    // In a gap that is not yet at its beginning.
    let mut inside = None;
    while let (Some(above), Some(left)) = (at_a.checked_sub(1), at_b.checked_sub(1)) {
        let way = ways.get(above * len_b + left).copied().unwrap_or_default();
        match inside.unwrap_or(way & FROM) {
            PAIRED => {
                found.push((from_a + above, from_b + left));
                (at_a, at_b) = (above, left);
            }
            GAP_IN_B => {
                inside = (way & OPENS_IN_B == 0).then_some(GAP_IN_B);
                at_a = above;
            }
            _ => {
                inside = (way & OPENS_IN_A == 0).then_some(0);
                at_b = left;
            }
        }
    }
    if let Some(new) = found.get_mut(first..) {
        new.reverse();
    }
}

#[cfg(test)]
mod tests {
    use super::{Token, block, pairs};

    /// Letters that are equal are equal acts; a capital is about the same as its small letter.
    fn drawn(text: &str) -> Vec<Token> {
        let token = |letter: char| {
            let about = u32::from(letter.to_ascii_lowercase());
            Token { exact: u32::from(letter), about, near: about, weight: 2 }
        };
        text.chars().map(token).collect()
    }

    fn aligned(a: &str, b: &str) -> String {
        let pairs = pairs(&drawn(a), &drawn(b));
        pairs.iter().map(|(a_at, b_at)| format!("{a_at}-{b_at}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn pairs_what_is_alike_in_order() {
        assert_eq!(aligned("abc", "abc"), "0-0 1-1 2-2");
        assert_eq!(aligned("abc", "axc"), "0-0 2-2");
        assert_eq!(aligned("aBc", "abc"), "0-0 1-1 2-2");
        assert_eq!(aligned("abc", ""), "");
        assert_eq!(aligned("abcd", "cdab"), "0-2 1-3");
    }

    #[test]
    fn few_gaps_are_better_than_many() {
        // The a and the b that stand together, not those that come first.
        assert_eq!(aligned("pabq", "raxxbabs"), "1-5 2-6");
    }

    #[test]
    fn cut_into_pieces_it_finds_nearly_the_same() {
        let text = |seed: u32| -> String {
            let mut state = seed;
            let mut letters = String::new();
            for place in 0..400_u32 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let letter = if place % 10 == 0 { 'α' as u32 + place } else { 97 + (state >> 16) % 8 };
                letters.extend(char::from_u32(letter));
            }
            letters
        };
        let (a, b) = (drawn(&text(1)), drawn(&text(2)));
        let whole = pairs(&a, &b);
        let mut pieces = Vec::new();
        block((0, &a), (0, &b), 500, &mut pieces);
        assert!(pieces.is_sorted_by(|one, other| one.0 < other.0 && one.1 < other.1));
        assert!(pieces.len() * 10 >= whole.len() * 9, "{} of {}", pieces.len(), whole.len());
    }
}
