//! Reports of runs that are drawn as text.

use crate::engine::detect::{Verdict, detect};
use crate::engine::report::{RunReport, run_report};
use crate::engine::score::{Profile, score};
use crate::engine::testing::script::Script;

pub(super) fn report(name: &str, script: &str) -> RunReport {
    let Script { trace, facts, .. } = Script::read(script);
    let findings = detect(&trace, &facts);
    let verdict = Verdict::of(&trace, &facts, &findings);
    let score = score(&trace, &facts, &findings, &Profile::default());
    run_report((name, 0), &trace, &facts, &findings, &verdict, score.as_ref())
}
