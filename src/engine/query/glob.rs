//! Names and paths with `*` in them.

/// Whether a name holds `pattern` somewhere, in whatever case; with `*` in it the pattern is all of the name.
pub fn is_named(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_lowercase(), name.to_lowercase());
    if pattern.contains('*') {
        // Names have no folders: what stands between stars may be anything.
        matches(pattern.replace('*', "**").as_bytes(), name.as_bytes())
    } else {
        name.contains(&pattern)
    }
}

/// Whether a path ends as the pattern says: `*` is anything but `/`, `**` anything, `?` one sign.
///
/// A pattern that begins with `/` is the whole path; one that ends with it is everything below that folder.
pub fn is_path(pattern: &str, path: &str) -> bool {
    let path = path.replace('\\', "/");
    let below = if pattern.ends_with('/') { "**" } else { "" };
    let pattern = format!("{}{below}", pattern.strip_prefix("./").unwrap_or(pattern));
    let (pattern, path) = (pattern.as_bytes(), path.as_bytes());
    if pattern.first() == Some(&b'/') {
        return matches(pattern, path);
    }
    let folders = path.iter().enumerate().filter(|(_, sign)| **sign == b'/').map(|(place, _)| place + 1);
    std::iter::once(0).chain(folders).any(|start| matches(pattern, path.get(start..).unwrap_or_default()))
}

/// Where to go on if what follows a star does not fit: behind the star, with one sign more inside it.
#[derive(Clone, Copy)]
struct Retry {
    pattern: usize,
    text: usize,
}

fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut star, mut stars): (Option<Retry>, Option<Retry>) = (None, None);
    let (mut at, mut read) = (0, 0);
    loop {
        let rest = pattern.get(at..).unwrap_or_default();
        let sign = text.get(read).copied();
        if rest.starts_with(b"**") {
            // `**/` may stand for no folder at all.
            let skipped = if rest.starts_with(b"**/") && (read == 0 || text.get(read - 1) == Some(&b'/')) {
                3
            } else {
                2
            };
            stars = Some(Retry { pattern: at + 2, text: read });
            star = None;
            at += skipped;
            continue;
        }
        if rest.first() == Some(&b'*') {
            star = Some(Retry { pattern: at + 1, text: read });
            at += 1;
            continue;
        }
        match (rest.first(), sign) {
            (None, None) => return true,
            (Some(b'?'), Some(sign)) if sign != b'/' => (at, read) = (at + 1, read + 1),
            (Some(wanted), Some(sign)) if *wanted == sign => (at, read) = (at + 1, read + 1),
            _ => {
                let within = star.filter(|retry| text.get(retry.text).is_some_and(|sign| *sign != b'/'));
                let Some(retry) = within.or(stars).filter(|retry| retry.text < text.len()) else {
                    return false;
                };
                let next = Retry { text: retry.text + 1, ..retry };
                (at, read) = (next.pattern, next.text);
                if within.is_some() {
                    star = Some(next);
                } else {
                    (star, stars) = (None, Some(next));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{is_named, is_path};

    #[test]
    fn a_pattern_fits_the_end_of_a_path() {
        assert!(is_path("setup.py", "/testbed/setup.py"));
        assert!(is_path("*.py", "src/a/b.py") && !is_path("*.py", "src/a.pyc"));
        assert!(is_path("src/**", "/testbed/src/a/b.rs") && !is_path("src/**", "mysrc/a.rs"));
        assert!(is_path("src/**/b.rs", "src/b.rs") && is_path("src/**/b.rs", "src/x/y/b.rs"));
        assert!(is_path("tests/", "a/tests/b/c.py"));
        assert!(is_path("src/*.rs", "src/a.rs") && !is_path("src/*.rs", "src/a/b.rs"));
        assert!(is_path("/a/?.txt", "/a/b.txt") && !is_path("/a/?.txt", "/x/a/b.txt"));
        assert!(is_path("src/a.rs", "C:\\work\\src\\a.rs"));
        assert!(is_path("**", "") && is_path("a*b*c", "axxbyyc"));
        assert!(is_path("src/**/*test*.rs", "src/a/b/my_test_x.rs"));
        assert!(!is_path("", "a"));
    }

    #[test]
    fn many_stars_take_no_time() {
        assert!(!is_path(&"*a".repeat(40), &"a".repeat(4_000).replace("aaaaaaaa", "aaaaaaab")));
    }

    #[test]
    fn a_name_is_told_by_a_part_or_by_its_whole() {
        assert!(is_named("bash", "BashOutput") && !is_named("bash*put", "xBashOutput"));
        assert!(is_named("mcp*/read", "mcp__fs/read"));
    }
}
