mod binary;
mod outline;

use std::borrow::Cow;

use binary::binary;
pub use outline::Outline;

use super::ImportError;
use super::scan::{ValueEnd, value_end};
use crate::engine::trace::{BodySource, SourceId};

/// How a file is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Empty,
    /// Not text; says what it is.
    Binary(&'static str),
    /// One JSON object.
    Object,
    /// One JSON list.
    List,
    /// JSON objects or lists, one a line.
    Lines,
    Text,
}

/// The beginning and the end of a file: all that a probe may look at.
pub struct Head<'a> {
    pub name: &'a str,
    /// At most [`Head::BYTES`] from the beginning.
    pub bytes: Cow<'a, [u8]>,
    pub tail: Cow<'a, [u8]>,
    /// Length of the whole file.
    pub len: u64,
    pub shape: Shape,
    /// For [`Shape::Object`] the document; for lists and lines one for each of the first elements or lines.
    pub outlines: Vec<Outline>,
    /// For a document: what its last bytes show. Some formats name themselves there only.
    pub tail_names: Vec<String>,
}

impl<'a> Head<'a> {
    pub const BYTES: u64 = 256 << 10;
    const TAIL: u64 = 4 << 10;
    const OUTLINES: usize = 200;

    pub fn read(sources: &'a dyn BodySource, source: SourceId) -> Result<Self, ImportError> {
        let len = sources.len(source);
        let bytes = sources.read(source, 0..len.min(Self::BYTES))?;
        let tail = sources.read(source, len.saturating_sub(Self::TAIL)..len)?;
        Ok(Self::of(sources.name(source), bytes, tail, len))
    }

    pub fn of(
        name: &'a str,
        bytes: impl Into<Cow<'a, [u8]>>,
        tail: impl Into<Cow<'a, [u8]>>,
        len: u64,
    ) -> Self {
        let (bytes, tail) = (bytes.into(), tail.into());
        let (shape, outlines) = laid_out(&bytes, len);
        let tail_names = if shape == Shape::Object { names_in(&tail) } else { Vec::new() };
        Self { name, bytes, tail, len, shape, outlines, tail_names }
    }

    /// The first outline: the document, or the first element or line.
    pub fn first(&self) -> Option<&Outline> {
        self.outlines.first()
    }

    /// How many of the outlines have the path.
    pub fn count(&self, path: &str) -> usize {
        self.outlines.iter().filter(|outline| outline.has(path)).count()
    }

    /// Whether a single object has this member, wherever it stands in the file.
    pub fn has_member(&self, name: &str) -> bool {
        self.shape == Shape::Object
            && (self.first().is_some_and(|outline| outline.has(name))
                || self.tail_names.iter().any(|known| known == name))
    }

    /// What the file looks like, for a person whose file nobody claimed.
    pub fn describe(&self) -> String {
        fn names(outline: &Outline) -> String {
            let mut names: Vec<&str> = outline.members().collect();
            let more = names.len() > 6;
            names.truncate(6);
            format!("{}{}", names.join(", "), if more { ", …" } else { "" })
        }
        match (self.shape, self.first()) {
            (Shape::Empty, _) => "an empty file".to_owned(),
            (Shape::Binary(what), _) => what.to_owned(),
            (Shape::Object, Some(outline)) => {
                format!("one JSON object with the members {}", names(outline))
            }
            (Shape::List, Some(outline)) if outline.is_object() => {
                format!("a JSON list of objects with the members {}", names(outline))
            }
            (Shape::Lines, Some(outline)) if outline.is_object() => {
                format!("JSON lines whose objects have the members {}", names(outline))
            }
            (Shape::List | Shape::Lines, _) => "JSON lists of plain values".to_owned(),
            (Shape::Object, None) => "a JSON object that is cut off".to_owned(),
            (Shape::Text, _) => {
                let text = String::from_utf8_lossy(&self.bytes);
                let line: String = text
                    .lines()
                    .find(|line| !line.trim().is_empty())
                    .unwrap_or("")
                    .chars()
                    .take(60)
                    .collect();
                format!("plain text that begins “{}”", line.trim())
            }
        }
    }
}

impl Shape {
    /// The shape of a file of `len` bytes that begins with `bytes`.
    fn of(bytes: &[u8], len: u64) -> Self {
        if let Some(what) = binary(bytes) {
            return Self::Binary(what);
        }
        let text = without_mark(bytes);
        match text.first() {
            None if len <= bytes.len() as u64 => Self::Empty,
            Some(first @ (b'{' | b'[')) => match value_end(text) {
                ValueEnd::At(end) => Self::of_values(*first, text.get(end..)),
                ValueEnd::Unfinished => Self::of_values(*first, None),
            },
            _ => {
                // A broken first line must not hide the JSON lines behind it.
                let all = lines(text).filter(|line| !line.is_empty()).count();
                if lines(text).filter(|line| is_record(line)).count() * 2 > all {
                    Self::Lines
                } else {
                    Self::Text
                }
            }
        }
    }

    /// The shape of what begins with an object or a list, by what stands behind that, if it ends at all.
    fn of_values(first: u8, behind: Option<&[u8]>) -> Self {
        match (first, behind.and_then(|rest| rest.trim_ascii_start().first())) {
            (b'{', None) => Self::Object,
            (b'{', Some(_)) | (_, Some(b'[')) => Self::Lines,
            _ => Self::List,
        }
    }

    /// The shape of a source, without outlining it.
    pub(super) fn read(sources: &dyn BodySource, source: SourceId) -> Result<Self, ImportError> {
        let len = sources.len(source);
        let bytes = sources.read(source, 0..len.min(Head::BYTES))?;
        let shape = Self::of(&bytes, len);
        // Behind a first line that is longer than the head, others may follow.
        let one_line = shape == Self::Object && !bytes.trim_ascii().contains(&b'\n');
        Ok(if one_line { Self::Lines } else { shape })
    }
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start()
}

/// The shape of a file of `len` bytes that begins with `bytes`, and its outlines. A document is walked once for
/// both.
fn laid_out(bytes: &[u8], len: u64) -> (Shape, Vec<Outline>) {
    let text = without_mark(bytes);
    if text.first() == Some(&b'{') && binary(bytes).is_none() {
        let (outline, end) = Outline::until_end(text);
        match Shape::of_values(b'{', text.get(end..)) {
            Shape::Object => return (Shape::Object, vec![outline]),
            shape => return (shape, outlines(shape, text)),
        }
    }
    let shape = Shape::of(bytes, len);
    (shape, outlines(shape, text))
}

fn outlines(shape: Shape, text: &[u8]) -> Vec<Outline> {
    match shape {
        Shape::Object => vec![Outline::of(text)],
        Shape::List => list_outlines(text.get(1..).unwrap_or_default()),
        Shape::Lines => {
            lines(text).filter(|line| is_record(line)).take(Head::OUTLINES).map(Outline::of).collect()
        }
        Shape::Empty | Shape::Binary(_) | Shape::Text => Vec::new(),
    }
}

fn is_record(line: &[u8]) -> bool {
    matches!(line.first(), Some(b'{' | b'['))
}

/// The lines of a text without the blanks around them.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = memchr::memchr_iter(b'\n', text).chain([text.len()]);
    ends.scan(0, |start, end| {
        let line = text.get(*start..end);
        *start = end + 1;
        line
    })
    .map(<[u8]>::trim_ascii)
}

fn list_outlines(mut rest: &[u8]) -> Vec<Outline> {
    let mut outlines = Vec::new();
    while outlines.len() < Head::OUTLINES {
        rest = rest.trim_ascii_start();
        match rest.first() {
            Some(b',') => rest = rest.get(1..).unwrap_or_default(),
            None | Some(b']') => break,
            Some(_) => {
                outlines.push(Outline::of(rest));
                match value_end(rest) {
                    ValueEnd::At(end) => rest = rest.get(end.max(1)..).unwrap_or_default(),
                    ValueEnd::Unfinished => break,
                }
            }
        }
    }
    outlines
}

/// Member names that stand in a cut-out of JSON: strings followed by a colon.
fn names_in(tail: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(tail);
    let mut pieces = text.split('"');
    let mut names = Vec::new();
    let mut previous = pieces.next();
    for piece in pieces {
        if piece.trim_start().starts_with(':')
            && let Some(name) = previous
            && name.len() <= 60
        {
            names.push(name.to_owned());
        }
        previous = Some(piece);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::{Head, Outline, Shape};
    use crate::engine::trace::{MemorySources, SourceId};

    #[test]
    fn outlines_a_cut_document() {
        let outline =
            Outline::of(br#"{"info":{"exit_status":"ok"},"messages":[{"role":"user","content":"abc"#);
        assert_eq!(outline.get("info.exit_status"), Some("ok"));
        assert_eq!(outline.get("messages[].role"), Some("user"));
        assert!(outline.has("messages[].content"));
        assert_eq!(outline.members().collect::<Vec<_>>(), ["info", "messages"]);
    }

    #[test]
    fn tells_lines_from_documents() {
        let shape = |text: &str| Head::of("x", text.as_bytes(), text.as_bytes(), text.len() as u64).shape;
        assert_eq!(shape("{\"a\":1}\n{\"a\":2}"), Shape::Lines);
        assert_eq!(shape("{\n\"a\":1}"), Shape::Object);
        assert_eq!(shape("[{\"a\":1}]"), Shape::List);
        assert_eq!(shape("oops\n{\"a\":1}\n{\"a\":1}\n"), Shape::Lines);
        assert_eq!(shape("# notes"), Shape::Text);
        assert_eq!(shape(""), Shape::Empty);
        assert_eq!(shape("PK\u{3}\u{4}"), Shape::Binary("a zip archive that was not opened"));
    }

    #[test]
    fn a_big_document_names_members_at_its_end_too() {
        let json = format!("{{\"big\":\"{}\",\"info\":{{\"mark\":1}},\"last\":2}}", "x".repeat(300_000));
        let sources = MemorySources::single("big.json", json);
        let head = Head::read(&sources, SourceId(0)).unwrap();
        assert_eq!(head.shape, Shape::Object);
        assert!(head.has_member("big") && head.has_member("last") && !head.has_member("other"));
    }

    #[test]
    fn outlines_keep_what_a_probe_asks_for() {
        let text = "{\"type\":\"a\",\"n\":1.5,\"long\":\"".to_owned()
            + &"x".repeat(300)
            + "\"}\n{\"type\":\"b\"}\noops";
        let head = Head::of("x", text.as_bytes(), text.as_bytes(), text.len() as u64);
        assert_eq!((head.outlines.len(), head.count("type"), head.count("n")), (2, 2, 1));
        let first = head.first().unwrap();
        assert_eq!((first.get("n"), first.get("long"), first.has("long")), (Some("1.5"), None, true));
    }

    #[test]
    fn any_cut_of_a_document_has_an_outline() {
        let json = "[{\"a\\\"b\":[1,[2,{\"c\":\"é\"}]],\"d\":null},{\"e\":{}}]";
        for cut in 0..json.len() {
            let bytes = &json.as_bytes()[..cut];
            let head = Head::of("x", bytes, bytes, cut as u64);
            assert!(head.outlines.len() <= 2 && !head.describe().is_empty(), "cut at {cut}");
        }
    }

    #[test]
    fn describes_what_nobody_claimed() {
        let describe =
            |text: &str| Head::of("x", text.as_bytes(), text.as_bytes(), text.len() as u64).describe();
        assert_eq!(describe("{\"a\":1,\"b\":{\"c\":2}}"), "one JSON object with the members a, b");
        assert_eq!(describe("[{\"a\":1}]"), "a JSON list of objects with the members a");
        assert_eq!(describe("[1,2]"), "JSON lists of plain values");
        assert_eq!(describe("\n# Notes"), "plain text that begins “# Notes”");
    }
}
