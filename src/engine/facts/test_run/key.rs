//! One name for a test that runners spell in several ways.

use xxhash_rust::xxh3::xxh3_64;

/// Equal for the spellings of one test: `pkg/a.py::T::test_b`, `test_b (pkg.a.T)`, `test_b (pkg.a.T.test_b)`
/// and `pkg.a.T.test_b`.
///
/// Folders and packages are left out, because each runner counts them from somewhere
/// else: two tests whose module, class and name are the same are taken for one.
pub fn test_key(name: &str) -> u64 {
    let name = name.trim();
    let mut plain = String::with_capacity(name.len() + 1);
    let mut add = |part: &str| {
        plain.push_str(part);
        plain.push('\0');
    };
    if let Some((file, test)) = python_file(name) {
        add(file.rsplit('/').next().unwrap_or(file));
        test.split("::").for_each(add);
    } else if let Some((test, class)) = in_class(name) {
        let class = class.strip_suffix(test).and_then(|class| class.strip_suffix('.')).unwrap_or(class);
        last_two(class).for_each(&mut add);
        add(test);
    } else if let Some((class, test)) = dotted(name) {
        last_two(class).for_each(&mut add);
        add(test);
    } else {
        add(name);
    }
    xxh3_64(plain.as_bytes())
}

/// `pkg/a` and `T::test_b` of `pkg/a.py::T::test_b`; also of `SymPy`'s `pkg/a.py:test_b`.
fn python_file(name: &str) -> Option<(&str, &str)> {
    let (file, test) = name.split_once(".py:")?;
    Some((file, test.strip_prefix(':').unwrap_or(test)))
}

/// `test_b` and `pkg.a.T` of `test_b (pkg.a.T)`; JUnit writes `adds(pkg.T)`. What a subtest adds is left out.
fn in_class(name: &str) -> Option<(&str, &str)> {
    let (test, rest) = name.split_once('(')?;
    let (class, _) = rest.split_once(')')?;
    let test = test.trim_end();
    let plain = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
    };
    (plain(test) && plain(class) && class.contains('.')).then_some((test, class))
}

/// `pkg.a.T` and `test_b` of `pkg.a.T.test_b`.
fn dotted(name: &str) -> Option<(&str, &str)> {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
    name.rsplit_once('.').filter(|(class, _)| plain && class.contains('.'))
}

fn last_two(class: &str) -> impl Iterator<Item = &str> {
    let start = class.rmatch_indices('.').nth(1).map_or(0, |(at, _)| at + 1);
    class.get(start..).unwrap_or(class).split('.')
}

#[cfg(test)]
mod tests {
    use super::test_key;

    #[test]
    fn spellings_of_one_test() {
        let one = test_key("pkg/a.py::T::test_b");
        for name in ["a.py::T::test_b", "test_b (pkg.a.T)", "test_b (pkg.a.T.test_b)", "pkg.a.T.test_b"] {
            assert_eq!(test_key(name), one, "{name}");
        }
        assert_eq!(test_key("test_b (a.T) (x=1)"), one);
        assert_eq!(test_key("adds(org.x.CalcTest)"), test_key("org.x.CalcTest.adds"));
        assert_eq!(test_key("core/tests/test_x.py:test_y"), test_key("test_x.py::test_y"));
    }

    #[test]
    fn other_tests_are_others() {
        let one = test_key("a.py::T::test_b");
        for name in ["b.py::T::test_b", "a.py::U::test_b", "a.py::T::test_b[1]", "test_b", "a::T::test_b"] {
            assert_ne!(test_key(name), one, "{name}");
        }
        assert_ne!(test_key("math › adds"), test_key("text › adds"));
    }
}
