use crate::engine::facts::run_kind::is_python;
use crate::engine::facts::shell::Command;

/// Whether the command runs tests.
pub(in crate::engine::facts) fn is_test_command(command: &Command<'_>) -> bool {
    framework(command).is_some()
}

/// The runner that a command starts; `tests` where it may be any.
pub(in crate::engine::facts) fn framework(command: &Command<'_>) -> Option<&'static str> {
    let program = command.program();
    if asks_only(command) {
        return None;
    }
    if is_python(program) {
        return of_python(command);
    }
    let first = command.word(1);
    match program {
        "pytest" | "py.test" | "pytest-3" => Some("pytest"),
        "runtests.py" => Some("django"),
        "manage.py" if first == "test" => Some("django"),
        "tox" | "nox" | "nosetests" | "nosetests3" | "trial" | "bats" | "stestr" | "zope-testrunner" => {
            Some("tests")
        }
        "cargo" => match command.operands().find(|word| !word.starts_with('+'))? {
            "test" | "t" => Some("cargo test"),
            "nextest" => Some("cargo nextest"),
            _ => None,
        },
        "go" if first == "test" => Some("go test"),
        "gotestsum" => Some("go test"),
        "npm" | "yarn" | "pnpm" | "bun" | "deno" => {
            let script = if matches!(first, "run" | "run-script") { command.word(2) } else { first };
            (script == "t" || script.starts_with("test")).then_some("tests")
        }
        "jest" => Some("jest"),
        "vitest" => Some("vitest"),
        "mocha" => Some("mocha"),
        "ava" | "tap" | "karma" | "cypress" | "jasmine" => Some("tests"),
        "playwright" if first == "test" => Some("tests"),
        "node" if command.has("--test") => Some("tests"),
        "mvn" | "mvnw" => {
            let tests = command.operands().any(|goal| matches!(goal, "test" | "verify" | "integration-test"));
            (tests && !command.arguments().any(|word| word.starts_with("-DskipTests"))).then_some("maven")
        }
        "gradle" | "gradlew" => {
            let task = |word: &str| {
                let task = word.rsplit(':').next().unwrap_or(word);
                task == "check" || task == "test" || task.ends_with("Test")
            };
            command.operands().any(task).then_some("gradle")
        }
        "ctest" => Some("ctest"),
        "make" | "gmake" | "ninja" | "just" | "rake" | "task" => command
            .operands()
            .any(|target| {
                target.split(['-', '_', ':']).any(|part| matches!(part, "test" | "tests" | "check" | "spec"))
            })
            .then_some("tests"),
        "rspec" => Some("rspec"),
        "rails" if first == "test" => Some("minitest"),
        "phpunit" | "pest" => Some("phpunit"),
        "composer" | "artisan" | "dotnet" | "swift" | "mix" | "sbt" | "lein" | "stack" | "cabal" | "dune"
        | "zig" | "bazel" | "flutter" | "dart" | "forge" | "hardhat" | "truffle" | "anchor"
            if first == "test" || (program == "zig" && command.word(2) == "test") =>
        {
            Some("tests")
        }
        _ => of_script(command.word(0)),
    }
}

fn asks_only(command: &Command<'_>) -> bool {
    command.arguments().any(|word| {
        matches!(word, "--version" | "--help" | "--collect-only" | "--co" | "--no-run" | "--list")
    })
}

fn of_python(command: &Command<'_>) -> Option<&'static str> {
    let mut words = command.arguments();
    while let Some(word) = words.next() {
        match word {
            "-m" => {
                return match words.next()? {
                    "pytest" | "py.test" => Some("pytest"),
                    "unittest" => Some("unittest"),
                    "django" if words.next() == Some("test") => Some("django"),
                    "nose" | "nose2" | "tox" | "nox" | "testtools.run" | "twisted.trial" | "doctest"
                    | "test" => Some("tests"),
                    _ => None,
                };
            }
            "-c" => return None,
            "-W" | "-X" => {
                words.next();
            }
            _ if word.starts_with('-') => {}
            file => {
                let name = file.rsplit('/').next().unwrap_or(file);
                return match name {
                    "runtests.py" => Some("django"),
                    "manage.py" | "setup.py" if words.next() == Some("test") => {
                        Some(if name == "manage.py" { "django" } else { "tests" })
                    }
                    "runtest.py" | "run_tests.py" | "test.py" if file.contains('/') => Some("tests"),
                    "pytest" | "py.test" => Some("pytest"),
                    _ if name.contains(".py") => None,
                    _ => of_script(file),
                };
            }
        }
    }
    None
}

/// A project's own script for its tests: `./run_tests.sh`, `bin/test`.
fn of_script(word: &str) -> Option<&'static str> {
    let (folder, name) = word.rsplit_once('/')?;
    let stem = name.split('.').next().unwrap_or(name);
    let tests =
        matches!(stem, "run_tests" | "run-tests" | "runtests" | "run_test" | "test_all" | "run_all_tests")
            || (matches!(stem, "test" | "tests")
                && (name.split_once('.').is_some_and(|(_, end)| end == "sh") || folder.ends_with("bin")));
    tests.then_some("tests")
}

#[cfg(test)]
mod tests {
    use super::framework;
    use crate::engine::facts::shell;

    #[test]
    fn commands_that_run_tests() {
        let framework = |text: &str| shell::parse(text).first().and_then(framework);
        for (text, expected) in [
            ("python -m pytest -q tests", Some("pytest")),
            ("./venv/bin/py.test x.py", Some("pytest")),
            ("./tests/runtests.py admin", Some("django")),
            ("python tests/runtests.py --settings=x admin", Some("django")),
            ("python manage.py test polls", Some("django")),
            ("python -W ignore -m unittest discover", Some("unittest")),
            ("cargo +nightly test --lib", Some("cargo test")),
            ("cargo nextest run", Some("cargo nextest")),
            ("go test ./...", Some("go test")),
            ("npm run test:unit", Some("tests")),
            ("npx jest src", Some("jest")),
            ("./gradlew :app:testDebugUnitTest --tests X", Some("gradle")),
            ("./gradlew :app:test", Some("gradle")),
            ("mvn -q -DskipTests package", None),
            ("mvn -q test -Dtest=A", Some("maven")),
            ("make check", Some("tests")),
            ("bin/test sympy/core", Some("tests")),
            ("./run_tests.sh", Some("tests")),
            ("python test_fix.py", None),
            ("pytest --version", None),
            ("test -f x", None),
            ("pip install pytest", None),
        ] {
            assert_eq!(framework(text), expected, "{text}");
        }
    }
}
