//! Acts as a person would tell them.

use super::track::Track;

/// What an act did, in the past tense and without who did it: “edited `src/lib.rs` (+3 −1)”.
pub fn told(track: &Track, place: usize) -> String {
    let Some(act) = track.act(place) else { return "did nothing more".to_owned() };
    let target = if act.target.is_empty() { String::new() } else { format!(" `{}`", act.target) };
    let or = |otherwise: &str| if target.is_empty() { format!(" {otherwise}") } else { target.clone() };
    let done = match act.operation {
        "read" => format!("read{}", or("a file")),
        // What was searched; or, where that is not known, by which command.
        "search" if act.target.contains(' ') => format!("searched with{target}"),
        "search" => format!("searched{target}"),
        "list" => format!("listed{}", or("files")),
        "edit" => format!("edited{}", or("a file")),
        "create" => format!("wrote{}", or("a file")),
        "delete" => format!("deleted{}", or("a file")),
        "run-test" => format!("tested with{}", or("its tests")),
        "run-build" => format!("built with{}", or("a command")),
        "run-lint" => format!("checked with{}", or("a linter")),
        "run-install" => format!("installed with{}", or("a command")),
        "run-program" => format!("ran{}", or("a program")),
        "run-server" => format!("started{}", or("a server")),
        "run-version-control" | "run-other" => format!("ran{}", or("a command")),
        "browse" => format!("browsed{target}"),
        "plan" => "planned".to_owned(),
        "delegate" => "handed work to a sub-agent".to_owned(),
        "submit" | "submission" => "handed in its work".to_owned(),
        "ask" => "asked the user".to_owned(),
        "message" if target.is_empty() => "spoke".to_owned(),
        "message" => format!("said “{}”", act.target),
        "user-message" => "heard from the user".to_owned(),
        "hand-off" => "passed control on".to_owned(),
        "compaction" => "had its context cut".to_owned(),
        "limit-reached" => "reached a limit".to_owned(),
        "crash" => "crashed".to_owned(),
        "interrupted" => "was stopped".to_owned(),
        _ => format!("called{}", or("a tool")),
    };
    let by = if act.agent.is_empty() { String::new() } else { format!(" by {}", act.agent) };
    format!("{done}{}{by}{}", lines(track, place), end(act.ending, act.error))
}

/// Lines added and removed by the edits of an act, where they are known.
fn lines(track: &Track, place: usize) -> String {
    let known = track.edits_of(place).iter().filter_map(|edit| Some((edit.3?, edit.4?)));
    let sum = known.reduce(|sum, next| (sum.0.saturating_add(next.0), sum.1.saturating_add(next.1)));
    sum.map_or_else(String::new, |(added, removed)| format!(" (+{added} −{removed})"))
}

fn end(ending: &str, error: &str) -> String {
    let word = match ending {
        "green" | "red" => ending,
        "error" => "which failed",
        "timeout" => "which ran out of time",
        _ => return String::new(),
    };
    if error.is_empty() || ending == "green" { format!(", {word}") } else { format!(", {word}: {error}") }
}

#[cfg(test)]
mod tests {
    use super::told;
    use crate::engine::testing::tracked;

    #[test]
    fn acts_in_words() {
        let track = tracked(
            "
            edit       src/lib.rs +3 -1
            test       pytest tests      tests red 1/9  error test-failure assert 1 == 2
            assistant  I fixed it.       claims fixed
            event      limit-reached max turns
            ",
        );
        let words: Vec<String> = (0..5).map(|place| told(&track, place)).collect();
        assert_eq!(
            words,
            [
                "edited `src/lib.rs` (+3 −1)",
                "tested with `pytest tests`, red: assert 1 == 2",
                "said “fixed”",
                "reached a limit",
                "did nothing more",
            ]
        );
    }
}
