//! Reports and tracks of runs that are drawn as text.

use super::script::Script;
use crate::engine::compare::{Track, track};
use crate::engine::detect::{Verdict, detect};
use crate::engine::report::{RunReport, run_report};
use crate::engine::score::{Profile, score};

/// What a drawn run did.
pub fn tracked(script: &str) -> Track {
    let run = Script::read(script);
    track(&run.trace, &run.facts)
}

/// The whole report on a drawn run, as if it were the first of the file `name`.
pub fn reported(name: &str, script: &str) -> RunReport {
    let Script { trace, facts, .. } = Script::read(script);
    let findings = detect(&trace, &facts);
    let verdict = Verdict::of(&trace, &facts, &findings);
    let score = score(&trace, &facts, &findings, &Profile::default());
    run_report((name, 0), &trace, &facts, &findings, &verdict, score.as_ref())
}
