//! From trace and facts to the track.

use std::collections::{BTreeMap, BTreeSet};

use super::root::Root;
use super::track::{Act, Track};
use crate::engine::facts::{
    ActionFacts, ActionOutcome, ClaimKind, EditKind, Operation, RunFacts, StepFacts, gist,
};
use crate::engine::order;
use crate::engine::trace::{AgentId, EventKind, Role, Step, StepKind, Trace, Usage};

/// Draws the track of a run.
pub fn track(trace: &Trace, facts: &RunFacts) -> Track {
    let mut drawing = Drawing { root: Root::of(facts), ..Drawing::default() };
    drawing.place("");
    let turns_with_actions: BTreeSet<u32> =
        trace.live_steps().filter(|(_, step)| step.is_action()).map(|(_, step)| step.turn).collect();
    for (id, step) in trace.live_steps() {
        drawing.spend(step);
        drawing.track.turns = drawing.track.turns.max(step.turn);
        let facts = facts.step(id);
        let agent = if step.agent == AgentId::default() { "" } else { trace.participant(step.agent) };
        let act = Act { step: id.0, operation: "", target: "", ending: "", error: "", agent };
        match step.kind {
            StepKind::Action => {
                if let Some(action) = facts.and_then(|facts| facts.action.as_deref()) {
                    drawing.action(act, step, trace.tool(step), action);
                }
            }
            // What is said beside a call is part of it, unless it claims something.
            StepKind::Message(Role::Assistant) => {
                let claims = facts.map(claims).unwrap_or_default();
                if !claims.is_empty() || !turns_with_actions.contains(&step.turn) {
                    let error = facts.and_then(|facts| facts.reported_error.as_deref());
                    let ending = if error.is_some() { "error" } else { "" };
                    let error = error.map_or("", |error| &*error.template);
                    drawing.add(step, Act { operation: "message", target: &claims, ending, error, ..act });
                }
            }
            StepKind::Message(Role::User) if trace.task_step != Some(id) => {
                drawing.add(step, Act { operation: "user-message", ..act });
            }
            StepKind::Event(event) => {
                if let Some(operation) = event_name(event) {
                    drawing.add(step, Act { operation, ..act });
                }
            }
            StepKind::Thought | StepKind::Message(_) => {}
        }
    }
    drawing.finish()
}

fn claims(facts: &StepFacts) -> String {
    order::distinct(facts.claims.iter().filter_map(|claim| claim_name(claim.kind))).join(", ")
}

/// Claims that say how the run stands; hedges are part of how an agent talks.
fn claim_name(kind: ClaimKind) -> Option<&'static str> {
    match kind {
        ClaimKind::TestsPass => Some("tests pass"),
        ClaimKind::Fixed => Some("fixed"),
        ClaimKind::Verified => Some("verified"),
        ClaimKind::Done => Some("done"),
        ClaimKind::GaveUp => Some("gave up"),
        ClaimKind::Unsure | ClaimKind::Assumed | ClaimKind::Otherwise => None,
    }
}

fn event_name(event: EventKind) -> Option<&'static str> {
    match event {
        EventKind::HandOff => Some("hand-off"),
        EventKind::Compaction => Some("compaction"),
        EventKind::LimitReached => Some("limit-reached"),
        EventKind::Crash => Some("crash"),
        EventKind::Submission => Some("submission"),
        EventKind::Interrupted => Some("interrupted"),
        EventKind::Notice => None,
    }
}

#[derive(Default)]
struct Drawing {
    root: Root,
    track: Track,
    places: BTreeMap<String, u32>,
    /// Since the last act.
    spent: Usage,
    knows_tokens: bool,
    knows_cost: bool,
    knows_time: bool,
}

impl Drawing {
    fn place(&mut self, word: &str) -> u32 {
        if let Some(place) = self.places.get(word) {
            return *place;
        }
        let place = count(self.track.words.len());
        self.track.words.push(word.to_owned());
        self.places.insert(word.to_owned(), place);
        place
    }

    fn spend(&mut self, step: &Step) {
        let Some(usage) = step.usage.as_deref() else { return };
        let tokens = usage.tokens_in.unwrap_or(0).saturating_add(usage.tokens_out.unwrap_or(0));
        self.knows_tokens |= usage.tokens_in.is_some() || usage.tokens_out.is_some();
        self.spent.tokens_in = Some(self.spent.tokens_in.unwrap_or(0).saturating_add(tokens));
        if let Some(cost) = usage.cost_usd {
            self.knows_cost = true;
            self.spent.cost_usd = Some(self.spent.cost_usd.unwrap_or(0.0) + cost);
        }
    }

    fn action(&mut self, act: Act<'_>, step: &Step, tool: Option<&str>, action: &ActionFacts) {
        let target = self.target(tool, action);
        let error = action.error.as_ref().map_or("", |error| &*error.template);
        let place = count(self.track.len());
        let operation = action.operation.name();
        if !self.add(step, Act { operation, target: &target, ending: ending(action), error, ..act }) {
            return;
        }
        for edit in &action.edits {
            let kind = self.place(match edit.kind {
                EditKind::Create => "create",
                EditKind::Modify => "modify",
                EditKind::Delete => "delete",
                EditKind::Revert => "revert",
            });
            let file = if edit.file.is_empty() { String::new() } else { self.root.relative(&edit.file) };
            let file = self.place(&file);
            // The low half tells changes of one file apart well enough.
            let hash = edit.after.map_or(0, |after| after ^ edit.before.unwrap_or(0).rotate_left(1));
            let hash = u32::try_from(hash & u64::from(u32::MAX)).unwrap_or_default();
            self.track.edits.push((place, kind, file, edit.added, edit.removed, hash));
        }
    }

    /// What an action is about, in words that another agent's action of the same kind would have too.
    fn target(&self, tool: Option<&str>, action: &ActionFacts) -> String {
        let gist = || gist(action.command.as_deref()?, action.operation);
        let file = || action.targets.first().map(|path| self.root.relative(path));
        match action.operation {
            Operation::Plan | Operation::Submit | Operation::Ask | Operation::Delegate => String::new(),
            Operation::Other => tool.unwrap_or("").to_owned(),
            Operation::Run(_) => match gist() {
                Some(gist) => {
                    let relative = |word: &str| {
                        if word.starts_with(['/', '.']) { self.root.relative(word) } else { word.to_owned() }
                    };
                    gist.split(' ').map(relative).collect::<Vec<_>>().join(" ")
                }
                None => file().unwrap_or_default(),
            },
            // An editor that has a file open need not name it.
            Operation::Edit | Operation::Create | Operation::Delete => file().unwrap_or_default(),
            _ => file().or_else(gist).unwrap_or_default(),
        }
    }

    /// Adds an act; says whether there was room for it.
    fn add(&mut self, step: &Step, act: Act<'_>) -> bool {
        if self.track.len() >= Track::MOST {
            self.track.more = self.track.more.saturating_add(1);
            return false;
        }
        let [operation, target, ending, error, agent] =
            [act.operation, act.target, act.ending, act.error, act.agent].map(|word| self.place(word));
        self.track.steps.push(act.step);
        self.track.operations.push(operation);
        self.track.targets.push(target);
        self.track.endings.push(ending);
        self.track.errors.push(error);
        self.track.agents.push(agent);
        let spent = std::mem::take(&mut self.spent);
        self.track.tokens.push(u32::try_from(spent.tokens_in.unwrap_or(0)).unwrap_or(u32::MAX));
        self.track.micro_usd.push(micros(spent.cost_usd.unwrap_or(0.0)));
        self.knows_time |= step.time.is_some();
        let last = self.track.ends_ms.last().copied().unwrap_or_default();
        let end = step.time.map(|time| u32::try_from(time.end_ms.max(0)).unwrap_or(u32::MAX));
        self.track.ends_ms.push(end.unwrap_or(last));
        true
    }

    fn finish(mut self) -> Track {
        let track = &mut self.track;
        if track.agents.iter().all(|agent| *agent == 0) {
            track.agents.clear();
        }
        if !self.knows_tokens {
            track.tokens.clear();
        }
        if !self.knows_cost {
            track.micro_usd.clear();
        }
        if !self.knows_time {
            track.ends_ms.clear();
        }
        self.track
    }
}

fn ending(action: &ActionFacts) -> &'static str {
    if action.is_red_check() {
        return "red";
    }
    if action.is_green_check() {
        return "green";
    }
    match action.outcome {
        // A tool that says "done" and one that says nothing tell the same.
        ActionOutcome::Ok | ActionOutcome::Empty => "ok",
        ActionOutcome::Error(_) => "error",
        ActionOutcome::Timeout => "timeout",
        ActionOutcome::Unknown => "",
    }
}

fn micros(usd: f64) -> u32 {
    let micros = (usd * 1e6).round().clamp(0.0, f64::from(u32::MAX));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the clamp")]
    {
        micros as u32
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::track;
    use crate::engine::testing::script::Script;

    fn drawn(script: &str) -> Vec<String> {
        let run = Script::read(script);
        let track = track(&run.trace, &run.facts);
        let line = |act: super::Act<'_>| {
            let words = [act.operation, act.target, act.ending, act.error, act.agent];
            words.iter().filter(|word| !word.is_empty()).copied().collect::<Vec<_>>().join(" | ")
        };
        track.acts().map(line).collect()
    }

    #[test]
    fn a_run_as_what_it_did() {
        let drawn = drawn(
            "
            user        fix the parser
            thought     where is it?
            run         cd /testbed && which git
            read        /testbed/src/lib.rs
            test        cd /testbed && python -m pytest -q tests/a.py   tests red 1/9  error test-failure E 12
            edit        src/lib.rs +3 -1
            assistant   All tests pass, it is fixed.   claims tests-pass  claims fixed
            user        no
            event       limit-reached max turns
            event       notice retried
            ",
        );
        assert_eq!(
            drawn,
            [
                "run-other | which git | ok",
                "read | src/lib.rs | ok",
                "run-test | pytest tests/a.py | red | E 12",
                "edit | src/lib.rs | ok",
                "message | fixed, tests pass",
                "user-message",
                "limit-reached",
            ]
        );
    }

    #[test]
    fn numbers_go_to_the_act_they_led_to_and_unknown_ones_leave_their_column_empty() {
        let run = Script::read(
            "
            thought  hm                    tokens 70  time 2
            edit     src/a.rs +3 -1        tokens 5   time 3
            edit     src/b.rs a>b          time 1
            ",
        );
        let track = track(&run.trace, &run.facts);
        assert_eq!((track.tokens.as_slice(), track.ends_ms.as_slice()), (&[75, 0][..], &[5000, 6000][..]));
        assert!(track.micro_usd.is_empty() && track.agents.is_empty());
        assert_eq!(track.edits_of(0).len(), 1);
        let (_, kind, file, added, removed, hash) = track.edits[0];
        assert_eq!((track.word(kind), track.word(file)), ("modify", "src/a.rs"));
        assert_eq!((added, removed, hash), (Some(3), Some(1), 0));
        assert_ne!(track.edits[1].5, 0);
    }

    #[test]
    fn a_conversation_without_tools_is_its_messages() {
        let drawn = drawn(
            "
            user                find the paper
            assistant @planner  Search for it.
            assistant @shell    exitcode: 1      reports ValueError: empty query
            ",
        );
        assert_eq!(drawn[0], "message | planner");
        assert_eq!(drawn[1], "message | error | ValueError: empty query | shell");
    }
}
