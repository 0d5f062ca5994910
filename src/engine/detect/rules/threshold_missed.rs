use crate::engine::detect::words::{number, quoted};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Evidence, Finding, Findings, Severity, Status,
};
use crate::engine::facts::{Measurement, Operation, Requirement, RunKind};

pub(super) struct ThresholdMissed;

static INFO: DetectorInfo = DetectorInfo {
    id: "threshold-missed",
    title: "Threshold missed",
    what: "The task asks for a number, such as at least 0.62 accuracy or a latency under 200 ms, and the last \
           value of that name that a program printed misses it. None before it was good enough either.",
    why: "The run measured for itself that its work is not what was asked for, and ended there.",
    limits: "Too rare in the measured runs to know how often it is right. Knows some twenty names, in English, \
             and only tasks that the trace states. A value of something else that has the same name misleads it. \
             A narrow miss, and one that a later edit or program may have mended, is a note.",
    category: Category::Verification,
    severity: Severity::Warning,
    status: Status::Preview,
    taxonomy: &["MAST 1.1", "TRAIL instruction non-compliance"],
    classic: None,
};

/// A miss by less than this share of the bar is a narrow one.
const NARROW: f64 = 0.02;

impl Detector for ThresholdMissed {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        for required in ctx.facts.requirements.iter().filter(|required| !required.met) {
            let Some(last) = &required.last else { continue };
            let is_live = ctx.actions().any(|(step, _)| step == last.step);
            if let Some(severity) = severity(ctx, required, last).filter(|_| is_live) {
                let message = format!(
                    "The task asks for {}, {}, and the last value measured, at step {}, misses it: {}. No \
                     earlier one was good enough.",
                    required.name,
                    quoted(&required.quote.text),
                    number(last.step),
                    quoted(&last.quote.text)
                );
                let proof = [(required.stated, &required.quote), (last.step, &last.quote)];
                findings.push(
                    Finding::new(&INFO, last.step, message)
                        .severity(severity)
                        .proven_by(proof.map(|(step, quote)| Evidence { step, quote: quote.clone() })),
                );
            }
        }
    }
}

/// How bad it is. None where the work changed after the measurement and nobody says that it is done.
fn severity(ctx: &DetectContext<'_>, required: &Requirement, last: &Measurement) -> Option<Severity> {
    if ctx.last_source_edit().is_some_and(|edit| edit > last.step) {
        let claims_success = ctx.closing_claims().any(|(_, claim)| claim.kind.is_success());
        return claims_success.then_some(Severity::Note);
    }
    let narrow = (last.value - required.bar).abs() < NARROW * required.bar.abs();
    let ran_again =
        ctx.actions_after(last.step).any(|(_, action)| action.operation == Operation::Run(RunKind::Program));
    Some(if narrow || ran_again { Severity::Note } else { Severity::Warning })
}

#[cfg(test)]
mod tests {
    use super::ThresholdMissed;
    use crate::engine::detect::Severity;
    use crate::engine::testing::script::check;

    #[test]
    fn too_low_and_handed_in() {
        let found = check(
            &ThresholdMissed,
            "
            user       train a model            requires accuracy at-least 0.62
            create     train.py
            program    python train.py          measures 0.55
            edit       train.py
            program    python train.py          measures 0.58   <- threshold-missed
            read       train.py
            assistant  The model is ready.      claims done
            ",
        );
        assert_eq!(found[0].severity, Severity::Warning);
        assert_eq!(
            found[0].message,
            "The task asks for accuracy, “at least 0.62”, and the last value measured, at step 5, misses it: \
             “accuracy 0.58”. No earlier one was good enough."
        );
        assert_eq!(found[0].evidence.len(), 2);
    }

    #[test]
    fn milder_where_it_is_close_or_may_have_been_mended() {
        for script in [
            "
            user       train a model            requires accuracy at-least 0.62
            program    python train.py          measures 0.615   <- threshold-missed
            ",
            "
            user       make it fast             requires latency at-most 0.2
            program    python bench.py          measures 0.9   <- threshold-missed
            program    python tune.py
            ",
            "
            user       make it fast             requires latency at-most 0.2
            program    python bench.py          measures 0.9   <- threshold-missed
            edit       app.py
            assistant  It is fast now.          claims fixed
            ",
        ] {
            assert_eq!(check(&ThresholdMissed, script)[0].severity, Severity::Note, "{script}");
        }
    }

    #[test]
    fn silent_where_it_was_met_changed_or_never_measured() {
        for script in [
            "
            user       train a model            requires accuracy at-least 0.62
            program    python train.py          measures 0.63
            program    python train.py          measures 0.58
            ",
            "
            user       make it fast             requires latency at-most 0.2
            program    python bench.py          measures 0.2
            ",
            "
            user       make it fast             requires latency at-most 0.2
            program    python bench.py          measures 0.9
            edit       app.py
            assistant  I stop here.
            ",
            "
            user       train a model            requires accuracy at-least 0.62
            program    python train.py
            assistant  The model is ready.      claims done
            ",
        ] {
            check(&ThresholdMissed, script);
        }
    }
}
