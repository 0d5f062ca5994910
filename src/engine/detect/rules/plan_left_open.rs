use crate::engine::detect::words::{count, quoted};
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Evidence, Finding, Findings, Severity, Status,
};

pub(super) struct PlanLeftOpen;

static INFO: DetectorInfo = DetectorInfo {
    id: "plan-left-open",
    title: "The plan was left open",
    what: "The last state of the agent's own plan or list of things to do has items that are pending or in \
           progress.",
    why: "By its own account the work is not finished. In the measured runs nobody who left two items open had \
          solved the task.",
    limits: "Some agents finish and forget to tick the last item: a single open one is a warning. Only plans \
             kept with a tool, or as a list with boxes, are seen.",
    category: Category::Outcome,
    severity: Severity::Error,
    status: Status::Stable,
    taxonomy: &["MAST 3.1", "MAST 1.4"],
    classic: None,
};

/// Open items from which on they were not merely forgotten.
const LEFT: u16 = 2;

impl Detector for PlanLeftOpen {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        let mut plans = ctx.main_actions().rev().filter(|(_, action)| !action.outcome.is_error());
        let last = plans.find_map(|(step, action)| Some((step, action.plan.as_deref()?)));
        let Some((step, plan)) = last else { return };
        if plan.open == 0 {
            return;
        }
        let total = usize::from(plan.open) + usize::from(plan.done);
        let first = plan.first_open.as_ref();
        let named = first.map_or_else(String::new, |item| format!(", first {}", quoted(&item.text)));
        let message = format!(
            "The run ended with {} of {} of its plan still open{named}.",
            plan.open,
            count(total, "item")
        );
        let evidence = first.map(|item| Evidence { step, quote: item.clone() });
        let rest = ctx.closing().next_back().map(|(last, _)| last);
        let finding = Finding::new(&INFO, step, message).proven_by(evidence).about(rest);
        findings.push(if plan.open >= LEFT {
            finding.certain()
        } else {
            finding.severity(Severity::Warning)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::PlanLeftOpen;
    use crate::engine::detect::Severity;
    use crate::engine::testing::script::check;

    #[test]
    fn the_last_plan_has_open_items() {
        let found = check(
            &PlanLeftOpen,
            "
            plan       todo             plan 0/3 Read the parser
            edit       src/lib.rs
            plan       todo             plan 1/3 Test it      <- plan-left-open
            edit       src/lib.rs
            assistant  That is it.
            ",
        );
        assert_eq!(
            found[0].message,
            "The run ended with 2 of 3 items of its plan still open, first “Test it”."
        );
        assert_eq!(found[0].evidence.len(), 1);
        assert!(found[0].certain);
    }

    #[test]
    fn a_single_item_may_have_been_forgotten() {
        let found = check(
            &PlanLeftOpen,
            "plan  todo  plan 2/3 Summarise   <- plan-left-open\nedit  src/lib.rs\nassistant  Done.",
        );
        assert_eq!((found[0].severity, found[0].certain), (Severity::Warning, false));
    }

    #[test]
    fn silent_when_all_is_ticked_or_there_is_no_plan() {
        check(
            &PlanLeftOpen,
            "plan  todo  plan 0/2\nedit  src/lib.rs\nplan  todo  plan 2/2\nassistant  Done.",
        );
        check(&PlanLeftOpen, "edit  src/lib.rs\nassistant  Done.");
    }
}
