//! Regular expressions as far as `sed` and `grep` are given them, to tell what a command changed.

/// So many steps a match may take: hostile patterns end in “no match”.
const MAX_STEPS: u32 = 200_000;
const MANY: u32 = u32::MAX;

/// A pattern that was understood in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    alternatives: Vec<Vec<Item>>,
    groups: usize,
    ignores_case: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Item {
    node: Node,
    min: u32,
    max: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Literal(char),
    Any,
    Set { ranges: Vec<(char, char)>, negated: bool },
    Start,
    End,
    WordEdge,
    Group(usize, Vec<Vec<Item>>),
    Back(usize),
}

/// Where a pattern was found: in characters, the whole first, then its groups.
pub(super) type Found = Vec<Option<(usize, usize)>>;

impl Pattern {
    /// `None` where it uses what is not known here. `extended`: brackets and `+` mean something as they stand.
    pub fn read(text: &str, extended: bool, ignores_case: bool) -> Option<Self> {
        let characters: Vec<char> = text.chars().collect();
        let mut parser = Parser { text: &characters, at: 0, groups: 0, extended };
        let alternatives = parser.alternatives(0)?;
        (parser.at == characters.len()).then_some(Self { alternatives, groups: parser.groups, ignores_case })
    }

    pub fn is_match(&self, line: &str) -> bool {
        self.find(&line.chars().collect::<Vec<_>>(), 0).is_some()
    }

    /// The first place at or behind `from`.
    pub(super) fn find(&self, line: &[char], from: usize) -> Option<Found> {
        let mut matcher =
            Matcher { line, groups: vec![None; self.groups + 1], steps: 0, ignores_case: self.ignores_case };
        for start in from..=line.len() {
            let mut end = None;
            if matcher.any_of(&self.alternatives, start, &mut |_, at| {
                end = Some(at);
                true
            }) {
                let end = end?;
                if let Some(whole) = matcher.groups.first_mut() {
                    *whole = Some((start, end));
                }
                return Some(matcher.groups);
            }
        }
        None
    }
}

struct Parser<'t> {
    text: &'t [char],
    at: usize,
    groups: usize,
    extended: bool,
}

impl Parser<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    /// Whether an operator stands here, written as this language writes it; passes over it.
    fn takes(&mut self, operator: char) -> bool {
        let (here, len) = if self.extended {
            (self.peek(0) == Some(operator), 1)
        } else {
            (self.peek(0) == Some('\\') && self.peek(1) == Some(operator), 2)
        };
        self.at += if here { len } else { 0 };
        here
    }

    fn alternatives(&mut self, depth: usize) -> Option<Vec<Vec<Item>>> {
        const MAX_DEPTH: usize = 20;
        if depth > MAX_DEPTH {
            return None;
        }
        let mut all = vec![Vec::new()];
        while self.at < self.text.len() {
            let before = self.at;
            if self.takes('|') {
                all.push(Vec::new());
                continue;
            }
            if depth > 0 && self.takes(')') {
                self.at = before;
                break;
            }
            let first = all.last().is_some_and(Vec::is_empty);
            let node = self.node(first, depth)?;
            let (min, max) = if matches!(node, Node::Start) { (1, 1) } else { self.repeats()? };
            all.last_mut()?.push(Item { node, min, max });
        }
        Some(all)
    }

    fn node(&mut self, first: bool, depth: usize) -> Option<Node> {
        if self.takes('(') {
            self.groups += 1;
            let number = self.groups;
            let inner = self.alternatives(depth + 1)?;
            return self.takes(')').then_some(Node::Group(number, inner));
        }
        let character = self.peek(0)?;
        self.at += 1;
        Some(match character {
            '.' => Node::Any,
            '^' if first || self.extended => Node::Start,
            '$' if self.at == self.text.len() || self.extended || self.closes_ahead() => Node::End,
            '*' if first => Node::Literal('*'),
            '[' => self.set()?,
            '\\' => {
                let escaped = self.peek(0)?;
                self.at += 1;
                match escaped {
                    'n' => Node::Literal('\n'),
                    't' => Node::Literal('\t'),
                    'x' => {
                        let code: String = self.text.get(self.at..self.at + 2)?.iter().collect();
                        self.at += 2;
                        Node::Literal(char::from(u8::from_str_radix(&code, 16).ok()?))
                    }
                    's' => blanks(false),
                    'S' => blanks(true),
                    'w' => words(false),
                    'W' => words(true),
                    'b' | '<' | '>' => Node::WordEdge,
                    '1'..='9' => Node::Back(escaped.to_digit(10)? as usize),
                    _ if escaped.is_alphanumeric() => return None,
                    _ => Node::Literal(escaped),
                }
            }
            '(' | ')' | '{' | '+' | '?' | '|' if self.extended => return None,
            other => Node::Literal(other),
        })
    }

    /// Whether the character passed over last began an escape.
    fn escaped(&self) -> bool {
        self.at.checked_sub(1).and_then(|at| self.text.get(at)) == Some(&'\\')
    }

    fn closes_ahead(&self) -> bool {
        self.peek(0) == Some('\\') && matches!(self.peek(1), Some(')' | '|'))
    }

    fn repeats(&mut self) -> Option<(u32, u32)> {
        if self.peek(0) == Some('*') {
            self.at += 1;
            return Some((0, MANY));
        }
        if self.takes('+') {
            return Some((1, MANY));
        }
        if self.takes('?') {
            return Some((0, 1));
        }
        if !self.takes('{') {
            return Some((1, 1));
        }
        let end = self.text.get(self.at..)?.iter().position(|character| *character == '}')?;
        let inner: String = self.text.get(self.at..self.at + end)?.iter().collect();
        self.at += end + 1;
        let inner = inner.trim_end_matches('\\');
        let (min, max) = inner.split_once(',').unwrap_or((inner, inner));
        let max = if max.is_empty() { MANY } else { max.parse().ok()? };
        Some((min.parse().unwrap_or(0), max))
    }

    fn set(&mut self) -> Option<Node> {
        let negated = self.peek(0) == Some('^');
        self.at += usize::from(negated);
        let mut ranges = Vec::new();
        loop {
            let character = self.peek(0)?;
            self.at += 1;
            match character {
                ']' if !ranges.is_empty() => break,
                '[' if self.peek(0) == Some(':') => {
                    let rest: String = self.text.get(self.at..)?.iter().take(10).collect();
                    let name = rest.strip_prefix(':')?.split(":]").next()?.to_owned();
                    ranges.extend_from_slice(match name.as_str() {
                        "space" | "blank" => &[(' ', ' '), ('\t', '\t')],
                        "digit" => &[('0', '9')],
                        "alpha" => &[('a', 'z'), ('A', 'Z')],
                        "alnum" => &[('a', 'z'), ('A', 'Z'), ('0', '9')],
                        "upper" => &[('A', 'Z')],
                        "lower" => &[('a', 'z')],
                        _ => return None,
                    });
                    self.at += name.chars().count() + 3;
                }
                first => {
                    // GNU's `sed` knows these inside a set as well.
                    let first = match (first, self.peek(0)) {
                        ('\\', Some('t')) => '\t',
                        ('\\', Some('n')) => '\n',
                        _ => first,
                    };
                    self.at += usize::from(matches!(first, '\t' | '\n') && self.escaped());
                    let last = match (self.peek(0), self.peek(1)) {
                        (Some('-'), Some(last)) if last != ']' => {
                            self.at += 2;
                            last
                        }
                        _ => first,
                    };
                    ranges.push((first, last));
                }
            }
        }
        Some(Node::Set { ranges, negated })
    }
}

fn blanks(negated: bool) -> Node {
    Node::Set { ranges: vec![(' ', ' '), ('\t', '\r')], negated }
}

fn words(negated: bool) -> Node {
    Node::Set { ranges: vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')], negated }
}

struct Matcher<'l> {
    line: &'l [char],
    groups: Found,
    steps: u32,
    ignores_case: bool,
}

/// What must match behind, told the place.
type Next<'n, 'l> = &'n mut dyn FnMut(&mut Matcher<'l>, usize) -> bool;

impl<'l> Matcher<'l> {
    fn any_of(&mut self, alternatives: &[Vec<Item>], at: usize, next: Next<'_, 'l>) -> bool {
        alternatives.iter().any(|items| self.sequence(items, at, next))
    }

    fn sequence(&mut self, items: &[Item], at: usize, next: Next<'_, 'l>) -> bool {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return false;
        }
        let Some((item, rest)) = items.split_first() else { return next(self, at) };
        self.repeat(item, 0, at, &mut |matcher, at| matcher.sequence(rest, at, next))
    }

    /// As often as it can, then less often.
    fn repeat(&mut self, item: &Item, times: u32, at: usize, next: Next<'_, 'l>) -> bool {
        if let Node::Literal(_) | Node::Any | Node::Set { .. } = item.node {
            let mut end = at;
            let mut count = 0;
            while count < item.max && self.line.get(end).is_some_and(|found| self.is_one(&item.node, *found))
            {
                end += 1;
                count += 1;
            }
            while count >= item.min {
                if next(self, end) {
                    return true;
                }
                if count == 0 {
                    return false;
                }
                count -= 1;
                end -= 1;
            }
            return false;
        }
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return false;
        }
        if times < item.max
            && self.once(&item.node, at, &mut |matcher, end| {
                (end > at || times < item.min) && matcher.repeat(item, times + 1, end, next)
            })
        {
            return true;
        }
        times >= item.min && next(self, at)
    }

    fn is_one(&self, node: &Node, found: char) -> bool {
        let plain =
            |character: char| if self.ignores_case { character.to_ascii_lowercase() } else { character };
        match node {
            Node::Literal(literal) => plain(*literal) == plain(found),
            Node::Any => true,
            Node::Set { ranges, negated } => {
                let within =
                    |found: char| ranges.iter().any(|(first, last)| (*first..=*last).contains(&found));
                let inside = within(found)
                    || (self.ignores_case
                        && (within(found.to_ascii_lowercase()) || within(found.to_ascii_uppercase())));
                inside != *negated
            }
            _ => false,
        }
    }

    fn once(&mut self, node: &Node, at: usize, next: Next<'_, 'l>) -> bool {
        match node {
            Node::Start => at == 0 && next(self, at),
            Node::End => at == self.line.len() && next(self, at),
            Node::WordEdge => {
                let is_word = |place: Option<usize>| {
                    place
                        .and_then(|place| self.line.get(place))
                        .is_some_and(|found| found.is_alphanumeric() || *found == '_')
                };
                is_word(at.checked_sub(1)) != is_word(Some(at)) && next(self, at)
            }
            Node::Group(number, inner) => {
                let before = self.groups.get(*number).copied().flatten();
                let matched = self.any_of(inner, at, &mut |matcher, end| {
                    let outer = matcher.groups.get(*number).copied().flatten();
                    matcher.set_group(*number, Some((at, end)));
                    next(matcher, end) || {
                        matcher.set_group(*number, outer);
                        false
                    }
                });
                if !matched {
                    self.set_group(*number, before);
                }
                matched
            }
            Node::Back(number) => {
                let Some((start, end)) = self.groups.get(*number).copied().flatten() else { return false };
                let (line, len) = (self.line, end - start);
                line.get(start..end) == line.get(at..at + len) && next(self, at + len)
            }
            _ => false,
        }
    }

    fn set_group(&mut self, number: usize, range: Option<(usize, usize)>) {
        if let Some(group) = self.groups.get_mut(number) {
            *group = range;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn found(pattern: &str, line: &str) -> Option<String> {
        let characters: Vec<char> = line.chars().collect();
        let found = Pattern::read(pattern, false, false)?.find(&characters, 0)?;
        let (start, end) = found.first().copied().flatten()?;
        Some(characters[start..end].iter().collect())
    }

    #[test]
    fn what_sed_is_given() {
        for (pattern, line, expected) in [
            ("a.c", "xabcx", Some("abc")),
            (r"a\.c", "abc", None),
            ("^ *def f(", "  def f(x)", Some("  def f(")),
            ("x$", "axx", Some("x")),
            ("[^,]*,", "ab,c,", Some("ab,")),
            (r"\(ab\)*c", "ababc", Some("ababc")),
            (r"\(a\)\1", "xaa", Some("aa")),
            (r"a\|b", "xb", Some("b")),
            (r"[[:space:]]\+x", "a \tx", Some(" \tx")),
            (r"\bfoo\b", "a foo b", Some("foo")),
            ("a+b", "a+b", Some("a+b")),
            (r"[ \t]*$", "dict \t", Some(" \t")),
            (r"it\x27s", "it's", Some("it's")),
            ("größe", "die größe", Some("größe")),
            (r"a\{2,3\}", "caaaa", Some("aaa")),
        ] {
            assert_eq!(found(pattern, line).as_deref(), expected, "{pattern}");
        }
        assert!(Pattern::read("(a|b)+c", true, false).is_some_and(|pattern| pattern.is_match("xabac")));
        assert!(Pattern::read("ABC", true, true).is_some_and(|pattern| pattern.is_match("abc")));
    }

    #[test]
    fn what_is_not_understood_is_no_pattern() {
        for pattern in [r"\(a", "[a", r"\da", r"a\{x\}"] {
            assert_eq!(Pattern::read(pattern, false, false), None, "{pattern}");
        }
        let slow = Pattern::read("(a*)*(a*)*(a*)*b", true, false).unwrap();
        assert!(!slow.is_match(&"a".repeat(200)));
    }
}
