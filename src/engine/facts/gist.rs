//! What a command line comes down to, so that two agents' ways to run the same thing read alike.

use super::Operation;
use super::operation;
use super::quote::head;
use super::shell::{self, Command};

/// So many operands are kept: `git commit` is told by its verb, tests by the files they are in.
const MAX_OPERANDS: usize = 3;
const MAX_WORD: usize = 80;

/// The program that matters with what it works on, without all that is around it.
///
/// Wrappers, options, pipes and redirections are taken off: `pytest tests/a.py` for `cd /repo && timeout 60 python -m pytest -q tests/a.py | tail -3`. Of a program that
/// is handed over as text only its interpreter is left. `None` where the text does not show what was done: it
/// was cut before that, or is no command line.
pub fn gist(command: &str, done: Operation) -> Option<String> {
    let mut commands = shell::parse(command);
    commands.retain(|command| command.program() != "cd");
    let (place, _) = operation::of_commands(&commands).filter(|(_, operation)| *operation == done)?;
    let command = commands.get(place)?;
    if command.program() == "git" {
        return Some(format!("git {}", word(operation::git_verb(command))).trim_end().to_owned());
    }
    let interpreter = interpreter(command.program());
    let module = interpreter.and_then(|_| module(command));
    let mut words = vec![word(module.or(interpreter).unwrap_or_else(|| command.program()))];
    let takes_code = command.has("-c") || command.has("-e") || command.heredoc.is_some();
    if module.is_some() || interpreter.is_none() || !takes_code {
        let is_text = |operand: &&str| operand.contains(['\n', '{', '(', ';']);
        let operands = command.operands().filter(|operand| Some(*operand) != module && !is_text(operand));
        words.extend(operands.take(MAX_OPERANDS).map(word));
    }
    Some(words.join(" "))
}

fn word(word: &str) -> String {
    head(word, MAX_WORD).to_owned()
}

/// The interpreter a program is, without its version.
fn interpreter(program: &str) -> Option<&str> {
    let bare = program.trim_end_matches(|one: char| one.is_ascii_digit() || one == '.');
    matches!(bare, "python" | "node" | "ruby" | "perl" | "php" | "bash" | "sh" | "deno" | "bun")
        .then_some(bare)
}

/// What `python -m` runs.
fn module<'a>(command: &'a Command<'_>) -> Option<&'a str> {
    let mut words = command.arguments();
    words.find(|word| *word == "-m")?;
    words.next()
}

#[cfg(test)]
mod tests {
    use super::gist;
    use crate::engine::facts::operation::of_commands;
    use crate::engine::facts::shell::parse;
    use crate::engine::facts::{Operation, RunKind};

    #[test]
    fn what_matters_of_a_command_line() {
        for (text, expected) in [
            ("cd /repo && timeout 60 python3 -m pytest -q tests/a.py 2>&1 | tail -3", "pytest tests/a.py"),
            ("pytest tests/a.py -x", "pytest tests/a.py"),
            ("python -c 'import a; a.run()'", "python"),
            ("python3 - <<'EOF'\nprint(1)\nEOF", "python"),
            ("PYTHONPATH=. python reproduce.py", "python reproduce.py"),
            ("git -C x commit -m 'y'", "git commit"),
            ("cargo test --all", "cargo test"),
        ] {
            let (_, done) = of_commands(&parse(text)).unwrap();
            assert_eq!(gist(text, done).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_the_text_does_not_show_has_none() {
        let cut = "cat > a.py <<'EOF'\nprint(1)";
        assert_eq!(gist(cut, Operation::Run(RunKind::Program)), None);
        assert_eq!(gist("", Operation::Run(RunKind::Other)), None);
    }
}
