mod word;

use std::borrow::Cow;

use memchr::memmem;

use super::{Command, Direction, Join, MAX_COMMANDS, Redirect};

/// Splits a command line into simple commands. Never fails: what is cut off or malformed ends with the text.
pub(super) fn lex(text: &str) -> Vec<Command<'_>> {
    let mut lexer = Lexer { text, at: 0, commands: Vec::new(), current: Command::new(), awaited: Vec::new() };
    while lexer.at < text.len() && lexer.commands.len() < MAX_COMMANDS {
        lexer.next();
    }
    lexer.finish(Join::End);
    lexer.commands
}

/// A here-document whose body begins on the next line.
struct Awaited<'a> {
    command: usize,
    end: Cow<'a, str>,
    tabs: bool,
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    commands: Vec<Command<'a>>,
    current: Command<'a>,
    awaited: Vec<Awaited<'a>>,
}

impl<'a> Lexer<'a> {
    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or("")
    }

    fn next(&mut self) {
        match (self.byte(0), self.byte(1)) {
            (b'\n', _) => {
                self.at += 1;
                self.finish(Join::Then);
                self.read_heredocs();
            }
            (b' ' | b'\t' | b'\r', _) => self.at += 1,
            (b'\\', b'\n') => self.at += 2,
            (b'#', _) => {
                let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
                self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            }
            (b'&', b'&') => self.join(2, Join::And),
            (b'|', b'|') => self.join(2, Join::Or),
            (b'|', b'&') => self.join(2, Join::Pipe),
            (b'|', _) => self.join(1, Join::Pipe),
            (b';' | b'(' | b')', _) => self.join(1, Join::Then),
            (b'&', b'>') => {
                self.at += 1;
                self.redirect(true);
            }
            (b'&', _) => self.join(1, Join::Background),
            (b'<' | b'>', _) => self.redirect(true),
            (b'0'..=b'9', b'<' | b'>') => {
                let counts = self.byte(0) != b'2';
                self.at += 1;
                self.redirect(counts);
            }
            _ => {
                let word = self.word();
                self.current.words.push(word);
            }
        }
    }

    fn join(&mut self, len: usize, join: Join) {
        self.at += len;
        self.finish(join);
    }

    fn finish(&mut self, join: Join) {
        if self.current.is_empty() {
            // `(a; b) && c`: what stands after the bracket joins the command before it.
            if join != Join::Then
                && let Some(last) = self.commands.last_mut()
                && last.next == Join::Then
            {
                last.next = join;
            }
            return;
        }
        let mut command = std::mem::replace(&mut self.current, Command::new());
        command.next = join;
        self.commands.push(command);
    }

    /// Reads `>`, `>>`, `<`, `<<`, `<<-`, `<<<`, `>&`, with what follows.
    fn redirect(&mut self, counts: bool) {
        let direction = match (self.byte(0), self.byte(1), self.byte(2)) {
            (b'<', b'<', b'<') => {
                self.at += 3;
                self.skip_blanks();
                let text = self.word();
                self.current.heredoc = Some(text);
                return;
            }
            (b'<', b'<', dash) => {
                self.at += if dash == b'-' { 3 } else { 2 };
                self.skip_blanks();
                let end = self.word();
                self.awaited.push(Awaited { command: self.commands.len(), end, tabs: dash == b'-' });
                self.current.heredoc = Some(Cow::Borrowed(""));
                return;
            }
            (b'>', b'>', _) => {
                self.at += 2;
                Direction::Append
            }
            (b'>', b'|', _) => {
                self.at += 2;
                Direction::Write
            }
            (b'>', b'&', _) => {
                // Another stream, not a file.
                self.at += 2;
                self.word();
                return;
            }
            (b'>', ..) => {
                self.at += 1;
                Direction::Write
            }
            _ => {
                self.at += 1;
                Direction::Read
            }
        };
        if self.byte(0) == b'(' {
            return; // A process substitution: its command is read like any other.
        }
        self.skip_blanks();
        let file = self.word();
        if counts && !file.is_empty() {
            self.current.redirects.push(Redirect { direction, file });
        }
    }

    fn skip_blanks(&mut self) {
        while matches!(self.byte(0), b' ' | b'\t') {
            self.at += 1;
        }
    }

    fn read_heredocs(&mut self) {
        for awaited in std::mem::take(&mut self.awaited) {
            let body = self.heredoc(&awaited.end, awaited.tabs);
            if let Some(command) = self.commands.get_mut(awaited.command) {
                command.heredoc = Some(Cow::Borrowed(body));
            }
        }
    }

    /// The lines up to one that holds `end` alone.
    fn heredoc(&mut self, end: &str, tabs: bool) -> &'a str {
        let start = self.at;
        let mut from = start;
        let bytes = self.text.as_bytes();
        let finder = memmem::Finder::new(end.as_bytes());
        while let Some(found) = bytes.get(from..).and_then(|rest| finder.find(rest)) {
            let at = from + found;
            let line =
                memchr::memrchr(b'\n', self.slice(start, at).as_bytes()).map_or(start, |at| start + at + 1);
            let after = at + end.len();
            let indent = self.slice(line, at);
            let alone = indent.is_empty() || (tabs && indent.bytes().all(|byte| byte == b'\t'));
            if alone && matches!(bytes.get(after), None | Some(b'\n' | b'\r')) {
                self.at = after;
                return self.slice(start, line);
            }
            from = self.text.ceil_char_boundary(at + end.len().max(1));
            if from >= bytes.len() {
                break;
            }
        }
        self.at = self.text.len();
        self.slice(start, self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::lex;
    use crate::engine::facts::shell::{Direction, Join};

    fn words(text: &str) -> Vec<Vec<String>> {
        lex(text)
            .into_iter()
            .map(|command| command.words.into_iter().map(Cow::into_owned).collect())
            .collect()
    }

    #[test]
    fn quotes_joins_and_comments() {
        assert_eq!(
            words("a 'b c' \"d \\\"e\\\" $f\" g\\ h # not this\ni"),
            [vec!["a", "b c", "d \"e\" $f", "g h"], vec!["i"]]
        );
        assert_eq!(words("a $(b | c) && d|e;f &"), [vec!["a", "$(b | c)"], vec!["d"], vec!["e"], vec!["f"]]);
        assert_eq!(words("echo 'unclosed"), [["echo", "unclosed"]]);
        assert_eq!(words("$'a\\nb'"), [["a\nb"]]);
        assert!(matches!(lex("ls 'a b'")[0].words[1], Cow::Borrowed("a b")));
    }

    #[test]
    fn redirections_and_where_errors_go() {
        let commands = lex("cmd >out.txt 2>/dev/null <in 2>&1 && x >> log");
        let files: Vec<_> =
            commands[0].redirects.iter().map(|redirect| (redirect.direction, &*redirect.file)).collect();
        assert_eq!(files, [(Direction::Write, "out.txt"), (Direction::Read, "in")]);
        assert_eq!(commands[1].redirects[0].direction, Direction::Append);
        assert_eq!((commands[0].words.len(), commands[0].next), (1, Join::And));
    }

    #[test]
    fn heredocs_belong_to_their_command() {
        let text = "cat <<'EOF' > f.py && python f.py\nprint('EOF')\n EOF\nEOF\necho done";
        let commands = lex(text);
        assert_eq!(commands[0].heredoc.as_deref(), Some("print('EOF')\n EOF\n"));
        assert_eq!(commands[0].redirects[0].file, "f.py");
        assert_eq!(commands[1].words, ["python", "f.py"]);
        assert_eq!(commands[2].words, ["echo", "done"]);
    }

    #[test]
    fn any_text_ends() {
        for text in
            ["<<", "a <<EOF", "\"", "$(", "`", "\\", "'", "é\\é", ">", "&", "((", "a\0b", "<<é\né", "<<\n\n"]
        {
            lex(text);
        }
    }
}
