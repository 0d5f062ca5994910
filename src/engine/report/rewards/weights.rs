//! How much each part of a reward counts, as people write it.

use serde::{Deserialize, Serialize};

/// How much each part of a reward counts. Plain data, so that a person can write their own; 0 takes a part out.
///
/// Shaping and penalties are apart: the potential alone leaves the best way to act what it was (Ng, Harada and
/// Russell 1999), a penalty does not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RewardWeights {
    /// Of this shape.
    pub version: u32,
    pub name: String,
    /// How much a reward is worth one line later, 0 to 1: that of the training that uses the rewards.
    pub gamma: f64,
    pub potential: PotentialWeights,
    /// For the share of its tests that a command has passing more than when it last ran.
    pub tests: f64,
    /// Taken off for a call made before with the same result, nothing having changed between.
    pub repetition: f64,
    /// Taken off for a call that the tool did not understand, or that was written as text instead of made.
    pub format: f64,
    /// Taken off for each answer of the model. 0 by default: how long a run is does not tell whether it is good.
    pub turn: f64,
    pub outcome: OutcomeRewards,
}

/// What the potential of a state is made of: the weighted share of four things that hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PotentialWeights {
    /// What the difference of two potentials is multiplied with.
    pub scale: f64,
    /// A check said no before the source was changed.
    pub reproduced: f64,
    /// The source differs from what it was.
    pub edited_source: f64,
    /// A check ran since the source was changed last.
    pub checked_after_edit: f64,
    /// The last check of the changed source said yes.
    pub last_check_green: f64,
    /// Whether the potential behind the last line counts as 0. Where training ends with the run, only that keeps
    /// the best way to act (Grzes 2017); what the lines sum up to then says nothing about the run.
    pub zero_at_end: bool,
}

/// What the outcome of a run is worth, where somebody other than the agent knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeRewards {
    pub resolved: f64,
    pub failed: f64,
}

/// A text that holds no weights. Says what was expected, what was found, and where.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The reader's own words name the member, what was expected, and the line.
    #[error("these are no weights of rewards: {0}")]
    Shape(#[from] serde_json::Error),
    #[error("expected {expected}, found {found}, at {at}")]
    Value { expected: &'static str, found: f64, at: &'static str },
}

/// Beyond that a sum over many steps would not keep its digits.
const MOST: f64 = 1_000.0;

impl RewardWeights {
    pub const VERSION: u32 = 1;

    /// Reads weights; of an empty text, the built-in ones.
    pub fn read_or_default(text: &str) -> Result<Self, WeightsError> {
        if text.is_empty() { Ok(Self::default()) } else { Self::read(text) }
    }

    /// Reads weights, and refuses those that no reward could be made with.
    pub fn read(text: &str) -> Result<Self, WeightsError> {
        let weights: Self = serde_json::from_str(text)?;
        if weights.version != Self::VERSION {
            let found = weights.version.into();
            return Err(WeightsError::Value { expected: "weights of version 1", found, at: "version" });
        }
        if !(0.0..=1.0).contains(&weights.gamma) {
            let found = weights.gamma;
            return Err(WeightsError::Value { expected: "a number from 0 to 1", found, at: "gamma" });
        }
        for (at, found) in weights.amounts() {
            if !(0.0..=MOST).contains(&found) {
                return Err(WeightsError::Value { expected: "a number from 0 to 1000", found, at });
            }
        }
        let OutcomeRewards { resolved, failed } = weights.outcome;
        for (at, found) in [("outcome.resolved", resolved), ("outcome.failed", failed)] {
            if !(-MOST..=MOST).contains(&found) {
                return Err(WeightsError::Value { expected: "a number from -1000 to 1000", found, at });
            }
        }
        Ok(weights)
    }

    /// Indented, with a line feed at the end; [`RewardWeights::read`] gives it back.
    pub fn write(&self) -> String {
        // Only names and numbers: turning them into JSON cannot fail.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    fn amounts(&self) -> [(&'static str, f64); 9] {
        let PotentialWeights { scale, .. } = self.potential;
        let [reproduced, edited, checked, green] = self.potential.shares();
        [
            ("potential.scale", scale),
            ("potential.reproduced", reproduced),
            ("potential.edited_source", edited),
            ("potential.checked_after_edit", checked),
            ("potential.last_check_green", green),
            ("tests", self.tests),
            ("repetition", self.repetition),
            ("format", self.format),
            ("turn", self.turn),
        ]
    }
}

impl PotentialWeights {
    /// In the order of [`super::progress::Milestone::ALL`].
    pub(super) fn shares(&self) -> [f64; 4] {
        [self.reproduced, self.edited_source, self.checked_after_edit, self.last_check_green]
    }
}

impl Default for RewardWeights {
    fn default() -> Self {
        Self {
            version: Self::VERSION,
            name: "default".to_owned(),
            gamma: 1.0,
            potential: PotentialWeights {
                scale: 1.0,
                reproduced: 1.0,
                edited_source: 1.0,
                checked_after_edit: 1.0,
                last_check_green: 1.0,
                zero_at_end: false,
            },
            tests: 0.5,
            repetition: 0.05,
            format: 0.05,
            turn: 0.0,
            outcome: OutcomeRewards { resolved: 1.0, failed: 0.0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RewardWeights;

    #[track_caller]
    fn refused(from: &str, to: &str, because: &str) {
        let text = RewardWeights::default().write();
        assert!(text.contains(from), "{text}");
        let error = RewardWeights::read(&text.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(because), "{error}");
    }

    #[test]
    fn weights_survive_being_written() {
        let weights = RewardWeights { gamma: 0.99, ..RewardWeights::default() };
        assert_eq!(RewardWeights::read(&weights.write()).unwrap(), weights);
    }

    #[test]
    fn wrong_weights_say_what_was_expected_and_found_and_where() {
        refused(
            "\"tests\": 0.5",
            "\"tests\": \"half\"",
            "invalid type: string \"half\", expected f64 at line ",
        );
        refused("\"turn\"", "\"turns\"", "unknown field `turns`, expected one of ");
        refused("\"version\": 1", "\"version\": 7", "expected weights of version 1, found 7, at version");
        refused("\"gamma\": 1.0", "\"gamma\": 1.5", "expected a number from 0 to 1, found 1.5, at gamma");
        refused("\"format\": 0.05", "\"format\": -1", "a number from 0 to 1000, found -1, at format");
        refused("\"reproduced\": 1.0", "\"reproduced\": 1e9", "at potential.reproduced");
        refused(
            "\"failed\": 0.0",
            "\"failed\": -1e9",
            "from -1000 to 1000, found -1000000000, at outcome.failed",
        );
        assert!(
            RewardWeights::read("")
                .unwrap_err()
                .to_string()
                .starts_with("these are no weights of rewards: EOF")
        );
    }
}
