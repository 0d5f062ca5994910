//! Hides what differs between two runs of the same thing: for templates of error lines, and for hashes of
//! results.

use xxhash_rust::xxh3::xxh3_64;

/// A template longer than this names too much to be met twice.
const MAX_TEMPLATE: usize = 200;

/// The line with numbers, paths, addresses, ids and quoted texts replaced by `<n>`, `<path>` (its extension
/// kept), `<hex>`, `<id>`, `<str>`.
pub(in crate::engine) fn template(line: &str) -> Box<str> {
    let mut masked = String::with_capacity(line.len().min(MAX_TEMPLATE));
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        if masked.len() >= MAX_TEMPLATE {
            break;
        }
        if let Some(len) = quoted_len(rest, masked.chars().next_back()) {
            masked.push_str("<str>");
            rest = rest.get(len..).unwrap_or("");
            continue;
        }
        if !is_word(first) {
            if !(first.is_whitespace() && masked.ends_with(' ')) {
                masked.push(if first.is_whitespace() { ' ' } else { first });
            }
            rest = rest.get(first.len_utf8()..).unwrap_or("");
            continue;
        }
        let len = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(len);
        mask_word(word, &mut masked);
        rest = after;
    }
    masked.trim_end().into()
}

/// What paths, numbers and names are made of.
fn is_word(character: char) -> bool {
    character.is_alphanumeric()
        || matches!(character, '_' | '/' | '\\' | '.' | '-' | ':' | '+' | '~' | '@' | '%' | '#')
}

/// The length of the quoted text that begins here, quotes included. `before`: an apostrophe in a word quotes
/// nothing.
fn quoted_len(rest: &str, before: Option<char>) -> Option<usize> {
    let quote = rest.chars().next().filter(|first| matches!(first, '\'' | '"' | '`' | '‘' | '“'))?;
    if before.is_some_and(char::is_alphanumeric) {
        return None;
    }
    let close = match quote {
        '‘' => '’',
        '“' => '”',
        same => same,
    };
    let inner = rest.get(quote.len_utf8()..)?;
    Some(quote.len_utf8() + inner.find(close)? + close.len_utf8())
}

fn mask_word(word: &str, masked: &mut String) {
    let core = word.trim_end_matches(['.', ':', '-']);
    let end = word.get(core.len()..).unwrap_or("");
    if is_path(core) {
        masked.push_str("<path>");
        masked.push_str(extension(core));
    } else if is_address(core) {
        masked.push_str("<hex>");
    } else if is_id(core) {
        masked.push_str("<id>");
    } else {
        mask_digits(core, masked);
    }
    masked.push_str(end);
}

fn is_path(word: &str) -> bool {
    let has_letter = word.bytes().any(|byte| byte.is_ascii_alphabetic());
    has_letter && (word.contains('/') || word.contains('\\') || has_file_extension(word))
}

/// `name.py`, `name.py:12`: a few letters after the last point, and a name that is no version.
fn has_file_extension(word: &str) -> bool {
    const EXTENSIONS: &[&str] = &[
        "py", "rs", "js", "ts", "jsx", "tsx", "go", "java", "c", "h", "cc", "cpp", "hpp", "rb", "php",
        "json", "toml", "yaml", "yml", "txt", "md", "cfg", "ini", "sh", "sql", "html", "css", "xml", "csv",
        "kt", "swift", "log", "so", "mjs", "vue", "lock", "ipynb", "pyx",
    ];
    let name = word.split(':').next().unwrap_or(word);
    name.rsplit_once('.').is_some_and(|(stem, extension)| !stem.is_empty() && EXTENSIONS.contains(&extension))
}

/// `.py` of `a/b.py:12`, nothing of `a/b`.
fn extension(path: &str) -> &str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let file = file.split(':').next().unwrap_or(file);
    match file.rfind('.') {
        Some(at) if at > 0 && has_file_extension(file) => file.get(at..).unwrap_or(""),
        _ => "",
    }
}

fn is_address(word: &str) -> bool {
    let (digits, least) = match word.strip_prefix("0x") {
        Some(digits) => (digits, 1),
        None => (word, 7),
    };
    digits.len() >= least
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        && (least == 1
            || digits.bytes().any(|byte| byte.is_ascii_digit())
                && digits.bytes().any(|byte| byte.is_ascii_alphabetic()))
}

/// UUIDs, request ids and the like: long, and letters and digits mixed.
fn is_id(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    word.len() >= 16
        && digits >= 4
        && word.bytes().any(|byte| byte.is_ascii_alphabetic())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Every number becomes `<n>`; points, colons and hyphens between digits belong to it.
fn mask_digits(word: &str, masked: &mut String) {
    let bytes = word.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut open = false;
    for (at, character) in word.char_indices() {
        let inside = digit(at) || (open && digit(at + 1) && matches!(character, '.' | ':' | '-' | 'T' | ','));
        if !inside {
            masked.push(character);
        } else if !open {
            masked.push_str("<n>");
        }
        open = inside;
    }
}

/// Beginning and end of a huge text are masked, what lies between is taken as it stands.
const MASKED_ENDS: usize = 128 * 1024;

/// A hash that is equal for texts that differ only in clock times, dates, durations, addresses and process
/// ids. 0 is never returned.
pub(super) fn result_hash(text: &str, scratch: &mut Vec<u8>) -> u64 {
    let bytes = text.as_bytes();
    scratch.clear();
    if bytes.len() > 2 * MASKED_ENDS {
        let (start, rest) = bytes.split_at(MASKED_ENDS);
        let (middle, end) = rest.split_at(rest.len() - MASKED_ENDS);
        push_masked(start, scratch);
        scratch.extend(xxh3_64(middle).to_le_bytes());
        push_masked(end, scratch);
    } else {
        push_masked(bytes, scratch);
    }
    xxh3_64(scratch).max(1)
}

/// The hash of what a system message tells the agent to do: words that are whole paths and times of day are no
/// part of that. 0 is never returned.
pub(super) fn prompt_hash(text: &str, scratch: &mut Vec<u8>) -> u64 {
    let is_place = |word: &&str| word.starts_with(['/', '~']) || word.contains(":\\");
    let words: Vec<&str> = text.split_whitespace().filter(|word| !is_place(word)).collect();
    result_hash(&words.join(" "), scratch)
}

/// The hash of a text as it stands. 0 is never returned.
pub(super) fn exact_hash(text: &str) -> u64 {
    xxh3_64(text.as_bytes()).max(1)
}

fn push_masked(bytes: &[u8], out: &mut Vec<u8>) {
    out.reserve(bytes.len());
    let mut kept = 0;
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(u8::is_ascii_digit)) {
        let start = at + found;
        let rest = bytes.get(start..).unwrap_or_default();
        let len = number_len(rest);
        let before = bytes.get(..start).unwrap_or_default();
        if varies(rest.get(..len).unwrap_or_default(), rest.get(len..).unwrap_or_default(), before) {
            out.extend_from_slice(bytes.get(kept..start).unwrap_or_default());
            out.push(0);
            kept = start + len;
        }
        at = start + len.max(1);
    }
    out.extend_from_slice(bytes.get(kept..).unwrap_or_default());
}

/// How far a number, time, date or address goes.
fn number_len(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"0x") {
        return 2 + bytes.iter().skip(2).take_while(|byte| byte.is_ascii_hexdigit()).count();
    }
    let len = bytes
        .iter()
        .enumerate()
        .take_while(|(at, byte)| {
            byte.is_ascii_digit()
                || (matches!(byte, b'.' | b':' | b'-' | b'T')
                    && bytes.get(at + 1).is_some_and(u8::is_ascii_digit))
        })
        .count();
    len.max(1)
}

fn varies(number: &[u8], after: &[u8], before: &[u8]) -> bool {
    let has = |wanted: u8| number.contains(&wanted);
    let is_time = has(b':') && number.len() >= 4 && !(number.len() < 5 && has(b'.'));
    let is_date = number.len() >= 8 && memchr::memchr_iter(b'-', number).count() == 2;
    let unit = after.strip_prefix(b" ").unwrap_or(after);
    let is_duration = (has(b'.') || unit.len() == after.len())
        && [&b"s"[..], b"ms", b"us", b"ns", b"sec", b"seconds", b"\xc2\xb5s"].iter().any(|name| {
            unit.strip_prefix(*name).is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphanumeric))
        });
    let is_pid = [&b"pid "[..], b"PID ", b"pid=", b"pid: ", b"PID: ", b"process "]
        .iter()
        .any(|label| before.ends_with(label));
    is_time || is_date || is_duration || is_pid || number.starts_with(b"0x")
}

#[cfg(test)]
mod tests {
    use super::{prompt_hash, result_hash, template};

    #[test]
    fn templates() {
        for (line, expected) in [
            ("ModuleNotFoundError: No module named 'numpy'", "ModuleNotFoundError: No module named <str>"),
            ("cat: /src/a b.txt: No such file", "cat: <path> <path>.txt: No such file"),
            ("a/b.py:12: error: line 7", "<path>.py: error: line <n>"),
            ("object at 0x7f00aa failed", "object at <hex> failed"),
            ("request 3f2504e0-4f89-11d3-9a0c-0305e82c3301 failed", "request <id> failed"),
            ("took 1.25s on 2026-01-02T03:04:05", "took <n>s on <n>"),
            ("can't do 5 things", "can't do <n> things"),
            ("commit deadbee1 of v1.2.3.", "commit <hex> of v<n>."),
        ] {
            assert_eq!(&*template(line), expected);
        }
    }

    #[test]
    fn a_prompt_is_the_same_on_another_day_in_another_folder() {
        let hash = |text: &str| prompt_hash(text, &mut Vec::new());
        let here = hash("You are an agent.\nToday is 2026-01-02. You work in /home/ada/project now.");
        assert_eq!(here, hash("You are an agent. Today is 2025-11-30. You work in /srv/a/b now."));
        assert_ne!(here, hash("You are an agent. Today is 2025-11-30. You work alone in /srv/a/b now."));
    }

    #[test]
    fn hashes_that_forget_the_time() {
        let hash = |text: &str| result_hash(text, &mut Vec::new());
        assert_eq!(hash("3 passed in 0.12s at 10:11:12"), hash("3 passed in 0.3s at 23:59:01"));
        assert_eq!(hash("<A at 0x7f01> pid 12"), hash("<A at 0xabc> pid 13"));
        assert_ne!(hash("3 passed in 0.12s"), hash("4 passed in 0.12s"));
        assert_ne!(hash("1.5 is it"), hash("1.6 is it"));
    }
}
