/// Whether the task was done, as somebody other than the agent found.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum OutcomeValue {
    Resolved,
    Failed,
    #[default]
    Unknown,
}

/// The outcome and where it was read. Never from the agent's own claim of success.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Outcome {
    pub value: OutcomeValue,
    /// For a person: "result.json: reward = 0". Empty when unknown.
    pub source: String,
}

impl Outcome {
    pub fn resolved(source: impl Into<String>) -> Self {
        Self { value: OutcomeValue::Resolved, source: source.into() }
    }

    pub fn failed(source: impl Into<String>) -> Self {
        Self { value: OutcomeValue::Failed, source: source.into() }
    }
}
