//! What the commands of a command line do to files.

use std::borrow::Cow;

use super::{Touch, TouchKind, hunks, sed};
use crate::engine::facts::EditKind;
use crate::engine::facts::edits::{self, Writes};
use crate::engine::facts::operation::{git_verb, in_place};
use crate::engine::facts::run_kind::is_python;
use crate::engine::facts::shell::{Command, Direction};

/// Where commands work, and what they left behind.
#[derive(Debug, Default, Clone)]
pub(super) struct Bench {
    /// The folder that commands work in; empty is where the run began.
    pub(super) folder: String,
    /// The file a windowed editor has open.
    pub(super) open_file: String,
    pub(super) scripts: Vec<Writes>,
}

impl Bench {
    /// A name as it is from where the run began.
    pub(super) fn path(&self, name: &str) -> String {
        let joined = if name.starts_with('/') || self.folder.is_empty() {
            Cow::Borrowed(name)
        } else {
            Cow::Owned(format!("{}/{name}", self.folder))
        };
        let mut parts: Vec<&str> = Vec::new();
        for part in joined.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.last().is_some_and(|last| *last != "..") => {
                    parts.pop();
                }
                other => parts.push(other),
            }
        }
        let start = if joined.starts_with('/') { "/" } else { "" };
        format!("{start}{}", parts.join("/"))
    }

    pub(super) fn enter(&mut self, folder: &str) {
        if !folder.starts_with(['~', '$', '-']) {
            self.folder = self.path(folder);
        }
    }
}

pub(super) fn of_command(
    command: &Command<'_>,
    commands: &[Command<'_>],
    index: usize,
    bench: &mut Bench,
    touches: &mut Vec<Touch>,
) {
    let mut add = |bench: &Bench, file: &str, kind| touches.push(Touch::new(bench.path(file), kind));
    match command.program() {
        "cd" => bench.enter(command.word(1)),
        "cat" | "echo" | "printf" if command.output().is_some() => {
            if let Some((file, kind)) = written(command, bench) {
                add(bench, &file, kind);
            }
        }
        "tee" => {
            let text = command.heredoc.as_deref().or_else(|| {
                let before = index.checked_sub(1).and_then(|before| commands.get(before))?;
                before.heredoc.as_deref().filter(|_| before.program() == "cat")
            });
            for file in command.operands().filter(|file| !file.starts_with("/dev/")) {
                let kind = match text {
                    Some(text) if command.has("-a") => TouchKind::Appended(text.into()),
                    Some(text) => TouchKind::Written(text.into()),
                    None => unseen(command),
                };
                add(bench, file, kind);
            }
        }
        "sed" if in_place(command) => in_place_sed(command, bench, touches),
        "sort" if command.has("-o") => {
            for file in command.operands() {
                add(bench, file, unseen(command));
            }
        }
        "mv" => pairs(command, bench, touches, TouchKind::Moved),
        "cp" => pairs(command, bench, touches, TouchKind::Copied),
        "rm" | "unlink" => {
            for file in command.operands().filter(|file| !file.contains(['*', '$'])) {
                add(bench, file, TouchKind::Deleted);
            }
        }
        "touch" => {
            for file in command.operands() {
                add(bench, file, TouchKind::Appended("".into()));
            }
        }
        "git" => of_git(command, bench, touches),
        "patch" | "apply_patch" | "applypatch" => {
            let text =
                command.heredoc.as_deref().or_else(|| command.arguments().find(|word| word.contains('\n')));
            match text {
                Some(text) => patched(text, bench, touches),
                None => patched_from(command, bench, touches),
            }
        }
        "create" => {
            if let Some(file) = command.operands().next() {
                bench.open_file = bench.path(file);
                touches.push(Touch::new(bench.open_file.clone(), TouchKind::Written("".into())));
            }
        }
        "open" | "goto" => {
            if let Some(file) = command.operands().next().filter(|word| word.parse::<u32>().is_err()) {
                bench.open_file = bench.path(file);
            }
        }
        "str_replace_editor" => editor(command, bench, touches),
        "edit" if command.words.len() > 2 => {
            let kind = TouchKind::Replaced {
                old: command.word(1).into(),
                new: command.word(2).into(),
                all: command.word(3).eq_ignore_ascii_case("true"),
            };
            touches.push(Touch::new(bench.open_file.clone(), kind));
        }
        program => other(command, program, bench, touches),
    }
}

/// Commands whose effect is not shown: the facts know which files they change.
fn other(command: &Command<'_>, program: &str, bench: &mut Bench, touches: &mut Vec<Touch>) {
    let found = edits::of_commands(std::slice::from_ref(command), &mut bench.scripts);
    for edit in found {
        if !edit.file.is_empty() || is_python(program) {
            let why = match edit.kind {
                EditKind::Delete => TouchKind::Deleted,
                _ => unseen(command),
            };
            touches.push(Touch::new(
                if edit.file.is_empty() { String::new() } else { bench.path(&edit.file) },
                why,
            ));
        }
    }
}

/// The command in so many words.
fn unseen(command: &Command<'_>) -> TouchKind {
    const MAX: usize = 60;
    let words = command.words.join(" ");
    let mut line: String = words.lines().next().unwrap_or("").chars().take(MAX).collect();
    if line.len() < words.len() {
        line.push('…');
    }
    TouchKind::Unseen(line.into())
}

/// `cat > file <<EOF`, `echo … >> file`.
fn written(command: &Command<'_>, bench: &mut Bench) -> Option<(String, TouchKind)> {
    let redirect = command.output()?;
    let file = redirect.file.to_string();
    if file.contains(['$', '`', '*']) {
        return None;
    }
    let text: Option<String> = match command.program() {
        "cat" => match (&command.heredoc, command.operands().next()) {
            (Some(text), None | Some("-")) => Some(text.to_string()),
            _ => None,
        },
        "echo" => {
            let plain = command.arguments().all(|word| !matches!(word, "-e" | "-ne" | "-en"));
            let words: Vec<&str> = command.arguments().skip_while(|word| *word == "-n").collect();
            Some(words.join(" ")).filter(|text| plain && !text.contains("$("))
        }
        _ => None,
    };
    let appends = redirect.direction == Direction::Append;
    let Some(text) = text else { return Some((file, unseen(command))) };
    if appends {
        return Some((file, TouchKind::Appended(text.into())));
    }
    edits::remember(&file, &text, &mut bench.scripts);
    Some((file, TouchKind::Written(text.into())))
}

fn in_place_sed(command: &Command<'_>, bench: &Bench, touches: &mut Vec<Touch>) {
    let mut script: Option<String> = None;
    let (mut extended, mut readable) = (false, true);
    let mut operands = Vec::new();
    let mut words = command.arguments();
    let mut add = |text: &str| {
        let script = script.get_or_insert_default();
        if !script.is_empty() {
            script.push('\n');
        }
        script.push_str(text);
    };
    while let Some(word) = words.next() {
        match word {
            "-e" | "--expression" => add(words.next().unwrap_or("")),
            "-f" | "--file" => {
                readable = false;
                words.next();
            }
            "" | "--" => {}
            _ if word.starts_with("--expression=") => add(word.trim_start_matches("--expression=")),
            _ if word.starts_with("--") => {
                readable &= word.starts_with("--in-place") || word == "--regexp-extended";
            }
            _ if word.starts_with('-') && word.len() > 1 => {
                let flags = word.split(['.', '~']).next().unwrap_or("");
                extended |= flags.contains(['E', 'r']);
                readable &= !flags.contains(['n', 'z', 's']);
                if flags.ends_with('e') {
                    add(words.next().unwrap_or(""));
                }
            }
            _ => operands.push(word),
        }
    }
    let mut operands = operands.into_iter();
    let script = script.or_else(|| operands.next().map(str::to_owned)).unwrap_or_default();
    let commands = sed::read(&script, extended)
        .filter(|_| readable)
        .filter(|commands| commands.iter().all(|command| command.action != sed::SedAction::Print));
    for file in operands.filter(|file| !file.contains(['*', '$'])) {
        let kind = match &commands {
            Some(commands) => TouchKind::Sed(
                commands
                    .iter()
                    .cloned()
                    .map(|mut command| {
                        if let sed::SedAction::ReadFile(name) = &mut command.action {
                            *name = bench.path(name).into();
                        }
                        command
                    })
                    .collect(),
            ),
            None => unseen(command),
        };
        touches.push(Touch::new(bench.path(file), kind));
    }
}

fn pairs(
    command: &Command<'_>,
    bench: &Bench,
    touches: &mut Vec<Touch>,
    kind: impl Fn(Box<str>) -> TouchKind,
) {
    let operands: Vec<&str> = command.operands().collect();
    let Some((target, sources)) = operands.split_last() else { return };
    let to_folder = sources.len() > 1 || target.ends_with('/') || *target == ".";
    for source in sources.iter().filter(|source| !source.contains(['*', '$'])) {
        let target = if to_folder {
            format!("{target}/{}", source.rsplit('/').next().unwrap_or(source))
        } else {
            (*target).to_owned()
        };
        touches.push(Touch::new(bench.path(source), kind(bench.path(&target).into())));
    }
}

pub(super) fn patched(text: &str, bench: &Bench, touches: &mut Vec<Touch>) {
    for patch in hunks::read(text, "") {
        touches.push(Touch::new(bench.path(&patch.file), TouchKind::Patched(patch)));
    }
}

/// `patch -p1 < fix.patch`, `git apply fix.patch`.
fn patched_from(command: &Command<'_>, bench: &Bench, touches: &mut Vec<Touch>) {
    if command.has("--dry-run") || command.has("-R") || command.has("--reverse") {
        touches.push(Touch::new("", unseen(command)));
        return;
    }
    let read = command.redirects.iter().find(|redirect| redirect.direction == Direction::Read);
    let named = || {
        command
            .arguments()
            .filter_map(|word| word.strip_prefix("-i").or(Some(word)))
            .filter(|word| !word.starts_with('-') && !matches!(*word, "apply" | "am" | ""))
            .last()
    };
    let Some(patch) = read.map(|read| &*read.file).or_else(named) else { return };
    let strip = command.arguments().find_map(|word| word.strip_prefix("-p")?.parse().ok());
    // The names of a diff by git begin with `a/` and `b/`, which are always left out.
    let strip = strip.map_or(0, |strip: u32| strip.saturating_sub(1));
    touches.push(Touch::new("", TouchKind::PatchedFrom { patch: bench.path(patch).into(), strip }));
}

fn of_git(command: &Command<'_>, bench: &Bench, touches: &mut Vec<Touch>) {
    let verb = git_verb(command);
    let after: Vec<&str> = command.arguments().skip_while(|word| *word != verb).skip(1).collect();
    let all = |kind| Touch::new("", kind);
    match verb {
        "apply" | "am" if !after.iter().any(|word| matches!(*word, "--check" | "--stat")) => {
            match &command.heredoc {
                Some(patch) => patched(patch, bench, touches),
                None => patched_from(command, bench, touches),
            }
        }
        "stash" => touches.extend(match after.first() {
            Some(&"pop" | &"apply") => Some(all(TouchKind::StashedBack)),
            None | Some(&"push" | &"save" | &"-u" | &"-q" | &"-k") => Some(all(TouchKind::StashedAway)),
            _ => None,
        }),
        "commit" | "add" => touches.push(all(TouchKind::Committed)),
        "reset" if !after.contains(&"--hard") => {}
        "checkout" | "restore" | "reset" | "rm" | "mv" => {
            if verb == "mv" {
                if let [.., from, to] = after.as_slice() {
                    touches.push(Touch::new(bench.path(from), TouchKind::Moved(bench.path(to).into())));
                }
                return;
            }
            let files = edits::of_commands(std::slice::from_ref(command), &mut Vec::new());
            // Another version than the one at hand.
            let other = after
                .iter()
                .take_while(|word| **word != "--")
                .any(|word| word.contains(['~', '^']) || word.starts_with("HEAD@") || *word == "-b");
            touches.extend(files.into_iter().map(|edit| {
                let kind = match edit.kind {
                    EditKind::Delete => TouchKind::Deleted,
                    _ if other => unseen(command),
                    _ => TouchKind::Reverted,
                };
                let is_all = edit.file.is_empty() || &*edit.file == ".";
                Touch::new(if is_all { String::new() } else { bench.path(&edit.file) }, kind)
            }));
        }
        _ => {}
    }
}

/// SWE-agent 1's editor as a command.
fn editor(command: &Command<'_>, bench: &Bench, touches: &mut Vec<Touch>) {
    let option = |name: &str| {
        let mut words = command.arguments();
        words.find(|word| *word == name).and_then(|_| words.next())
    };
    let kind = match command.word(1) {
        "create" => TouchKind::Written(option("--file_text").unwrap_or("").into()),
        "str_replace" => TouchKind::Replaced {
            old: option("--old_str").unwrap_or("").into(),
            new: option("--new_str").unwrap_or("").into(),
            all: false,
        },
        "insert" => TouchKind::Inserted {
            after: option("--insert_line").and_then(|line| line.parse().ok()).unwrap_or(0),
            text: option("--new_str").unwrap_or("").into(),
        },
        "undo_edit" => TouchKind::Unseen("undo_edit".into()),
        _ => return,
    };
    touches.push(Touch::new(bench.path(command.word(2)), kind));
}
