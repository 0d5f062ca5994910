use super::bodies::Bodies;
use super::parse::around;
use super::{Field, Node, Query, Searched, Term, Test};
use crate::engine::order;
use crate::engine::trace::{BodySource, StepId};

/// What a stretch of a run holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// In order.
    pub steps: Vec<u32>,
    /// Where to go on; the number of steps when all were looked at.
    pub next: u32,
}

/// Looks for steps from `from` on, until about `effort` bytes were looked at, or all steps.
pub fn search(run: Searched<'_>, sources: &dyn BodySource, query: &Query, from: u32, effort: u64) -> Found {
    let root = prepared(&query.root, run);
    let mut bodies = Bodies::new(run.trace, sources);
    let mut found = Found { next: from, ..Found::default() };
    for id in (from as usize..run.trace.steps.len()).map(StepId::from_index) {
        if found.next > from && bodies.spent >= effort {
            break;
        }
        bodies.begin_step();
        if holds(&root, run, id, &mut bodies) {
            found.steps.push(id.0);
        }
        found.next = id.0 + 1;
    }
    found
}

/// The query with what is cheap to tell in front, and `after:` and `before:` as numbers of steps.
fn prepared(node: &Node, run: Searched<'_>) -> Node {
    let list = |nodes: &[Node]| {
        let mut nodes: Vec<Node> = nodes.iter().map(|node| prepared(node, run)).collect();
        order::sort_by_key(&mut nodes, reads_text);
        nodes
    };
    match node {
        Node::All(nodes) => Node::All(list(nodes)),
        Node::Any(nodes) => Node::Any(list(nodes)),
        Node::Not(inside) => Node::Not(Box::new(prepared(inside, run))),
        Node::Is(Term { field: field @ (Field::After | Field::Before), test }) => {
            let test = match test {
                Test::OneOf(words) => run.first(words).map(|step| Test::Number(around(*field, step))),
                other => Some(other.clone()),
            };
            // Where there is no such step nothing comes after or before it.
            test.map_or(Node::Any(Vec::new()), |test| Node::Is(Term { field: Field::Step, test }))
        }
        Node::Is(term) => Node::Is(term.clone()),
    }
}

fn reads_text(node: &Node) -> bool {
    match node {
        Node::All(nodes) | Node::Any(nodes) => nodes.iter().any(reads_text),
        Node::Not(inside) => reads_text(inside),
        Node::Is(term) => term.field == Field::Text,
    }
}

fn holds(node: &Node, run: Searched<'_>, id: StepId, bodies: &mut Bodies<'_>) -> bool {
    match node {
        Node::All(nodes) => nodes.iter().all(|node| holds(node, run, id, bodies)),
        Node::Any(nodes) => nodes.iter().any(|node| holds(node, run, id, bodies)),
        Node::Not(inside) => !holds(inside, run, id, bodies),
        Node::Is(Term { test: Test::Text(needle), .. }) => {
            run.trace.step(id).is_some_and(|step| bodies.hold(step, needle))
        }
        Node::Is(term) => run.holds(term, id),
    }
}

#[cfg(test)]
mod tests {
    use super::{Found, search};
    use crate::engine::detect::{FindingPlaces, detect};
    use crate::engine::import::Input;
    use crate::engine::query::{Query, STEP_FIELDS, Searched};
    use crate::engine::testing::InPieces;
    use crate::engine::testing::script::Script;
    use crate::engine::trace::{BodySource, MemorySources, SourceId};
    use crate::engine::{Options, analyze};

    const RUN: &str = "
        user          fix the parser
        thought       I will look
        read @helper  src/parser/lex.rs
        edit          src/parser/mod.rs +3 -1
        test          pytest -q              exit 1  tests red 2/10
        edit          tests/test_lex.py +1 -0
        test          pytest -q              exit 0  tests green 10
        assistant     All tests pass now.    claims tests-pass
    ";

    fn steps(script: &str, query: &str) -> Vec<u32> {
        let run = Script::read(script);
        let findings = detect(&run.trace, &run.facts);
        let places = FindingPlaces::of(&findings);
        let searched =
            Searched { trace: &run.trace, facts: &run.facts, findings: &findings, places: &places };
        let query = Query::parse(query, STEP_FIELDS).unwrap().unwrap();
        let found = search(searched, &MemorySources::default(), &query, 0, u64::MAX);
        found.steps.into_iter().map(|step| step + 1).collect()
    }

    #[test]
    fn columns_tell() {
        let find = |query| steps(RUN, query);
        assert_eq!(find("op:test"), [5, 7]);
        assert_eq!(find("op:run exit:!=0"), [5]);
        assert_eq!(find("exit:0"), [7]);
        assert_eq!(find("file:src/**"), [3, 4]);
        assert_eq!(find("op:edit -file:src/"), [6]);
        assert_eq!(find("kind:thought or kind:user"), [1, 2]);
        assert_eq!(find("agent:helper"), [3]);
        assert_eq!(find("claim:success"), [8]);
        assert_eq!(find("test:any -test:green"), [5]);
        assert_eq!(find("step:2..3"), [2, 3]);
    }

    #[test]
    fn places_are_the_first_of_their_sort() {
        let find = |query| steps(RUN, query);
        assert_eq!(find("op:edit after:test-fail"), [6]);
        assert_eq!(find("before:edit"), [1, 2, 3]);
        assert_eq!(find("after:6"), [7, 8]);
        assert_eq!(find("before:compaction"), [0; 0]);
        assert_eq!(find("-after:compaction before:2"), [1]);
    }

    const CHAT: &str = r#"[
        {"role": "user", "content": "Say \"hello\"\nand \u5931\u8d25 or 失败"},
        {"role": "assistant", "content": null, "tool_calls": [{"id": "1", "type": "function",
            "function": {"name": "bash", "arguments": "{\"command\": \"cat \\\"a b\\\" 1e5\\nls\"}"}}]},
        {"role": "tool", "tool_call_id": "1", "content": [{"type": "text", "text": "ImportError: 404"}]}
    ]"#;

    fn find_text(sources: &dyn BodySource, query: &str, effort: u64) -> Vec<u32> {
        let mut go_on = |_| true;
        let input = Input::new(sources, SourceId(0), Vec::new(), &mut go_on);
        let run = analyze(&input, &Options::default()).unwrap().remove(0);
        let searched =
            Searched { trace: &run.trace, facts: &run.facts, findings: &run.findings, places: &run.places };
        let query = Query::parse(query, STEP_FIELDS).unwrap().unwrap();
        let (mut steps, mut from) = (Vec::new(), 0);
        while (from as usize) < run.trace.steps.len() {
            let Found { steps: more, next } = search(searched, sources, &query, from, effort);
            assert!(next > from);
            steps.extend(more);
            from = next;
        }
        steps
    }

    #[test]
    fn text_is_found_however_the_file_writes_it() {
        let chat = MemorySources::single("chat.json", CHAT);
        let disk = InPieces(&chat);
        for (query, expected) in [
            ("hello", &[0][..]),
            (r#""say \"HELLO\"""#, &[0]),
            (r#""\"\nand""#, &[0]),
            ("失败", &[0]),
            ("importerror", &[1]),
            ("404", &[1]),
            (r#""a b""#, &[1]),
            (r#""cat \"A b\"""#, &[1]),
            (r#""1e5\nls""#, &[1]),
            ("nls", &[]),
            ("nothing-like-it", &[]),
            ("-hello", &[1]),
            ("tool:bash importerror", &[1]),
        ] {
            for effort in [1, u64::MAX] {
                assert_eq!(find_text(&chat, query, effort), expected, "{query}");
                assert_eq!(find_text(&disk, query, effort), expected, "{query}");
            }
        }
    }
}
