//! The text of one version of a file: pieces in a tree that versions share.
//!
//! An edit makes anew only the way down to its place, so a version costs no more than the logarithm of its pieces,
//! in time and in memory, and each is whole: to ask for an early one or a late one is the same. The tree is a
//! treap, kept flat by an order of its pieces that has nothing to do with where they stand.

use std::rc::Rc;

use super::pieces::{OPEN, Piece, Sources};

#[derive(Debug, Clone, Default)]
pub(super) struct Text(Option<Rc<Node>>);

#[derive(Debug)]
struct Node {
    left: Text,
    piece: Piece,
    right: Text,
    /// Lines of all pieces below and here that have an end.
    lines: u32,
    /// The one piece that goes to an end that may not be known.
    open: Option<Piece>,
}

impl Text {
    pub(super) fn of(pieces: impl IntoIterator<Item = Piece>) -> Self {
        let some = pieces.into_iter().filter(|piece| piece.len > 0);
        some.fold(Self::default(), |text, piece| text.then(&Self::one(piece)))
    }

    fn one(piece: Piece) -> Self {
        Self::node(Self::default(), piece, Self::default())
    }

    fn node(left: Self, piece: Piece, right: Self) -> Self {
        let below = |text: &Self| text.0.as_ref().map_or((0, None), |node| (node.lines, node.open));
        let ((before, open_before), (behind, open_behind)) = (below(&left), below(&right));
        let (own, open) = if piece.len < OPEN { (piece.len, None) } else { (0, Some(piece)) };
        let lines = before.saturating_add(own).saturating_add(behind);
        let open = open_before.or(open).or(open_behind);
        Self(Some(Rc::new(Node { left, piece, right, lines, open })))
    }

    /// How many lines it has; `None` where its end is not known.
    pub(super) fn len(&self, sources: &Sources) -> Option<u32> {
        let Some(node) = &self.0 else { return Some(0) };
        let open = node.open.map_or(Some(0), |piece| sources.len(piece))?;
        Some(node.lines.saturating_add(open))
    }

    /// All pieces in their order.
    pub(super) fn pieces(&self) -> Vec<Piece> {
        let (mut pieces, mut above, mut next) = (Vec::new(), Vec::new(), &self.0);
        loop {
            if let Some(node) = next {
                above.push(node);
                next = &node.left.0;
            } else if let Some(node) = above.pop() {
                pieces.push(node.piece);
                next = &node.right.0;
            } else {
                return pieces;
            }
        }
    }

    /// The piece that holds a line, and how many of its lines stand before it.
    pub(super) fn locate(&self, sources: &Sources, line: u32) -> Option<(Piece, u32)> {
        let mut before = before(line)?;
        let mut text = self;
        loop {
            let node = text.0.as_ref()?;
            text = match node.left.len(sources) {
                Some(len) if before >= len => {
                    before -= len;
                    match sources.len(node.piece) {
                        Some(len) if before >= len => before -= len,
                        _ => return Some((node.piece, before)),
                    }
                    &node.right
                }
                _ => &node.left,
            };
        }
    }

    /// Replaces `remove` lines from the line `at` on. `None` where the text ends before.
    pub(super) fn splice(&self, sources: &Sources, at: u32, remove: u32, insert: &[Piece]) -> Option<Self> {
        let (head, rest) = self.split(sources, before(at)?)?;
        let tail = if remove >= OPEN { Self::default() } else { rest.split(sources, remove)?.1 };
        Some(head.then(&Self::of(insert.iter().copied())).then(&tail))
    }

    /// This text with another behind it; pieces that follow each other in their source become one.
    pub(super) fn then(&self, next: &Self) -> Self {
        match self.last().zip(next.first()) {
            Some((last, first)) if last.is_followed_by(first) => {
                self.extended(first.len).merged(&next.without_first())
            }
            _ => self.merged(next),
        }
    }

    fn merged(&self, next: &Self) -> Self {
        match (&self.0, &next.0) {
            (None, _) => next.clone(),
            (_, None) => self.clone(),
            (Some(one), Some(two)) if rank(one.piece) >= rank(two.piece) => {
                Self::node(one.left.clone(), one.piece, one.right.merged(next))
            }
            (_, Some(two)) => Self::node(self.merged(&two.left), two.piece, two.right.clone()),
        }
    }

    /// The first so many lines, and the others; `None` where the text ends before.
    fn split(&self, sources: &Sources, lines: u32) -> Option<(Self, Self)> {
        let Some(node) = &self.0 else { return (lines == 0).then(<(Self, Self)>::default) };
        let (left, piece, right) = (&node.left, node.piece, &node.right);
        let Some(lines) = left.len(sources).and_then(|len| lines.checked_sub(len)) else {
            let (head, tail) = left.split(sources, lines)?;
            return Some((head, Self::node(tail, piece, right.clone())));
        };
        if let Some(behind) = sources.len(piece).and_then(|len| lines.checked_sub(len)) {
            let (head, tail) = right.split(sources, behind)?;
            return Some((Self::node(left.clone(), piece, head), tail));
        }
        let (head, tail) = piece.cut(lines);
        let head = Self::of([head]);
        Some((left.merged(&head), Self::one(tail).merged(right)))
    }

    fn first(&self) -> Option<Piece> {
        let node = self.0.as_ref()?;
        node.left.first().or(Some(node.piece))
    }

    fn last(&self) -> Option<Piece> {
        let node = self.0.as_ref()?;
        node.right.last().or(Some(node.piece))
    }

    fn without_first(&self) -> Self {
        let Some(node) = &self.0 else { return Self::default() };
        if node.left.0.is_none() {
            return node.right.clone();
        }
        Self::node(node.left.without_first(), node.piece, node.right.clone())
    }

    /// Its last piece so many lines longer.
    fn extended(&self, more: u32) -> Self {
        let Some(node) = &self.0 else { return Self::default() };
        if node.right.0.is_some() {
            return Self::node(node.left.clone(), node.piece, node.right.extended(more));
        }
        let len = if more >= OPEN { OPEN } else { node.piece.len + more };
        Self::node(node.left.clone(), Piece { len, ..node.piece }, Self::default())
    }
}

/// How many lines stand before a line; `None` for a number that no line has.
fn before(line: u32) -> Option<u32> {
    line.checked_sub(1).filter(|before| *before < OPEN)
}

/// Which of two pieces stands above the other: as good as thrown dice, but the same each time. A piece that is
/// made longer or shorter behind keeps its rank.
fn rank(piece: Piece) -> u64 {
    let mut rank = (u64::from(piece.source) << 32) | u64::from(piece.start);
    for factor in [0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb] {
        rank = (rank ^ (rank >> 31)).wrapping_mul(factor);
    }
    rank ^ (rank >> 29)
}

#[cfg(test)]
mod tests {
    use super::Text;
    use crate::engine::replay::workspace::pieces::{OPEN, Piece, START, Sources};

    fn brief(text: &Text) -> Vec<(u32, u32, u32)> {
        text.pieces().iter().map(|piece| (piece.source, piece.start, piece.len)).collect()
    }

    #[test]
    fn a_line_is_replaced_in_a_text_of_unknown_length() {
        let mut sources = Sources::default();
        let text = Text::of([Piece { source: START, start: 1, len: OPEN }]);
        let new = sources.write(["x", "y"].into_iter());
        let text = text.splice(&sources, 10, 1, &[new]).unwrap();
        assert_eq!(brief(&text), [(1, 1, 9), (0, 1, 2), (1, 11, OPEN)]);
        assert_eq!(text.locate(&sources, 13), Some((Piece { source: START, start: 11, len: OPEN }, 1)));
        let text = text.splice(&sources, 10, 2, &[Piece { source: START, start: 10, len: 1 }]).unwrap();
        assert_eq!(brief(&text), [(1, 1, OPEN)]);
    }

    #[test]
    fn a_text_has_an_end() {
        let mut sources = Sources::default();
        let text = Text::of([sources.write(["a", "b"].into_iter())]);
        let more = sources.write(["c"].into_iter());
        let longer = text.splice(&sources, 3, 0, &[more]).unwrap();
        assert!(longer.splice(&sources, 5, 0, &[more]).is_none());
        assert_eq!(brief(&longer), [(0, 1, 3)]);
        assert_eq!(sources.known_lines(longer.pieces()).map(|(_, text)| text).collect::<String>(), "abc");
        assert_eq!(text.len(&sources), Some(2), "the version before is as it was");
    }

    #[test]
    fn any_edits_leave_what_a_plain_list_holds() {
        let mut sources = Sources::default();
        let mut state = 7_u32;
        let mut draw = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        let (mut text, mut plain) = (Text::default(), Vec::new());
        for round in 0..2_000 {
            let len = u32::try_from(plain.len()).unwrap();
            let at = draw(len + 1);
            let remove = draw(4).min(len - at);
            let new: Vec<String> = (0..draw(4)).map(|line| format!("{round}.{line}")).collect();
            let piece = sources.write(new.iter().map(String::as_str));
            text = text.splice(&sources, at + 1, remove, &[piece]).unwrap();
            plain.splice(at as usize..(at + remove) as usize, new);
        }
        let lines: Vec<&str> = sources.known_lines(text.pieces()).map(|(_, line)| line).collect();
        assert_eq!(lines, plain);
        assert!(text.depth() < 40, "{}", text.depth());
    }

    impl Text {
        fn depth(&self) -> usize {
            self.0.as_ref().map_or(0, |node| 1 + node.left.depth().max(node.right.depth()))
        }
    }
}
