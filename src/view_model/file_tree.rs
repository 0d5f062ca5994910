//! Files as a tree: folders with one way on are one line.

/// A line of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeLine {
    pub depth: usize,
    /// The folder with a slash behind it, or the file without its folders.
    pub label: String,
    /// Which of the names it is; `None` for a folder.
    pub file: Option<usize>,
}

/// The lines of the tree of `names`, which are sorted.
pub fn tree(names: &[&str]) -> Vec<TreeLine> {
    let mut lines = Vec::new();
    let files: Vec<(usize, &str)> = names.iter().copied().enumerate().collect();
    add(&files, 0, &mut lines);
    lines
}

/// Adds files that lie in one folder, their names from there on.
fn add(files: &[(usize, &str)], depth: usize, lines: &mut Vec<TreeLine>) {
    let mut rest = files;
    while let Some((index, name)) = rest.first() {
        let Some((folder, _)) = folder_of(name) else {
            lines.push(TreeLine { depth, label: (*name).to_owned(), file: Some(*index) });
            rest = rest.get(1..).unwrap_or_default();
            continue;
        };
        let inside = rest.iter().take_while(|(_, name)| name.starts_with(folder)).count();
        let (within, behind) = rest.split_at_checked(inside).unwrap_or((rest, &[]));
        let shared = shared_folder(within, folder);
        let label = shared.to_owned();
        let within: Vec<(usize, &str)> =
            within.iter().map(|(index, name)| (*index, name.get(shared.len()..).unwrap_or(""))).collect();
        lines.push(TreeLine { depth, label, file: None });
        add(&within, depth + 1, lines);
        rest = behind;
    }
}

/// The first folder of a name, its slash included, and the rest. A slash at the very beginning belongs to it.
fn folder_of(name: &str) -> Option<(&str, &str)> {
    let start = usize::from(name.starts_with('/'));
    let end = start + name.get(start..)?.find('/')? + 1;
    name.split_at_checked(end)
}

/// The deepest folder that all of the files lie in.
fn shared_folder<'n>(files: &[(usize, &'n str)], first: &'n str) -> &'n str {
    let Some((_, name)) = files.first() else { return first };
    let mut end = first.len();
    while let Some((folder, _)) = name.get(end..).and_then(folder_of) {
        let longer = name.get(..end + folder.len()).unwrap_or(first);
        if !files.iter().all(|(_, other)| other.starts_with(longer)) {
            break;
        }
        end = longer.len();
    }
    name.get(..end).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::tree;

    fn drawn(names: &[&str]) -> Vec<String> {
        tree(names).into_iter().map(|line| format!("{}{}", " ".repeat(line.depth), line.label)).collect()
    }

    #[test]
    fn folders_with_one_way_on_are_one_line() {
        assert_eq!(
            drawn(&[
                "/tmp/x/y.log",
                "a.py",
                "src/core/deep/one.py",
                "src/core/deep/two.py",
                "src/core/three.py"
            ]),
            ["/tmp/x/", " y.log", "a.py", "src/core/", " deep/", "  one.py", "  two.py", " three.py"]
        );
        assert_eq!(tree(&["b/c.py"])[1].file, Some(0));
        assert!(tree(&[]).is_empty());
    }
}
