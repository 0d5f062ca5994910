//! Programs and modules that were called and are not installed.

use crate::engine::facts::ActionFacts;

/// The program or module that an action could not start because it is not installed, as shells
/// (`bash: line 1: jq: command not found`) and interpreters (`python3: No module named pytest`) say it.
/// A module that a program of the run itself lacks is not meant.
pub(super) fn missing(action: &ActionFacts) -> Option<&str> {
    if !action.outcome.is_error() {
        return None;
    }
    let said: &str = &action.error.as_ref()?.quote.text;
    let name = if let Some((_, name)) = said.split_once("command not found: ") {
        Some(name)
    } else if let Some((before, _)) = said.split_once(": command not found") {
        before.rsplit(": ").next()
    } else if let Some((interpreter, name)) = said.split_once(": No module named ") {
        // `ModuleNotFoundError: No module named …` is an exception of the program that was run.
        name.split(';').next().filter(|_| !interpreter.ends_with("Error"))
    } else {
        None
    };
    name.map(|name| name.trim().trim_matches('\'')).filter(|name| is_program_name(name))
}

/// A stray bracket or a broken line that reached the shell is no program.
fn is_program_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphanumeric() || matches!(first, '/' | '.' | '_'))
        && !name.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::missing;
    use crate::engine::testing::script::Script;

    fn missing_in(output: &str) -> Option<String> {
        let run = Script::read(&format!("run  x    exit 1  error not-found {output}"));
        missing(run.facts.steps[0].action.as_ref().unwrap()).map(str::to_owned)
    }

    #[test]
    fn as_shells_and_interpreters_say_it() {
        assert_eq!(missing_in("/bin/bash: line 1: jq: command not found").as_deref(), Some("jq"));
        assert_eq!(missing_in("zsh: command not found: cargo").as_deref(), Some("cargo"));
        assert_eq!(missing_in("/usr/bin/python3: No module named pytest").as_deref(), Some("pytest"));
        assert_eq!(missing_in("ModuleNotFoundError: No module named 'packaging'"), None);
        assert_eq!(missing_in("/bin/bash: line 1: ,: command not found"), None);
    }
}
