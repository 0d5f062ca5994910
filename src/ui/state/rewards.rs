//! Rewards of runs, to train with: asked for run by run, saved as one file.

use leptos::prelude::*;
use leptos::task::spawn_local_scoped;

use super::Session;
use crate::protocol::RunKey;
use crate::ui::browser::download;

const FILE: &str = "rewards.jsonl";

impl Session {
    /// Saves the rewards of these runs as JSON lines, in their order.
    pub fn save_rewards(self, runs: Vec<RunKey>) {
        let Some(client) = self.client() else { return };
        spawn_local_scoped(async move {
            let mut text = String::new();
            for key in runs {
                let Some(name) = untrack(move || self.run(key)).map(|report| report.file.clone()) else {
                    continue;
                };
                match client.rewards(key, name).await {
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
