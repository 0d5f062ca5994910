use crate::engine::detect::words::{count, quoted};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Evidence, Finding, Findings, Severity, Status,
};
use crate::engine::facts::{Claim, ClaimKind};
use crate::engine::trace::StepId;

pub(super) struct AssumedResult;

static INFO: DetectorInfo = DetectorInfo {
    id: "assumed-result",
    title: "Assumed instead of checked",
    what: "The final message rests on something assumed, simulated or made up, or the agent said so at least \
           twice on the way.",
    why: "What was assumed was not looked at: where the assumption is wrong, all that rests on it is.",
    limits: "Known by its words, in English. Talk about placeholders and hypothetical cases in the code itself \
             reads the same; on the way, therefore, it is only a note.",
    category: Category::Verification,
    severity: Severity::Warning,
    status: Status::Stable,
    taxonomy: &["TRAIL hallucination", "AgentRx invention of new information"],
    classic: Some("faulty_assumption"),
};

/// Times that it was said on the way from which on it counts.
const ON_THE_WAY: usize = 2;

impl Detector for AssumedResult {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        if ctx.is_original() {
            return;
        }
        let closing = evidence(ctx.closing_claims());
        let on_the_way = evidence(
            ctx.steps().flat_map(|(step, _, facts)| facts.claims.iter().map(move |claim| (step, claim))),
        );
        let finding = if let Some(first) = closing.first() {
            let message = format!("The final message rests on an assumption: {}.", quoted(&first.quote.text));
            Finding::new(&INFO, first.step, message).proven_by(closing)
        } else if let Some(first) = on_the_way.first().filter(|_| on_the_way.len() >= ON_THE_WAY) {
            let message = format!(
                "The agent assumed or made something up {}, first {}.",
                count(on_the_way.len(), "time"),
                quoted(&first.quote.text)
            );
            let steps: Vec<_> = on_the_way.iter().map(|said| said.step).collect();
            Finding::new(&INFO, first.step, message)
                .severity(Severity::Note)
                .about(steps)
                .proven_by(on_the_way)
        } else {
            return;
        };
        findings.push(finding);
    }
}

fn evidence<'a>(claims: impl Iterator<Item = (StepId, &'a Claim)>) -> Vec<Evidence> {
    claims
        .filter(|(_, claim)| claim.kind == ClaimKind::Assumed)
        .map(|(step, claim)| Evidence { step, quote: claim.quote.clone() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::AssumedResult;
    use crate::engine::detect::Severity;
    use crate::engine::testing::script::check;

    #[test]
    fn in_the_final_message() {
        let found = check(
            &AssumedResult,
            "
            edit       src/lib.rs
            assistant  Let's assume it works.   claims assumed      <- assumed-result
            ",
        );
        assert_eq!(found[0].message, "The final message rests on an assumption: “Let's assume it works.”.");
    }

    #[test]
    fn twice_on_the_way_is_noted() {
        let found = check(
            &AssumedResult,
            "
            thought    Let's assume a.   claims assumed      <- assumed-result
            edit       src/lib.rs
            thought    Let's assume b.   claims assumed
            edit       src/lib.rs
            assistant  Done.
            ",
        );
        assert_eq!(found[0].severity, Severity::Note);
    }

    #[test]
    fn silent_on_one_in_passing() {
        check(
            &AssumedResult,
            "thought  Let's assume a.   claims assumed\nedit  src/lib.rs\nassistant  Done.",
        );
    }
}
