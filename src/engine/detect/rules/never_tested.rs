use rustc_hash::FxHashSet;

use crate::engine::detect::paths::{FileRole, role};
use crate::engine::detect::words::{called, count};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::facts::{EditKind, Operation, RunKind};

pub(super) struct NeverTested;

static INFO: DetectorInfo = DetectorInfo {
    id: "never-tested",
    title: "The tests were never run",
    what: "The source was changed, the trace shows a test file that was there before, and no test runner was \
           started after the first change: at most programs and scripts were run.",
    why: "A script that the agent wrote for its own change checks what the agent thought of; the project's \
          tests check the rest.",
    limits: "Silent where the trace shows no tests: there may be none. Runners that are not known are taken \
             for programs. Says nothing about whether the change is right; the difference in outcome is small.",
    category: Category::Verification,
    severity: Severity::Note,
    status: Status::Stable,
    taxonomy: &["MAST 3.2", "OpenHands insufficient testing"],
    classic: None,
};

impl Detector for NeverTested {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        if ctx.is_original() {
            return;
        }
        let Some((first, _)) = ctx.source_edits().next() else { return };
        let (mut own, mut known): (FxHashSet<&str>, Option<&str>) = (FxHashSet::default(), None);
        let mut last_program = None;
        for (step, action) in ctx.actions() {
            let is_test = action.tests.is_some() || action.operation == Operation::Run(RunKind::Test);
            if is_test && step > first {
                return;
            }
            let created = action.edits.iter().filter(|edit| edit.kind == EditKind::Create);
            own.extend(created.map(|edit| &*edit.file));
            let seen = || action.targets.iter().map(AsRef::as_ref).find(|file| is_old_test(file, &own));
            if !action.outcome.is_error() {
                known = known.or_else(seen);
            }
            if action.is_check() && step > first {
                last_program = Some(step);
            }
        }
        let Some(test) = known else { return };
        let instead = last_program.map_or_else(
            || "nothing else was run either".to_owned(),
            |step| format!("the last check was {}", called(ctx, step)),
        );
        let message = format!(
            "No tests were run after the first of {}, although there are some ({test}); {instead}.",
            count(ctx.source_edits().count(), "source edit")
        );
        findings.push(
            Finding::new(&INFO, first, message)
                .about(last_program)
                .proven_by(last_program.map(|step| ctx.proof(step))),
        );
    }
}

fn is_old_test(file: &str, own: &FxHashSet<&str>) -> bool {
    role(file) == FileRole::Test && file.contains('.') && !own.contains(file)
}

#[cfg(test)]
mod tests {
    use super::NeverTested;
    use crate::engine::testing::script::check;

    #[test]
    fn tests_are_there_and_only_a_script_is_run() {
        let found = check(
            &NeverTested,
            "
            read     tests/test_a.py
            edit     src/a.py            <- never-tested
            program  python try.py
            ",
        );
        assert_eq!(
            found[0].message,
            "No tests were run after the first of 1 source edit, although there are some (tests/test_a.py); \
             the last check was “python try.py”."
        );
    }

    #[test]
    fn silent_where_tests_were_run_or_none_are_known() {
        check(&NeverTested, "read  tests/test_a.py\n edit  src/a.py\n test  pytest   unknown");
        check(&NeverTested, "read  src/a.py\n edit  src/a.py\n program  python try.py");
        check(&NeverTested, "edit  src/a.py\n create  tests/test_a.py\n read  tests/test_a.py");
    }
}
