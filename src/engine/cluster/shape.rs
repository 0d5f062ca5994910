use crate::engine::facts::RunFacts;
use crate::engine::order;
use crate::engine::trace::Trace;

/// How a run goes about its work, whatever it works on: which operation followed which, as `edit>run-test`,
/// sorted and each once. Empty for a run of fewer than two actions.
pub fn shape(trace: &Trace, facts: &RunFacts) -> Vec<String> {
    let actions = trace.live_steps().filter_map(|(id, _)| facts.action(id));
    let operations: Vec<&str> = actions.map(|action| action.operation.name()).collect();
    let pairs = order::distinct(operations.iter().zip(operations.iter().skip(1)));
    pairs.into_iter().map(|(one, next)| format!("{one}>{next}")).collect()
}

/// What an operation is to somebody who asks how a run goes about its work: whether a file was created or edited
/// makes no difference then, nor which program said that the work is good.
pub(super) fn sort_of(operation: &str) -> &str {
    match operation {
        "read" | "search" | "list" | "browse" => "look",
        "edit" | "create" | "delete" => "change",
        "run-test" | "run-build" | "run-lint" | "run-program" => "check",
        "run-install" | "run-version-control" | "run-server" | "run-other" => "run",
        "message" | "thought" => "say",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::shape;
    use crate::engine::testing::script::Script;

    #[test]
    fn a_shape_tells_what_followed_what_and_not_on_which_files() {
        let run = Script::read(
            "
            read         src/a.rs
            edit         src/a.rs
            test         pytest          tests red
            assistant    Once more.
            edit         src/b.rs
            test         pytest          tests green
            ",
        );
        assert_eq!(shape(&run.trace, &run.facts), ["edit>run-test", "read>edit", "run-test>edit"]);
    }

    #[test]
    fn one_action_has_no_shape() {
        let run = Script::read("user  hello\nread  a");
        assert!(shape(&run.trace, &run.facts).is_empty());
    }
}
