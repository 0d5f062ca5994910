//! The order of records that form a tree and lie in the file in any order. Not a format by itself.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::Record;
use crate::engine::order;
use crate::engine::trace::{BodyError, BodySource, SourceId};

/// Where a record lies, to be read again when its turn has come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    source: SourceId,
    offset: u64,
    len: u64,
    /// [`Record::number`].
    pub(super) number: u64,
}

impl Place {
    pub(super) fn of(record: &Record<'_>) -> Self {
        let Record { source, offset, number, bytes } = *record;
        Self { source, offset, len: bytes.len() as u64, number }
    }

    pub(super) fn bytes<'a>(&self, sources: &'a dyn BodySource) -> Result<Cow<'a, [u8]>, BodyError> {
        sources.read(self.source, self.offset..self.offset + self.len)
    }

    pub(super) fn record<'a>(&self, bytes: &'a [u8]) -> Record<'a> {
        Record { source: self.source, offset: self.offset, number: self.number, bytes }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    /// Hash of its own id and of its parent's.
    pub(super) id: u64,
    pub(super) parent: Option<u64>,
    pub(super) start_ms: Option<i64>,
}

/// A node's place in the tree. All of it holds places in the list that was ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Visit {
    Open {
        node: usize,
        parent: Option<usize>,
    },
    /// After all that lies below it.
    Close {
        node: usize,
    },
}

/// Goes through the tree from the top, siblings in the order of their starts, then of the file. A node whose
/// parent is not there counts as a top; one in a circle too.
pub(super) fn order(nodes: &[Node]) -> Vec<Visit> {
    let by_id: FxHashMap<u64, usize> = nodes.iter().enumerate().map(|(at, node)| (node.id, at)).collect();
    let parent_of =
        |node: &Node| node.parent.filter(|id| *id != node.id).and_then(|id| by_id.get(&id)).copied();
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    let mut tops = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        match parent_of(node).and_then(|parent| below.get_mut(parent)) {
            Some(siblings) => siblings.push(at),
            None => tops.push(at),
        }
    }
    let start = |at: &usize| nodes.get(*at).and_then(|node| node.start_ms);
    for siblings in below.iter_mut().chain([&mut tops]) {
        order::sort_by_key(siblings, start);
    }
    let mut visits = Vec::with_capacity(nodes.len() * 2);
    let mut opened = vec![false; nodes.len()];
    // What is reached from the tops first; then whatever turns in circles.
    for top in tops.into_iter().chain(0..nodes.len()) {
        let mut pending = vec![Visit::Open { node: top, parent: None }];
        while let Some(visit) = pending.pop() {
            if let Visit::Open { node, .. } = visit {
                let Some(opened) = opened.get_mut(node).filter(|opened| !**opened) else { continue };
                *opened = true;
                pending.push(Visit::Close { node });
                let children = below.get(node).into_iter().flatten().rev();
                pending.extend(children.map(|child| Visit::Open { node: *child, parent: Some(node) }));
            }
            visits.push(visit);
        }
    }
    visits
}

#[cfg(test)]
mod tests {
    use super::{Node, Visit, order};

    #[test]
    fn parents_before_children_and_nobody_is_lost() {
        let node = |id, parent, start_ms| Node { id, parent, start_ms: Some(start_ms) };
        let nodes = [
            node(3, Some(1), 9),
            node(2, Some(1), 5),
            node(1, None, 0),
            node(4, Some(99), 1),
            node(5, Some(6), 0),
            node(6, Some(5), 0),
        ];
        let drawn: String = order(&nodes)
            .iter()
            .map(|visit| match visit {
                Visit::Open { node, parent } => {
                    format!("{}{}", nodes[*node].id, if parent.is_some() { "" } else { "^" })
                }
                Visit::Close { node } => format!("/{} ", nodes[*node].id),
            })
            .collect();
        assert_eq!(drawn, "1^2/2 3/3 /1 4^/4 5^6/6 /5 ");
    }
}
