mod words;

use std::ops::Range;

use words::is_end;

use super::{Field, FieldSpec, Needle, Node, NumberTest, Query, Takes, Term, Test};

/// What is wrong with a query, and where in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// Bytes; empty at the end of the text.
    pub at: Range<usize>,
    pub message: String,
}

impl Query {
    pub fn parse(text: &str, fields: &'static [FieldSpec]) -> Result<Option<Self>, QueryError> {
        let mut parser = Parser { text, at: 0, fields, depth: 0 };
        parser.skip_space();
        if parser.is_done() {
            return Ok(None);
        }
        let root = parser.any()?;
        if parser.is_done() {
            Ok(Some(Self { root }))
        } else {
            Err(parser.error(1, "nothing was opened that this closes"))
        }
    }
}

/// Deeper than this nobody means it.
const DEEPEST: u32 = 40;

struct Parser<'a> {
    text: &'a str,
    at: usize,
    fields: &'static [FieldSpec],
    depth: u32,
}

impl Parser<'_> {
    fn any(&mut self) -> Result<Node, QueryError> {
        let mut nodes = vec![self.all()?];
        while self.takes("or") {
            nodes.push(self.all()?);
        }
        Ok(one_or(nodes, Node::Any))
    }

    fn all(&mut self) -> Result<Node, QueryError> {
        let mut nodes = Vec::new();
        loop {
            self.takes("and");
            let before = self.at;
            let ends = self.is_done() || self.rest().starts_with(')') || self.takes("or");
            if ends {
                self.at = before;
                break;
            }
            nodes.push(self.one()?);
        }
        if nodes.is_empty() {
            return Err(self.error(1, "something to look for is missing here"));
        }
        Ok(one_or(nodes, Node::All))
    }

    fn one(&mut self) -> Result<Node, QueryError> {
        let rest = self.rest();
        let minus = rest.starts_with('-')
            && rest.get(1..).is_some_and(|after| {
                !after.starts_with(|sign| is_end(sign) || sign == '-') && !after.is_empty()
            });
        if minus {
            self.at += 1;
        }
        if minus || self.takes("not") {
            return Ok(Node::Not(Box::new(self.deeper(Self::one)?)));
        }
        if !rest.starts_with('(') {
            return self.term();
        }
        let open = self.at;
        self.at += 1;
        self.skip_space();
        let inside = self.deeper(Self::any)?;
        if !self.rest().starts_with(')') {
            let message = "this parenthesis is never closed".to_owned();
            return Err(QueryError { at: open..open + 1, message });
        }
        self.at += 1;
        self.skip_space();
        Ok(inside)
    }

    fn deeper(&mut self, read: fn(&mut Self) -> Result<Node, QueryError>) -> Result<Node, QueryError> {
        if self.depth >= DEEPEST {
            return Err(self.error(1, "this is nested too deeply"));
        }
        self.depth += 1;
        let node = read(self);
        self.depth -= 1;
        node
    }

    fn term(&mut self) -> Result<Node, QueryError> {
        let start = self.at;
        if self.rest().starts_with('"') {
            let text = self.quoted()?;
            return self.text_term(start, &text);
        }
        if let Some((name, spec)) = self.field()? {
            self.at += name;
            let test = self.test(spec)?;
            self.skip_space();
            return Ok(Node::Is(Term { field: spec.field, test }));
        }
        let word = self.word(false);
        self.text_term(start, word)
    }

    fn text_term(&mut self, start: usize, text: &str) -> Result<Node, QueryError> {
        let end = self.at;
        self.skip_space();
        if text.is_empty() {
            let message = "this looks for nothing".to_owned();
            return Err(QueryError { at: start..end, message });
        }
        Ok(Node::Is(Term { field: Field::Text, test: Test::Text(Needle::new(text)) }))
    }

    /// The field that begins here, with the length of its name and colon. Other words may hold a colon too.
    fn field(&self) -> Result<Option<(usize, &'static FieldSpec)>, QueryError> {
        let rest = self.rest();
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphabetic() || *byte == b'-').count();
        let (Some(name), Some(after)) = (rest.get(..length), rest.get(length..)) else { return Ok(None) };
        let Some(value) = after.strip_prefix(':').filter(|_| length > 0) else { return Ok(None) };
        if let Some(spec) = self.fields.iter().find(|spec| spec.name.eq_ignore_ascii_case(name)) {
            return Ok(Some((length + 1, spec)));
        }
        // `std::io`, `http://`, and `Error: ` as it stands in a text.
        if value.starts_with([':', '/', '\\']) || value.is_empty() || value.starts_with(is_end) {
            return Ok(None);
        }
        let near = self.fields.iter().find(|spec| is_near(spec.name, name));
        let hint = match near {
            Some(spec) => format!("Did you mean “{}”?", spec.name),
            None => "Put it in quotes to look for the text.".to_owned(),
        };
        Err(self.error(length, format!("There is no field “{name}”. {hint}")))
    }

    fn test(&mut self, spec: &FieldSpec) -> Result<Test, QueryError> {
        let start = self.at;
        let values = self.values()?;
        let filled = values.iter().all(|(_, value)| !value.is_empty());
        let (Some((_, first)), true) = (values.first(), filled) else {
            let end = self.at;
            return Err(QueryError {
                at: start..end,
                message: format!("{}: wants {}", spec.name, wanted(spec.takes)),
            });
        };
        let number = |unit| NumberTest::read(first, unit).filter(|_| values.len() == 1);
        let wrong = |at: Range<usize>, value: &str| QueryError {
            at,
            message: format!("“{value}” is not what {}: takes, which is {}", spec.name, wanted(spec.takes)),
        };
        let whole = || wrong(start..self.at, self.text.get(start..self.at).unwrap_or_default());
        match spec.takes {
            Takes::Text => {
                let text =
                    self.text.get(start..self.at).filter(|text| !text.starts_with('"')).unwrap_or(first);
                Ok(Test::Text(Needle::new(text)))
            }
            Takes::Number(unit) => number(unit).map(Test::Number).ok_or_else(whole),
            Takes::Place(_) if first.starts_with(|sign: char| sign.is_ascii_digit()) => {
                let step = first.parse::<u32>().ok().filter(|_| values.len() == 1).map(f64::from);
                step.map(|step| Test::Number(around(spec.field, step))).ok_or_else(whole)
            }
            Takes::Names | Takes::Paths => {
                Ok(Test::OneOf(values.into_iter().map(|(_, value)| value).collect()))
            }
            Takes::Words(words) | Takes::Place(words) => {
                let known = |(at, value): (Range<usize>, String)| {
                    let word = value.to_ascii_lowercase();
                    if words.contains(&word.as_str()) { Ok(word) } else { Err(wrong(at, &value)) }
                };
                values.into_iter().map(known).collect::<Result<_, _>>().map(Test::OneOf)
            }
        }
    }

    /// What stands behind a colon: values with commas between them, each with its place.
    fn values(&mut self) -> Result<Vec<(Range<usize>, String)>, QueryError> {
        let mut values = Vec::new();
        loop {
            let start = self.at;
            let value =
                if self.rest().starts_with('"') { self.quoted()? } else { self.word(true).to_owned() };
            values.push((start..self.at, value));
            if !self.rest().starts_with(',') {
                return Ok(values);
            }
            self.at += 1;
        }
    }
}

/// The numbers that come after or before a step's.
pub(super) fn around(field: Field, step: f64) -> NumberTest {
    if field == Field::After { NumberTest::above(step) } else { NumberTest::below(step) }
}

fn one_or(mut nodes: Vec<Node>, many: fn(Vec<Node>) -> Node) -> Node {
    match nodes.pop() {
        Some(only) if nodes.is_empty() => only,
        last => {
            nodes.extend(last);
            many(nodes)
        }
    }
}

/// One begins like the other.
fn is_near(known: &str, typed: &str) -> bool {
    let typed = typed.to_ascii_lowercase();
    typed.len() > 1 && (known.starts_with(&typed) || typed.starts_with(known))
}

fn wanted(takes: Takes) -> String {
    match takes {
        Takes::Text => "a text".to_owned(),
        Takes::Words(words) => format!("one of {}", words.join(", ")),
        Takes::Names => "a name or a part of it".to_owned(),
        Takes::Paths => "a file or a pattern such as src/**".to_owned(),
        Takes::Number(_) => "a number, as 5, !=0, >5, <=5 or 5..9".to_owned(),
        Takes::Place(words) => format!("the number of a step, or one of {}", words.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Node, Query, QueryError, Term, Test};
    use crate::engine::query::STEP_FIELDS;

    fn parse(text: &str) -> Result<Option<Query>, QueryError> {
        Query::parse(text, STEP_FIELDS)
    }

    /// The query as it was understood, in a notation of its own.
    fn read(text: &str) -> String {
        fn write(node: &Node) -> String {
            let list = |nodes: &[Node]| nodes.iter().map(write).collect::<Vec<_>>().join(" ");
            match node {
                Node::All(nodes) => format!("({})", list(nodes)),
                Node::Any(nodes) => format!("[{}]", list(nodes)),
                Node::Not(inside) => format!("!{}", write(inside)),
                Node::Is(Term { field, test: Test::OneOf(values) }) => {
                    format!("{field:?}={}", values.join("|"))
                }
                Node::Is(Term { field, test: Test::Number(_) }) => format!("{field:?}#"),
                Node::Is(Term { test: Test::Text(needle), .. }) => {
                    format!("{needle:?}").split('"').nth(1).unwrap_or_default().to_owned()
                }
            }
        }
        parse(text).unwrap().map_or_else(String::new, |query| write(&query.root))
    }

    fn fails(text: &str) -> (&str, String) {
        let error = parse(text).unwrap_err();
        (text.get(error.at).unwrap(), error.message)
    }

    #[test]
    fn terms_stand_beside_each_other() {
        assert_eq!(read(""), "");
        assert_eq!(read("  word "), "word");
        assert_eq!(
            read("op:run exit:!=0 file:src/** text:ImportError after:test-fail"),
            "(Op=run Exit# File=src/** importerror After=test-fail)"
        );
        assert_eq!(read("op:read,search OP:Edit"), "(Op=read|search Op=edit)");
        assert_eq!(read("after:12 tool:\"a b\",c"), "(After# Tool=a b|c)");
    }

    #[test]
    fn or_not_and_parentheses() {
        assert_eq!(read("a b or c -d"), "[(a b) (c !d)]");
        assert_eq!(read("a (b OR not c) and d"), "(a [b !c] d)");
        assert_eq!(read("-(a or b)"), "![a b]");
        assert_eq!(read("orange nothing android"), "(orange nothing android)");
    }

    #[test]
    fn what_only_looks_like_the_language_is_text() {
        assert_eq!(
            read("main() std::io http://x --flag 12:30 -"),
            "(main() std::io http://x --flag 12:30 -)"
        );
        assert_eq!(read("ImportError: \"or\" text:a,b"), "(importerror: or a,b)");
    }

    #[test]
    fn errors_point_at_the_character() {
        assert_eq!(fails("a (b").0, "(");
        assert_eq!(fails("a) b").0, ")");
        assert_eq!(fails("a \"b c").0, "\"b c".get(..1).unwrap());
        assert_eq!(fails("op:run,rnu").0, "rnu");
        assert_eq!(fails("exit:1,2").0, "1,2");
        assert_eq!(fails("exit:x").0, "x");
        assert_eq!(
            fails("foo:bar"),
            ("foo", "There is no field “foo”. Put it in quotes to look for the text.".to_owned())
        );
        assert_eq!(fails("exitcode:1").1, "There is no field “exitcode”. Did you mean “exit”?");
        assert_eq!(fails("a op:").0, "");
        assert_eq!(fails("a or").0, "");
        assert_eq!(fails("\"\"").1, "this looks for nothing");
        assert_eq!(fails(&"(".repeat(1000)).1, "this is nested too deeply");
        assert_eq!(fails(&"-(".repeat(1000)).1, "this is nested too deeply");
        assert_eq!(fails(&"not ".repeat(1000)).1, "this is nested too deeply");
    }

    #[test]
    fn no_text_makes_it_panic() {
        let signs =
            ["a", ":", "(", ")", "\"", "\\", "-", "or ", "not ", " ", ",", "op", "é", "!=", "..", "exit:"];
        let mut state = 7_usize;
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..8 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text.push_str(signs[(state >> 33) % signs.len()]);
            }
            if let Err(error) = parse(&text) {
                assert!(text.get(error.at).is_some(), "{text}");
            }
        }
    }

    #[test]
    fn only_what_must_be_there_is_highlighted() {
        assert_eq!(parse("a or (b -c)").unwrap().unwrap().needles().len(), 2);
    }
}
