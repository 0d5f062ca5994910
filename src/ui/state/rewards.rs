//! Rewards of runs, to train with: asked for run by run, saved as one file.

use leptos::prelude::*;
use leptos::task::spawn_local_scoped;

use super::Session;
use crate::engine::report::RewardWeights;
use crate::protocol::RunKey;
use crate::ui::browser::{download, storage};
use crate::view_model::format::counted;

const FILE: &str = "rewards.jsonl";

const WEIGHTS: &str = "reward-weights";

impl Session {
    /// Brings back the weights that were set in earlier visits.
    pub(super) fn recall_reward_weights(self) {
        if let Some(weights) = storage::get(WEIGHTS).and_then(|kept| RewardWeights::read(&kept).ok()) {
            self.reward_weights.set(weights);
        }
    }

    /// Makes rewards by other weights from now on.
    pub fn set_reward_weights(self, weights: RewardWeights) {
        if weights == RewardWeights::default() {
            storage::remove(WEIGHTS);
        } else {
            storage::set(WEIGHTS, &weights.write());
        }
        self.reward_weights.set(weights);
    }

    /// Saves the rewards of these runs as JSON lines, in their order.
    pub fn save_rewards(self, runs: Vec<RunKey>) {
        let Some(client) = self.client() else { return };
        let weights = self.reward_weights.with_untracked(RewardWeights::write);
        spawn_local_scoped(async move {
            let mut text = String::new();
            let (told, runs): (Vec<RunKey>, Vec<RunKey>) =
                runs.into_iter().partition(|key| self.is_told(key.file));
            if !told.is_empty() {
                let left_out = counted(told.len() as u64, "run was", "runs were");
                let message = format!(
                    "Rewards are made of steps: {left_out} left out, of which only reports are here."
                );
                let _gone = self.notice.try_set(Some(message));
            }
            for key in runs {
                let Some(name) = untrack(move || self.run(key)).map(|report| report.file.clone()) else {
                    continue;
                };
                match client.rewards(key, name, weights.clone()).await {
                    Ok(lines) => text.push_str(&lines),
                    Err(message) => {
                        let told = format!("There are no rewards of a run: {message}");
                        let _gone = self.notice.try_set(Some(told));
                    }
                }
            }
            if !text.is_empty() {
                download::save(FILE, &text);
            }
        });
    }
}
