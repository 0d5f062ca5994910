//! Rewards of runs, to train with: asked for run by run, saved as one file.

use leptos::prelude::*;
use leptos::task::spawn_local_scoped;

use super::Session;
use crate::protocol::{RunKey, WeightsText};
use crate::ui::browser::{download, storage};
use crate::view_model::format::counted;

const FILE: &str = "rewards.jsonl";

const WEIGHTS: &str = "reward-weights";

impl Session {
    /// Brings back the weights that were set in earlier visits.
    pub(super) fn recall_reward_weights(self) {
        if let Some(kept) = storage::get(WEIGHTS) {
            spawn_local_scoped(async move {
                let _kept = self.read_reward_weights(&kept).await;
            });
        }
    }

    /// Makes rewards by these weights from now on; of an empty text, by the built-in ones.
    pub async fn read_reward_weights(self, text: &str) -> Result<(), String> {
        let client = self.client().ok_or("no engine is running")?;
        let weights = if text.is_empty() {
            storage::remove(WEIGHTS);
            WeightsText::default()
        } else {
            let weights = client.reward_weights(text.to_owned()).await?;
            storage::set(WEIGHTS, &weights.text);
            weights
        };
        let _gone = self.reward_weights.try_set(weights);
        Ok(())
    }

    /// Saves the weights that rewards are made by.
    pub fn save_reward_weights(self) {
        let Some(client) = self.client() else { return };
        let text = self.reward_weights.with_untracked(|weights| weights.text.clone());
        spawn_local_scoped(async move {
            if let Ok(weights) = client.reward_weights(text).await {
                download::save(&format!("rewards-{}.json", weights.name.replace(' ', "-")), &weights.text);
            }
        });
    }

    /// Saves the rewards of these runs as JSON lines, in their order.
    pub fn save_rewards(self, runs: Vec<RunKey>) {
        let Some(client) = self.client() else { return };
        let weights = self.reward_weights.with_untracked(|weights| weights.text.clone());
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
