use leptos::prelude::*;

use crate::engine::detect::Severity;
use crate::engine::trace::OutcomeValue;
use crate::view_model::words;

/// How the run ended, as somebody other than the agent found.
#[component]
pub fn OutcomeChip(value: OutcomeValue) -> impl IntoView {
    let (class, sign) = match value {
        OutcomeValue::Resolved => ("chip chip--good chip--loud", "✓ "),
        OutcomeValue::Failed => ("chip chip--bad chip--loud", "✕ "),
        OutcomeValue::Unknown => ("chip chip--plain", ""),
    };
    view! { <span class=class>{sign}{words::outcome(value)}</span> }
}

#[component]
pub fn SeverityChip(severity: Severity) -> impl IntoView {
    let class = match severity {
        Severity::Error => "chip chip--bad",
        Severity::Warning => "chip chip--warn",
        Severity::Note => "chip chip--plain",
    };
    view! { <span class=class>{words::severity(severity)}</span> }
}
