use crate::engine::detect::words::quoted;
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Evidence, Finding, Findings, Severity, Status,
};
use crate::engine::facts::ClaimKind;

pub(super) struct GaveUp;

static INFO: DetectorInfo = DetectorInfo {
    id: "gave-up",
    title: "Gave up or deferred",
    what: "The final message says that something could not be done, is out of reach here, or needs further \
           work.",
    why: "The agent itself says that the task is not finished.",
    limits: "Known by its words, in English. An honest remark about a side issue reads the same, and so does \
             the right answer to a task that cannot be solved. Dialogues that touch no file are left out: there, \
             refusing may be right.",
    category: Category::Outcome,
    severity: Severity::Warning,
    status: Status::Stable,
    taxonomy: &["MAST 3.1", "SWE-agent gave up", "Overthinking disengagement"],
    classic: None,
};

impl Detector for GaveUp {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        if ctx.is_original() || !ctx.works_on_files() {
            return;
        }
        let said = ctx.closing_claims().filter(|(_, claim)| claim.kind == ClaimKind::GaveUp);
        let said: Vec<Evidence> =
            said.map(|(step, claim)| Evidence { step, quote: claim.quote.clone() }).collect();
        let Some(first) = said.first() else { return };
        let message = format!("The final message gives up on something: {}.", quoted(&first.quote.text));
        findings.push(Finding::new(&INFO, first.step, message).proven_by(said));
    }
}

#[cfg(test)]
mod tests {
    use super::GaveUp;
    use crate::engine::testing::script::check;

    #[test]
    fn the_last_words_give_up() {
        let found = check(
            &GaveUp,
            "
            program    ./run.sh      exit 1
            assistant  I was unable to build it.   claims gave-up      <- gave-up
            ",
        );
        assert_eq!(found[0].message, "The final message gives up on something: “I was unable to build it.”.");
    }

    #[test]
    fn silent_when_it_was_said_on_the_way() {
        check(
            &GaveUp,
            "
            assistant  I was unable to build it.   claims gave-up
            program    ./build.sh
            assistant  Now it builds.
            ",
        );
    }
}
