//! Tracks drawn as text.

use super::{Track, track};
use crate::engine::testing::script::Script;

pub(super) fn tracked(script: &str) -> Track {
    let run = Script::read(script);
    track(&run.trace, &run.facts)
}
