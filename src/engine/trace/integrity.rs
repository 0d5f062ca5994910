use super::{BodySource, Segment, Trace};

/// What every trace must hold, whatever it was read from. Returns one sentence per breach; tests of
/// importers expect none.
pub fn check_integrity(trace: &Trace, sources: &dyn BodySource) -> Vec<String> {
    let mut breaches = Vec::new();
    if trace.participants.is_empty() {
        breaches.push("no participant".to_owned());
    }
    for (id, step) in trace.steps_with_ids() {
        if usize::from(step.agent.0) >= trace.participants.len() {
            breaches.push(format!("step {} is by participant {}, who is not listed", id.0, step.agent.0));
        }
        if step.parent.is_some_and(|parent| parent >= id) {
            breaches.push(format!("step {} comes before its parent", id.0));
        }
        if step.is_action() != step.tool.is_some() {
            breaches.push(format!("step {}: an action has a tool, and only an action", id.0));
        }
        if step.label.is_empty() || step.label.chars().count() > super::Step::LABEL_CHARS {
            breaches.push(format!("step {} has a label of {} bytes", id.0, step.label.len()));
        }
        if step.time.is_some_and(|span| span.start_ms < 0 || span.end_ms < span.start_ms) {
            breaches.push(format!("step {} ends before it starts, or starts before the run", id.0));
        }
        for segment in step.parts.iter().flat_map(|part| &part.segments) {
            if let Segment::Stored { source, start, len, .. } = segment
                && start + u64::from(*len) > sources.len(*source)
            {
                breaches.push(format!("step {} points behind the end of {}", id.0, sources.name(*source)));
            }
        }
    }
    if trace.task_step.is_some_and(|step| step.index() >= trace.steps.len()) {
        breaches.push("the task's step does not exist".to_owned());
    }
    breaches
}
