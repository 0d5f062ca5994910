//! Files that a command line changes.

use super::{Edit, EditKind, Writes, created, exact_hash, of_code, of_patch, plain_name, unseen};
use crate::engine::facts::operation::{git_verb, in_place};
use crate::engine::facts::run_kind::is_python;
use crate::engine::facts::shell::{Command, Direction};

/// Writes the changes of all simple commands, in their order. `scripts`: programs written before, and those
/// that this command line writes.
pub(in crate::engine::facts) fn of_commands(
    commands: &[Command<'_>],
    scripts: &mut Vec<Writes>,
) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (index, command) in commands.iter().enumerate() {
        of_command(command, commands, index, scripts, &mut edits);
    }
    edits
}

fn of_command(
    command: &Command<'_>,
    commands: &[Command<'_>],
    index: usize,
    scripts: &mut Vec<Writes>,
    edits: &mut Vec<Edit>,
) {
    let program = command.program();
    match program {
        "cat" | "echo" | "printf" | "head" | "tail" | "awk" | "sort" | "jq" | "tr" | "cut" | "grep"
        | "git"
            if command.output().is_some() =>
        {
            written(command, scripts, edits);
        }
        "tee" => {
            // What it writes may come from the command before it.
            let text = command.heredoc.as_deref().or_else(|| {
                let before = index.checked_sub(1).and_then(|before| commands.get(before))?;
                before.heredoc.as_deref().filter(|_| before.program() == "cat")
            });
            for file in command.operands().filter(|file| !file.starts_with("/dev/")).filter_map(plain_name) {
                let edit = text.map_or_else(|| unseen(&file, EditKind::Create), |text| created(&file, text));
                edits.push(if command.has("-a") { Edit { kind: EditKind::Modify, ..edit } } else { edit });
            }
        }
        "sed" | "perl" if in_place(command) => in_place_edits(command, edits),
        "sed" if command.output().is_some() => written(command, scripts, edits),
        "mv" => moved(command, edits),
        "cp" => copied(command, edits),
        "rm" | "unlink" => {
            edits.extend(
                command.operands().filter_map(plain_name).map(|file| unseen(&file, EditKind::Delete)),
            );
        }
        "git" => of_git(command, edits),
        "patch" | "apply_patch" | "applypatch" => {
            let text =
                command.heredoc.as_deref().or_else(|| command.arguments().find(|word| word.contains('\n')));
            match text {
                Some(text) => edits.extend(of_patch(text, "")),
                None => edits.push(unseen(command.operands().next().unwrap_or(""), EditKind::Modify)),
            }
        }
        "touch" => {
            edits.extend(command.operands().filter_map(plain_name).map(|file| created(&file, "")));
        }
        "create" => edits.extend(command.operands().next().map(|file| created(file, ""))),
        "str_replace_editor" => edits.extend(editor(command)),
        // On the file that is open, which only the caller knows.
        "edit" | "insert" => edits.extend(in_window(command)),
        _ if is_python(program) || matches!(program, "node" | "ruby") => of_program(command, scripts, edits),
        _ => {}
    }
}

/// `cat > file <<EOF`, `echo … >> file`.
fn written(command: &Command<'_>, scripts: &mut Vec<Writes>, edits: &mut Vec<Edit>) {
    let Some(redirect) = command.output() else { return };
    let Some(file) = plain_name(&redirect.file) else { return };
    let text = match command.program() {
        "cat" => command.heredoc.as_deref(),
        "echo" => command.arguments().find(|word| !word.starts_with('-')),
        _ => None,
    };
    let edit = text.map_or_else(|| unseen(&file, EditKind::Create), |text| created(&file, text));
    if redirect.direction == Direction::Append {
        edits.push(Edit { kind: EditKind::Modify, removed: Some(0).filter(|_| text.is_some()), ..edit });
        return;
    }
    if let Some(text) = text {
        remember(&file, text, scripts);
    }
    edits.push(edit);
}

/// Remembers a program that writes files.
pub(in crate::engine::facts) fn remember(file: &str, text: &str, scripts: &mut Vec<Writes>) {
    const MAX_SCRIPTS: usize = 50;
    let name = base_name(file);
    scripts.retain(|known| &*known.program != name);
    let is_program = [".py", ".js", ".mjs", ".cjs", ".ts"].iter().any(|end| name.ends_with(end));
    if !is_program || scripts.len() >= MAX_SCRIPTS {
        return;
    }
    let edits = of_code(text);
    if !edits.is_empty() {
        scripts.push(Writes { program: name.into(), edits });
    }
}

fn base_name(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}

fn of_program(command: &Command<'_>, scripts: &[Writes], edits: &mut Vec<Edit>) {
    if let Some(code) = &command.heredoc {
        edits.extend(of_code(code));
        return;
    }
    let mut words = command.arguments();
    while let Some(word) = words.next() {
        if matches!(word, "-c" | "-e") {
            edits.extend(words.next().map(of_code).unwrap_or_default());
            return;
        }
        if !word.starts_with('-') {
            let script = scripts.iter().find(|known| &*known.program == base_name(word));
            edits.extend(script.into_iter().flat_map(|script| script.edits.iter().cloned()));
            return;
        }
    }
}

/// `sed -i 's/a/b/' FILE…`: the first operand is the script unless `-e` or `-f` gave it.
fn in_place_edits(command: &Command<'_>, edits: &mut Vec<Edit>) {
    let mut operands = Vec::new();
    let mut given = false;
    let mut words = command.arguments();
    while let Some(word) = words.next() {
        match word {
            "-e" | "-f" | "--expression" | "--file" => {
                given = true;
                words.next();
            }
            _ if word.starts_with("-e") || word.starts_with("--expression=") => given = true,
            _ if word.starts_with('-') => {
                given |= command.program() == "perl" && word.ends_with('e') && words.next().is_some();
            }
            // The empty suffix that BSD's sed wants.
            "" => {}
            _ => operands.push(word),
        }
    }
    let replaced = operands.first().filter(|_| !given).and_then(|script| substitution(script));
    let files = operands.into_iter().skip(usize::from(!given));
    edits.extend(files.filter_map(plain_name).map(|file| {
        let edit = unseen(&file, EditKind::Modify);
        let hash = |text: &str| Some(exact_hash(text));
        match replaced {
            Some((old, new)) => Edit { before: hash(old), after: hash(new), ..edit },
            None => edit,
        }
    }));
}

/// `old` and `new` of `s/old/new/g`, where both are plain text.
fn substitution(script: &str) -> Option<(&str, &str)> {
    let rest = script.strip_prefix('s')?;
    let separator = rest.chars().next().filter(char::is_ascii_punctuation)?;
    let mut parts = rest.split(separator).skip(1);
    let (old, new, flags) = (parts.next()?, parts.next()?, parts.next()?);
    let plain = parts.next().is_none()
        && !old.contains(['\\', '.', '*', '[', '^', '$', ';'])
        && !new.contains(['\\', '&'])
        && flags.bytes().all(|flag| flag.is_ascii_alphanumeric());
    (plain && !old.is_empty()).then_some((old, new))
}

fn moved(command: &Command<'_>, edits: &mut Vec<Edit>) {
    let operands: Vec<&str> = command.operands().collect();
    if let Some((target, sources)) = operands.split_last() {
        edits.extend(sources.iter().map(|source| unseen(source, EditKind::Delete)));
        edits.push(unseen(target, EditKind::Create));
    }
}

fn copied(command: &Command<'_>, edits: &mut Vec<Edit>) {
    let operands: Vec<&str> = command.operands().collect();
    if let [_, .., target] = operands.as_slice() {
        edits.push(unseen(target, EditKind::Create));
    }
}

fn of_git(command: &Command<'_>, edits: &mut Vec<Edit>) {
    let verb = git_verb(command);
    let after: Vec<&str> = command.arguments().skip_while(|word| *word != verb).skip(1).collect();
    let files = |words: &[&str]| -> Vec<Edit> {
        words
            .iter()
            .filter(|word| !word.starts_with('-'))
            .filter_map(|word| plain_name(word))
            .map(|file| unseen(&file, EditKind::Revert))
            .collect()
    };
    match verb {
        "apply" | "am" => match &command.heredoc {
            Some(patch) => edits.extend(of_patch(patch, "")),
            None => edits.push(unseen("", EditKind::Modify)),
        },
        // Without `--` a lone word is a branch, unless it looks like a file.
        "checkout" => {
            let paths = match after.iter().position(|word| *word == "--") {
                Some(at) => after.get(at + 1..).unwrap_or_default().to_vec(),
                None => after
                    .iter()
                    .copied()
                    .filter(|word| *word == "." || (word.contains('.') && !word.starts_with('-')))
                    .collect(),
            };
            edits.extend(files(&paths));
        }
        "restore" if !after.contains(&"--staged") => edits.extend(files(&after)),
        "stash" => match after.first() {
            Some(&"pop" | &"apply") => edits.push(unseen("", EditKind::Modify)),
            None | Some(&"push" | &"save" | &"-u" | &"-q") => edits.push(unseen("", EditKind::Revert)),
            _ => {}
        },
        "reset" if after.contains(&"--hard") => edits.push(unseen("", EditKind::Revert)),
        "rm" => edits.extend(files(&after).into_iter().map(|edit| Edit { kind: EditKind::Delete, ..edit })),
        _ => {}
    }
}

/// SWE-agent 1's editor as a command: `str_replace_editor str_replace FILE --old_str … --new_str …`.
fn editor(command: &Command<'_>) -> Option<Edit> {
    let option = |name: &str| {
        let mut words = command.arguments();
        words.find(|word| *word == name).and_then(|_| words.next())
    };
    let file = command.word(2);
    match command.word(1) {
        "create" => Some(created(file, option("--file_text").unwrap_or(""))),
        "str_replace" | "insert" => {
            let own = |name| option(name).map(|text| text.to_owned().into());
            let replacement = super::Replacement { old: own("--old_str"), new: own("--new_str") };
            Some(super::of_replacement(file, &replacement))
        }
        "undo_edit" => Some(unseen(file, EditKind::Modify)),
        _ => None,
    }
}

/// SWE-agent 1's windowed editor: `edit 'old' 'new'`, `insert 'new'`.
fn in_window(command: &Command<'_>) -> Option<Edit> {
    let own = |word: &str| Some(word.to_owned().into());
    let (old, new) = match (command.program(), command.word(1), command.word(2)) {
        ("edit", old, new) if command.words.len() > 2 => (own(old), own(new)),
        ("insert", new, _) if command.words.len() > 1 => (None, own(new)),
        _ => return None,
    };
    Some(super::of_replacement("", &super::Replacement { old, new }))
}

#[cfg(test)]
mod tests {
    use super::super::super::{EditKind, shell};
    use super::of_commands;

    fn edits(text: &str) -> Vec<(String, EditKind, Option<u32>)> {
        of_commands(&shell::parse(text), &mut Vec::new())
            .into_iter()
            .map(|edit| (edit.file.into_string(), edit.kind, edit.added))
            .collect()
    }

    fn one(text: &str) -> (String, EditKind, Option<u32>) {
        let edits = edits(text);
        assert_eq!(edits.len(), 1, "{text}: {edits:?}");
        edits.into_iter().next().unwrap()
    }

    #[test]
    fn commands_that_change_files() {
        use EditKind::{Create, Delete, Modify, Revert};
        assert_eq!(one("cat <<'EOF' > a.py\n1\n2\nEOF"), ("a.py".into(), Create, Some(2)));
        assert_eq!(one("cat >> a.py <<EOF\n1\nEOF"), ("a.py".into(), Modify, Some(1)));
        assert_eq!(one("tee b.txt <<EOF\nx\nEOF"), ("b.txt".into(), Create, Some(1)));
        assert_eq!(one("sed -i 's/a/b/' src/x.py"), ("src/x.py".into(), Modify, None));
        assert_eq!(one("sed -i -e 's/a/b/' src/x.py"), ("src/x.py".into(), Modify, None));
        assert_eq!(one("rm -f reproduce.py"), ("reproduce.py".into(), Delete, None));
        assert_eq!(one("git checkout src/x.py"), ("src/x.py".into(), Revert, None));
        assert_eq!(one("git stash"), (String::new(), Revert, None));
        assert_eq!(one("python -c \"open('z', 'w').write('')\""), ("z".into(), Create, None));
        assert_eq!(
            one("apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: q\n-a\n+b\n*** End Patch\nEOF"),
            ("q".into(), Modify, Some(1))
        );
        assert_eq!(
            one("str_replace_editor str_replace /a.py --old_str 'x' --new_str 'y\nz'"),
            ("/a.py".into(), Modify, Some(2))
        );
        assert!(
            edits("git checkout main && cat a.py && python x.py 2>/dev/null && ls > /dev/null").is_empty()
        );
    }

    #[test]
    fn what_sed_replaces_is_known_where_it_is_plain_text() {
        let of = |text: &str| of_commands(&shell::parse(text), &mut Vec::new()).remove(0);
        let there = of("sed -i 's/timeout = 1/timeout = 2/' a.py");
        let back = of("sed -i 's|timeout = 2|timeout = 1|g' a.py");
        assert!(there.before.is_some() && there.before == back.after && there.after == back.before);
        assert_eq!(of("sed -i 's/a.*/b/' a.py").before, None);
        assert_eq!(of("sed -i '3d' a.py").before, None);
    }

    #[test]
    fn a_script_writes_when_it_is_run() {
        let mut scripts = Vec::new();
        let write = "cat <<'EOF' > fix.py\nt = open('src/a.py').read()\nopen('src/a.py', 'w').write(t)\nEOF";
        assert_eq!(of_commands(&shell::parse(write), &mut scripts).len(), 1);
        let edits = of_commands(&shell::parse("python3 ./fix.py"), &mut scripts);
        assert_eq!((edits.len(), &*edits[0].file, edits[0].kind), (1, "src/a.py", EditKind::Modify));
    }
}
