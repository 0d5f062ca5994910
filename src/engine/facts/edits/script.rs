//! Programs that write files: what they write cannot be told without running them, which files often can.

use super::{Edit, EditKind, plain_name, unseen};

/// A program the agent wrote that itself writes files, remembered until it is run.
#[derive(Debug, Clone)]
pub(in crate::engine::facts) struct Writes {
    /// The program's file name without folders.
    pub(in crate::engine::facts) program: Box<str>,
    pub(in crate::engine::facts) edits: Vec<Edit>,
}

/// More files than this are data rather than source.
const MAX_FILES: usize = 10;

/// The files that Python or JavaScript code opens for writing, by their literal names; one without a name
/// where the name is computed.
pub(in crate::engine::facts) fn of_code(code: &str) -> Vec<Edit> {
    let reads = ["read()", "read_text(", "readlines(", "readFileSync(", "fileinput"]
        .iter()
        .any(|call| code.contains(call));
    let kind = if reads { EditKind::Modify } else { EditKind::Create };
    let mut edits: Vec<Edit> = Vec::new();
    let mut add = |file: &str| {
        if edits.len() < MAX_FILES && !edits.iter().any(|known| &*known.file == file) {
            edits.push(unseen(file, kind));
        }
    };
    for (at, opening) in code.match_indices("open(") {
        let rest = code.get(at + opening.len()..).unwrap_or("");
        let call = rest.get(..rest.find(')').unwrap_or(0)).unwrap_or("");
        if let Some((name, mode)) = call.split_once(',')
            && writes(mode)
        {
            add(&named(code, name.trim()));
        }
    }
    for opening in ["writeFileSync(", "appendFileSync(", "writeFile("] {
        for (at, _) in code.match_indices(opening) {
            let rest = code.get(at + opening.len()..).unwrap_or("");
            add(&named(code, rest.split([',', ')']).next().unwrap_or("").trim()));
        }
    }
    for (at, _) in code.match_indices(".write_text(") {
        let before = code.get(..at).unwrap_or("");
        let start = before
            .rfind(|character: char| character.is_whitespace() || character == ';')
            .map_or(0, |at| at + 1);
        let receiver = before.get(start..).unwrap_or("");
        let name = receiver.split_once("Path(").map_or(receiver, |(_, rest)| rest.trim_end_matches(')'));
        add(&named(code, name));
    }
    edits
}

fn writes(mode: &str) -> bool {
    let mode = mode.trim().trim_start_matches("mode").trim_start_matches(['=', ' ']);
    ["'w", "\"w", "'a", "\"a", "'x", "\"x", "'r+", "\"r+"].iter().any(|start| mode.starts_with(start))
}

/// The text of a literal, or of the literal that a variable of that name was given; empty if there is none.
fn named(code: &str, expression: &str) -> String {
    if let Some(name) = literal(expression) {
        return name.to_owned();
    }
    let is_name =
        !expression.is_empty() && expression.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_name {
        return String::new();
    }
    code.lines()
        .filter_map(|line| line.trim_start().strip_prefix(expression)?.trim_start().strip_prefix('='))
        .find_map(|value| {
            let value = value.trim();
            literal(value.strip_prefix("Path(").map_or(value, |inner| inner.trim_end_matches(')')))
        })
        .map(str::to_owned)
        .unwrap_or_default()
}

fn literal(expression: &str) -> Option<&str> {
    let quote = expression.chars().next().filter(|first| matches!(first, '\'' | '"'))?;
    let inner = expression.get(1..)?;
    let name = inner.get(..inner.find(quote)?)?;
    plain_name(name).map(|_| name)
}

#[cfg(test)]
mod tests {
    use super::{EditKind, of_code};

    fn files(code: &str) -> Vec<String> {
        of_code(code).into_iter().map(|edit| edit.file.into_string()).collect()
    }

    #[test]
    fn names_as_far_as_they_can_be_read() {
        assert_eq!(
            files("with open('src/a.py') as f: t = f.read()\nwith open('src/a.py', 'w') as f: f.write(t)"),
            ["src/a.py"]
        );
        assert_eq!(files("path = \"b.py\"\nopen(path, mode='w').write('')"), ["b.py"]);
        assert_eq!(files("p = Path('c.py')\np.write_text(p.read_text())"), ["c.py"]);
        assert_eq!(files("open(sys.argv[1], 'w')"), [""]);
        assert_eq!(files("open('a')\nprint('x')"), Vec::<String>::new());
        assert_eq!(files("fs.writeFileSync('d.js', s)"), ["d.js"]);
        assert_eq!(of_code("open('a', 'w')")[0].kind, EditKind::Create);
    }
}
