//! Patches and diffs as the lines they hold: unified diffs, the `*** Begin Patch` language, SEARCH/REPLACE blocks.

/// What a line of a hunk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Both,
    Old,
    New,
}

/// Lines that stand together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hunk {
    /// The first line of the old text, from 1, where the patch says so.
    pub start: Option<u32>,
    pub lines: Vec<(Side, Box<str>)>,
}

impl Hunk {
    /// The lines before (`Side::Old`) or after.
    pub fn side(&self, side: Side) -> impl Iterator<Item = &str> {
        self.lines.iter().filter(move |(of, _)| *of == Side::Both || *of == side).map(|(_, line)| &**line)
    }
}

/// What a patch does to one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FilePatch {
    pub file: Box<str>,
    /// It was not there before.
    pub creates: bool,
    pub deletes: bool,
    pub renames_to: Option<Box<str>>,
    pub hunks: Vec<Hunk>,
    /// It is there in full: nothing else differs between the two texts.
    pub complete: bool,
}

/// The files of a patch, in its order. `file`: whose SEARCH/REPLACE blocks they are, if nothing else says so.
pub fn read(text: &str, file: &str) -> Vec<FilePatch> {
    if text.contains("<<<<<<< SEARCH") {
        return blocks(text, file);
    }
    let mut files: Vec<FilePatch> = Vec::new();
    // How many old and new lines the hunk still has; of none given, many.
    let mut left: Option<(u32, u32)> = None;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let inside = left.is_some_and(|(old, new)| old > 0 || new > 0);
        if inside && take(&mut files, &mut left, line) {
            continue;
        }
        if let Some(rest) = line.strip_prefix("*** ") {
            left = None;
            if header(&mut files, rest) {
                left = Some((u32::MAX, u32::MAX));
            }
        } else if let Some(old) = line.strip_prefix("--- ")
            && let Some(new) = lines.peek().and_then(|next| next.strip_prefix("+++ "))
        {
            let (old, new) = (path_of(old), path_of(new));
            files.push(FilePatch {
                file: if new == "/dev/null" { old } else { new }.into(),
                creates: old == "/dev/null",
                deletes: new == "/dev/null",
                complete: true,
                ..FilePatch::default()
            });
            lines.next();
            left = None;
        } else if line.starts_with("@@")
            && let Some(file) = files.last_mut()
        {
            let (start, counts) = position(line).unzip();
            file.hunks.push(Hunk { start, lines: Vec::new() });
            left = Some(counts.unwrap_or((u32::MAX, u32::MAX)));
        }
    }
    // The last hunk was cut off.
    if let (Some((old, new)), Some(file)) = (left, files.last_mut())
        && ((old > 0 && old < 1 << 30) || (new > 0 && new < 1 << 30))
    {
        file.complete = false;
    }
    files
}

/// Takes a line of a hunk; `false` where it is none.
fn take(files: &mut [FilePatch], left: &mut Option<(u32, u32)>, line: &str) -> bool {
    let Some((old, new)) = left.as_mut() else { return false };
    let open = *old > 1 << 30;
    let (side, text) = match (line.chars().next(), line.get(1..)) {
        (Some('+'), Some(text)) => (Side::New, text),
        (Some('-'), Some(text)) => (Side::Old, text),
        (Some(' '), Some(text)) => (Side::Both, text),
        (Some('\\'), _) => return true,
        (None, _) => (Side::Both, ""),
        _ => return false,
    };
    let Some(file) = files.last_mut() else { return false };
    if file.hunks.is_empty() {
        file.hunks.push(Hunk::default());
    }
    let Some(hunk) = file.hunks.last_mut() else { return false };
    hunk.lines.push((side, text.into()));
    if !open {
        *old = old.saturating_sub(u32::from(side != Side::New));
        *new = new.saturating_sub(u32::from(side != Side::Old));
    }
    true
}

/// `Update File: a.py` and its like; whether lines follow.
fn header(files: &mut Vec<FilePatch>, rest: &str) -> bool {
    let of = |label: &str| rest.strip_prefix(label).map(|file| file.trim().into());
    if let Some(file) = of("Add File: ") {
        files.push(FilePatch { file, creates: true, ..FilePatch::default() });
    } else if let Some(file) = of("Update File: ") {
        files.push(FilePatch { file, ..FilePatch::default() });
    } else if let Some(file) = of("Delete File: ") {
        files.push(FilePatch { file, deletes: true, ..FilePatch::default() });
        return false;
    } else if let (Some(to), Some(file)) = (of("Move to: "), files.last_mut()) {
        file.renames_to = Some(to);
    } else {
        return false;
    }
    true
}

/// `a/src/x.py` and a tab with a time → `src/x.py`.
fn path_of(text: &str) -> &str {
    let name = text.split('\t').next().unwrap_or(text).trim();
    name.strip_prefix("a/").or_else(|| name.strip_prefix("b/")).unwrap_or(name)
}

/// `@@ -12,5 +12,7 @@`: the first old line, and how many old and new ones.
fn position(line: &str) -> Option<(u32, (u32, u32))> {
    let inner = line.strip_prefix("@@ -")?;
    let (old, rest) = inner.split_once(" +")?;
    let new = rest.split_once(" @@")?.0;
    let pair = |text: &str| -> Option<(u32, u32)> {
        let (start, count) = text.split_once(',').unwrap_or((text, "1"));
        Some((start.parse().ok()?, count.parse().ok()?))
    };
    let ((start, old), (_, new)) = (pair(old)?, pair(new)?);
    // A hunk without old lines stands behind the line it names.
    Some((if old == 0 { start + 1 } else { start }, (old, new)))
}

/// `<<<<<<< SEARCH … ======= … >>>>>>> REPLACE`.
fn blocks(text: &str, file: &str) -> Vec<FilePatch> {
    let mut files: Vec<FilePatch> = Vec::new();
    let mut side = None;
    let mut named = file;
    for line in text.lines() {
        if line.starts_with("<<<<<<< SEARCH") {
            if files.last().is_none_or(|open| *open.file != *named) {
                files.push(FilePatch { file: named.into(), ..FilePatch::default() });
            }
            if let Some(file) = files.last_mut() {
                file.hunks.push(Hunk::default());
            }
            side = Some(Side::Old);
        } else if line.starts_with(">>>>>>> REPLACE") {
            side = None;
        } else if line.starts_with("=======") && side.is_some() {
            side = Some(Side::New);
        } else if let Some(side) = side {
            if let Some(hunk) = files.last_mut().and_then(|file| file.hunks.last_mut()) {
                hunk.lines.push((side, line.into()));
            }
        } else if file.is_empty() && !line.trim().is_empty() && !line.starts_with("```") {
            named = line.trim();
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::{Side, read};

    #[test]
    fn hunks_know_where_they_stand() {
        let files = read(
            "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -3,2 +3,3 @@ def f\n a\n-b\n+c\n+d\n@@ -9,0 +11 @@\n+e\n--- a/y\n+++ /dev/null\n@@ -1 +0,0 @@\n---- x\n",
            "",
        );
        assert_eq!(files.len(), 2);
        assert_eq!((files[0].hunks[0].start, files[0].hunks[1].start), (Some(3), Some(10)));
        assert_eq!(files[0].hunks[0].side(Side::New).collect::<Vec<_>>(), ["a", "c", "d"]);
        assert!(files[1].deletes && files[0].complete);
        assert_eq!(files[1].hunks[0].lines, [(Side::Old, "--- x".into())]);
        assert!(!read("--- a/x\n+++ b/x\n@@ -3,2 +3,3 @@\n a\n", "")[0].complete);
    }

    #[test]
    fn other_patch_languages() {
        let files = read(
            "*** Begin Patch\n*** Update File: a\n@@ def f\n x\n-y\n+z\n*** Add File: b\n+1\n*** End Patch",
            "",
        );
        assert_eq!((files.len(), files[0].hunks.len(), files[0].hunks[0].start), (2, 1, None));
        assert!(files[1].creates);
        let files = read("<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n", "f.rs");
        assert_eq!(files[0].hunks[0].lines.len(), 2);
    }
}
