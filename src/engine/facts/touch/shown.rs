//! The lines of files that commands show.

use super::answer::{Output, number_of, numbered};
use super::{Shown, Touch, TouchKind, hunks, sed};
use crate::engine::facts::operation::{git_verb, in_place};
use crate::engine::facts::shell::{Command, Join};

/// A pipeline that shows lines of one file.
#[derive(Debug)]
struct View<'c> {
    file: &'c str,
    numbered: bool,
    /// The lines it is limited to, first and last; of plain text, which has no numbers, all that is known.
    ranges: Vec<(u32, u32)>,
    /// Shows the file to its end.
    whole: bool,
}

enum Says<'c> {
    Nothing,
    View(View<'c>),
    Diff,
    Something,
}

/// The lines that a command line shows of files. Only what cannot be mistaken is read: one command that answers,
/// or several whose lines bear numbers.
pub(super) fn of_commands(commands: &[Command<'_>], output: Output<'_>, touches: &mut Vec<Touch>) {
    let mut views = Vec::new();
    let (mut others, mut diffs) = (false, false);
    for pipeline in commands.split_inclusive(|command| command.next != Join::Pipe) {
        match says(pipeline) {
            Says::Nothing => {}
            Says::View(view) => views.push(view),
            Says::Diff => diffs = true,
            Says::Something => others = true,
        }
    }
    if diffs {
        let files = hunks::read(output.text, "").into_iter().filter(|file| file.complete && !output.cut);
        touches.extend(files.map(|file| Touch::new(file.file.clone(), TouchKind::Diffed(file))));
        return;
    }
    if let ([view], false) = (views.as_slice(), others) {
        let shown = if view.numbered { numbered(output, view.whole) } else { plain(output, view) };
        touches.extend(shown.map(|shown| Touch::new(view.file, TouchKind::Shown(shown))));
    } else if !others && views.len() > 1 && views.iter().all(|view| view.numbered && !view.ranges.is_empty())
    {
        several(&views, output, touches);
    }
}

/// Numbered lines of several commands, told apart by where the numbers stop rising or leave the range.
fn several(views: &[View<'_>], output: Output<'_>, touches: &mut Vec<Touch>) {
    let mut lines = output.text.lines().peekable();
    for view in views {
        let mut shown = Shown::default();
        while let Some((number, text)) = lines.peek().and_then(|line| number_of(line)) {
            let inside = view.ranges.iter().any(|(first, last)| (*first..=*last).contains(&number));
            if !inside || shown.lines.last().is_some_and(|(before, _)| *before >= number) {
                break;
            }
            shown.lines.push((number, text.into()));
            lines.next();
        }
        touches.push(Touch::new(view.file, TouchKind::Shown(shown)));
    }
    if lines.next().is_some() {
        // Something else came between: nothing of it is sure.
        touches.truncate(touches.len().saturating_sub(views.len()));
    }
}

fn says<'c>(pipeline: &'c [Command<'_>]) -> Says<'c> {
    let Some((first, rest)) = pipeline.split_first() else { return Says::Nothing };
    if pipeline.last().is_some_and(|last| last.output().is_some()) {
        return Says::Nothing;
    }
    match first.program() {
        "cd" | "mkdir" | "touch" | "rm" | "mv" | "cp" | "export" | "set" | "true" | "chmod" | ":"
        | "sleep" | "unset" => return Says::Nothing,
        "sed" | "perl" if in_place(first) => return Says::Nothing,
        "git" if rest.is_empty() => {
            return match git_verb(first) {
                "diff" => of_diff(first),
                "add" | "config" => Says::Nothing,
                _ => Says::Something,
            };
        }
        _ => {}
    }
    let Some(mut view) = source(first) else { return Says::Something };
    for filter in rest {
        if narrow(&mut view, filter).is_none() {
            return Says::Something;
        }
    }
    Says::View(view)
}

/// `git diff` of the files as they are to what is under control; not of versions, of names, of numbers.
fn of_diff<'c>(command: &Command<'_>) -> Says<'c> {
    let after = command.arguments().skip_while(|word| *word != "diff").skip(1);
    let plain = after.take_while(|word| *word != "--").all(|word| {
        matches!(word, "HEAD" | "--no-color" | "--no-ext-diff" | "-p" | "--patch")
            || (!word.starts_with('-') && (word.contains('.') || word.contains('/')) && !word.contains(".."))
    });
    if plain { Says::Diff } else { Says::Something }
}

fn one_file<'c>(mut operands: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let file = operands.next()?;
    (operands.next().is_none() && !file.contains(['*', '$', '?', '`', '{'])).then_some(file)
}

/// The first command of a pipeline: what it shows.
fn source<'c>(command: &'c Command<'_>) -> Option<View<'c>> {
    let view = |file, numbered, whole| View { file, numbered, ranges: Vec::new(), whole };
    match command.program() {
        "cat" => {
            let numbered = command.has("-n");
            let options = command.arguments().filter(|word| word.starts_with('-')).count();
            (options == usize::from(numbered)).then_some(())?;
            Some(view(one_file(command.operands())?, numbered, true))
        }
        "nl" => {
            let all = command.has("-ba") || (command.has("-b") && command.has("a"));
            let file = one_file(command.operands().filter(|word| *word != "a"))?;
            all.then(|| view(file, true, true))
        }
        "head" => {
            let (lines, file) = counted(command)?;
            Some(View {
                ranges: vec![(1, lines)],
                whole: false,
                ..view(one_file(file.into_iter())?, false, false)
            })
        }
        "tail" => {
            let from = command.arguments().find_map(|word| {
                word.strip_prefix('+').or_else(|| word.strip_prefix("-n+"))?.parse::<u32>().ok()
            })?;
            let file = one_file(command.operands().filter(|word| !word.starts_with('+')))?;
            Some(View { ranges: vec![(from, u32::MAX)], ..view(file, false, false) })
        }
        "sed" => {
            let ranges = printed(command)?;
            Some(View { ranges, ..view(one_file(command.operands().skip(1))?, false, false) })
        }
        "grep" | "egrep" | "rg" => {
            let options = || command.arguments().filter(|word| word.starts_with('-'));
            let numbers = options()
                .any(|word| word == "--line-number" || (!word.starts_with("--") && word.contains('n')));
            let other = options().any(|word| {
                word == "-e"
                    || (!word.starts_with("--")
                        && word.contains(['r', 'R', 'l', 'L', 'c', 'o', 'H', 'b', 'P', 'f']))
                    || word.starts_with("--include")
                    || word.starts_with("--exclude")
            });
            // Their values are no operands.
            let file = one_file(command.operands().filter(|word| word.parse::<u32>().is_err()).skip(1))?;
            let is_file = file.rsplit('/').next().is_some_and(|name| name.contains('.') && name != ".");
            (numbers && !other && is_file).then(|| view(file, true, false))
        }
        "awk" => {
            let mut operands = command.operands();
            let ranges = awk_range(operands.next()?)?;
            Some(View { ranges: vec![ranges], ..view(one_file(operands)?, false, false) })
        }
        _ => None,
    }
}

/// `-n 20`, `-20`, `-n20`: how many lines, and the words that remain.
fn counted<'c>(command: &'c Command<'_>) -> Option<(u32, Vec<&'c str>)> {
    let mut lines = 10;
    let mut rest = Vec::new();
    let mut words = command.arguments();
    while let Some(word) = words.next() {
        if matches!(word, "-n" | "--lines") {
            lines = words.next()?.parse().ok()?;
        } else if let Some(number) = word.strip_prefix("-n").or_else(|| word.strip_prefix('-')) {
            lines = number.parse().ok()?;
        } else {
            rest.push(word);
        }
    }
    Some((lines, rest))
}

/// The ranges of `sed -n '10,20p;30p'`.
fn printed(command: &Command<'_>) -> Option<Vec<(u32, u32)>> {
    let options: Vec<&str> = command.arguments().filter(|word| word.starts_with('-')).collect();
    if options != ["-n"] {
        return None;
    }
    let commands = sed::read(command.operands().next()?, false)?;
    let ranges: Option<Vec<(u32, u32)>> = commands
        .iter()
        .map(|command| match (&command.action, &command.from, &command.to) {
            (sed::SedAction::Print, Some(sed::Address::Line(line)), None) => Some((*line, *line)),
            (sed::SedAction::Print, Some(sed::Address::Line(first)), Some(sed::Address::Line(last))) => {
                Some((*first, (*last).max(*first)))
            }
            (sed::SedAction::Print, Some(sed::Address::Line(first)), Some(sed::Address::Last)) => {
                Some((*first, u32::MAX))
            }
            _ => None,
        })
        .collect();
    ranges.filter(|ranges| ranges.windows(2).all(|pair| matches!(pair, [one, two] if one.1 < two.0)))
}

/// `NR>=10 && NR<=20`.
fn awk_range(program: &str) -> Option<(u32, u32)> {
    let plain: String = program.chars().filter(|character| !character.is_whitespace()).collect();
    let plain = plain.strip_suffix("{print}").unwrap_or(&plain);
    let number = |text: &str| text.parse::<u32>().ok();
    if let Some((first, last)) = plain.split_once("&&") {
        return Some((number(first.strip_prefix("NR>=")?)?, number(last.strip_prefix("NR<=")?)?));
    }
    let (first, last) = plain.split_once(',')?;
    Some((number(first.strip_prefix("NR==")?)?, number(last.strip_prefix("NR==")?)?))
}

/// What the next command of the pipeline leaves of a view.
fn narrow(view: &mut View<'_>, filter: &Command<'_>) -> Option<()> {
    match filter.program() {
        // Lines that bear their numbers stay what they are, whichever are left.
        "grep" | "egrep" if view.numbered => {
            view.whole = false;
            filter
                .arguments()
                .all(|word| !word.starts_with('-') || !word.contains(['o', 'c', 'n', 'l']))
                .then_some(())
        }
        "grep" if view.whole => {
            view.numbered = filter.has("-n") || filter.has("-nE") || filter.has("-ni");
            view.whole = false;
            (view.numbered && !filter.arguments().any(|word| word == "-o")).then_some(())
        }
        "sed" if view.whole || view.numbered => {
            view.ranges = printed(filter)?;
            view.whole = false;
            Some(())
        }
        "head" => {
            let (lines, files) = counted(filter)?;
            files.is_empty().then_some(())?;
            if view.whole {
                view.ranges = vec![(1, lines)];
            } else if !view.numbered {
                let (first, last) = *view.ranges.first().filter(|_| view.ranges.len() == 1)?;
                view.ranges = vec![(first, last.min(first.saturating_add(lines).saturating_sub(1)))];
            }
            view.whole = false;
            Some(())
        }
        "tail" => {
            let (lines, files) = counted(filter)?;
            files.is_empty().then_some(())?;
            if !view.numbered {
                let (first, last) = *view.ranges.first().filter(|_| view.ranges.len() == 1)?;
                (last < u32::MAX).then_some(())?;
                view.ranges = vec![(first.max(last.saturating_sub(lines.saturating_sub(1))), last)];
            }
            view.whole = false;
            Some(())
        }
        "awk" if view.whole && !view.numbered => {
            view.ranges = vec![awk_range(filter.operands().next()?)?];
            view.whole = false;
            Some(())
        }
        "cat" if filter.words.len() == 1 => Some(()),
        "cat" if view.whole && filter.has("-n") => {
            view.numbered = true;
            Some(())
        }
        "nl" if view.whole && filter.has("-ba") => {
            view.numbered = true;
            Some(())
        }
        _ => None,
    }
}

/// Lines without numbers: those of the ranges, in order.
fn plain(output: Output<'_>, view: &View<'_>) -> Option<Shown> {
    let mut lines: Vec<&str> = output.text.lines().collect();
    if output.cut {
        lines.pop();
    }
    let is_missing = |line: &&str| {
        (line.starts_with("cat: ") || line.starts_with("sed: ") || line.starts_with("head: "))
            && line.contains(view.file)
    };
    if lines.first().is_some_and(is_missing) {
        return None;
    }
    if view.whole {
        let len = u32::try_from(lines.len()).ok().filter(|_| !output.cut);
        let lines = (1..).zip(lines).map(|(number, line)| (number, line.into())).collect();
        return Some(Shown { lines, len });
    }
    let numbers = view.ranges.iter().flat_map(|(first, last)| *first..=*last);
    let asked: u64 = view.ranges.iter().map(|(first, last)| u64::from(*last) - u64::from(*first) + 1).sum();
    let shown: Vec<(u32, Box<str>)> =
        numbers.zip(&lines).map(|(number, line)| (number, (*line).into())).collect();
    if (lines.len() as u64) > asked {
        return None;
    }
    // Fewer lines than asked for: there the file ends.
    let ends = (lines.len() as u64) < asked && !output.cut && view.ranges.len() == 1;
    let len = shown.last().map(|(last, _)| *last).filter(|_| ends);
    Some(Shown { lines: shown, len })
}
