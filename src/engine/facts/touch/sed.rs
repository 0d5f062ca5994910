//! What a `sed` script does to lines.

use super::pattern::Pattern;

/// Which lines a command is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    Line(u32),
    Last,
    Match(Pattern),
    /// So many lines behind the first.
    Plus(u32),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SedAction {
    Substitute(Substitution),
    Delete,
    Append(Box<str>),
    Insert(Box<str>),
    Change(Box<str>),
    /// Puts the text of a file behind the line.
    ReadFile(Box<str>),
    Print,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Substitution {
    pattern: Pattern,
    replacement: Vec<Piece>,
    global: bool,
    /// Which occurrence, from 1.
    nth: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Group(usize),
}

/// One command with the lines it is for: all, one, or a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SedCommand {
    pub from: Option<Address>,
    pub to: Option<Address>,
    pub action: SedAction,
}

/// The commands of a script; `None` where one is not understood.
pub(super) fn read(script: &str, extended: bool) -> Option<Vec<SedCommand>> {
    let characters: Vec<char> = script.chars().collect();
    let mut reader = Reader { text: &characters, at: 0, extended };
    let mut commands = Vec::new();
    loop {
        reader.skip(|character| character.is_whitespace() || character == ';');
        if reader.at >= characters.len() {
            return Some(commands);
        }
        commands.push(reader.command()?);
    }
}

struct Reader<'t> {
    text: &'t [char],
    at: usize,
    extended: bool,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    fn skip(&mut self, what: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&what) {
            self.at += 1;
        }
    }

    fn number(&mut self) -> Option<u32> {
        let start = self.at;
        self.skip(|character| character.is_ascii_digit());
        self.text.get(start..self.at)?.iter().collect::<String>().parse().ok()
    }

    fn command(&mut self) -> Option<SedCommand> {
        let from = self.address()?;
        self.skip(|character| character == ' ');
        let to = if self.peek() == Some(',') {
            self.at += 1;
            self.skip(|character| character == ' ');
            Some(self.address()??)
        } else {
            None
        };
        self.skip(|character| character == ' ');
        let action = match self.next()? {
            's' => SedAction::Substitute(self.substitution()?),
            'd' => SedAction::Delete,
            'p' => SedAction::Print,
            'a' => SedAction::Append(self.lines()),
            'i' => SedAction::Insert(self.lines()),
            'c' => SedAction::Change(self.lines()),
            'r' => {
                self.skip(char::is_whitespace);
                let start = self.at;
                self.skip(|character| character != '\n');
                SedAction::ReadFile(self.text.get(start..self.at)?.iter().collect::<String>().trim().into())
            }
            _ => return None,
        };
        self.skip(|character| character == ' ');
        matches!(self.peek(), None | Some(';' | '\n')).then_some(SedCommand { from, to, action })
    }

    /// `None` where there is an address that is not understood.
    #[expect(clippy::option_option, reason = "no address is not the same as one that is not understood")]
    fn address(&mut self) -> Option<Option<Address>> {
        match self.peek()? {
            '0'..='9' => self.number().map(|line| Some(Address::Line(line))),
            '$' => {
                self.at += 1;
                Some(Some(Address::Last))
            }
            '+' => {
                self.at += 1;
                self.number().map(|lines| Some(Address::Plus(lines)))
            }
            '/' => {
                self.at += 1;
                self.pattern('/')
            }
            '\\' => {
                self.at += 1;
                let end = self.next()?;
                self.pattern(end)
            }
            _ => Some(None),
        }
    }

    #[expect(clippy::option_option, reason = "as of an address")]
    fn pattern(&mut self, end: char) -> Option<Option<Address>> {
        let text = self.until(end)?;
        let ignores_case = self.peek() == Some('I');
        self.at += usize::from(ignores_case);
        Some(Some(Address::Match(Pattern::read(&text, self.extended, ignores_case)?)))
    }

    /// The text up to `end`, which is passed over; escaped, it stands for itself.
    fn until(&mut self, end: char) -> Option<String> {
        let mut text = String::new();
        let mut in_set = false;
        loop {
            match self.next()? {
                '\\' => match self.next()? {
                    escaped if escaped == end => text.push(end),
                    escaped => text.extend(['\\', escaped]),
                },
                character if character == end && !in_set => return Some(text),
                character => {
                    in_set = match character {
                        '[' => true,
                        ']' => false,
                        _ => in_set,
                    } && self.text.get(self.at..).is_some_and(|rest| rest.contains(&']'));
                    text.push(character);
                }
            }
        }
    }

    fn substitution(&mut self) -> Option<Substitution> {
        let end = self.next()?;
        let pattern = self.until(end)?;
        let replacement = self.replacement(end)?;
        let (mut global, mut ignores_case, mut nth) = (false, false, 1);
        while let Some(flag) = self.peek() {
            match flag {
                'g' => global = true,
                'i' | 'I' => ignores_case = true,
                'p' => {}
                '1'..='9' => {
                    nth = self.number()? as usize;
                    continue;
                }
                _ => break,
            }
            self.at += 1;
        }
        let pattern = Pattern::read(&pattern, self.extended, ignores_case)?;
        Some(Substitution { pattern, replacement, global, nth })
    }

    fn replacement(&mut self, end: char) -> Option<Vec<Piece>> {
        let mut pieces = Vec::new();
        let mut text = String::new();
        let mut group = |text: &mut String, number| {
            pieces.push(Piece::Text(std::mem::take(text)));
            pieces.push(Piece::Group(number));
        };
        loop {
            match self.next()? {
                '\\' => match self.next()? {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'x' => text.push(self.hexadecimal()?),
                    number @ '0'..='9' => group(&mut text, number.to_digit(10)? as usize),
                    'L' | 'U' | 'E' | 'l' | 'u' => return None,
                    other => text.push(other),
                },
                '&' => group(&mut text, 0),
                character if character == end => {
                    pieces.push(Piece::Text(text));
                    return Some(pieces);
                }
                character => text.push(character),
            }
        }
    }

    /// The two digits behind `\x`.
    fn hexadecimal(&mut self) -> Option<char> {
        let code: String = self.text.get(self.at..self.at + 2)?.iter().collect();
        self.at += 2;
        Some(char::from(u8::from_str_radix(&code, 16).ok()?))
    }

    /// The text of `a`, `i` and `c`: the rest of the line, and of the lines behind those that end in `\`.
    fn lines(&mut self) -> Box<str> {
        self.skip(|character| matches!(character, ' ' | '\t'));
        if self.peek() == Some('\\') {
            self.at += 1;
            let start = self.at;
            self.skip(|character| matches!(character, ' ' | '\t'));
            // Behind `a\` the text may begin on a line of its own; on the same line its blanks count.
            if self.peek() == Some('\n') {
                self.at += 1;
            } else {
                self.at = start;
            }
        }
        let mut text = String::new();
        while let Some(character) = self.next() {
            match character {
                '\n' => {
                    self.at -= 1;
                    break;
                }
                '\\' => match self.next() {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('x') => text.extend(self.hexadecimal()),
                    Some(escaped) => text.push(escaped),
                    None => {}
                },
                _ => text.push(character),
            }
        }
        text.into()
    }
}

impl Substitution {
    /// The line with its matches replaced; `None` without one.
    pub fn apply(&self, line: &str) -> Option<String> {
        let mut result = String::new();
        let mut at = 0;
        let mut places = self.pattern.places(line).skip(self.nth.saturating_sub(1)).peekable();
        places.peek()?;
        for place in places.take(if self.global { usize::MAX } else { 1 }) {
            let whole = place.get(0)?;
            result.push_str(line.get(at..whole.start())?);
            for piece in &self.replacement {
                result.push_str(match piece {
                    Piece::Text(text) => text,
                    Piece::Group(number) => place.get(*number).map_or("", |group| group.as_str()),
                });
            }
            at = whole.end();
        }
        result.push_str(line.get(at..)?);
        Some(result)
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, SedAction, read};

    fn replaced(script: &str, line: &str) -> Option<String> {
        let SedAction::Substitute(substitution) = read(script, false)?.remove(0).action else { return None };
        substitution.apply(line)
    }

    #[test]
    fn substitutions() {
        assert_eq!(replaced("s/a/b/", "aa").as_deref(), Some("ba"));
        assert_eq!(replaced("s/a/b/g", "aa").as_deref(), Some("bb"));
        assert_eq!(replaced("s|/x|[&]|", "a/x").as_deref(), Some("a[/x]"));
        assert_eq!(replaced(r"s/\(a\)\(b\)/\2\n\1/", "ab").as_deref(), Some("b\na"));
        assert_eq!(replaced("s/x*/-/g", "abc").as_deref(), Some("-a-b-c-"));
        assert_eq!(replaced("s/a/b/2", "aaa").as_deref(), Some("aba"));
        assert_eq!(replaced(r"s/a\/b/c/", "a/b").as_deref(), Some("c"));
        assert_eq!(replaced("s/a/b/", "x"), None);
    }

    #[test]
    fn addresses_and_texts() {
        let commands = read("3,5d;/x/a\\  new\\nline", false).unwrap();
        assert_eq!((&commands[0].from, &commands[0].to), (&Some(Address::Line(3)), &Some(Address::Line(5))));
        assert_eq!(commands[1].action, SedAction::Append("  new\nline".into()));
        let commands = read("1i import os", false).unwrap();
        assert_eq!(commands[0].action, SedAction::Insert("import os".into()));
        let commands = read("2c\\\n  a\\\n  b\n$d", false).unwrap();
        assert_eq!((commands.len(), &commands[0].action), (2, &SedAction::Change("  a\n  b".into())));
        assert_eq!(commands[1].from, Some(Address::Last));
        assert_eq!(read("/a/!b;n;d", false), None);
        assert_eq!(read("s/a/b", false), None);
    }
}
