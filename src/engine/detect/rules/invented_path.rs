use crate::engine::detect::words::{count, quoted};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};
use crate::engine::trace::StepId;

pub(super) struct InventedPath;

static INFO: DetectorInfo = DetectorInfo {
    id: "invented-path",
    title: "Paths that do not exist",
    what: "Two calls or more named a file or a folder that is not there, and that nothing shown before had \
           named: neither the task nor any result or call.",
    why: "The agent works from what it assumes of the project instead of what it has seen.",
    limits: "Guessing where to look is part of exploring, so this says little about the outcome. Silent after \
             results too long to be seen whole, and where each part of the name was seen somewhere.",
    category: Category::Flow,
    severity: Severity::Note,
    status: Status::Preview,
    taxonomy: &["TRAIL tool-related hallucination", "AgentRx invention of new information"],
    classic: Some("faulty_assumption"),
};

/// A single wrong guess is ordinary.
const LEAST: usize = 2;
/// More names say no more.
const NAMES: usize = 3;

impl Detector for InventedPath {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        let mut names: Vec<&str> = Vec::new();
        let mut steps: Vec<StepId> = Vec::new();
        for (step, action) in ctx.actions() {
            let Some(name) = action.unshown.as_deref() else { continue };
            if !names.contains(&name) {
                names.push(name);
                steps.push(step);
            }
        }
        let Some(first) = steps.first().copied().filter(|_| steps.len() >= LEAST) else { return };
        let shown: Vec<String> = names.iter().take(NAMES).map(|name| quoted(name)).collect();
        let message = format!(
            "{} that nothing had shown do not exist: {}{}.",
            count(names.len(), "path"),
            shown.join(", "),
            if names.len() > NAMES { ", …" } else { "" },
        );
        findings.push(
            Finding::new(&INFO, first, message)
                .wasting(ctx.waste(&steps))
                .proven_by(steps.iter().take(NAMES).map(|step| ctx.proof(*step)))
                .about(steps),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::InventedPath;
    use crate::engine::testing::script::check;

    #[test]
    fn two_guesses() {
        let found = check(
            &InventedPath,
            "
            read  src/printer.rs    error not-found no such file   unshown src/printer.rs   <- invented-path
            read  src/writer.rs     error not-found no such file   unshown src/writer.rs
            ",
        );
        assert_eq!(
            found[0].message,
            "2 paths that nothing had shown do not exist: “src/printer.rs”, “src/writer.rs”."
        );
    }

    #[test]
    fn silent_on_one_guess_and_on_names_that_were_seen() {
        check(
            &InventedPath,
            "
            read  src/printer.rs    error not-found no such file   unshown src/printer.rs
            read  src/lib.rs        error not-found no such file
            ",
        );
    }
}
