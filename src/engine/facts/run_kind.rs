//! What a program is run for.

use super::RunKind;
use super::shell::Command;

/// The kind of run that a command is.
pub(super) fn run_kind(command: &Command<'_>) -> RunKind {
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
        | "checkstyle" | "clang-tidy" | "ty" | "oxlint" | "xo" | "standard" | "vue-tsc" | "cppcheck"
        | "ktlint" => RunKind::Lint,
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
                "mypy" | "pyright" | "flake8" | "pylint" | "ruff" | "black" | "isort" | "pyflakes"
                | "pycodestyle",
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
