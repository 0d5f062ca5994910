//! What answers say of the lines of files, however they write it.

use super::{Shown, Touch, TouchKind};

/// What an answer holds beside the wrapping of the harness.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output<'t> {
    pub(super) text: &'t str,
    /// Something is missing at its end.
    pub(super) cut: bool,
}

impl<'t> Output<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let between = |start: &str, end: &str| {
            let rest = text.split_once(start)?.1;
            Some(rest.split_once(end).map_or(rest, |(inner, _)| inner))
        };
        if text.trim_start().starts_with("<returncode>") {
            if let Some(head) = between("<output_head>\n", "\n</output_head>") {
                return Self { text: head, cut: true };
            }
            if let Some(inner) = between("<output>\n", "</output>") {
                return Self { text: inner, cut: false };
            }
        }
        let mut inner = text;
        if (text.starts_with("Exit code: ") || text.starts_with("Chunk ID: "))
            && let Some((_, rest)) = text.split_once("\nOutput:\n")
        {
            inner = rest;
        }
        for closing in
            ["\n[The command completed with exit code", "\n[Python Interpreter:", "\n[Current working"]
        {
            inner = inner.split_once(closing).map_or(inner, |(before, _)| before);
        }
        let cut = cut_at(inner);
        // Before the mark stands a line break that was not in the text.
        inner =
            cut.and_then(|at| inner.get(..at)).map_or(inner, |head| head.strip_suffix('\n').unwrap_or(head));
        let cut = cut.is_some();
        Self { text: inner, cut }
    }
}

/// Where something was left out: the line that says so.
fn cut_at(text: &str) -> Option<usize> {
    const WORDS: &[&str] = &["elided", "truncated", "clipped", "omitted", "lines left out"];
    let mut from = 0;
    while let Some(at) = WORDS.iter().filter_map(|word| Some(from + text.get(from..)?.find(word)?)).min() {
        let start = text.get(..at)?.rfind('\n').map_or(0, |at| at + 1);
        let line = text.get(start..)?.lines().next()?;
        if line.starts_with(['[', '<', '…', '.', '(']) && line.len() < 200 {
            return Some(start);
        }
        from = start + line.len();
    }
    None
}

/// A line that begins with its number, as `cat -n`, `nl`, `grep -n` and most editors write it.
pub(super) fn number_of(line: &str) -> Option<(u32, &str)> {
    let trimmed = line.trim_start_matches(' ');
    let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = trimmed.split_at_checked(digits)?;
    let number = number.parse().ok()?;
    let rest = ["\t", "→", ":", "-", "| ", "|"].iter().find_map(|separator| rest.strip_prefix(separator));
    // Editors strip the blanks behind the number of an empty line.
    Some((number, rest.or_else(|| (trimmed.len() == digits && digits > 0).then_some(""))?))
}

/// Lines that bear their numbers. A line without one ends the reading, unless it parts two places of `grep`.
pub(super) fn numbered(output: Output<'_>, whole: bool) -> Option<Shown> {
    let mut shown = Shown::default();
    let mut lines = output.text.lines().peekable();
    let mut complete = true;
    while let Some(line) = lines.next() {
        if line == "--" {
            continue;
        }
        let Some((number, text)) = number_of(line) else {
            complete = line.trim().is_empty() && lines.peek().is_none();
            break;
        };
        let follows = shown.lines.last().is_none_or(|(before, _)| *before < number);
        // The last line of an answer that was cut off may be cut itself.
        if !follows || (output.cut && lines.peek().is_none()) {
            complete = false;
            break;
        }
        shown.lines.push((number, text.into()));
    }
    let (first, last) = (shown.lines.first()?.0, shown.lines.last()?.0);
    if whole && complete && !output.cut && first == 1 && last as usize == shown.lines.len() {
        shown.len = Some(last);
    }
    Some(shown)
}

/// The window of SWE-agent's editor: `[File: a.py (120 lines total)]`, `12:text`.
pub(super) fn window(text: &str) -> Option<Touch> {
    let (_, rest) = text.rsplit_once("[File: ")?;
    let (head, rest) = rest.split_once('\n')?;
    let (file, len) = head.split_once(" (")?;
    let len = len.split(' ').next()?.parse().ok()?;
    let mut lines = Vec::new();
    for line in rest.lines() {
        match line.split_once(':').and_then(|(number, text)| Some((number.parse::<u32>().ok()?, text))) {
            Some((number, text)) => lines.push((number, text.into())),
            None if lines.is_empty() && line.starts_with('(') => {}
            None => break,
        }
    }
    Some(Touch::new(file, TouchKind::Shown(Shown { lines, len: Some(len) })))
}
