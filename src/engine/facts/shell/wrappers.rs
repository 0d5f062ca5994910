use std::borrow::Cow;

use super::Command;

/// Options of `docker exec` that take the next word along.
const IN_CONTAINER: &[&str] = &["-w", "-u", "-e", "--workdir", "--user", "--env"];

/// Takes off what stands before the program that does the work.
pub(super) fn strip(command: &mut Command<'_>) {
    while let Some(len) = wrapper_len(command) {
        command.words.drain(..len.min(command.words.len()));
    }
    match command.program() {
        // A Python that counts what it runs through.
        "coverage" if command.word(1) == "run" => {
            command.words.drain(..1);
            if let Some(run) = command.words.first_mut() {
                *run = Cow::Borrowed("python");
            }
        }
        // Where it works, before what it does.
        "npm" | "pnpm" | "yarn" | "bun" => {
            let options = options(
                command,
                1,
                &["--prefix", "--filter", "-F", "-C", "--cwd", "--dir", "-w", "--workspace"],
            );
            let workspace = if command.word(1 + options) == "workspace" { 2 } else { 0 };
            if 1 + options + workspace < command.words.len() {
                command.words.drain(1..1 + options + workspace);
            }
        }
        _ => {}
    }
}

/// How many words of the beginning only wrap the rest; `None` when the first word is the program itself.
fn wrapper_len(command: &Command<'_>) -> Option<usize> {
    let first = command.words.first()?.as_ref();
    if is_assignment(first) {
        return Some(1);
    }
    match command.program() {
        "if" | "then" | "else" | "elif" | "do" | "while" | "until" | "!" | "{" | "}" | "fi" | "done"
        | "esac" | "exec" | "command" | "builtin" | "nohup" | "setsid" | "unbuffer" | "xvfb-run" => {
            Some(1 + options(command, 1, &[]))
        }
        "time" => Some(1 + options(command, 1, &["-f", "-o"])),
        "sudo" => Some(1 + options(command, 1, &["-u", "-g", "-h", "-p"])),
        "env" => Some(1 + options(command, 1, &["-u", "-C"])),
        "doas" => Some(1 + options(command, 1, &["-u"])),
        "strace" | "ltrace" | "catchsegv" => Some(1 + options(command, 1, &["-e", "-o", "-p", "-s"])),
        "nice" | "ionice" | "chrt" => Some(1 + options(command, 1, &["-n", "-c", "-p"])),
        "stdbuf" => Some(1 + options(command, 1, &["-i", "-o", "-e"])),
        // Its options, then how long.
        "timeout" | "gtimeout" | "taskset" | "flock" | "chroot" => {
            Some(2 + options(command, 1, &["-s", "-k"]))
        }
        "xargs" if command.words.len() > 1 => {
            Some(1 + options(command, 1, &["-n", "-P", "-I", "-L", "-d", "-a", "-s"]))
        }
        "uv" | "poetry" | "pipenv" | "pdm" | "hatch" | "rye" | "conda" | "micromamba" | "mamba"
            if command.word(1) == "run" =>
        {
            Some(
                2 + options(command, 2, &["-n", "-p", "--with", "--python", "--name", "--prefix", "--extra"]),
            )
        }
        "npx" | "bunx" | "pnpx" | "uvx" => Some(1 + options(command, 1, &["-p", "--package", "--from"])),
        "pnpm" | "yarn" | "npm" | "bundle" if matches!(command.word(1), "exec" | "dlx") => {
            Some(2 + options(command, 2, &[]))
        }
        "docker" | "podman" if command.word(1) == "compose" && command.word(2) == "exec" => {
            Some(4 + options(command, 3, IN_CONTAINER))
        }
        "docker-compose" if command.word(1) == "exec" => Some(3 + options(command, 2, IN_CONTAINER)),
        // Its options, the pod, `--`.
        "kubectl" if command.word(1) == "exec" => {
            command.words.iter().position(|word| word == "--").map(|at| at + 1)
        }
        "docker" | "podman" if command.word(1) == "exec" => {
            // Its options, then the container.
            Some(3 + options(command, 2, IN_CONTAINER))
        }
        _ => None,
    }
    .filter(|len| *len < command.words.len() || *len == 1)
}

/// How many words from `from` on are options; those in `with_value` take the next word along.
fn options(command: &Command<'_>, from: usize, with_value: &[&str]) -> usize {
    let mut len = 0;
    loop {
        let word = command.word(from + len);
        if !word.starts_with('-') || word.len() < 2 {
            return len;
        }
        len += if with_value.contains(&word) { 2 } else { 1 };
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && !name.starts_with(|first: char| first.is_ascii_digit())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// The script that `bash -lc '…'` or `bash <<EOF` runs.
pub(super) fn take_script<'a>(command: &mut Command<'a>) -> Option<Cow<'a, str>> {
    match command.program() {
        "bash" | "sh" | "zsh" | "dash" | "ksh" | "eval" | "su" => {}
        "powershell" | "powershell.exe" | "pwsh" | "cmd" | "cmd.exe" => return take_windows_script(command),
        _ => return None,
    }
    if command.program() == "eval" {
        return (command.words.len() == 2).then(|| command.words.swap_remove(1));
    }
    let mut script = None;
    for (index, word) in command.words.iter().enumerate().skip(1) {
        let Some(flags) = word.strip_prefix('-') else {
            // `su - user -c '…'`.
            if command.program() == "su" {
                continue;
            }
            break;
        };
        if !flags.starts_with('-') && flags.ends_with('c') {
            script = Some(index + 1);
            break;
        }
    }
    match script {
        Some(index) if index < command.words.len() => Some(command.words.swap_remove(index)),
        _ if command.operands().next().is_none() => {
            command.heredoc.take().filter(|script| !script.is_empty())
        }
        _ => None,
    }
}

/// The script of `powershell -Command "…"` and `cmd /c …`: all words behind the option.
fn take_windows_script<'a>(command: &mut Command<'a>) -> Option<Cow<'a, str>> {
    let is_option = |word: &Cow<'_, str>| {
        ["-command", "-c", "/c", "/k"].iter().any(|option| word.eq_ignore_ascii_case(option))
    };
    let at = command.words.iter().position(is_option)?;
    let mut script = command.words.drain(at + 1..);
    let first = script.next()?;
    let rest: Vec<Cow<'_, str>> = script.collect();
    if rest.is_empty() { Some(first) } else { Some(Cow::Owned(format!("{first} {}", rest.join(" ")))) }
}
