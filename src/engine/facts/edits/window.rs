//! SWE-agent's windowed editor: `edit 10:20 … end_of_edit` on the open file.

use super::{Edit, EditKind, EditSigns, Window, exact_hash, line_count, trim_line_end};

/// The change of an `edit` or `insert` command and the lines it replaces; `open` is the file that is open, if
/// known. An insertion stands behind the line it names, which is replaced by nothing.
pub(in crate::engine::facts) fn of_window(text: &str, open: &str) -> Option<(Edit, Window)> {
    let text = text.trim_start();
    let (first, body) = text.split_once('\n')?;
    let range = first.strip_prefix("edit ").or_else(|| first.strip_prefix("insert "))?;
    let body = match body.find("\nend_of_edit").or_else(|| body.find("\nend_of_insert")) {
        Some(end) => body.get(..end)?,
        None if body.starts_with("end_of_") => "",
        None => return None,
    };
    let (start, end) = range.trim().split_once(':').unwrap_or((range.trim(), ""));
    let start: u32 = start.trim().parse().ok()?;
    let removed = end.trim().parse::<u32>().ok().map_or(0, |end| (end + 1).saturating_sub(start));
    let edit = Edit {
        file: open.into(),
        kind: EditKind::Modify,
        added: Some(line_count(body)),
        removed: Some(removed),
        before: None,
        after: Some(exact_hash(trim_line_end(body))),
        // The text that goes is not in the call.
        signs: EditSigns::default(),
    };
    Some((edit, Window { start, lines: removed }))
}

#[cfg(test)]
mod tests {
    use super::of_window;

    #[test]
    fn a_range_of_the_open_file() {
        let (edit, window) = of_window("edit 10:12\n    x = 1\n    y = 2\nend_of_edit", "a.py").unwrap();
        assert_eq!((window.start, window.lines), (10, 3));
        assert_eq!((&*edit.file, edit.removed, edit.added), ("a.py", Some(3), Some(2)));
        assert_eq!(of_window("edit 5:5\nend_of_edit", "a.py").unwrap().0.added, Some(0));
        assert!(of_window("edit a.py", "").is_none());
    }
}
