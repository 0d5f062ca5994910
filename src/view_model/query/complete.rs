use std::ops::Range;

use crate::engine::query::{Field, FieldSpec, Takes};

/// Names that a run has, for the fields that take any.
pub type Known = Vec<(Field, Vec<String>)>;

/// Something that may be put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is shown of it.
    pub label: String,
    /// What replaces [`Completion::range`].
    pub text: String,
    pub what: &'static str,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completion {
    /// Bytes of the query that a choice replaces.
    pub range: Range<usize>,
    pub choices: Vec<Choice>,
}

/// More than this nobody reads.
const MOST: usize = 24;

/// What may stand where the cursor is. `cursor` is a byte of `query`.
pub fn complete(query: &str, cursor: usize, fields: &[FieldSpec], known: &Known) -> Completion {
    let before = query.get(..cursor).unwrap_or(query);
    if is_quoted(before) {
        return Completion::default();
    }
    let start = before.rfind(|sign: char| sign.is_whitespace() || sign == '(').map_or(0, |place| place + 1);
    let word = before.get(start..).unwrap_or_default();
    let word = word.strip_prefix('-').unwrap_or(word);
    match word.split_once(':') {
        None => Completion { range: before.len() - word.len()..before.len(), choices: names(word, fields) },
        Some((name, values)) => {
            let value = values.rsplit(',').next().unwrap_or_default();
            let spec = fields.iter().find(|spec| spec.name.eq_ignore_ascii_case(name));
            let choices = spec.map(|spec| values_of(spec, value, known)).unwrap_or_default();
            Completion { range: before.len() - value.len()..before.len(), choices }
        }
    }
}

impl Completion {
    /// The query with a choice put in, and where the cursor is then.
    pub fn take(&self, query: &str, choice: &Choice) -> (String, usize) {
        let before = query.get(..self.range.start).unwrap_or_default();
        let after = query.get(self.range.end..).unwrap_or_default();
        let text = format!("{before}{}", choice.text);
        let cursor = text.len();
        let after = if choice.text.ends_with(' ') { after.trim_start() } else { after };
        (text + after, cursor)
    }
}

fn is_quoted(before: &str) -> bool {
    let mut escaped = false;
    before.bytes().fold(false, |quoted, byte| {
        let ends = byte == b'"' && !escaped;
        escaped = quoted && byte == b'\\' && !escaped;
        quoted != ends
    })
}

fn names(typed: &str, fields: &[FieldSpec]) -> Vec<Choice> {
    let typed = typed.to_lowercase();
    let begun = fields.iter().filter(|spec| spec.name.starts_with(&typed));
    begun
        .map(|spec| Choice {
            label: format!("{}:", spec.name),
            text: format!("{}:", spec.name),
            what: spec.what,
        })
        .collect()
}

fn values_of(spec: &FieldSpec, typed: &str, known: &Known) -> Vec<Choice> {
    let offered: Vec<&str> = match spec.takes {
        Takes::Words(words) | Takes::Place(words) => words.to_vec(),
        Takes::Names | Takes::Paths => {
            let of_field = known.iter().filter(|(field, _)| *field == spec.field);
            of_field.flat_map(|(_, names)| names).map(String::as_str).collect()
        }
        Takes::Number(_) if typed.is_empty() => vec!["!=0", ">", "<", "1..5"],
        Takes::Number(_) | Takes::Text => Vec::new(),
    };
    let typed = typed.to_lowercase();
    let mut fitting: Vec<&str> =
        offered.into_iter().filter(|value| value.to_lowercase().contains(&typed)).collect();
    // What begins like that comes first, in the order of the list.
    fitting.sort_by_key(|value| !value.to_lowercase().starts_with(&typed));
    if fitting.iter().any(|value| value.to_lowercase() == typed) {
        return Vec::new();
    }
    let choice = |value: &str| {
        let is_plain = !value.contains(|sign: char| sign.is_whitespace() || "(),\"".contains(sign));
        let text = if is_plain { value.to_owned() } else { format!("\"{}\"", value.replace('"', "\\\"")) };
        let open = matches!(value, ">" | "<");
        Choice { label: value.to_owned(), text: if open { text } else { text + " " }, what: "" }
    };
    fitting.into_iter().take(MOST).map(choice).collect()
}

#[cfg(test)]
mod tests {
    use super::complete;
    use crate::engine::query::{Field, STEP_FIELDS};

    fn labels(query: &str) -> Vec<String> {
        let known = vec![(Field::Tool, vec!["Bash".to_owned(), "Read File".to_owned()])];
        let completion = complete(query, query.len(), STEP_FIELDS, &known);
        completion.choices.into_iter().map(|choice| choice.label).collect()
    }

    #[test]
    fn fields_and_then_their_values_are_offered() {
        assert_eq!(labels("").len(), STEP_FIELDS.len());
        assert_eq!(labels("x (-to"), ["tool:", "tokens:"]);
        assert_eq!(labels("op:li"), ["list", "lint"]);
        assert_eq!(labels("op:read,se"), ["search", "server", "browse"]);
        assert_eq!(labels("after:test"), ["test-fail", "test-pass"]);
        assert_eq!(labels("tool:"), ["Bash", "Read File"]);
        assert_eq!(labels("tool:file"), ["Read File"]);
        assert_eq!(labels("nothing:x"), [""; 0]);
        assert_eq!(labels("\"op:"), [""; 0]);
        assert_eq!(labels("op:list"), [""; 0]);
    }

    #[test]
    fn a_choice_replaces_what_was_typed() {
        let query = "exit:1 op:li text";
        let known = vec![(Field::Tool, vec!["Read File".to_owned()])];
        let completion = complete(query, "exit:1 op:li".len(), STEP_FIELDS, &known);
        assert_eq!(completion.take(query, &completion.choices[0]), ("exit:1 op:list text".to_owned(), 15));
        let completion = complete("-tool:", 6, STEP_FIELDS, &known);
        assert_eq!(completion.take("-tool:", &completion.choices[0]).0, "-tool:\"Read File\" ");
        let completion = complete("é", 1, STEP_FIELDS, &known);
        assert_eq!(completion.choices.len(), 0);
    }
}
