//! What a change takes from the tests in a file.

use std::sync::LazyLock;

use crate::engine::facts::EditSigns;
use crate::engine::facts::finder::Finder;
use crate::engine::facts::paths::{FileRole, role};

/// Skips a test or expects it to fail, in the words of the frameworks.
const SKIPS: &[&str] = &[
    "mark.skip",
    "mark.xfail",
    "pytest.skip(",
    "pytest.xfail(",
    "unittest.skip",
    "@skip",
    "@expectedFailure",
    ".expectedFailure",
    ".skipTest(",
    "SkipTest(",
    "it.skip(",
    "test.skip(",
    "describe.skip(",
    "xit(",
    "xdescribe(",
    "#[ignore",
    "t.Skip(",
    "t.SkipNow(",
    "@Disabled",
    "@Ignore",
    "GTEST_SKIP",
    "markTestSkipped(",
];

const ASSERTIONS: &[&str] =
    &["assert", "expect(", "EXPECT_", "ASSERT_", "t.Error", "t.Fatal", "pytest.raises(", ".should"];

/// Both lists, the skips first.
static MARKS: LazyLock<Option<Finder>> =
    LazyLock::new(|| Finder::of(SKIPS.iter().chain(ASSERTIONS).copied()));

/// Compares the text that goes with the one that comes.
pub(super) fn signs(file: &str, old: &str, new: &str) -> EditSigns {
    if !matches!(role(file), FileRole::Test | FileRole::TestSupport) {
        return EditSigns::default();
    }
    let ((skips_before, asserts_before), (skips, asserts)) = (counts(old), counts(new));
    EditSigns {
        skips: skips > skips_before,
        asserts_less: asserts < asserts_before,
        expects_other: asserts > 0 && old != new && without_literals(old) == without_literals(new),
    }
}

/// A text with each number and each quoted text replaced by one mark.
fn without_literals(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' | '\'' => {
                let mut escaped = false;
                for inside in characters.by_ref() {
                    if inside == character && !escaped {
                        break;
                    }
                    escaped = inside == '\\' && !escaped;
                }
                masked.push('#');
            }
            '0'..='9' => {
                while characters.next_if(|next| next.is_ascii_digit() || matches!(next, '.' | '_')).is_some()
                {
                }
                masked.push('#');
            }
            other => masked.push(other),
        }
    }
    masked
}

fn counts(text: &str) -> (usize, usize) {
    let Some(marks) = MARKS.as_ref() else { return (0, 0) };
    let skips = marks.find_iter(text).filter(|found| found.pattern().as_usize() < SKIPS.len()).count();
    (skips, marks.find_iter(text).count() - skips)
}

#[cfg(test)]
mod tests {
    use super::signs;
    use crate::engine::facts::EditSigns;

    #[test]
    fn what_a_change_takes() {
        let of = |old, new| {
            let EditSigns { skips, asserts_less, .. } = signs("tests/test_a.py", old, new);
            (skips, asserts_less)
        };
        assert_eq!(of("def test_a():", "@pytest.mark.skip\ndef test_a():"), (true, false));
        assert_eq!(of("@unittest.skip\nx", "@unittest.skip\ny"), (false, false));
        assert_eq!(of("self.assertEqual(a, 1)\nassert b", "self.assertEqual(a, 2)"), (false, true));
        assert_eq!(of("assert a == 1", "assert a == 2"), (false, false));
        assert_eq!(signs("src/a.py", "assert a", "@skip"), EditSigns::default());
    }

    #[test]
    fn what_is_expected_was_changed() {
        let of = |old, new| signs("tests/test_a.py", old, new).expects_other;
        assert!(of("assert f() == 41", "assert f() == 42.5"));
        assert!(of("self.assertEqual(x, 'a\\'b')", "self.assertEqual(x, 'c')"));
        assert!(!of("assert f(1) == 41", "assert g(1) == 41"));
        assert!(!of("x = 41", "x = 42"));
        assert!(!of("assert f() == 41", "assert f() == 41"));
    }
}
