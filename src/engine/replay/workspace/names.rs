//! One name for each file, however calls write it.

use std::collections::BTreeMap;

use crate::engine::facts::RunFacts;
use crate::engine::trace::Trace;

/// The folder that the run works in, which calls name or leave out.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) root: String,
}

impl Names {
    /// Finds the folder: names with it end like names without it, and commands change into it.
    pub(super) fn root(trace: &Trace, facts: &RunFacts) -> String {
        let mut votes: BTreeMap<&str, u32> = BTreeMap::new();
        let actions = || trace.live_steps().filter_map(|(id, _)| facts.action(id));
        let targets = || actions().flat_map(|action| action.targets.iter().map(AsRef::as_ref));
        let mut relative: Vec<&str> =
            targets().filter(|name| !name.starts_with('/') && name.contains('/')).collect();
        relative.sort_unstable();
        relative.dedup();
        for name in targets().filter(|name| name.starts_with('/')) {
            for (at, _) in name.match_indices('/').skip(1) {
                if relative.binary_search(&name.get(at + 1..).unwrap_or("")).is_ok() {
                    *votes.entry(name.get(..at).unwrap_or("")).or_default() += 1;
                }
            }
        }
        for command in actions().filter_map(|action| action.command.as_deref()) {
            let folder =
                command.strip_prefix("cd ").and_then(|rest| rest.split([' ', ';', '\n', '&']).next());
            if let Some(folder) = folder.filter(|folder| folder.starts_with('/') && folder.len() > 1) {
                *votes.entry(folder.trim_end_matches('/')).or_default() += 1;
            }
        }
        // The shortest of those that are named most.
        let most = votes.iter().max_by_key(|(folder, votes)| (**votes, std::cmp::Reverse(folder.len())));
        most.map_or(String::new(), |(folder, _)| format!("{folder}/"))
    }

    pub(super) fn plain(&self, name: &str) -> String {
        let inside = if self.root.is_empty() { None } else { name.strip_prefix(self.root.as_str()) };
        inside.unwrap_or(name).trim_start_matches("./").to_owned()
    }
}
