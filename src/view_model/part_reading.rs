//! What the parts of a step are, for whoever lays them out: prose, code of a language, two sides of an edit.

use super::body_text::{Field, FieldStyle, call_fields};
use super::quote::Highlight;
use crate::reading::Shape;

/// Members of a call that name the file it is about.
const FILES: &[&str] = &[
    "path",
    "file_path",
    "filePath",
    "file",
    "filename",
    "absolute_path",
    "target_file",
    "relative_path",
    "notebook_path",
    "TargetFile",
    "AbsolutePath",
];

/// Members of a call that someone wrote for someone else to read.
const PROSE: &[&str] = &[
    "prompt",
    "message",
    "description",
    "plan",
    "summary",
    "thought",
    "thoughts",
    "reasoning",
    "question",
    "answer",
    "explanation",
    "instructions",
    "task",
    "result",
    "text",
];

/// The file that a call reads or writes, where it names one: by a member, or as the last word of a command
/// such as `cat src/a.py`.
pub fn file_of(call: &str) -> String {
    let fields = call_fields(call);
    let named = fields.iter().find(|field| FILES.contains(&field.name.as_str()));
    if let Some(field) = named {
        return field.text.clone();
    }
    let command = fields.iter().find(|field| matches!(field.name.as_str(), "" | "command" | "cmd"));
    let command = command.map(|field| field.text.as_str()).unwrap_or_default();
    let one = command.split(['|', ';', '>', '&', '\n']).find(|part| shows_a_file(part)).unwrap_or_default();
    let last = one.split_whitespace().next_back().unwrap_or_default();
    last.trim_matches(['"', '\'']).to_owned()
}

fn shows_a_file(command: &str) -> bool {
    let tool = command.split_whitespace().next().unwrap_or_default();
    matches!(tool, "cat" | "head" | "tail" | "sed" | "nl" | "bat" | "less" | "more" | "open")
}

/// How a member of a call is laid out, and as what; `file` is the one the call is about.
pub fn reading_of<'a>(field: &Field, file: &'a str) -> (Shape, &'a str) {
    match field.name.as_str() {
        "command" | "cmd" | "script" | "" => (Shape::Output, "sh"),
        "code" | "python" => (Shape::Output, "py"),
        "query" | "sql" => (Shape::Output, "sql"),
        name if PROSE.contains(&name) => (Shape::Prose, ""),
        _ => (Shape::Output, file),
    }
}

/// An old text and the new one that takes its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// One behind the other, as they are laid out.
    pub text: String,
    /// Where the new one begins.
    pub split: usize,
}

impl Edit {
    pub fn new_text(&self) -> &str {
        self.text.get(self.split..).unwrap_or_default()
    }
}

/// Takes the edits out of a call's members; a side without its other stays.
pub fn take_edits(fields: &mut Vec<Field>) -> Vec<Edit> {
    let of = |style: FieldStyle| fields.iter().filter(move |field| field.style == style);
    if of(FieldStyle::Removed).count() != of(FieldStyle::Added).count() {
        return Vec::new();
    }
    let edits = of(FieldStyle::Removed)
        .zip(of(FieldStyle::Added))
        .map(|(old, new)| {
            // Two lines that were one would be no edit of lines.
            let gap = if old.text.is_empty() || old.text.ends_with('\n') { "" } else { "\n" };
            let before = format!("{}{gap}", old.text);
            Edit { split: before.len(), text: before + &new.text }
        })
        .collect();
    fields.retain(|field| field.style == FieldStyle::Code);
    edits
}

/// The highlights of a call in one of its members: where what they quote, written without JSON's escapes, stands
/// there.
pub fn marks_in(member: &str, call: &str, marks: &[Highlight]) -> Vec<Highlight> {
    let place = |mark: &Highlight| {
        let quote = call.get(mark.range.clone()).unwrap_or_default().trim_matches('"');
        let meant: String = serde_json::from_str(&format!("\"{quote}\"")).ok()?;
        let start = member.find(&meant).filter(|_| !meant.is_empty())?;
        Some(Highlight { range: start..start + meant.len(), finding: mark.finding })
    };
    marks.iter().filter_map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::{file_of, marks_in, reading_of, take_edits};
    use crate::reading::Shape;
    use crate::view_model::body_text::{Field, FieldStyle, call_fields};
    use crate::view_model::quote::Highlight;

    #[test]
    fn a_call_names_its_file() {
        assert_eq!(file_of(r#"{"file_path":"src/a.rs","limit":3}"#), "src/a.rs");
        assert_eq!(file_of(r#"{"command":"cd x && sed -n '1,20p' 'lib/b.py' | head -5"}"#), "lib/b.py");
        assert_eq!(file_of("cat src/c.go"), "src/c.go");
        assert_eq!(file_of("make test"), "");
    }

    #[test]
    fn a_member_is_laid_out_as_what_its_name_says() {
        let field =
            |name: &str| Field { name: name.to_owned(), text: String::new(), style: FieldStyle::Code };
        assert_eq!(reading_of(&field("command"), "a.rs"), (Shape::Output, "sh"));
        assert_eq!(reading_of(&field("content"), "a.rs"), (Shape::Output, "a.rs"));
        assert_eq!(reading_of(&field("prompt"), "a.rs"), (Shape::Prose, ""));
    }

    #[test]
    fn a_quote_of_a_call_is_found_in_its_member() {
        let call = r#"{"command":"echo \"hi\"\nls"}"#;
        let of = |quote: &str| {
            let start = call.find(quote).expect("is there");
            Highlight { range: start..start + quote.len(), finding: 7 }
        };
        let found = marks_in("echo \"hi\"\nls", call, &[of(r#"\"hi\"\nls"#), of("{"), of("command")]);
        assert_eq!(found, [Highlight { range: 5..12, finding: 7 }]);
    }

    #[test]
    fn edits_are_pairs() {
        let mut fields = call_fields(r#"{"path":"a","old_str":"x = 1","new_str":"x = 2"}"#);
        let edits = take_edits(&mut fields);
        assert_eq!((edits[0].text.as_str(), edits[0].new_text()), ("x = 1\nx = 2", "x = 2"));
        assert_eq!(fields.len(), 1);
        let many = r#"{"edits":[{"old_string":"a","new_string":"b"},{"old_string":"c\n","new_string":""}]}"#;
        let edits = take_edits(&mut call_fields(many));
        assert_eq!(edits.iter().map(|edit| edit.text.as_str()).collect::<Vec<_>>(), ["a\nb", "c\n"]);
        assert!(take_edits(&mut call_fields(r#"{"old_str":"x"}"#)).is_empty());
    }
}
