//! Rollouts say most things twice: as an item, which is what the model saw, and as an event for the screen.
//! Items are preferred; an event's text is used if no item says the same. Either may come first.

use std::collections::VecDeque;

use crate::engine::import::anthropic::hash;
use crate::engine::trace::{At, Segment};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    ByUser,
    ByAgent,
    Thought,
}

/// An event's text that waits for its item.
#[derive(Debug)]
pub(super) struct Waiting {
    pub said: Said,
    pub at: At,
    pub text: String,
    pub segment: Segment,
}

#[derive(Debug, Default)]
pub(super) struct Echoes {
    waiting: Vec<Waiting>,
    /// Texts of items whose event may still come.
    shown: VecDeque<(Said, u64)>,
    /// Texts of events that were used, whose item may still come.
    told: VecDeque<(Said, u64)>,
}

/// Twins are written close to each other.
const REMEMBERED: usize = 32;

impl Echoes {
    /// An item says this; returns whether to show it, which is not so if its event already was.
    pub(super) fn item(&mut self, said: Said, text: &str) -> bool {
        let twin = (said, key(text));
        self.waiting.retain(|waiting| (waiting.said, key(&waiting.text)) != twin);
        if take(&mut self.told, twin) {
            return false;
        }
        remember(&mut self.shown, twin);
        true
    }

    /// An event says this: it waits, unless an item has said the same.
    pub(super) fn event(&mut self, waiting: Waiting) {
        if !take(&mut self.shown, (waiting.said, key(&waiting.text))) {
            self.waiting.push(waiting);
        }
    }

    /// The events for which no item came before something that items of theirs would have preceded.
    pub(super) fn overdue(&mut self, is_due: impl Fn(Said) -> bool) -> Vec<Waiting> {
        let (due, rest) =
            std::mem::take(&mut self.waiting).into_iter().partition(|waiting| is_due(waiting.said));
        self.waiting = rest;
        for waiting in &due {
            let waiting: &Waiting = waiting;
            remember(&mut self.told, (waiting.said, key(&waiting.text)));
        }
        due
    }
}

fn key(text: &str) -> u64 {
    hash(text.trim())
}

fn remember(list: &mut VecDeque<(Said, u64)>, twin: (Said, u64)) {
    if list.len() >= REMEMBERED {
        list.pop_front();
    }
    list.push_back(twin);
}

fn take(list: &mut VecDeque<(Said, u64)>, twin: (Said, u64)) -> bool {
    let place = list.iter().position(|known| *known == twin);
    place.and_then(|place| list.remove(place)).is_some()
}

#[cfg(test)]
mod tests {
    use super::{Echoes, Said, Waiting};
    use crate::engine::trace::{At, Segment};

    fn event(text: &str) -> Waiting {
        Waiting {
            said: Said::ByAgent,
            at: At::default(),
            text: text.to_owned(),
            segment: Segment::Inline("".into()),
        }
    }

    #[test]
    fn each_twin_silences_the_other_once() {
        let mut echoes = Echoes::default();
        assert!(echoes.item(Said::ByAgent, "ok"));
        echoes.event(event("ok\n"));
        assert!(echoes.overdue(|_| true).is_empty(), "the item came first");
        echoes.event(event("ok"));
        assert!(echoes.item(Said::ByAgent, "ok"), "the event came first and waited");
        assert!(echoes.overdue(|_| true).is_empty());
        echoes.event(event("alone"));
        assert_eq!(echoes.overdue(|_| true).len(), 1);
        assert!(!echoes.item(Said::ByAgent, "alone"), "the event was used already");
        assert!(echoes.item(Said::ByAgent, "alone"));
    }
}
