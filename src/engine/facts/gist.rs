//! What a command line comes down to, so that two agents' ways to run the same thing read alike.

use super::operation;
use super::quote::head;
use super::shell::{self, Command};

/// So many operands are kept: `git commit` is told by its verb, tests by the files they are in.
const MAX_OPERANDS: usize = 3;
const MAX_WORD: usize = 80;

/// The program that matters with what it works on, wrappers, options, pipes and redirections taken off:
/// `pytest tests/a.py` for `cd /repo && timeout 60 python -m pytest -q tests/a.py | tail -3`. Of a program that
/// is handed over as text only its interpreter is left.
pub fn gist(command: &str) -> String {
    let commands = shell::parse(command);
    let place = operation::of_commands(&commands).map_or(0, |(place, _)| place);
    let Some(command) = commands.get(place) else { return String::new() };
    if command.program() == "git" {
        return format!("git {}", word(operation::git_verb(command))).trim_end().to_owned();
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
    words.join(" ")
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
            ("", ""),
        ] {
            assert_eq!(gist(text), expected, "{text}");
        }
    }
}
