//! What a tool or a command is for: the names that agents and shells use → [`Operation`].

use super::shell::{Command, Direction};
use super::{Operation, RunKind};

/// What a tool does by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    /// Runs a command line; the operation is that of the command.
    Shell,
    /// Runs a program in another language.
    Code,
    /// Views or edits, as its `command` argument says.
    Editor,
    /// Applies a patch.
    Patch,
    /// Types into a program that runs already, or looks at its output.
    Terminal,
    Known(Operation),
    Unknown,
}

/// What the tool of that name does. Case, separators and the `mcp__server__` prefix do not matter.
pub(super) fn tool(name: &str) -> Tool {
    let name = name.rsplit("__").next().unwrap_or(name);
    let name = name.rsplit(['.', ':', '/']).find(|part| part.len() > 1).unwrap_or(name);
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_lowercase())
        .take(40)
        .collect();
    let known = match plain.as_str() {
        "bash" | "shell" | "sh" | "run" | "executebash" | "runcommand" | "executecommand" | "terminal"
        | "cmdrun" | "cmdrunaction" | "runterminalcmd" | "runterminalcommand" | "runshellcommand"
        | "execcommand" | "localshell" | "localshellcall" | "shellcommand" | "exec" | "execute"
        | "commandexecution" | "runinterminal" | "computerterminal" | "containerexec" | "bashcommand"
        | "powershell" | "runlinuxcommand" => Tool::Shell,
        "runipython"
        | "ipython"
        | "python"
        | "executepython"
        | "executeipythoncell"
        | "pythonrepl"
        | "jupyter"
        | "codeinterpreter"
        | "pythoninterpreter"
        | "executecode"
        | "runcode"
        | "ipythonruncell"
        | "ipythonruncellaction" => Tool::Code,
        "strreplaceeditor"
        | "strreplacebasededittool"
        | "texteditor"
        | "fileeditor"
        | "editor"
        | "strreplaceeditortool" => Tool::Editor,
        "applypatch" | "patch" | "applydiff" | "filechange" => Tool::Patch,
        "writestdin" | "bashoutput" | "taskoutput" | "sendinput" | "shelloutput" | "bashinput"
        | "sendkeys" | "getcommandoutput" | "readterminal" | "wait" | "sleep" | "commandstatus" => {
            Tool::Terminal
        }
        _ => match by_name(&plain) {
            Some(operation) => Tool::Known(operation),
            None => Tool::Unknown,
        },
    };
    known
}

fn by_name(plain: &str) -> Option<Operation> {
    Some(match plain {
        "read"
        | "readfile"
        | "view"
        | "viewfile"
        | "open"
        | "openfile"
        | "cat"
        | "readmanyfiles"
        | "notebookread"
        | "viewimage"
        | "readrange"
        | "readlines"
        | "scrollup"
        | "scrolldown"
        | "goto"
        | "fileread"
        | "getfile"
        | "readmediafile"
        | "readmultiplefiles"
        | "filereadaction"
        | "readmcpresource"
        | "extracttests"
        | "getclassesandmethods"
        | "extractmethodcode"
        | "readnotebook"
        | "readfiles" => Operation::Read,
        "grep"
        | "glob"
        | "search"
        | "searchdir"
        | "searchfile"
        | "findfile"
        | "find"
        | "searchfilecontent"
        | "searchfiles"
        | "grepsearch"
        | "filesearch"
        | "codebasesearch"
        | "codesearch"
        | "semanticsearch"
        | "searchclass"
        | "searchmethod"
        | "searchmethodinclass"
        | "searchmethodinfile"
        | "searchclassinfile"
        | "searchcode"
        | "searchcodeinfile"
        | "searchcodebase"
        | "retrievecontext"
        | "findfiles"
        | "toolsearch"
        | "ripgrep"
        | "getcodearoundline"
        | "searchsymbol"
        | "findsimilarapicalls"
        | "getrelevantfiles"
        | "lsp"
        | "listcodedefinitionnames"
        | "searchcodesnippets" => Operation::Search,
        "ls" | "list" | "listdir" | "listdirectory" | "listfiles" | "tree" | "listfolder"
        | "viewdirectory" => Operation::List,
        "edit" | "editfile" | "strreplace" | "multiedit" | "replace" | "replaceinfile" | "insert"
        | "searchreplace" | "notebookedit" | "insertedit" | "generatefix" | "retryfix" | "applyfix"
        | "editnotebook" | "fileedit" | "edititem" | "undoedit" | "insertcontent" | "searchandreplace"
        | "writefix" | "writepatch" | "fileeditaction" | "morphedit" | "editfiles" | "insertatline"
        | "replacelines" | "strreplacefile" | "smartedit" => Operation::Edit,
        "write" | "writefile" | "writetofile" | "create" | "createfile" | "newfile" | "filewrite"
        | "createnewfile" | "filewriteaction" | "savefile" => Operation::Create,
        "delete" | "deletefile" | "remove" | "removefile" | "rm" => Operation::Delete,
        "runtests" | "runtest" | "test" | "runtestsuite" => Operation::Run(RunKind::Test),
        "build" | "compile" => Operation::Run(RunKind::Build),
        "getdiagnostics" | "diagnostics" | "lint" | "readlints" | "getproblems" | "geterrors" => {
            Operation::Run(RunKind::Lint)
        }
        "webfetch" | "websearch" | "browse" | "browser" | "browseraction" | "browseurl" | "gotourl"
        | "visitpage" | "fetch" | "visiturl" | "openurl" | "webpagetotext" | "googlewebsearch"
        | "websearchcall" | "visit" | "browserinteractive" | "browseinteractive" | "fetchurl" | "click"
        | "navigate" | "browsernavigate" | "browserclick" | "browsersnapshot" => Operation::Browse,
        "todowrite" | "todoread" | "updateplan" | "plan" | "think" | "writetodos" | "setplan"
        | "exitplanmode" | "enterplanmode" | "todo" | "tasktracker" | "managetodolist" | "updatetodolist"
        | "todolist" | "settodolist" | "sequentialthinking" | "taskcreate" | "taskupdate" | "tasklist"
        | "taskget" | "reason" | "note" | "agentthink" | "expresshypothesis" | "discardhypothesis" => {
            Operation::Plan
        }
        "task" | "agent" | "delegate" | "spawnagent" | "dispatchagent" | "newtask" | "subagent"
        | "delegatetask" | "runsubagent" | "callagent" | "handoff" | "skill" => Operation::Delegate,
        "submit" | "finish" | "finalanswer" | "attemptcompletion" | "complete" | "taskcomplete" | "done"
        | "goalaccomplished" | "agentfinish" | "marktaskcomplete" | "submitsolution" | "exit"
        | "markcomplete" => Operation::Submit,
        "askuser"
        | "askfollowupquestion"
        | "askuserquestion"
        | "ask"
        | "askquestion"
        | "askhuman"
        | "requestuserinput"
        | "message" => Operation::Ask,
        _ => return None,
    })
}

/// What an editor tool's verb does.
pub(super) fn of_verb(verb: &str) -> Operation {
    match verb {
        "view" | "read" | "open" => Operation::Read,
        "create" | "write" => Operation::Create,
        "delete" => Operation::Delete,
        _ => Operation::Edit,
    }
}

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
        "create" => Operation::Create,
        "edit" | "insert" | "apply_patch" | "applypatch" | "patch" | "ed" | "mv" | "ln" => Operation::Edit,
        "cp" => Operation::Create,
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

fn run_kind(command: &Command<'_>) -> RunKind {
    if super::test_run::is_test_command(command) {
        return RunKind::Test;
    }
    let program = command.program();
    let first = command.word(1);
    let second = command.word(2);
    match program {
        "make" | "gmake" | "ninja" | "cmake" | "meson" | "gcc" | "g++" | "cc" | "c++" | "clang"
        | "clang++" | "rustc" | "javac" | "tsc" | "webpack" | "rollup" | "esbuild" | "bazel" | "pdflatex"
        | "latexmk" | "xelatex" | "ld" | "nvcc" | "gfortran" | "ocamlfind" | "dune" | "ghc" | "cabal"
        | "stack" | "zig" | "kotlinc" | "scalac" | "as" | "nasm" | "turbo" | "nx" | "coqc" | "lake"
            if !only_asks(command) =>
        {
            if matches!(first, "install" | "clean") && program != "cmake" {
                RunKind::Other
            } else {
                RunKind::Build
            }
        }
        "cargo" => match first {
            "build" | "check" | "doc" | "rustc" => RunKind::Build,
            "clippy" | "fmt" | "deny" | "audit" => RunKind::Lint,
            "run" | "bench" => RunKind::Program,
            "add" | "install" | "fetch" | "update" => RunKind::Install,
            _ => RunKind::Other,
        },
        "go" => match first {
            "build" | "install" | "generate" => RunKind::Build,
            "vet" | "fmt" => RunKind::Lint,
            "run" => RunKind::Program,
            "get" | "mod" => RunKind::Install,
            _ => RunKind::Other,
        },
        "npm" | "yarn" | "pnpm" | "bun" | "deno" => script_kind(first, second),
        "mvn" | "mvnw" | "gradle" | "gradlew" | "ant" | "sbt" => RunKind::Build,
        "dotnet" | "swift" => match first {
            "build" | "publish" => RunKind::Build,
            "run" => RunKind::Program,
            "restore" | "add" => RunKind::Install,
            _ => RunKind::Other,
        },
        "docker" | "podman" => match first {
            "build" => RunKind::Build,
            "run" => RunKind::Program,
            "compose" if command.has("up") => RunKind::Server,
            "compose" if command.has("build") => RunKind::Build,
            _ => RunKind::Other,
        },
        "ruff" | "flake8" | "pylint" | "mypy" | "pyright" | "eslint" | "prettier" | "black" | "isort"
        | "golangci-lint" | "shellcheck" | "rubocop" | "pre-commit" | "gofmt" | "rustfmt" | "pycodestyle"
        | "pyflakes" | "bandit" | "stylelint" | "hadolint" | "yamllint" | "biome" | "phpstan"
        | "checkstyle" | "clang-tidy" => RunKind::Lint,
        "pip" | "pip3" | "apt" | "apt-get" | "yum" | "dnf" | "apk" | "brew" | "conda" | "mamba" | "gem"
        | "composer" | "uv" | "poetry" | "pipenv" | "pdm" | "opam" | "rustup" | "cpan" | "cpanm" | "snap"
        | "pacman" | "bundle" | "luarocks" | "nix-env" | "pipx" | "virtualenv" => {
            if matches!(first, "list" | "show" | "freeze" | "--version" | "search" | "info") {
                RunKind::Other
            } else {
                RunKind::Install
            }
        }
        "uvicorn" | "gunicorn" | "flask" | "nginx" | "httpd" | "redis-server" | "mysqld" | "postgres"
        | "mongod" | "systemctl" | "service" | "serve" | "http-server" | "live-server" | "streamlit"
        | "jupyter" | "sshd" | "dockerd" | "hypercorn" | "caddy" => RunKind::Server,
        _ => program_kind(command),
    }
}

/// Asks a tool for its version or help.
fn only_asks(command: &Command<'_>) -> bool {
    command.words.len() == 2
        && matches!(command.word(1), "--version" | "-v" | "-V" | "--help" | "-h" | "version")
}

/// What `npm run x` and the like do.
fn script_kind(first: &str, second: &str) -> RunKind {
    let script = if matches!(first, "run" | "run-script") { second } else { first };
    match script {
        "install" | "i" | "ci" | "add" | "update" | "upgrade" | "remove" | "uninstall" | "" => {
            RunKind::Install
        }
        "start" | "dev" | "serve" | "preview" | "watch" => RunKind::Server,
        _ if script.starts_with("build") || script.starts_with("compile") || script == "tsc" => {
            RunKind::Build
        }
        _ if script.contains("lint") || script.contains("typecheck") || script.contains("format") => {
            RunKind::Lint
        }
        "list" | "ls" | "view" | "config" | "init" | "--version" | "-v" | "info" | "why" => RunKind::Other,
        _ => RunKind::Program,
    }
}

/// Programs and interpreters.
fn program_kind(command: &Command<'_>) -> RunKind {
    let word = command.word(0);
    let program = command.program();
    let interpreter = is_python(program)
        || matches!(
            program,
            "node"
                | "nodejs"
                | "ts-node"
                | "tsx"
                | "ruby"
                | "perl"
                | "php"
                | "Rscript"
                | "julia"
                | "java"
                | "lua"
                | "ghci"
                | "runghc"
                | "elixir"
                | "bash"
                | "sh"
                | "zsh"
                | "source"
                | "."
                | "kotlin"
                | "scala"
                | "racket"
                | "guile"
                | "sbcl"
                | "swipl"
                | "octave"
                | "R"
                | "coqtop"
                | "gdb"
                | "qemu-system-x86_64"
                | "valgrind"
        );
    if !interpreter {
        let own = word.starts_with("./") || word.starts_with("../");
        return if own && !only_asks(command) { RunKind::Program } else { RunKind::Other };
    }
    if only_asks(command)
        || matches!(program, "source" | ".")
        || command.words.len() == 1 && command.heredoc.is_none()
    {
        return RunKind::Other;
    }
    if is_python(program) {
        let arguments: Vec<&str> = command.arguments().collect();
        match arguments.as_slice() {
            ["-m", "pip" | "ensurepip" | "venv" | "virtualenv", ..] => return RunKind::Install,
            ["-m", "http.server" | "SimpleHTTPServer" | "uvicorn" | "gunicorn" | "flask" | "jupyter", ..] => {
                return RunKind::Server;
            }
            ["-m", "build" | "py_compile" | "compileall" | "sphinx", ..] => return RunKind::Build,
            [
                "-m",
                "mypy" | "flake8" | "pylint" | "ruff" | "black" | "isort" | "pyflakes" | "pycodestyle",
                ..,
            ] => {
                return RunKind::Lint;
            }
            [file, rest @ ..] if file.ends_with("setup.py") => {
                let installs = rest.iter().any(|word| matches!(*word, "install" | "develop"));
                return if installs { RunKind::Install } else { RunKind::Build };
            }
            [file, "runserver", ..] if file.ends_with("manage.py") => return RunKind::Server,
            _ => {}
        }
    }
    RunKind::Program
}

/// `python`, `python3`, `python3.11`, `pypy3`.
pub(super) fn is_python(program: &str) -> bool {
    ["python", "pypy"].iter().any(|name| {
        program
            .strip_prefix(name)
            .is_some_and(|version| version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
    })
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
    use super::{Operation, RunKind, Tool, of_commands, tool};
    use crate::engine::facts::shell;

    fn operation(text: &str) -> Operation {
        of_commands(&shell::parse(text)).map_or(Operation::Run(RunKind::Other), |(_, operation)| operation)
    }

    #[test]
    fn tools_of_many_agents() {
        assert_eq!(tool("Bash"), Tool::Shell);
        assert_eq!(tool("mcp__files__read_file"), Tool::Known(Operation::Read));
        assert_eq!(tool("functions.exec_command"), Tool::Shell);
        assert_eq!(tool("str_replace_based_edit_tool"), Tool::Editor);
        assert_eq!(tool("retrieve_context"), Tool::Known(Operation::Search));
        assert_eq!(tool("frobnicate"), Tool::Unknown);
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
