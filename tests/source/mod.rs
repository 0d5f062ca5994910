//! The project's own source as text, and the little of it that `architecture.rs` needs to understand.

use std::fs;
use std::path::Path;

pub(crate) struct SourceFile {
    /// From the root of the project, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// All files with that ending under a folder, in order. None if the folder is not there.
pub(crate) fn sources(folder: &str, ending: &str) -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    walk(root, &root.join(folder), ending, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn walk(root: &Path, folder: &Path, ending: &str, found: &mut Vec<SourceFile>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(root, &path, ending, found);
        } else if path.extension().is_some_and(|known| known == ending) {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            found.push(SourceFile { path: name, text: fs::read_to_string(&path).unwrap() });
        }
    }
}

impl SourceFile {
    /// The file's name without its ending.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or("").split('.').next().unwrap_or("")
    }

    /// `src/engine/import/mod.rs` is `engine::import`.
    pub(crate) fn module(&self) -> String {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
        path.replace('/', "::")
    }

    /// Without comments and without the tests at the bottom.
    pub(crate) fn code(&self) -> String {
        let own = self.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or("");
        own.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
    }

    /// The paths inside the crate that the code names, as `engine::trace::Step`.
    pub(crate) fn used_paths(&self) -> Vec<String> {
        let code = self.code();
        let mut used = Vec::new();
        for (at, _) in code.match_indices("crate::") {
            expand("", code.get(at + "crate::".len()..).unwrap_or(""), &mut used);
        }
        let module = self.module();
        for (at, _) in code.match_indices("super::") {
            if code.get(..at).unwrap_or("").ends_with("super::") {
                continue;
            }
            let mut rest = code.get(at..).unwrap_or("");
            let mut place: Vec<&str> = module.split("::").collect();
            while let Some(after) = rest.strip_prefix("super::") {
                place.pop();
                rest = after;
            }
            expand(&place.join("::"), rest, &mut used);
        }
        used
    }

    /// The first colour that is written out.
    pub(crate) fn colour(&self) -> Option<String> {
        let code = self.code();
        for (start, open) in [("#", '#'), ("rgb", '('), ("hsl", '('), ("oklch", '('), ("lab", '(')] {
            for (at, _) in code.match_indices(start) {
                let rest = code.get(at..)?;
                let before = code.get(..at)?.chars().next_back().unwrap_or(' ');
                let is_colour = if open == '#' {
                    let digits = rest.chars().skip(1).take_while(char::is_ascii_hexdigit).count();
                    let after = rest.chars().nth(1 + digits).unwrap_or(' ');
                    matches!(digits, 3 | 4 | 6 | 8)
                        && !after.is_alphanumeric()
                        && !matches!(after, '-' | '_')
                        && matches!(before, ' ' | ':' | '"' | ',' | '(')
                } else {
                    let name: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
                    let after = rest.chars().nth(name.len());
                    (name == start || name == format!("{start}a"))
                        && after == Some('(')
                        && !before.is_alphanumeric()
                        && before != '_'
                };
                if is_colour {
                    return Some(rest.lines().next().unwrap_or("").to_owned());
                }
            }
        }
        None
    }
}

/// Adds every path that `text`, which follows `stem::`, begins with; groups in braces are several.
fn expand(stem: &str, text: &str, used: &mut Vec<String>) {
    let join = |name: &str| if stem.is_empty() { name.to_owned() } else { format!("{stem}::{name}") };
    if let Some(group) = text.strip_prefix('{') {
        let mut depth = 0;
        let mut start = 0;
        for (at, character) in group.char_indices() {
            match character {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' => {
                    expand(stem, group.get(start..at).unwrap_or("").trim(), used);
                    start = at + 1;
                    if character == '}' {
                        return;
                    }
                }
                _ => {}
            }
        }
        return;
    }
    let name: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    if name.is_empty() {
        return;
    }
    match text.get(name.len()..).and_then(|rest| rest.strip_prefix("::")) {
        Some(rest) => expand(&join(&name), rest, used),
        None => used.push(join(&name)),
    }
}
