//! A command line as the simple commands it runs.
//!
//! Not a shell: it knows quotes, here-documents, redirections, what joins commands, and the wrappers agents
//! put around them (`bash -lc "…"`, `timeout 60`, `sudo`, `FOO=bar`, `uv run`).

mod lex;
mod wrappers;

use std::borrow::Cow;

/// More simple commands than this are a script; what it does shows in its beginning.
const MAX_COMMANDS: usize = 64;
/// `bash -c "bash -c '…'"` is looked into so many times.
const MAX_NESTING: usize = 3;

/// What follows a simple command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    Pipe,
    And,
    Or,
    /// `;` or a new line.
    Then,
    Background,
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Write,
    Append,
    Read,
}

#[derive(Debug, Clone)]
pub(super) struct Redirect<'a> {
    pub(super) direction: Direction,
    pub(super) file: Cow<'a, str>,
}

/// One program with its words, quotes taken off.
#[derive(Debug, Clone)]
pub(super) struct Command<'a> {
    pub(super) words: Vec<Cow<'a, str>>,
    /// Of the standard streams; where errors go is left out.
    pub(super) redirects: Vec<Redirect<'a>>,
    pub(super) heredoc: Option<Cow<'a, str>>,
    pub(super) next: Join,
}

impl<'a> Command<'a> {
    fn new() -> Self {
        Self { words: Vec::new(), redirects: Vec::new(), heredoc: None, next: Join::End }
    }

    /// The program without its folder: `pytest` for `./venv/bin/pytest`.
    pub(super) fn program(&self) -> &str {
        let word = self.words.first().map_or("", AsRef::as_ref);
        word.rsplit('/').next().unwrap_or(word)
    }

    pub(super) fn word(&self, index: usize) -> &str {
        self.words.get(index).map_or("", AsRef::as_ref)
    }

    /// The words after the program.
    pub(super) fn arguments(&self) -> impl Iterator<Item = &str> {
        self.words.iter().skip(1).map(AsRef::as_ref)
    }

    /// The words after the program that are no options.
    pub(super) fn operands(&self) -> impl Iterator<Item = &str> {
        self.arguments().filter(|word| !word.starts_with('-'))
    }

    pub(super) fn has(&self, argument: &str) -> bool {
        self.arguments().any(|word| word == argument)
    }

    /// The file its output is written to, if any; `/dev/null` is none.
    pub(super) fn output(&self) -> Option<&Redirect<'a>> {
        self.redirects
            .iter()
            .rev()
            .find(|redirect| redirect.direction != Direction::Read && !redirect.file.starts_with("/dev/"))
    }

    fn is_empty(&self) -> bool {
        self.words.is_empty() && self.redirects.is_empty() && self.heredoc.is_none()
    }

    fn into_owned(self) -> Command<'static> {
        let owned = |text: Cow<'a, str>| Cow::Owned(text.into_owned());
        Command {
            words: self.words.into_iter().map(owned).collect(),
            redirects: self
                .redirects
                .into_iter()
                .map(|redirect| Redirect { direction: redirect.direction, file: owned(redirect.file) })
                .collect(),
            heredoc: self.heredoc.map(owned),
            next: self.next,
        }
    }
}

/// The simple commands of a command line, wrappers taken off.
pub(super) fn parse(text: &str) -> Vec<Command<'_>> {
    unwrap_all(lex::lex(text), 0)
}

/// The simple commands of a program that is given as a list of words.
pub(super) fn parse_words(words: Vec<Cow<'_, str>>) -> Vec<Command<'_>> {
    unwrap_all(vec![Command { words, ..Command::new() }], 0)
}

fn unwrap_all(commands: Vec<Command<'_>>, depth: usize) -> Vec<Command<'_>> {
    let mut flat = Vec::with_capacity(commands.len());
    for mut command in commands {
        wrappers::strip(&mut command);
        if command.is_empty() {
            continue;
        }
        let script = if depth < MAX_NESTING { wrappers::take_script(&mut command) } else { None };
        match script {
            Some(Cow::Borrowed(script)) => {
                splice(&mut flat, unwrap_all(lex::lex(script), depth + 1), &command);
            }
            Some(Cow::Owned(script)) => {
                let inner = unwrap_all(lex::lex(&script), depth + 1);
                splice(&mut flat, inner.into_iter().map(Command::into_owned).collect(), &command);
            }
            None => flat.push(command),
        }
    }
    flat.truncate(MAX_COMMANDS);
    flat
}

fn splice<'a>(flat: &mut Vec<Command<'a>>, mut inner: Vec<Command<'a>>, outer: &Command<'a>) {
    if let Some(last) = inner.last_mut() {
        last.next = outer.next;
        last.redirects.extend(outer.redirects.iter().cloned());
    }
    flat.extend(inner);
}

/// Whether the exit status of the command at `index` cannot be told from that of the whole line: it feeds a
/// pipe, its failure is caught, or something else runs after it in any case.
pub(super) fn hides_exit(commands: &[Command<'_>], index: usize) -> bool {
    let pipefail = commands.iter().any(|command| {
        command.program() == "set" && command.arguments().any(|word| word.contains("pipefail"))
    });
    for (at, command) in commands.iter().enumerate().skip(index) {
        let Some(following) = commands.get(at + 1) else { return command.next == Join::Background };
        match command.next {
            Join::Pipe if !pipefail => return true,
            Join::Pipe | Join::And => {}
            Join::Or => return !matches!(following.program(), "exit" | "return"),
            Join::Then | Join::Background => return true,
            Join::End => return false,
        }
    }
    false
}

/// Whether a failure of the command at `index` is thrown away on purpose: `|| true`, `; exit 0`.
pub(super) fn masks_exit(commands: &[Command<'_>], index: usize) -> bool {
    let Some((command, following)) = commands.get(index).zip(commands.get(index + 1)) else { return false };
    let says_well = match following.program() {
        "true" | ":" => true,
        "exit" => following.word(1) == "0",
        _ => false,
    };
    let is_last = commands.len() == index + 2;
    says_well && (command.next == Join::Or || (command.next == Join::Then && is_last))
}

/// Whether a program is a shell.
pub(super) fn is_shell(word: &str) -> bool {
    matches!(word.rsplit('/').next(), Some("bash" | "sh" | "zsh" | "dash"))
}

/// The script inside `bash -lc '…'`, else the line as it stands.
pub(super) fn script_of(text: &str) -> &str {
    let trimmed = text.trim();
    for shell in ["bash -lc ", "bash -c ", "sh -c ", "/bin/bash -c ", "/bin/bash -lc ", "sh -lc "] {
        let Some(script) = trimmed.strip_prefix(shell) else { continue };
        for quote in ['\'', '"'] {
            if let Some(inner) = script.strip_prefix(quote).and_then(|inner| inner.strip_suffix(quote)) {
                return inner;
            }
        }
    }
    trimmed
}

#[cfg(test)]
mod tests {
    use super::{hides_exit, masks_exit, parse, parse_words};

    fn programs(text: &str) -> Vec<String> {
        parse(text).iter().map(|command| command.words.join(" ")).collect()
    }

    #[test]
    fn wrappers_come_off() {
        assert_eq!(
            programs("cd /x && FOO=1 timeout -k 5 60 python3 -m pytest -q"),
            ["cd /x", "python3 -m pytest -q"]
        );
        assert_eq!(programs(r#"bash -lc "cd a && sudo -u b ls -l""#), ["cd a", "ls -l"]);
        assert_eq!(programs("if true; then time uv run pytest; fi"), ["true", "pytest"]);
        let words = ["bash", "-lc", "cargo test | tail -5"].map(std::borrow::Cow::Borrowed);
        let commands = parse_words(words.to_vec());
        assert_eq!(commands.len(), 2);
        assert!(hides_exit(&commands, 0));
    }

    #[test]
    fn what_throws_the_exit_status_away() {
        let masks = |text: &str| masks_exit(&parse(text), 0);
        assert!(masks("make || true"));
        assert!(masks("pytest -q; exit 0"));
        assert!(!masks("pytest || echo failed"));
        assert!(!masks("pytest | tail"));
        assert!(!masks("pytest || exit 1"));
    }

    #[test]
    fn what_hides_the_exit_status() {
        let hides = |text: &str| hides_exit(&parse(text), 0);
        assert!(hides("pytest | tail"));
        assert!(hides("pytest || true"));
        assert!(hides("pytest; echo done"));
        assert!(hides("./serve &"));
        assert!(!hides("pytest && echo good"));
        assert!(!hides("pytest -q 2>&1"));
        assert!(!hides("make || exit 1"));
    }
}
