//! The folder a run worked in, told from the paths it names: `/testbed`, `/home/me/project`, …

use std::collections::BTreeMap;

use crate::engine::facts::{ActionFacts, RunFacts};

/// Folders in which no project lies.
const OUTSIDE: &[&str] = &["/tmp/", "/var/", "/usr/", "/etc/", "/dev/", "/proc/", "/sys/", "/lib/", "/opt/"];

/// Where harnesses put the project.
const WELL_KNOWN: &[&str] = &["/testbed", "/app", "/repo", "/code", "/project"];

/// So much of the paths in a project lie below its root, in percent: some name other folders.
const SHARE: usize = 80;

/// The root of the project a run worked in.
#[derive(Debug, Default)]
pub(super) struct Root {
    /// Without a slash at its end; empty where none was found.
    folder: String,
}

impl Root {
    /// The folder that most commands went to, of those that hold the files it named; else the usual one, else
    /// the folder that all files have in common.
    pub(super) fn of(facts: &RunFacts) -> Self {
        let actions = || facts.steps.iter().filter_map(|step| step.action.as_deref());
        let paths: Vec<String> = actions()
            .flat_map(|action| &action.targets)
            .map(|path| plain(path))
            .filter(|path| path.starts_with('/') && !OUTSIDE.iter().any(|folder| path.starts_with(folder)))
            .collect();
        let mut votes: BTreeMap<String, usize> = BTreeMap::new();
        for folder in actions().filter_map(went_to) {
            *votes.entry(folder).or_default() += 1;
        }
        let holds_most = |folder: &str| {
            let inside = paths.iter().filter(|path| below(path, folder).is_some()).count();
            inside * 100 >= paths.len() * SHARE
        };
        // Of equally many votes, the shorter: it comes first.
        let chosen =
            votes.iter().filter(|(folder, _)| holds_most(folder)).rev().max_by_key(|(_, votes)| **votes);
        let usual = || WELL_KNOWN.iter().find(|folder| !paths.is_empty() && holds_most(folder));
        let folder = match chosen {
            Some((folder, _)) => folder.clone(),
            None => usual().map_or_else(|| shared_folder(&paths), |folder| (*folder).to_owned()),
        };
        Self { folder }
    }

    /// A path as it is called in the project: `src/a.rs` for `/testbed/src/a.rs` and for `./src/a.rs`. What lies
    /// outside stays as it is.
    pub(super) fn relative(&self, path: &str) -> String {
        let path = plain(path);
        let inside = if self.folder.is_empty() { None } else { below(&path, &self.folder) };
        let inside = inside.unwrap_or(&path).trim_end_matches('/');
        let inside = inside.strip_prefix("./").unwrap_or(inside);
        if inside.is_empty() { ".".to_owned() } else { inside.to_owned() }
    }
}

/// Slashes as Unix has them, without a drive.
fn plain(path: &str) -> String {
    let path = path.trim().replace('\\', "/");
    match path.split_once(':') {
        Some((drive, rest)) if drive.len() == 1 && rest.starts_with('/') => rest.to_owned(),
        _ => path,
    }
}

fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(folder)?;
    if rest.is_empty() { Some("") } else { rest.strip_prefix('/') }
}

/// Where a command line goes before it does anything.
fn went_to(action: &ActionFacts) -> Option<String> {
    let rest = action.command.as_deref()?.trim_start().strip_prefix("cd ")?;
    let folder = rest.split([' ', ';', '&', '\n']).next()?.trim_matches(['"', '\'']);
    let folder = plain(folder);
    let folder = folder.trim_end_matches('/');
    (folder.starts_with('/')
        && folder.len() > 1
        && !OUTSIDE.iter().any(|outside| folder.starts_with(outside)))
    .then(|| folder.to_owned())
}

/// The deepest folder that holds all these paths; none where that is the root of the system, or where one file
/// is all there is.
fn shared_folder(paths: &[String]) -> String {
    let Some((first, others)) = paths.split_first() else { return String::new() };
    if others.iter().all(|path| path == first) {
        return String::new();
    }
    let mut shared = first.rsplit_once('/').map_or("", |(folder, _)| folder);
    for path in others {
        while !shared.is_empty() && below(path, shared).is_none() {
            shared = shared.rsplit_once('/').map_or("", |(folder, _)| folder);
        }
    }
    shared.to_owned()
}

#[cfg(test)]
mod tests {
    use super::Root;
    use crate::engine::testing::script::Script;

    fn relative(script: &str, path: &str) -> String {
        Root::of(&Script::read(script).facts).relative(path)
    }

    #[test]
    fn the_root_is_where_commands_went() {
        let script = "run  cd /workspace/demo && ls\n read  /workspace/demo/src/lib.rs\n read  /tmp/x";
        assert_eq!(relative(script, "/workspace/demo/src/lib.rs"), "src/lib.rs");
        assert_eq!(relative(script, "/workspace/demo/"), ".");
        assert_eq!(relative(script, "/workspace/demonstration/a"), "/workspace/demonstration/a");
        assert_eq!(relative(script, "/tmp/x"), "/tmp/x");
    }

    #[test]
    fn a_folder_that_holds_only_some_of_the_files_is_not_the_root() {
        let script = "
            run   cd /app/tests && ls
            read  /app/src/a.rs
            read  /app/src/b.rs
            ";
        assert_eq!(relative(script, "/app/src/a.rs"), "src/a.rs");
    }

    #[test]
    fn without_any_other_sign_it_is_what_all_files_share() {
        let script = "read  C:\\work\\demo\\src\\a.rs\n read  C:\\work\\demo\\tests\\b.rs";
        assert_eq!(relative(script, "C:\\work\\demo\\src\\a.rs"), "src/a.rs");
        assert_eq!(relative("list  .", "./src/a.rs"), "src/a.rs");
    }
}
