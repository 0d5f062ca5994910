//! Tool calls that an agent wrote down instead of making them.

use std::ops::Range;

use memchr::memmem;

use super::quote::lines;

/// How a call looks in the languages of models whose calls are text.
const MARKS: &[&str] =
    &["<tool_call>", "<function=", "<invoke name=", "<function_calls>", "[TOOL_CALLS]", "<|tool_call"];

/// The place of a call written as text. `without_tools`: the agent has made no call so far, so that even a
/// command in a fence may stand for one.
pub(super) fn find(text: &str, without_tools: bool) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    // An angle bracket, a bracket or a brace is in all of them.
    if let Some(at) = MARKS.iter().filter_map(|mark| memmem::find(bytes, mark.as_bytes())).min() {
        return Some(to_line_end(text, at));
    }
    let named = json_call(text);
    if named.is_some() || !without_tools {
        return named;
    }
    bare_arguments(text).or_else(|| fenced(text))
}

fn to_line_end(text: &str, at: usize) -> Range<usize> {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    at..at + memchr::memchr(b'\n', rest).unwrap_or(rest.len())
}

/// `{"name": "bash", "arguments": {…}}`, and `tool`/`function` with `parameters`/`input`, in any order.
fn json_call(text: &str) -> Option<Range<usize>> {
    let find = |key: &&str| memmem::find(text.as_bytes(), key.as_bytes());
    // Most messages are prose without any object.
    find(&"{")?;
    let name = ["\"name\"", "\"tool\"", "\"function\"", "\"tool_name\"", "\"command\""]
        .iter()
        .filter_map(find)
        .min()?;
    ["\"arguments\"", "\"parameters\"", "\"input\"", "\"tool_input\"", "\"args\""].iter().find_map(find)?;
    let start = text.get(..name)?.rfind('{')?;
    // Only what begins the text, a line or a fence is meant as a call; the rest quotes one.
    let before = text.get(..start)?;
    let alone = before.trim_end_matches([' ', '\t', '[']).is_empty()
        || before.trim_end_matches([' ', '\t', '[']).ends_with('\n');
    let close = text.get(name..)?.rfind('}')?;
    alone.then_some(start..name + close + 1)
}

/// A line that is nothing but the arguments of a well-known tool.
fn bare_arguments(text: &str) -> Option<Range<usize>> {
    const FIRST: &[&str] =
        &["command", "cmd", "file_path", "path", "todos", "pattern", "url", "description", "plan"];
    let end = text.len();
    lines(text, 0..end).find_map(|line| {
        let name = line.text.strip_prefix("{\"")?.split('"').next()?;
        (FIRST.contains(&name) && line.text.ends_with('}')).then(|| line.range())
    })
}

/// A fenced shell command that ends the text.
fn fenced(text: &str) -> Option<Range<usize>> {
    let trimmed = text.trim_end();
    let body_end = trimmed.strip_suffix("```")?.len();
    let start = ["```bash", "```sh\n", "```shell", "```tool_code", "```console"]
        .iter()
        .filter_map(|fence| trimmed.get(..body_end)?.rfind(fence))
        .max()?;
    Some(start..trimmed.len())
}

#[cfg(test)]
mod tests {
    use super::find;

    fn found(text: &str) -> Option<&str> {
        find(text, true).and_then(|range| text.get(range))
    }

    #[test]
    fn calls_as_text() {
        assert_eq!(found("I will run\n<tool_call>bash\nls</tool_call>"), Some("<tool_call>bash"));
        assert_eq!(
            found("{\"name\": \"Bash\", \"arguments\": {\"command\": \"ls\"}}"),
            Some("{\"name\": \"Bash\", \"arguments\": {\"command\": \"ls\"}}")
        );
        assert_eq!(found("json\n{\"command\": \"ls\"}\n"), Some("{\"command\": \"ls\"}"));
        assert!(find("{\"command\": \"ls\"}", false).is_none());
        assert_eq!(found("First:\n```bash\nls\n```\n"), Some("```bash\nls\n```"));
        assert!(find("First:\n```bash\nls\n```\n", false).is_none());
    }

    #[test]
    fn talk_of_calls_is_none() {
        assert!(found("Use `{\"name\": …}` with \"arguments\"").is_none());
        assert!(found("Done. Run it with ```bash\nmake\n``` and enjoy.").is_none());
        assert!(found("The name and arguments were wrong.").is_none());
    }
}
