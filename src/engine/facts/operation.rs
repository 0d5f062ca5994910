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
        "cat" | "head" | "tail" | "less" | "more" | "wc" | "file" | "stat" | "md5sum" | "sha256sum"
        | "column" | "nl" | "sed" | "awk" | "gawk" | "bat" | "od" | "xxd" | "hexdump" | "strings" | "jq"
        | "open" | "goto" | "scroll_down" | "scroll_up" | "zcat" | "readelf" | "objdump" | "cut" | "sort"
        | "uniq" | "tac" | "Get-Content" | "gc" => Operation::Read,
        "find" if command.has("-delete") => Operation::Delete,
        "grep" | "rg" | "ag" | "ack" | "egrep" | "fgrep" | "find" | "fd" | "locate" | "search_dir"
        | "search_file" | "find_file" | "zgrep" | "findstr" | "Select-String" => Operation::Search,
        "Invoke-WebRequest" | "iwr" | "Invoke-RestMethod" => Operation::Browse,
        "ls" | "tree" | "dir" | "ll" | "Get-ChildItem" | "gci" => Operation::List,
        "str_replace_editor" => of_verb(first),
        "edit" | "insert" | "apply_patch" | "applypatch" | "patch" | "ed" | "mv" | "ln" | "Add-Content"
        | "Move-Item" | "Rename-Item" => Operation::Edit,
        "create" | "cp" | "copy" | "Set-Content" | "Out-File" | "New-Item" | "Copy-Item" => Operation::Create,
        "rm" | "unlink" | "del" | "rd" | "Remove-Item" => Operation::Delete,
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

/// Looks for a text in files.
pub(super) fn searches_text(command: &Command<'_>) -> bool {
    matches!(command.program(), "grep" | "egrep" | "fgrep" | "rg" | "ag" | "ack" | "zgrep")
}

/// Exit status 1 of these says "no", not "wrong".
pub(super) fn one_means_no(command: &Command<'_>) -> bool {
    searches_text(command)
        || matches!(
            command.program(),
            "diff"
                | "cmp"
                | "test"
                | "["
                | "[["
                | "which"
                | "pgrep"
                | "find"
                | "command"
                | "type"
                | "lsof"
                | "pidof"
                | "pkill"
                | "xargs"
        )
        || (command.program() == "git" && matches!(git_verb(command), "diff" | "grep" | "check-ignore"))
}

#[cfg(test)]
mod tests {
    use super::Operation::{Browse, Create, Delete, Edit, List, Read, Run, Search, Submit};
    use super::RunKind::{Build, Install, Lint, Other, Program, Server, Test, VersionControl};
    use super::{Operation, of_commands};
    use crate::engine::facts::shell;

    fn operation(text: &str) -> Operation {
        of_commands(&shell::parse(text)).map_or(Run(Other), |(_, operation)| operation)
    }

    #[test]
    fn commands() {
        let mut wrong = Vec::new();
        for (text, expected) in [
            // Looking.
            ("cat src/a.py | head -20", Read),
            ("sed -n '1,20p' a.py", Read),
            ("cd /repo && nl -ba a.py | sed -n '10,40p'", Read),
            ("awk 'NR>=10 && NR<=20' a.py", Read),
            ("wc -l a.py", Read),
            ("head -c 100 data.bin | xxd", Read),
            ("cat a.py; echo ---; cat b.py", Read),
            ("find . -name '*.py' | xargs grep -l foo", Search),
            ("grep -rn 'def f' src --include=*.py | head -5", Search),
            ("rg -n \"foo|bar\" src || true", Search),
            ("for f in $(ls); do grep -n x \"$f\"; done", Search),
            ("git grep -n foo", Search),
            ("cd x && ls -la", List),
            ("ls -R | grep py | head", List),
            ("tree -L 2", List),
            // Changing.
            ("sed -i 's/a/b/' a.py && git diff", Edit),
            ("sed -i.bak -e 's/a/b/' a.py", Edit),
            ("perl -pi -e 's/a/b/' a.py", Edit),
            ("cat > a.py <<'EOF'\nimport pytest\npytest.main()\nEOF", Create),
            ("cat <<EOF > a.py\nx\nEOF", Create),
            ("echo x >> a.txt", Edit),
            ("printf 'a\\n' | sudo tee /etc/a.conf > /dev/null", Create),
            ("echo x | tee -a log.txt", Edit),
            ("mv a.py b.py", Edit),
            ("cp -r a b", Create),
            ("git apply fix.patch", Edit),
            ("patch -p1 < fix.patch", Edit),
            ("apply_patch <<'EOF'\n*** Begin Patch\n*** End Patch\nEOF", Edit),
            ("rm -rf build", Delete),
            ("find . -name '*.pyc' -delete", Delete),
            ("git rm -q a.py", Delete),
            // Version control.
            ("git -C x log | head", Run(VersionControl)),
            ("git add -A && git commit -m 'run pytest'", Run(VersionControl)),
            ("git stash && git checkout main", Run(VersionControl)),
            ("GIT_PAGER=cat git diff --stat", Run(VersionControl)),
            // Tests, through every wrapper.
            ("pip install -e . && pytest -q | tail -3", Run(Test)),
            (
                "cd /repo && PYTHONPATH=src timeout 60 python -m pytest tests/a.py::test_b -x 2>&1 | tail -20",
                Run(Test),
            ),
            ("bash -lc 'cd a && cargo test --all'", Run(Test)),
            ("sudo -u app env A=1 B=2 pytest", Run(Test)),
            ("uv run --with x pytest -q", Run(Test)),
            ("poetry run python -m unittest discover", Run(Test)),
            ("npx --yes jest --ci", Run(Test)),
            ("docker exec -w /app web pytest", Run(Test)),
            ("docker compose exec -T web npm test", Run(Test)),
            ("kubectl exec pod -- pytest -q", Run(Test)),
            ("conda run -n env pytest", Run(Test)),
            ("source venv/bin/activate && ./venv/bin/pytest", Run(Test)),
            ("(cd sub && go test ./...)", Run(Test)),
            ("if ! pytest; then echo bad; fi", Run(Test)),
            ("for i in 1 2 3; do pytest -q || break; done", Run(Test)),
            ("while true; do npm test && break; done", Run(Test)),
            ("ls tests/*.py | xargs -n1 pytest", Run(Test)),
            ("su - app -c 'pytest -q'", Run(Test)),
            ("eval \"pytest -q\"", Run(Test)),
            ("bash <<'EOF'\ncd x\npytest\nEOF", Run(Test)),
            ("time make test", Run(Test)),
            ("make -C src check", Run(Test)),
            ("./gradlew :core:test --info", Run(Test)),
            ("mvn -q -pl core test", Run(Test)),
            ("./tests/runtests.py admin", Run(Test)),
            ("python manage.py test app", Run(Test)),
            ("python -W ignore -m pytest", Run(Test)),
            ("coverage run -m pytest", Run(Test)),
            ("yarn workspace a test", Run(Test)),
            ("pnpm --filter a test", Run(Test)),
            ("npm --prefix web run test:unit", Run(Test)),
            ("cmd /c npm test", Run(Test)),
            ("powershell -NoProfile -Command \"cd x; pytest\"", Run(Test)),
            // Builds and linters.
            ("make -j4", Run(Build)),
            ("cmake -B build && cmake --build build", Run(Build)),
            ("gcc -o a a.c && ./a", Run(Build)),
            ("npm run build", Run(Build)),
            ("mvn -DskipTests package", Run(Build)),
            ("cargo clippy", Run(Lint)),
            ("npx tsc --noEmit", Run(Build)),
            ("python -m mypy src", Run(Lint)),
            // Programs.
            ("python -c 'print(1)'", Run(Program)),
            ("cat <<EOF > r.py\nx\nEOF\npython r.py", Run(Program)),
            ("python3 - <<'EOF'\nprint(1)\nEOF", Run(Program)),
            ("node -e 'console.log(1)'", Run(Program)),
            ("curl http://localhost:80", Run(Program)),
            ("nohup python3 run.py > log 2>&1 &", Run(Program)),
            // What keeps running, what is fetched, what is asked.
            ("npm start", Run(Server)),
            ("python -m http.server 8000 &", Run(Server)),
            ("apt-get update && apt-get install -y jq", Run(Install)),
            ("uv pip install x", Run(Install)),
            ("python3 -m venv .venv", Run(Install)),
            ("curl -sL https://x.test/a", Browse),
            ("python --version", Run(Other)),
            ("which pytest", Run(Other)),
            ("sleep 5", Run(Other)),
            ("export A=1", Run(Other)),
            ("echo pytest", Run(Other)),
            ("pwsh -c \"Get-Content a.txt\"", Read),
            ("Get-ChildItem -Recurse", List),
            ("echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT && git add -A", Submit),
        ] {
            let found = operation(text);
            if found != expected {
                wrong.push(format!("{text}: {found:?} instead of {expected:?}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
