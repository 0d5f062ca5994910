//! What a file is for, judged by its path alone.

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileRole {
    /// Part of the product: code, configuration, data.
    Source,
    Test,
    /// Beside the tests, but no test by its own name: a fixture, a helper, or what the task is about.
    TestSupport,
    Doc,
    /// Made to try something out: a reproduction, a debug script, anything in a folder for temporary files.
    Scratch,
}

const TEST_FOLDERS: &[&str] = &["test", "tests", "__tests__", "spec", "specs", "e2e", "testdata"];
const DOC_FOLDERS: &[&str] = &["doc", "docs", "changelog", "changelogs", "changes", "newsfragments"];
const DOC_EXTENSIONS: &[&str] = &["md", "rst", "adoc"];
const DOC_NAMES: &[&str] = &["readme", "changelog", "changes", "license", "authors", "news", "contributing"];
const SCRATCH_FOLDERS: &[&str] = &["/tmp/", "/var/tmp/", "/dev/shm/"];
/// How the names of scripts begin that agents write to try something out.
const SCRATCH_STEMS: &[&str] = &[
    "reproduce",
    "reproduction",
    "repro",
    "debug",
    "scratch",
    "tmp",
    "temp",
    "verify",
    "verification",
    "demo",
    "demonstrate",
    "try",
    "check",
    "simulate",
    "minimal",
    "fix",
    "apply",
    "patch",
];

/// The role of the file at `path`, which may be absolute or relative, of any system.
pub fn role(path: &str) -> FileRole {
    // Java joins words by capitals: `FooTest`, but not `Contest`.
    let is_java_test = ["Test.java", "Tests.java", "Test.kt"].iter().any(|end| path.ends_with(end));
    let path = path.replace('\\', "/").to_lowercase();
    if SCRATCH_FOLDERS.iter().any(|folder| path.starts_with(folder)) {
        return FileRole::Scratch;
    }
    let mut folders: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let name = folders.pop().unwrap_or("");
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let in_reproduction = folders.iter().any(|folder| folder.starts_with("repro"));
    if in_reproduction || is_scratch_stem(stem, folders.len()) {
        FileRole::Scratch
    } else if is_test_name(stem) || is_java_test {
        FileRole::Test
    } else if folders.iter().any(|folder| TEST_FOLDERS.contains(folder)) {
        FileRole::TestSupport
    } else if DOC_EXTENSIONS.contains(&extension)
        || DOC_NAMES.contains(&stem)
        || folders.iter().any(|folder| DOC_FOLDERS.contains(folder))
    {
        FileRole::Doc
    } else {
        FileRole::Source
    }
}

/// Whether two paths name the same file as far as they go: `src/a.rs` and `/app/src/a.rs`.
pub fn same_file(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim_start_matches("./"), other.trim_start_matches("./"));
    let ends_with = |long: &str, short: &str| {
        long.strip_suffix(short).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    !one.is_empty() && !other.is_empty() && (ends_with(one, other) || ends_with(other, one))
}

/// Deep in a tree, `check_constraints.py` and the like are part of the product: there only the
/// unmistakable names count.
fn is_scratch_stem(stem: &str, depth: usize) -> bool {
    /// The root of a container or of a checkout in it (`/testbed/x.py`), or the working folder.
    const SHALLOW: usize = 1;
    let first_word = stem.split(['_', '-', '.']).next().unwrap_or("");
    first_word.starts_with("repro") || (depth <= SHALLOW && SCRATCH_STEMS.contains(&first_word))
}

fn is_test_name(stem: &str) -> bool {
    stem == "test"
        || stem == "tests"
        || stem == "conftest"
        || stem.starts_with("test_")
        || stem.starts_with("test-")
        || ["_test", "-test", "_tests", ".test", "_spec", ".spec"].iter().any(|end| stem.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::{FileRole, role};

    #[test]
    fn roles_by_path() {
        for (path, expected) in [
            ("src/lib.rs", FileRole::Source),
            ("/testbed/sympy/testing/runtests.py", FileRole::Source),
            ("/testbed/django/db/models/check_constraints.py", FileRole::Source),
            ("/app/server.py", FileRole::Source),
            ("requirements.txt", FileRole::Source),
            ("tests/test_models.py", FileRole::Test),
            ("tests/missing_colon.py", FileRole::TestSupport),
            ("src/Parser.test.ts", FileRole::Test),
            ("core/src/main/FooTest.java", FileRole::Test),
            ("src/main/Contest.java", FileRole::Source),
            ("docs/index.rst", FileRole::Doc),
            ("README.md", FileRole::Doc),
            ("/tmp/x.py", FileRole::Scratch),
            ("/testbed/reproduce_issue.py", FileRole::Scratch),
            ("pkg/sub/reproduce.py", FileRole::Scratch),
            ("reproduce_app/models.py", FileRole::Scratch),
            ("C:\\work\\tests\\a.py", FileRole::TestSupport),
            ("", FileRole::Source),
        ] {
            assert_eq!(role(path), expected, "{path}");
        }
    }
}
