use crate::engine::detect::ending::{CutOff, cutting_event, of_status};
use crate::engine::detect::words::quoted;
use crate::engine::detect::{
    Category, DetectContext, Detector, DetectorInfo, Finding, Findings, Severity, Status,
};

pub(super) struct StoppedByLimit;

static INFO: DetectorInfo = DetectorInfo {
    id: "stopped-by-limit",
    title: "Stopped by a limit or a crash",
    what: "The run did not end by itself: a budget of steps, time, tokens, cost or attempts ran out, or the \
           agent or its environment broke down, and nothing came after it.",
    why: "Work that was cut off is rarely finished: of SWE-agent's runs that ended so, 97 in 100 had not \
          solved their task.",
    limits: "Read from the exit status and the events that the format records; formats without either never \
             show it. A run may have done its work just before the cut. A record that breaks off without saying \
             why is only a warning: of Claude Code's runs that ended so, no more failed than of all.",
    category: Category::System,
    severity: Severity::Error,
    status: Status::Preview,
    taxonomy: &["MAST 1.5", "TRAIL resource exhaustion"],
    classic: None,
};

/// Formats whose cut-off runs were measured: all but a few were unresolved.
const MEASURED_FORMATS: &[&str] = &["swe-agent"];

impl Detector for StoppedByLimit {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        let status = ctx.trace.head.exit_status.as_deref();
        let by_status = status.and_then(of_status);
        let by_event = cutting_event(ctx.trace);
        let Some(cut) = by_status.or(by_event.map(|(_, cut)| cut)) else { return };
        let Some(step) = by_event.map(|(step, _)| step).or_else(|| ctx.last_step()) else { return };
        let how = match cut {
            CutOff::Limit => "A limit stopped the run",
            CutOff::Crash => "The run broke down",
        };
        let said = match (status.filter(|_| by_status.is_some()), by_event) {
            (Some(status), _) => format!(" (exit status {})", quoted(status)),
            (None, Some((event, _))) => {
                format!(" ({})", quoted(ctx.trace.step(event).map_or("", |step| &step.label)))
            }
            (None, None) => String::new(),
        };
        let pending = match ctx.last_check() {
            Some((_, check)) if check.is_red_check() => "; its last check had failed",
            Some((check, _)) if ctx.last_source_edit().is_some_and(|edit| edit > check) => {
                "; its last edit had not been checked"
            }
            _ => "",
        };
        // An event alone may be the recorder's end rather than the agent's.
        let only_recorded = by_status.is_none() && cut == CutOff::Crash;
        let finding = Finding::new(&INFO, step, format!("{how}{said}{pending}."))
            .severity(if only_recorded { Severity::Warning } else { Severity::Error })
            .proven_by([ctx.proof(step)]);
        let is_certain = by_status.is_some() && MEASURED_FORMATS.contains(&ctx.trace.format);
        findings.push(if is_certain { finding.certain() } else { finding });
    }
}

#[cfg(test)]
mod tests {
    use super::StoppedByLimit;
    use crate::engine::detect::Severity;
    use crate::engine::testing::script::check;

    #[test]
    fn a_limit_at_the_end() {
        let found = check(
            &StoppedByLimit,
            "
            edit    src/lib.rs +3 -1
            event   limit-reached max turns    <- stopped-by-limit
            ",
        );
        assert_eq!(found[0].message, "A limit stopped the run (“limit-reached max turns”).");
        assert!(!found[0].certain);
    }

    #[test]
    fn a_record_that_breaks_off_is_a_warning() {
        let found = check(
            &StoppedByLimit,
            "
            edit    src/lib.rs +3 -1
            event   crash the stream ends    <- stopped-by-limit
            ",
        );
        assert_eq!(found[0].severity, Severity::Warning);
    }

    #[test]
    fn an_exit_status_is_pinned_to_the_last_step() {
        let found = check(
            &StoppedByLimit,
            "
            # format swe-agent
            # exit submitted (exit_cost)
            test    pytest -q      tests red 1/10
            read    src/lib.rs     <- stopped-by-limit
            ",
        );
        assert!(found[0].certain);
        assert_eq!(
            found[0].message,
            "A limit stopped the run (exit status “submitted (exit_cost)”); its last check had failed."
        );
    }

    #[test]
    fn silent_on_a_proper_end_and_where_the_run_went_on() {
        check(&StoppedByLimit, "# exit submitted\n submit  patch");
        check(
            &StoppedByLimit,
            "
            event   limit-reached context full
            edit    src/lib.rs +3 -1
            assistant  Done.
            ",
        );
    }
}
