use crate::engine::detect::words::quoted;
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::facts::Operation;

pub(super) struct EditUnseen;

static INFO: DetectorInfo = DetectorInfo {
    id: "edit-unseen",
    title: "A file was changed unseen",
    what: "An existing file was changed whose name nothing had shown: neither the task, nor any earlier call or \
           result.",
    why: "A change of what was never looked at rests on an assumption about it.",
    limits: "Silent after results too long to be seen whole, and in agents that never read a file by a tool. A file that was listed or named but never read is not \
             told from one that was. Settings of the system are often changed unseen for good reason.",
    category: Category::Flow,
    severity: Severity::Note,
    status: Status::Preview,
    taxonomy: &["Beyond Resolution Rates: context before edit"],
    classic: None,
};

impl Detector for EditUnseen {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        // Agents that are handed files, instead of reading them, do not show what they know.
        let Some((first_read, _)) = ctx.actions().find(|(_, action)| action.operation == Operation::Read)
        else {
            return;
        };
        for (step, action) in ctx.actions_after(first_read) {
            let Some(file) = action.unshown.as_deref().filter(|_| !action.outcome.is_error()) else {
                continue;
            };
            let message = format!("{} was changed, and nothing had shown it before.", quoted(file));
            findings.push(Finding::new(&INFO, step, message).proven_by([ctx.whole_call(step)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::EditUnseen;
    use crate::engine::testing::script::check;

    #[test]
    fn a_change_in_the_dark() {
        let found = check(
            &EditUnseen,
            "
            read  src/main.rs
            edit  src/lib.rs +1 -1    unshown src/lib.rs   <- edit-unseen
            ",
        );
        assert_eq!(found[0].message, "“src/lib.rs” was changed, and nothing had shown it before.");
    }

    #[test]
    fn silent_on_files_that_were_seen_and_on_refusals() {
        check(
            &EditUnseen,
            "
            read  src/main.rs
            edit  src/lib.rs
            edit  src/other.rs    refused  error not-found no such file   unshown src/other.rs
            ",
        );
        check(&EditUnseen, "user  handed over: lib.rs\n edit  src/lib.rs    unshown src/lib.rs");
    }
}
