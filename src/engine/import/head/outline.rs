use std::borrow::Cow;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::engine::import::scan::{ValueEnd, value_end};
use crate::engine::import::text::parse_json;

/// The names and first small values of a JSON value, by path: `info.exit_status`, `messages[].role`.
/// Made from bytes that may be cut off anywhere.
#[derive(Debug, Clone, Default)]
pub struct Outline {
    /// Paths in order of first appearance, each with its first value if that is a short scalar.
    entries: IndexMap<Box<str>, Option<Box<str>>, FxBuildHasher>,
    object: bool,
}

impl Outline {
    const DEPTH: usize = 5;
    const ENTRIES: usize = 400;
    const SCALAR: usize = 200;

    pub fn of(bytes: &[u8]) -> Self {
        Self::until_end(bytes).0
    }

    /// With where the value ends, or all bytes do.
    pub(super) fn until_end(bytes: &[u8]) -> (Self, usize) {
        let mut outline = Self { object: bytes.first() == Some(&b'{'), ..Self::default() };
        let end = outline.value(bytes, &mut String::new(), 0);
        (outline, end)
    }

    /// Whether the value is an object rather than a list or a scalar.
    pub fn is_object(&self) -> bool {
        self.object
    }

    pub fn has(&self, path: &str) -> bool {
        self.entries.contains_key(path)
    }

    pub fn has_all(&self, paths: &[&str]) -> bool {
        paths.iter().all(|path| self.has(path))
    }

    /// The first scalar at that path: a string's content, or a number, `true`, `false`, `null` as written.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.entries.get(path).and_then(|value| value.as_deref())
    }

    /// All paths with their first values, in order of appearance.
    pub fn entries(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.entries.iter().map(|(path, value)| (path.as_ref(), value.as_deref()))
    }

    /// The names directly inside.
    pub fn members(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(AsRef::as_ref).filter(|path| !path.contains(['.', '[']))
    }

    fn note(&mut self, path: &str, scalar: Option<&[u8]>) {
        if self.entries.len() < Self::ENTRIES && !self.has(path) {
            let short = scalar.filter(|scalar| scalar.len() <= Self::SCALAR);
            self.entries.insert(path.into(), short.map(|scalar| plain(scalar).into()));
        }
    }

    /// Reads the value at the start of `bytes`; returns how many bytes it took.
    fn value(&mut self, bytes: &[u8], path: &mut String, depth: usize) -> usize {
        let whole = || match value_end(bytes) {
            ValueEnd::At(end) => end.max(1),
            ValueEnd::Unfinished => bytes.len(),
        };
        match bytes.first() {
            Some(open @ (b'{' | b'[')) if depth < Self::DEPTH && self.entries.len() < Self::ENTRIES => {
                if !path.is_empty() {
                    self.note(path, None);
                }
                self.members_of(*open, bytes, path, depth)
            }
            Some(b'{' | b'[') => {
                self.note(path, None);
                whole()
            }
            _ => {
                let end = whole();
                self.note(path, bytes.get(..end));
                end
            }
        }
    }

    fn members_of(&mut self, open: u8, bytes: &[u8], path: &mut String, depth: usize) -> usize {
        let mut at = 1;
        let stem = path.len();
        loop {
            match bytes.get(at) {
                None => return bytes.len(),
                Some(b'}' | b']') => return at + 1,
                Some(b',' | b':' | b' ' | b'\n' | b'\r' | b'\t') => {
                    at += 1;
                    continue;
                }
                Some(_) => {}
            }
            if open == b'{' {
                let rest = bytes.get(at..).unwrap_or_default();
                let ValueEnd::At(end) = value_end(rest) else { return bytes.len() };
                let name = rest.get(..end).map(plain).unwrap_or_default();
                at += end;
                while matches!(bytes.get(at), Some(b':' | b' ' | b'\n' | b'\r' | b'\t')) {
                    at += 1;
                }
                if stem > 0 {
                    path.push('.');
                }
                path.push_str(&name);
            } else {
                path.push_str("[]");
            }
            let rest = bytes.get(at..).unwrap_or_default();
            if matches!(rest.first(), None | Some(b'}' | b']')) {
                self.note(path, None);
            } else {
                at += self.value(rest, path, depth + 1).max(1);
            }
            path.truncate(stem);
        }
    }
}

/// The content of a JSON string; any other scalar as it is written.
fn plain(scalar: &[u8]) -> Cow<'_, str> {
    match scalar.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) {
        Some(inner) if memchr::memchr(b'\\', inner).is_none() => String::from_utf8_lossy(inner),
        Some(_) => parse_json::<String>(scalar).map_or_else(|_| String::from_utf8_lossy(scalar), Cow::Owned),
        None => String::from_utf8_lossy(scalar),
    }
}
