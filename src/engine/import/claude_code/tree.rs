//! Which lines are on the branch that replays.
//!
//! Lines form a tree by `parentUuid`. It forks for two reasons: the person goes back and asks something else
//! (what came after the old question is abandoned), or calls run side by side, each result, progress line or
//! attachment hanging on its own call (nothing is abandoned). So a branch is abandoned if it lies off the
//! way from the last message up to the root *and* a question of the person leads into it.

use std::ops::Range;

use rustc_hash::FxHashMap;

/// What a line is to the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// A question typed by the person.
    Prompt,
    Message,
    /// Something beside the messages.
    Note,
}

/// A line's place in the tree, and the steps it gave.
#[derive(Debug)]
pub(super) struct Node {
    pub parent: Option<u64>,
    pub steps: Range<u32>,
    pub sort: Sort,
    pub is_sidechain: bool,
    /// Follows what came before even if the line it names is not in the file.
    pub follows: bool,
    /// Which of the file's sessions wrote it.
    pub session: u16,
}

/// The lines of one file, in its order.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    places: FxHashMap<u64, u32>,
}

impl Tree {
    pub(super) fn contains(&self, key: u64) -> bool {
        self.places.contains_key(&key)
    }

    pub(super) fn add(&mut self, key: u64, node: Node) {
        self.places.insert(key, u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node);
    }

    /// The steps of abandoned branches.
    pub(super) fn abandoned_steps(&self) -> impl Iterator<Item = u32> {
        let abandoned = self.abandoned();
        self.nodes
            .iter()
            .zip(abandoned)
            .filter(|(_, abandoned)| *abandoned)
            .flat_map(|(node, _)| node.steps.clone())
    }

    fn abandoned(&self) -> Vec<bool> {
        let parents = self.parents();
        let order = parents_first(&parents);
        let up = |at: usize| parents.get(at).copied().flatten();
        let mut roots: Vec<usize> = (0..self.nodes.len()).collect();
        for at in &order {
            if let Some(parent) = up(*at) {
                roots[*at] = roots[parent];
            }
        }
        let mut leaves: FxHashMap<usize, usize> = FxHashMap::default();
        for (at, _) in self.nodes.iter().enumerate().filter(|(_, node)| node.sort != Sort::Note) {
            leaves.insert(roots[at], at);
        }
        let superseded = self.superseded_roots(&roots);
        let mut active = vec![false; self.nodes.len()];
        for root in (0..self.nodes.len()).filter(|at| roots[*at] == *at && !superseded.contains(at)) {
            let mut next = leaves.get(&root).copied();
            while let Some(at) = next.filter(|at| !active[*at]) {
                active[at] = true;
                next = up(at);
            }
        }
        let mut abandoned = vec![false; self.nodes.len()];
        for at in order {
            let inherited = up(at).is_some_and(|parent| abandoned[parent]);
            abandoned[at] = !active[at] && (self.nodes[at].sort == Sort::Prompt || inherited);
        }
        abandoned
    }

    /// Where in the list the line's parent is.
    fn parents(&self) -> Vec<Option<usize>> {
        let place = |key: u64| self.places.get(&key).map(|place| *place as usize);
        self.nodes
            .iter()
            .enumerate()
            .map(|(at, node)| {
                let before = if node.follows { at.checked_sub(1) } else { None };
                node.parent.and_then(place).filter(|parent| *parent != at).or(before)
            })
            .collect()
    }

    /// First questions that were asked anew: the roots of their branches, without the last.
    fn superseded_roots(&self, roots: &[usize]) -> Vec<usize> {
        let mut openings: Vec<usize> = Vec::new();
        let mut superseded = Vec::new();
        for (at, node) in self.nodes.iter().enumerate() {
            let opens =
                roots[at] == at && node.sort == Sort::Prompt && !node.is_sidechain && node.parent.is_none();
            if opens {
                let rest =
                    openings.iter().copied().filter(|known| self.nodes[*known].session == node.session);
                superseded.extend(rest);
                openings.push(at);
            }
        }
        superseded
    }
}

/// The places in an order in which a parent comes before its children. Parents nearly always stand earlier
/// in the file; where they do not, or go in a circle, each place still comes once.
fn parents_first(parents: &[Option<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(parents.len());
    let mut seen = vec![false; parents.len()];
    let mut chain = Vec::new();
    for start in 0..parents.len() {
        let mut next = Some(start);
        while let Some(at) = next.filter(|at| !seen[*at]) {
            seen[at] = true;
            chain.push(at);
            next = parents[at];
        }
        order.extend(chain.drain(..).rev());
    }
    order
}

#[cfg(test)]
mod tests {
    use super::{Node, Sort, Tree};

    /// `(key, parent, kind)`: `p` a prompt, `m` another message, `x` a note, `c` a compaction.
    fn abandoned(lines: &[(u64, u64, char)]) -> Vec<u64> {
        let mut tree = Tree::default();
        for (step, (key, parent, kind)) in (0..).zip(lines) {
            tree.add(
                *key,
                Node {
                    parent: (*parent != 0).then_some(*parent),
                    steps: step..step + 1,
                    sort: match kind {
                        'p' => Sort::Prompt,
                        'm' => Sort::Message,
                        _ => Sort::Note,
                    },
                    is_sidechain: false,
                    follows: *kind == 'c',
                    session: 0,
                },
            );
        }
        tree.abandoned_steps().map(|step| lines[step as usize].0).collect()
    }

    #[test]
    fn a_rewound_question_takes_its_branch_along() {
        let lines = [(1, 0, 'p'), (2, 1, 'm'), (3, 2, 'p'), (4, 3, 'm'), (5, 2, 'p'), (6, 5, 'm')];
        assert_eq!(abandoned(&lines), [3, 4]);
    }

    #[test]
    fn parallel_results_and_notes_are_not_abandoned() {
        let lines =
            [(1, 0, 'p'), (2, 1, 'm'), (3, 2, 'm'), (4, 2, 'm'), (5, 3, 'x'), (6, 3, 'm'), (7, 6, 'm')];
        assert_eq!(abandoned(&lines), [] as [u64; 0]);
    }

    #[test]
    fn compaction_goes_on_where_it_says_or_where_the_file_does() {
        let named = [(1, 0, 'p'), (2, 1, 'm'), (3, 2, 'c'), (4, 3, 'm')];
        assert_eq!(abandoned(&named), [] as [u64; 0]);
        let lost = [(1, 0, 'p'), (2, 1, 'm'), (3, 99, 'c'), (4, 3, 'm')];
        assert_eq!(abandoned(&lost), [] as [u64; 0]);
    }

    #[test]
    fn the_first_question_asked_anew_supersedes_the_old_one() {
        let lines = [(1, 0, 'p'), (2, 1, 'm'), (3, 0, 'p'), (4, 3, 'm')];
        assert_eq!(abandoned(&lines), [1, 2]);
    }

    #[test]
    fn circles_and_strangers_do_no_harm() {
        assert_eq!(abandoned(&[(1, 2, 'm'), (2, 1, 'p'), (3, 77, 'p')]).len(), 0);
    }
}
