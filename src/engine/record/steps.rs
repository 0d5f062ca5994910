//! TraceBench's own format.

use serde_json::{Value, json};

use super::{Moment, Recorded};

pub(super) fn document(steps: &[(Moment, Recorded)]) -> Value {
    steps.iter().map(|(moment, step)| item(*moment, step)).collect()
}

fn item(moment: Moment, step: &Recorded) -> Value {
    let mut state = step.state.clone();
    if let Some(code) = step.exit_code {
        state.insert("exit_code".to_owned(), code.into());
    }
    let mut item = json!({ "timestamp": seconds(moment), "action": step.action, "state": state });
    if let Some(output) = &step.output {
        item["output"] = output.as_str().into();
    }
    item
}

/// Whole seconds without a fraction, as people write them.
fn seconds(moment: Moment) -> Value {
    if moment.ms % 1000 == 0 { (moment.ms / 1000).into() } else { (moment.ms as f64 / 1000.0).into() }
}
