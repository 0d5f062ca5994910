//! The text of a step, made readable: tool calls as fields, terminal colours taken off.

use std::borrow::Cow;

use serde_json::Value;

/// How a field is drawn; fields stand in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldStyle {
    Code,
    /// Text that an edit takes away or puts in.
    Removed,
    Added,
}

/// One input of a tool call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Empty when the call is no more than one text.
    pub name: String,
    pub text: String,
    pub style: FieldStyle,
}

/// The inputs of a call: the members of a JSON object, or the text as it stands.
pub fn call_fields(call: &str) -> Vec<Field> {
    match serde_json::from_str(call) {
        Ok(Value::Object(members)) if !members.is_empty() => {
            let mut fields: Vec<Field> =
                members.into_iter().flat_map(|(name, value)| fields_of(name, value)).collect();
            fields.sort_by_key(|field| field.style);
            fields
        }
        Ok(Value::String(text)) => vec![Field { name: String::new(), text, style: FieldStyle::Code }],
        _ => vec![Field { name: String::new(), text: call.to_owned(), style: FieldStyle::Code }],
    }
}

/// A list of edits gives the sides of each, any other member itself.
fn fields_of(name: String, value: Value) -> Vec<Field> {
    let is_edit = |item: &Value| {
        item.as_object().is_some_and(|item| {
            let sides = item.keys().map(|name| style(name));
            sides.filter(|style| *style != FieldStyle::Code).count() == 2
        })
    };
    match value {
        Value::Array(items) if !items.is_empty() && items.iter().all(is_edit) => items
            .into_iter()
            .filter_map(|item| if let Value::Object(item) = item { Some(item) } else { None })
            .flatten()
            .filter(|(name, _)| style(name) != FieldStyle::Code)
            .map(|(name, value)| field(name, value))
            .collect(),
        value => vec![field(name, value)],
    }
}

fn style(name: &str) -> FieldStyle {
    match name {
        "old_string" | "old_str" | "oldText" | "old_text" | "search" => FieldStyle::Removed,
        "new_string" | "new_str" | "newText" | "new_text" | "replace" => FieldStyle::Added,
        _ => FieldStyle::Code,
    }
}

fn field(name: String, value: Value) -> Field {
    let style = style(&name);
    let text = match value {
        Value::String(text) => text,
        Value::Object(_) | Value::Array(_) => {
            serde_json::to_string_pretty(&value).unwrap_or_else(|_| value.to_string())
        }
        _ => value.to_string(),
    };
    Field { name, text, style }
}

/// Fields short enough to stand beside their names on one line.
pub fn is_short(field: &Field) -> bool {
    field.style == FieldStyle::Code && field.text.len() <= 100 && !field.text.contains('\n')
}

/// Without the sequences that colour a terminal and move its cursor.
pub fn strip_ansi(text: &str) -> Cow<'_, str> {
    if !text.contains('\u{1b}') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        if char != '\u{1b}' {
            plain.push(char);
            continue;
        }
        match chars.next() {
            // A control sequence ends with a byte from @ to ~.
            Some('[') => while chars.next().is_some_and(|char| !('@'..='~').contains(&char)) {},
            // A command to the terminal ends with BEL or ESC \.
            Some(']') => {
                while let Some(char) = chars.next() {
                    if char == '\u{7}' || (char == '\u{1b}' && chars.next_if_eq(&'\\').is_some()) {
                        break;
                    }
                }
            }
            Some('(' | ')') => drop(chars.next()),
            _ => {}
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::{FieldStyle, call_fields, strip_ansi};

    #[test]
    fn a_call_becomes_its_fields() {
        let fields = call_fields(r#"{"path":"a.rs","old_str":"one\ntwo","limit":3,"opts":{"a":1}}"#);
        let find = |name: &str| fields.iter().find(|field| field.name == name).expect("is there");
        assert_eq!(find("path").text, "a.rs");
        assert_eq!(find("old_str").style, FieldStyle::Removed);
        assert_eq!(find("old_str").text, "one\ntwo");
        assert_eq!(find("limit").text, "3");
        assert!(find("opts").text.contains("\"a\": 1"));
    }

    #[test]
    fn what_is_no_object_stays_as_it_is() {
        for text in ["ls -la", "{broken", "[1,2]", "{}", ""] {
            assert_eq!(call_fields(text)[0].text, text);
        }
        assert_eq!(call_fields("\"a\\nb\"")[0].text, "a\nb");
    }

    #[test]
    fn terminal_sequences_are_taken_off() {
        assert_eq!(strip_ansi("plain"), "plain");
        assert_eq!(strip_ansi("\u{1b}[1;31mred\u{1b}[0m text"), "red text");
        assert_eq!(strip_ansi("\u{1b}]0;title\u{7}after"), "after");
        assert_eq!(strip_ansi("cut \u{1b}["), "cut ");
    }
}
