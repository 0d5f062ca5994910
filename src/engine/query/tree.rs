use super::{Field, Needle, NumberTest};

/// A query as it was understood.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Is(Term),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    pub field: Field,
    pub test: Test,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    Text(Needle),
    /// One of these: words of the field's list, names or patterns.
    OneOf(Vec<String>),
    Number(NumberTest),
}

/// A whole query. One that says nothing is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    pub root: Node,
}

impl Query {
    /// The texts that a match holds: what is highlighted in it.
    pub fn needles(&self) -> Vec<Needle> {
        let mut found = Vec::new();
        collect_needles(&self.root, &mut found);
        found
    }
}

fn collect_needles(node: &Node, found: &mut Vec<Needle>) {
    match node {
        Node::All(nodes) | Node::Any(nodes) => nodes.iter().for_each(|node| collect_needles(node, found)),
        // What must not be there is nowhere to be seen.
        Node::Not(_) => {}
        Node::Is(term) => {
            if let Test::Text(needle) = &term.test {
                found.push(needle.clone());
            }
        }
    }
}
