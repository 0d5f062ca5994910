use crate::engine::detect::words::{called, failure};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::facts::{ActionFacts, EditKind};
use crate::engine::order;
use crate::engine::trace::StepId;

pub(super) struct CoherenceCollapse;

static INFO: DetectorInfo = DetectorInfo {
    id: "coherence-collapse",
    title: "A good state was lost",
    what: "Checks were green after the agent's edits; then it changed the same files again or took its edits \
           back, and the run ended with the same check red or, after taking them back, without another one.",
    why: "The run had a state that worked and handed in another.",
    limits: "Green says only that the checks of that moment passed, and more may have been checked since. \
             Edits taken back on purpose (tracing, an experiment in the same file) look the same. Tests that \
             failed on the untouched source as well are left out.",
    category: Category::Flow,
    severity: Severity::Warning,
    status: Status::Preview,
    taxonomy: &["MAST 1.4", "Graphectory back-edges"],
    classic: None,
};

impl Detector for CoherenceCollapse {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        let Some((last, last_check)) = ctx.last_check() else { return };
        // Another check that is red says nothing about the state that was green.
        let is_same = |check: &ActionFacts| {
            last_check.is_green_check() || (check.command.is_some() && check.command == last_check.command)
        };
        let mut checks = ctx.checks().rev();
        let Some((green, _)) = checks.find(|(_, check)| check.is_green_check() && is_same(check)) else {
            return;
        };
        let edits = ctx.source_edits().take_while(|(step, _)| *step < green);
        let worked_on = order::distinct(edits.flat_map(|(_, edit)| files(edit)));
        let Some(left) =
            ctx.actions_after(green).find_map(|(step, action)| changes(step, action, &worked_on))
        else {
            return;
        };
        let message = if last > green {
            if last < left.step || ctx.failed_before(last_check) {
                return;
            }
            format!(
                "{} was green; then {} was {} again, and at the end the same check was red: {}.",
                called(ctx, green),
                left.file,
                if left.reverted { "taken back" } else { "changed" },
                failure(ctx, last)
            )
        } else if left.reverted && !is_mended(ctx, &left) {
            format!(
                "{} was green; then the edits of {} were taken back, and nothing was edited or checked after it.",
                called(ctx, green),
                left.file
            )
        } else {
            return;
        };
        let red = (last > green).then_some(last);
        findings.push(
            Finding::new(&INFO, left.step, message)
                .confidence(0.7)
                .about([green].into_iter().chain(red))
                .proven_by([ctx.proof(green)])
                .proven_by(red.map(|step| ctx.proof(step))),
        );
    }
}

/// Where a good state was left.
struct Lost<'a> {
    step: StepId,
    file: &'a str,
    reverted: bool,
}

/// The change that an action makes to one of the files that were good.
fn changes<'a>(step: StepId, action: &'a ActionFacts, good: &[&str]) -> Option<Lost<'a>> {
    let edit = action.edits.iter().find(|edit| good.binary_search(&&*edit.file).is_ok())?;
    Some(Lost { step, file: &edit.file, reverted: edit.kind == EditKind::Revert })
}

/// Whether the source was edited again after it was taken back.
fn is_mended(ctx: &DetectContext<'_>, left: &Lost<'_>) -> bool {
    ctx.last_source_edit().is_some_and(|edit| edit > left.step)
}

fn files(action: &ActionFacts) -> impl Iterator<Item = &str> {
    action.edits.iter().map(|edit| &*edit.file).filter(|file| !file.is_empty())
}

#[cfg(test)]
mod tests {
    use super::CoherenceCollapse;
    use crate::engine::testing::script::check;

    #[test]
    fn the_same_file_is_changed_until_it_is_red() {
        let found = check(
            &CoherenceCollapse,
            "
            edit  src/a.py
            test  pytest      tests green 0/9
            edit  src/a.py                        <- coherence-collapse
            test  pytest      tests red 2/9  failing test_a,test_b
            edit  src/a.py
            test  pytest      tests red 1/9  failing test_a
            ",
        );
        assert_eq!(
            found[0].message,
            "“pytest” was green; then src/a.py was changed again, and at the end the same check was red: 1 \
             of 9 tests failed (test_a)."
        );
    }

    #[test]
    fn taken_back_and_left_so() {
        let found = check(
            &CoherenceCollapse,
            "
            edit  src/a.py
            test  pytest                  tests green 0/9
            git   git checkout src/a.py   reverts src/a.py   <- coherence-collapse
            ",
        );
        assert!(found[0].message.ends_with("were taken back, and nothing was edited or checked after it."));
    }

    #[test]
    fn silent_where_it_is_green_again_edited_again_or_elsewhere() {
        check(
            &CoherenceCollapse,
            "
            edit  src/a.py
            test  pytest      tests green 0/9
            edit  src/a.py
            test  pytest      tests red 2/9
            edit  src/a.py
            test  pytest      tests green 0/9
            ",
        );
        check(
            &CoherenceCollapse,
            "
            edit  src/a.py
            test  pytest                  tests green 0/9
            git   git checkout src/a.py   reverts src/a.py
            edit  src/a.py
            ",
        );
        check(
            &CoherenceCollapse,
            "
            edit  src/a.py
            test  pytest      tests green 0/9
            edit  src/b.py
            test  pytest      tests red 2/9
            ",
        );
        check(
            &CoherenceCollapse,
            "
            edit  src/a.py
            test  pytest a    tests green 0/9
            edit  src/a.py
            test  pytest b    tests red 2/9
            ",
        );
    }
}
