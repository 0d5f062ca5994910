//! Small readers shared by the families.

use std::borrow::Cow;

/// A line without terminal colours.
pub(in crate::engine::facts) fn plain(line: &str) -> Cow<'_, str> {
    if memchr::memchr(0x1b, line.as_bytes()).is_none() {
        return Cow::Borrowed(line);
    }
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, escape)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = match escape.strip_prefix('[') {
            Some(sequence) => sequence
                .find(|character: char| ('@'..='~').contains(&character))
                .and_then(|end| sequence.get(end + 1..))
                .unwrap_or(""),
            None => escape,
        };
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// The number a text begins with, and what follows it.
pub(super) fn number(text: &str) -> Option<(u32, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    Some((text.get(..digits)?.parse().ok()?, text.get(digits..)?))
}

/// `3 failed, 10 passed` as its numbers with their words; `None` for an entry that is none.
pub(super) fn counted(text: &str) -> impl Iterator<Item = Option<(u32, &str)>> {
    text.split([',', '|', ';']).map(str::trim).filter(|entry| !entry.is_empty()).map(|entry| {
        let (count, word) = number(entry)?;
        Some((count, word.strip_prefix(' ')?.trim()))
    })
}

/// The number behind `label` in `text`: 2 for `Failures: 2` and `Failures:`.
pub(super) fn labelled(text: &str, label: &str) -> Option<u32> {
    let (_, after) = text.split_once(label)?;
    number(after.trim_start()).map(|(count, _)| count)
}

#[cfg(test)]
mod tests {
    use super::{counted, labelled, plain};

    #[test]
    fn colours_counts_and_labels() {
        assert_eq!(plain("\u{1b}[31m\u{1b}[1m1 failed\u{1b}[0m"), "1 failed");
        let entries: Vec<_> = counted("3 failed, 10 passed").flatten().collect();
        assert_eq!(entries, [(3, "failed"), (10, "passed")]);
        assert_eq!(labelled("Tests: 5, Failures: 1.", "Failures:"), Some(1));
    }
}
