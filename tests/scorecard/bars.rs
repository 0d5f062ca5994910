//! What was promised, beside what was measured. A bar that holds is asserted; one that does not is shown. To
//! add one: a line in [`BARS`].

use crate::Scorecard;

#[derive(Clone, Copy)]
pub(crate) enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

use Limit::{AtLeast, AtMost};

/// A figure and what it has to reach.
pub(crate) struct Bar {
    pub(crate) name: &'static str,
    pub(crate) limit: Limit,
    /// Asserted by `make test`. Set it once the bar holds, so that it keeps holding.
    pub(crate) holds: bool,
    pub(crate) of: fn(&Scorecard) -> Option<f64>,
}

pub(crate) const BARS: &[Bar] = &[
    Bar {
        name: "Precision of findings that claim certainty, all sets",
        limit: AtLeast(0.95),
        holds: true,
        of: |card| card.certain_precision(),
    },
    Bar {
        name: "Coverage of the failed Terminal-Bench runs by findings that claim certainty",
        limit: AtLeast(0.4),
        holds: true,
        of: |card| card.certain_coverage("_tb"),
    },
    Bar {
        name: "Resolved runs with a finding of severity error or above, all sets",
        limit: AtMost(0.1),
        holds: true,
        of: |card| card.false_alarms(),
    },
    Bar {
        name: "Outcome AUC, Claude Code on Terminal-Bench",
        limit: AtLeast(0.78),
        holds: true,
        of: |card| card.auc("claude_code_tb"),
    },
    Bar {
        name: "Outcome AUC, mini-swe-agent with Gemini 3 Pro on SWE-bench Verified",
        limit: AtLeast(0.6),
        holds: true,
        of: |card| card.auc("mini_swe_gemini3_verified"),
    },
    Bar {
        name: "Who&When step, algorithm-generated",
        limit: AtLeast(0.38),
        holds: true,
        of: |card| card.located[0].step.map(|step| step.value),
    },
    Bar {
        name: "Who&When step, hand-crafted",
        limit: AtLeast(0.19),
        holds: true,
        of: |card| card.located[1].step.map(|step| step.value),
    },
    Bar {
        name: "Who&When agent, algorithm-generated",
        limit: AtLeast(0.54),
        holds: true,
        of: |card| card.located[0].agent.map(|agent| agent.value),
    },
    Bar {
        name: "Who&When agent, hand-crafted",
        limit: AtLeast(0.6),
        holds: true,
        of: |card| card.located[1].agent.map(|agent| agent.value),
    },
    Bar {
        name: "F1 of repetition between neighbouring actions",
        limit: AtLeast(0.74),
        holds: true,
        of: |card| card.repetition.f1.map(|f1| f1.value),
    },
    Bar {
        name: "Adjusted Rand index of AgentRx failures by signature against their category",
        limit: AtLeast(0.3),
        holds: true,
        of: |card| Some(card.grouped.by_signature.ari),
    },
    Bar {
        name: "Replay: runs whose files called known agree with their patch, mini-swe-agent",
        limit: AtLeast(0.9),
        holds: true,
        of: |card| card.agreeing(crate::replayed::MINI),
    },
    Bar {
        name: "Replay: runs whose files called known agree with their patch, SWE-agent samples",
        limit: AtLeast(0.9),
        holds: true,
        of: |card| card.agreeing(crate::replayed::SWE_AGENT),
    },
];

impl Bar {
    /// Judges what is shown: two decimals of the bar, three of the figure.
    pub(crate) fn is_reached(&self, value: f64) -> bool {
        let value = (value * 1000.0).round() / 1000.0;
        match self.limit {
            AtLeast(least) => value >= least,
            AtMost(most) => value <= most,
        }
    }
}
