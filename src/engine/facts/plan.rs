//! What a plan or a list of things to do says: how much of it is done, and what is still open.

use std::ops::Range;

use memchr::memmem;

use super::{PlanState, Quote};
use crate::engine::trace::PartKind;

/// Names of an item's text in the plan tools of agents.
const ITEM_KEYS: &[&str] = &["\"content\"", "\"step\"", "\"title\"", "\"description\"", "\"task\""];

/// The state of the plan that a call hands over: items with a `status` (Claude Code's `todos`, Codex' and
/// Gemini's `plan`, OpenHands' `task_list`), or a list with boxes. `None` where there is neither.
pub(super) fn read(text: &str) -> Option<PlanState> {
    let mut plan = PlanState::default();
    let mut items = 0;
    for at in memmem::find_iter(text.as_bytes(), b"\"status\"") {
        let Some((status, _)) = string_after(text, at + "\"status\"".len()) else { continue };
        let is_open = match status {
            "completed" | "complete" | "done" => false,
            "pending" | "in_progress" | "in-progress" | "todo" | "not_started" | "open" => true,
            _ => continue,
        };
        items += 1;
        count(&mut plan, is_open, || item_around(text, at), text);
    }
    if items == 0 {
        boxes(text, &mut plan);
    }
    (plan.open > 0 || plan.done > 0).then_some(plan)
}

fn count(plan: &mut PlanState, is_open: bool, item: impl FnOnce() -> Option<Range<usize>>, text: &str) {
    if !is_open {
        plan.done = plan.done.saturating_add(1);
        return;
    }
    plan.open = plan.open.saturating_add(1);
    if plan.first_open.is_none() {
        plan.first_open = item().map(|range| Quote::of(PartKind::Call, text, range));
    }
}

/// `- [ ] open` and `- [x] done`, in a text of its own or inside a JSON string.
fn boxes(text: &str, plan: &mut PlanState) {
    for at in memmem::find_iter(text.as_bytes(), b"- [") {
        let rest = text.get(at + 3..).unwrap_or("");
        let is_open = match rest.get(..2) {
            Some(" ]") => true,
            Some("x]" | "X]") => false,
            _ => continue,
        };
        let item = rest.get(2..).unwrap_or("");
        let lead = item.len() - item.trim_start().len();
        let len = item.find('\n').into_iter().chain(item.find("\\n")).chain(item.find('"')).min();
        let start = at + 5 + lead;
        count(plan, is_open, || Some(start..(at + 5 + len.unwrap_or(item.len())).max(start)), text);
    }
}

/// The text of the item whose status stands at `at`.
fn item_around(text: &str, at: usize) -> Option<Range<usize>> {
    let start = text.get(..at)?.rfind('{')?;
    let end = at + text.get(at..)?.find('}')?;
    let item = text.get(start..end)?;
    let (key, name) = ITEM_KEYS.iter().find_map(|key| Some((item.find(key)?, key)))?;
    string_after(text, start + key + name.len()).map(|(_, range)| range)
}

/// The JSON string that is the value of the key which ends at `at`, as it is written.
fn string_after(text: &str, at: usize) -> Option<(&str, Range<usize>)> {
    let rest = text.get(at..)?;
    let value = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    let start = at + rest.len() - value.len();
    let mut escaped = false;
    let len = value.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })?;
    Some((value.get(..len)?, start..start + len))
}

#[cfg(test)]
mod tests {
    use super::read;

    fn state(text: &str) -> Option<(u16, u16, String)> {
        let plan = read(text)?;
        Some((plan.open, plan.done, plan.first_open.map_or_else(String::new, |quote| quote.text.to_string())))
    }

    #[test]
    fn plans_of_the_agents() {
        let todos = r#"{"todos":[{"content":"Read \"a\"","status":"completed"},{"content":"Write b","status":"in_progress","activeForm":"Writing"}]}"#;
        assert_eq!(state(todos), Some((1, 1, "Write b".to_owned())));
        let codex = r#"{"explanation":"x","plan":[{"step":"Do it","status":"pending"},{"status":"pending","step":"Test"}]}"#;
        assert_eq!(state(codex), Some((2, 0, "Do it".to_owned())));
        let openhands = r#"{"command":"plan","task_list":[{"id":"1","title":"Look","status":"done","notes":""},{"id":"2","title":"Fix","status":"todo"}]}"#;
        assert_eq!(state(openhands), Some((1, 1, "Fix".to_owned())));
        assert_eq!(state("- [x] read\n- [ ] write it\n"), Some((1, 1, "write it".to_owned())));
        assert_eq!(state(r#"{"todos":"- [x] read\n- [ ] write"}"#), Some((1, 1, "write".to_owned())));
    }

    #[test]
    fn a_thought_is_no_plan() {
        assert_eq!(state(r#"{"thought":"I think the status is fine"}"#), None);
        assert_eq!(state(r#"{"status":"#), None);
    }
}
