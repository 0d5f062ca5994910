use rustc_hash::FxHashMap;

use crate::engine::detect::words::{called, count};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::facts::{ActionFacts, Operation, RunKind};
use crate::engine::trace::{AgentId, EventKind, Role, StepId, StepKind};

pub(super) struct ExactRepeat;

static INFO: DetectorInfo = DetectorInfo {
    id: "exact-repeat",
    title: "The same call again, with the same result",
    what: "One tool was called with the same input and gave the same result, three times or more with nothing \
           changed in between; or twice in a row, which is only noted. The first repetition is blamed.",
    why: "It cost a round and told nothing new. Against human labels of repetition this rule is right 96 \
          times in 100 and finds 60 in 100; it says little about the outcome.",
    limits: "Edits are compared byte for byte, as a change of white space can be the fix. Results count as \
             the same when they differ only in times, addresses and the like. Waiting and polling are meant \
             to repeat and left out. An edit, an installation, a compaction or a word from the user starts \
             the count anew.",
    category: Category::Flow,
    severity: Severity::Warning,
    status: Status::Preview,
    taxonomy: &["MAST 1.3", "TRAIL resource abuse", "OpenHands stuck"],
    classic: None,
};

/// Equal calls from which on it is more than a note.
const REPEATS: usize = 3;

/// Equal calls of one agent between which nothing changed.
struct Group {
    steps: Vec<StepId>,
    /// Two of them follow each other directly.
    in_a_row: bool,
}

type Key = (AgentId, u64, u64);

impl Detector for ExactRepeat {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        // The original format shows no changes, so that any two calls may differ in their effect.
        if ctx.is_original() {
            return;
        }
        for group in groups(ctx) {
            let is_loop = group.steps.len() >= REPEATS;
            let Some((first, repeats)) = group.steps.split_first() else { continue };
            let Some(blamed) = repeats.first().filter(|_| is_loop || group.in_a_row) else { continue };
            let message = format!(
                "{} was called {} with the same input and the same result, and nothing changed in between.",
                called(ctx, *blamed),
                count(group.steps.len(), "time")
            );
            let severity = if is_loop { Severity::Warning } else { Severity::Note };
            findings.push(
                Finding::new(&INFO, *blamed, message)
                    .severity(severity)
                    .confidence(0.95)
                    .wasting(ctx.waste(repeats))
                    .proven_by([ctx.proof(*first), ctx.proof(*blamed)])
                    .about(group.steps.iter().copied()),
            );
        }
    }
}

fn groups(ctx: &DetectContext<'_>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut open: FxHashMap<Key, usize> = FxHashMap::default();
    let mut previous: FxHashMap<AgentId, Key> = FxHashMap::default();
    for (id, step, facts) in ctx.steps() {
        let Some(action) = facts.action.as_deref() else {
            if matches!(step.kind, StepKind::Message(Role::User) | StepKind::Event(EventKind::Compaction)) {
                open = FxHashMap::default();
            }
            continue;
        };
        let key = (step.agent, action.call_hash, action.result_hash);
        let follows = previous.insert(step.agent, key) == Some(key);
        // Without a result only calls in a row can be told to be the same.
        let known = open.get(&key).copied().filter(|_| follows || action.result_hash != 0);
        if changes_something(action) {
            // Emptied anew, not cleared: clearing costs as much as the most that was ever open.
            open = known.map(|place| (key, place)).into_iter().collect();
        }
        if is_exempt(action) {
            continue;
        }
        if let Some(group) = known.and_then(|place| groups.get_mut(place)) {
            group.steps.push(id);
            group.in_a_row |= follows;
        } else {
            open.insert(key, groups.len());
            groups.push(Group { steps: vec![id], in_a_row: false });
        }
    }
    groups
}

fn changes_something(action: &ActionFacts) -> bool {
    !action.edits.is_empty()
        || matches!(
            action.operation,
            Operation::Run(RunKind::Install | RunKind::VersionControl | RunKind::Server)
                | Operation::Delegate
        )
}

fn is_exempt(action: &ActionFacts) -> bool {
    action.waits || matches!(action.operation, Operation::Submit | Operation::Ask | Operation::Plan)
}

#[cfg(test)]
mod tests {
    use super::ExactRepeat;
    use crate::engine::detect::Severity;
    use crate::engine::testing::script::check;

    #[test]
    fn three_times_without_a_change() {
        let found = check(
            &ExactRepeat,
            "
            program  ./run.sh       exit 1
            read     run.sh
            program  ./run.sh       exit 1    <- exact-repeat
            program  ./run.sh       exit 1
            ",
        );
        assert_eq!(found[0].severity, Severity::Warning);
        assert_eq!(found[0].waste.steps, 2);
        assert_eq!(
            found[0].message,
            "“./run.sh” was called 3 times with the same input and the same result, and nothing changed in \
             between."
        );
    }

    #[test]
    fn twice_in_a_row_is_noted() {
        let found = check(&ExactRepeat, "read  a.rs\n read  a.rs   <- exact-repeat\n read  b.rs");
        assert_eq!(found[0].severity, Severity::Note);
        check(&ExactRepeat, "read  a.rs\n read  b.rs\n read  a.rs");
    }

    #[test]
    fn an_edit_sent_again_unchanged() {
        check(
            &ExactRepeat,
            "
            edit  a.rs +1 -1     error edit-rejected not found   refused
            edit  a.rs +1 -1     error edit-rejected not found   refused   <- exact-repeat
            ",
        );
    }

    #[test]
    fn silent_on_other_results_on_changes_in_between_and_on_waiting() {
        check(&ExactRepeat, "program  ./a  result 1\n program  ./a  result 2\n program  ./a  result 3");
        check(&ExactRepeat, "test  t  exit 1\n edit  a.rs\n test  t  exit 1\n edit  b.rs\n test  t  exit 1");
        check(&ExactRepeat, "run  sleep 5  waits\n run  sleep 5  waits\n run  sleep 5  waits");
        check(&ExactRepeat, "read  a.rs\n user  again please\n read  a.rs\n read @helper  a.rs");
    }
}
