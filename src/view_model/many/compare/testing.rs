//! Runs drawn as text, compared.

use std::sync::Arc;

use super::SideBySide;
use crate::engine::report::{CandidateReport, RunReport, compare, run_report};
use crate::engine::testing::script::Script;

pub(super) fn report(script: &str) -> RunReport {
    let Script { trace, facts, .. } = Script::read(script);
    let verdict = crate::engine::detect::Verdict::of(&trace, &facts, &[]);
    run_report(("run", 0), &trace, &facts, &[], &verdict, None)
}

pub(super) fn side_by_side(a: &str, b: &str) -> SideBySide {
    let (a, b) = (report(a), report(b));
    SideBySide::new(compare(&a, &b), [Arc::new(a), Arc::new(b)])
}

pub(super) fn candidate(step: u32) -> CandidateReport {
    CandidateReport { step, source_step: step, agent: String::new(), why: String::new(), finding: None }
}
