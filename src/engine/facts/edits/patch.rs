//! Patches: unified diffs, the `*** Begin Patch` language, SEARCH/REPLACE blocks.

use super::{Edit, EditKind, hash_of, push_line, signs, unseen};

/// Whether the text is one of the three.
pub(in crate::engine::facts) fn is_patch(text: &str) -> bool {
    let start = text.trim_start();
    start.starts_with("*** Begin Patch")
        || start.starts_with("diff --git ")
        || (start.starts_with("--- ") && start.contains("\n+++ "))
        || (start.contains("<<<<<<< SEARCH") && start.contains(">>>>>>> REPLACE"))
        || (start.starts_with("-------\n") && start.contains("SEARCH"))
}

/// The changes of a patch, one for each file, or for each block of SEARCH and REPLACE. `file`: whose blocks
/// they are.
pub(in crate::engine::facts) fn of_patch(text: &str, file: &str) -> Vec<Edit> {
    if text.contains("<<<<<<< SEARCH") {
        return of_blocks(text, file);
    }
    let mut edits = Vec::new();
    let mut open: Option<Section> = None;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some((name, kind)) = header(line) {
            close(&mut edits, open.replace(Section::new(name, kind)));
        } else if let Some(old) = line.strip_prefix("--- ")
            && let Some(new) = lines.peek().and_then(|next| next.strip_prefix("+++ "))
        {
            let (name, kind) = if path_of(old) == "/dev/null" {
                (path_of(new), EditKind::Create)
            } else if path_of(new) == "/dev/null" {
                (path_of(old), EditKind::Delete)
            } else {
                (path_of(new), EditKind::Modify)
            };
            close(&mut edits, open.replace(Section::new(name, kind)));
            lines.next();
        } else if line.starts_with("diff --git ") || line.starts_with("*** End Patch") {
            close(&mut edits, open.take());
        } else if let Some(section) = &mut open {
            section.line(line);
        }
    }
    close(&mut edits, open);
    edits
}

/// `*** Update File: a.py` and its like.
fn header(line: &str) -> Option<(&str, EditKind)> {
    let rest = line.strip_prefix("*** ")?;
    [
        ("Add File: ", EditKind::Create),
        ("Update File: ", EditKind::Modify),
        ("Delete File: ", EditKind::Delete),
        ("Move to: ", EditKind::Create),
    ]
    .into_iter()
    .find_map(|(label, kind)| Some((rest.strip_prefix(label)?.trim(), kind)))
}

/// `a/src/x.py` and a tab with a time → `src/x.py`.
fn path_of(text: &str) -> &str {
    let name = text.split('\t').next().unwrap_or(text).trim();
    name.strip_prefix("a/").or_else(|| name.strip_prefix("b/")).unwrap_or(name)
}

struct Section {
    edit: Edit,
    added: u32,
    removed: u32,
    old: Option<String>,
    new: Option<String>,
}

impl Section {
    fn new(file: &str, kind: EditKind) -> Self {
        Self { edit: unseen(file, kind), added: 0, removed: 0, old: None, new: None }
    }

    fn line(&mut self, line: &str) {
        if let Some(text) = line.strip_prefix('+') {
            self.added += 1;
            push_line(&mut self.new, text);
        } else if let Some(text) = line.strip_prefix('-') {
            self.removed += 1;
            push_line(&mut self.old, text);
        }
    }
}

fn close(edits: &mut Vec<Edit>, section: Option<Section>) {
    let Some(Section { edit, added, removed, old, new }) = section else { return };
    let shown = edit.kind != EditKind::Delete || removed > 0;
    let signs = signs::signs(&edit.file, old.as_deref().unwrap_or(""), new.as_deref().unwrap_or(""));
    edits.push(Edit {
        added: shown.then_some(added),
        removed: shown.then_some(removed),
        before: hash_of(old),
        after: hash_of(new),
        signs,
        ..edit
    });
}

/// `<<<<<<< SEARCH … ======= … >>>>>>> REPLACE`. Without a `file`, the line above a block names it.
fn of_blocks(text: &str, file: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut section: Option<Section> = None;
    let mut in_new = false;
    let mut named = file;
    for line in text.lines() {
        if line.starts_with("<<<<<<< SEARCH") {
            section = Some(Section::new(named, EditKind::Modify));
            in_new = false;
        } else if line.starts_with(">>>>>>> REPLACE") {
            close(&mut edits, section.take());
        } else if line.starts_with("=======") && section.is_some() {
            in_new = true;
        } else if let Some(section) = &mut section {
            let (side, lines) = if in_new {
                (&mut section.new, &mut section.added)
            } else {
                (&mut section.old, &mut section.removed)
            };
            *lines += 1;
            push_line(side, line);
        } else if file.is_empty() && !line.trim().is_empty() && !line.starts_with("```") {
            named = line.trim();
        }
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::super::super::EditKind;
    use super::{is_patch, of_patch};

    #[test]
    fn begin_patch() {
        let patch = "*** Begin Patch\n*** Update File: a.py\n@@\n x\n-old\n+new\n+more\n*** Add File: b.py\n+1\n*** Delete File: c.py\n*** End Patch\n";
        assert!(is_patch(patch));
        let edits = of_patch(patch, "");
        let brief: Vec<_> =
            edits.iter().map(|edit| (&*edit.file, edit.kind, edit.added, edit.removed)).collect();
        assert_eq!(
            brief,
            [
                ("a.py", EditKind::Modify, Some(2), Some(1)),
                ("b.py", EditKind::Create, Some(1), Some(0)),
                ("c.py", EditKind::Delete, None, None),
            ]
        );
    }

    #[test]
    fn unified_diff() {
        let patch = "diff --git a/x.c b/x.c\nindex 1..2\n--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\ndiff --git a/n b/n\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n";
        let edits = of_patch(patch, "");
        let brief: Vec<_> = edits.iter().map(|edit| (&*edit.file, edit.kind, edit.added)).collect();
        assert_eq!(brief, [("x.c", EditKind::Modify, Some(1)), ("n", EditKind::Create, Some(1))]);
        assert!(edits[0].before.is_some() && edits[0].before != edits[0].after);
    }

    #[test]
    fn search_and_replace_blocks() {
        let patch = "<<<<<<< SEARCH\na\n=======\nb\nc\n>>>>>>> REPLACE\n";
        assert!(is_patch(patch));
        let edits = of_patch(patch, "f.rs");
        assert_eq!((&*edits[0].file, edits[0].removed, edits[0].added), ("f.rs", Some(1), Some(2)));
        assert!(!is_patch("just words"));
        let named = of_patch(&format!("src/a.rs\n```rust\n{patch}```\n"), "");
        assert_eq!(&*named[0].file, "src/a.rs");
    }
}
