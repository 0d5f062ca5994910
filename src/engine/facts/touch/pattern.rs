//! Regular expressions as `sed` and `grep` are given them, to tell what a command changed.

use regex_lite::{CaptureMatches, Regex};

/// A pattern that was understood in full.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for Pattern {}

impl Pattern {
    /// `None` where it uses what is not known here, such as a group that is asked for again. `extended`: brackets
    /// and `+` mean something as they stand.
    pub fn read(text: &str, extended: bool, ignores_case: bool) -> Option<Self> {
        let characters: Vec<char> = text.chars().collect();
        let flags = if ignores_case { "(?si)" } else { "(?s)" };
        let mut translation =
            Translation { text: &characters, at: 0, extended, begins: true, pattern: flags.to_owned() };
        while translation.at < characters.len() {
            translation.next()?;
        }
        Regex::new(&translation.pattern).ok().map(Self)
    }

    pub fn is_match(&self, line: &str) -> bool {
        self.0.is_match(line)
    }

    /// All places in a line, from left to right, each with its groups.
    pub(super) fn places<'p, 'l>(&'p self, line: &'l str) -> CaptureMatches<'p, 'l> {
        self.0.captures_iter(line)
    }
}

/// From the dialect of POSIX and GNU to the one that is matched.
struct Translation<'t> {
    text: &'t [char],
    at: usize,
    extended: bool,
    /// Nothing stands yet that could be repeated: a star is one.
    begins: bool,
    pattern: String,
}

impl Translation<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<()> {
        let began = std::mem::take(&mut self.begins);
        let character = self.peek()?;
        self.at += 1;
        match character {
            '.' => self.pattern.push('.'),
            '^' if began || self.extended => {
                self.pattern.push('^');
                self.begins = true;
            }
            '$' if self.extended || self.ends_here() => self.pattern.push('$'),
            '*' if !began => self.pattern.push('*'),
            '[' => self.set()?,
            '(' | ')' | '{' | '}' | '+' | '?' | '|' if self.extended => self.operator(character),
            '\\' => {
                let escaped = self.peek()?;
                self.at += 1;
                self.escape(escaped)?;
            }
            other => self.literal(other),
        }
        Some(())
    }

    /// Whether an alternative, a group or the pattern ends here.
    fn ends_here(&self) -> bool {
        matches!(self.text.get(self.at..), Some([] | ['\\', ')' | '|', ..]))
    }

    fn operator(&mut self, operator: char) {
        self.pattern.push(operator);
        self.begins = matches!(operator, '(' | '|');
        if operator == '{' {
            // How often: GNU leaves out what is 0.
            if self.peek() == Some(',') {
                self.pattern.push('0');
            }
            while let Some(character @ ('0'..='9' | ',')) = self.peek() {
                self.at += 1;
                self.pattern.push(character);
            }
        }
    }

    fn escape(&mut self, escaped: char) -> Option<()> {
        match escaped {
            '(' | ')' | '{' | '}' | '+' | '?' | '|' if !self.extended => self.operator(escaped),
            'n' => self.literal('\n'),
            't' => self.literal('\t'),
            'x' => {
                let code: String = self.text.get(self.at..self.at + 2)?.iter().collect();
                self.at += 2;
                self.literal(char::from(u8::from_str_radix(&code, 16).ok()?));
            }
            's' | 'S' | 'w' | 'W' | 'b' | 'B' => self.pattern.extend(['\\', escaped]),
            '<' => self.pattern.push_str(r"\b{start}"),
            '>' => self.pattern.push_str(r"\b{end}"),
            _ if escaped.is_alphanumeric() => return None,
            _ => self.literal(escaped),
        }
        Some(())
    }

    fn literal(&mut self, character: char) {
        // Escaped, these two would be edges of words.
        if character.is_ascii_punctuation() && !matches!(character, '<' | '>') {
            self.pattern.push('\\');
        }
        self.pattern.push(character);
    }

    fn set(&mut self) -> Option<()> {
        self.pattern.push('[');
        if self.peek() == Some('^') {
            self.at += 1;
            self.pattern.push('^');
        }
        let first = self.at;
        loop {
            let character = self.peek()?;
            self.at += 1;
            match (character, self.peek()) {
                (']', _) if self.at > first + 1 => break,
                ('[', Some(':')) => {
                    let rest = self.text.get(self.at..)?;
                    let len = rest.iter().position(|character| *character == ']')?;
                    self.pattern.push('[');
                    self.pattern.extend(rest.iter().take(len + 1));
                    self.at += len + 1;
                }
                ('-', Some(next)) if self.at > first + 1 && next != ']' => self.pattern.push('-'),
                // GNU's `sed` knows these inside a set as well.
                ('\\', Some(escaped @ ('t' | 'n'))) => {
                    self.at += 1;
                    self.literal(if escaped == 't' { '\t' } else { '\n' });
                }
                _ => self.literal(character),
            }
        }
        self.pattern.push(']');
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn found(pattern: &str, line: &str) -> Option<String> {
        let pattern = Pattern::read(pattern, false, false)?;
        let place = pattern.places(line).next()?;
        Some(place.get(0)?.as_str().to_owned())
    }

    #[test]
    fn what_sed_is_given() {
        for (pattern, line, expected) in [
            ("a.c", "xabcx", Some("abc")),
            (r"a\.c", "abc", None),
            ("^ *def f(", "  def f(x)", Some("  def f(")),
            ("x$", "axx", Some("x")),
            ("a$b", "a$b", Some("a$b")),
            ("[^,]*,", "ab,c,", Some("ab,")),
            ("[]x-]*", "x]-y", Some("x]-")),
            (r"\(ab\)*c", "ababc", Some("ababc")),
            (r"a\|b", "xb", Some("b")),
            ("*a", "x*a", Some("*a")),
            (r"[[:space:]]\+x", "a \tx", Some(" \tx")),
            (r"\bfoo\b", "a foo b", Some("foo")),
            (r"\<foo\>", "afoo foo", Some("foo")),
            ("a+b", "a+b", Some("a+b")),
            (r"[ \t]*$", "dict \t", Some(" \t")),
            (r"it\x27s", "it's", Some("it's")),
            ("größe", "die größe", Some("größe")),
            (r"a\{2,3\}", "caaaa", Some("aaa")),
            ("f(x){}", "f(x){}", Some("f(x){}")),
        ] {
            assert_eq!(found(pattern, line).as_deref(), expected, "{pattern}");
        }
        assert!(Pattern::read("(a|b)+c", true, false).is_some_and(|pattern| pattern.is_match("xabac")));
        assert!(Pattern::read("ABC", true, true).is_some_and(|pattern| pattern.is_match("abc")));
    }

    #[test]
    fn what_is_not_understood_is_no_pattern() {
        for pattern in [r"\(a", "[a", r"\da", r"a\{x\}", r"\(a\)\1", "[[:what:]]"] {
            assert_eq!(Pattern::read(pattern, false, false), None, "{pattern}");
        }
        let slow = Pattern::read("(a*)*(a*)*(a*)*b", true, false).unwrap();
        assert!(!slow.is_match(&"a".repeat(200)));
    }
}
