//! What a command is for: the programs of shells → [`Operation`].

use super::run_kind::run_kind;
use super::shell::{Command, Direction};
use super::tool::of_verb;
use super::{Operation, RunKind};

/// What the command line as a whole is for, and which of its commands says so: the weightiest one.
pub(super) fn of_commands(commands: &[Command<'_>]) -> Option<(usize, Operation)> {
    let mut best: Option<(usize, Operation)> = None;
    for (index, command) in commands.iter().enumerate() {
        let operation = of_command(command);
        let piped_into = index > 0
            && commands.get(index - 1).is_some_and(|before| before.next == super::shell::Join::Pipe);
        // What only shows the output of another program does not count.
        if piped_into && matches!(operation, Operation::Read | Operation::Search) {
            continue;
        }
        if best.is_none_or(|(_, known)| weight(operation) > weight(known)) {
            best = Some((index, operation));
        }
    }
    best
}

fn weight(operation: Operation) -> u8 {
    match operation {
        Operation::Submit => 15,
        Operation::Run(RunKind::Test) => 14,
        Operation::Run(RunKind::Build) => 13,
        Operation::Run(RunKind::Program) => 12,
        Operation::Run(RunKind::Lint) => 11,
        Operation::Run(RunKind::Server) => 10,
        Operation::Run(RunKind::Install) => 9,
        Operation::Edit => 8,
        Operation::Create => 7,
        Operation::Delete => 6,
        Operation::Run(RunKind::VersionControl) => 5,
        Operation::Browse => 4,
        Operation::Search => 3,
        Operation::Read => 2,
        Operation::List => 1,
        _ => 0,
    }
}

/// What one simple command does.
pub(super) fn of_command(command: &Command<'_>) -> Operation {
    let program = command.program();
    let first = command.word(1);
    match program {
        "cat" | "echo" | "printf" | "tee" | "head" | "tail" | "sed" | "awk" | "sort" | "jq" | "tr"
        | "cut"
            if writes(command) =>
        {
            match command.output().map(|redirect| redirect.direction) {
                Some(Direction::Append) => Operation::Edit,
                _ if program == "tee" && command.has("-a") => Operation::Edit,
                _ => Operation::Create,
            }
        }
        "echo" | "printf"
            if command.arguments().any(|word| {
                word.contains("COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT")
                    || word.contains("MINI_SWE_AGENT_FINAL_OUTPUT")
            }) =>
        {
            Operation::Submit
        }
        "sed" | "perl" if in_place(command) => Operation::Edit,
        "cat" | "head" | "tail" | "less" | "more" | "nl" | "sed" | "awk" | "gawk" | "bat" | "od" | "xxd"
        | "hexdump" | "strings" | "jq" | "open" | "goto" | "scroll_down" | "scroll_up" | "zcat"
        | "readelf" | "objdump" | "cut" | "sort" | "uniq" | "tac" => Operation::Read,
        "grep" | "rg" | "ag" | "ack" | "egrep" | "fgrep" | "find" | "fd" | "locate" | "search_dir"
        | "search_file" | "find_file" | "zgrep" | "findstr" => Operation::Search,
        "ls" | "tree" | "dir" | "ll" => Operation::List,
        "str_replace_editor" => of_verb(first),
        "edit" | "insert" | "apply_patch" | "applypatch" | "patch" | "ed" | "mv" | "ln" => Operation::Edit,
        "create" | "cp" => Operation::Create,
        "rm" | "unlink" => Operation::Delete,
        "submit" | "exit_forfeit" => Operation::Submit,
        "curl" | "wget" | "http" => {
            if command.arguments().any(|word| word.contains("localhost") || word.contains("127.0.0.1")) {
                Operation::Run(RunKind::Program)
            } else {
                Operation::Browse
            }
        }
        "git" => of_git(command),
        "hg" | "svn" | "gh" => Operation::Run(RunKind::VersionControl),
        _ => Operation::Run(run_kind(command)),
    }
}

/// `sed -i`, `perl -pi`.
pub(super) fn in_place(command: &Command<'_>) -> bool {
    command.arguments().any(|word| {
        word == "--in-place"
            || word.starts_with("--in-place=")
            || (word.starts_with('-')
                && !word.starts_with("--")
                && word.split('e').next().unwrap_or("").contains('i'))
    })
}

/// Its output goes to a file, or it is a `tee` with files.
fn writes(command: &Command<'_>) -> bool {
    command.output().is_some()
        || (command.program() == "tee" && command.operands().any(|file| !file.starts_with("/dev/")))
}

fn of_git(command: &Command<'_>) -> Operation {
    let verb = git_verb(command);
    match verb {
        "apply" | "am" => Operation::Edit,
        "grep" => Operation::Search,
        "rm" => Operation::Delete,
        _ => Operation::Run(RunKind::VersionControl),
    }
}

/// The word after `git` and its own options.
pub(super) fn git_verb<'a>(command: &'a Command<'_>) -> &'a str {
    let mut words = command.arguments();
    while let Some(word) = words.next() {
        match word {
            "-C" | "-c" | "--git-dir" | "--work-tree" => {
                words.next();
            }
            _ if word.starts_with('-') => {}
            _ => return word,
        }
    }
    ""
}

/// Whether the command only passes time until something else is ready.
pub(super) fn waits(command: &Command<'_>) -> bool {
    match command.program() {
        "sleep" | "wait" | "watch" | "inotifywait" => true,
        "tail" => command.arguments().any(|word| matches!(word, "-f" | "-F" | "--follow")),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Operation, RunKind, of_commands};
    use crate::engine::facts::shell;

    fn operation(text: &str) -> Operation {
        of_commands(&shell::parse(text)).map_or(Operation::Run(RunKind::Other), |(_, operation)| operation)
    }

    #[test]
    fn commands() {
        for (text, expected) in [
            ("cat src/a.py | head -20", Operation::Read),
            ("sed -n '1,20p' a.py", Operation::Read),
            ("sed -i 's/a/b/' a.py && git diff", Operation::Edit),
            ("cat > a.py <<'EOF'\nx\nEOF", Operation::Create),
            ("cat <<EOF > r.py\nx\nEOF\npython r.py", Operation::Run(RunKind::Program)),
            ("echo x >> a.txt", Operation::Edit),
            ("find . -name '*.py' | xargs grep -l foo", Operation::Search),
            ("cd x && ls -la", Operation::List),
            ("git -C x log | head", Operation::Run(RunKind::VersionControl)),
            ("pip install -e . && pytest -q | tail -3", Operation::Run(RunKind::Test)),
            ("make -j4", Operation::Run(RunKind::Build)),
            ("cargo clippy", Operation::Run(RunKind::Lint)),
            ("npm run build", Operation::Run(RunKind::Build)),
            ("python -c 'print(1)'", Operation::Run(RunKind::Program)),
            ("python --version", Operation::Run(RunKind::Other)),
            ("echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT && git add -A", Operation::Submit),
            ("curl http://localhost:80", Operation::Run(RunKind::Program)),
            ("rm -rf build", Operation::Delete),
        ] {
            assert_eq!(operation(text), expected, "{text}");
        }
    }
}
