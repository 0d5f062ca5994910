//! Pictures that a text holds as data.

/// Kinds of pictures that are shown. Others could hold more than a picture.
const KINDS: &[&str] = &["png", "jpeg", "gif", "webp"];

/// Whether an address is a picture by itself, of a kind that is shown.
pub fn is_shown(address: &str) -> bool {
    let rest = address.strip_prefix("data:image/").unwrap_or_default();
    let Some((kind, data)) = rest.split_once(";base64,") else { return false };
    KINDS.contains(&kind) && !data.is_empty() && data.bytes().all(is_base64)
}

/// How the pictures that are shown begin, written in base64, and their kinds.
const BEGINNINGS: &[(&str, &str)] =
    &[("iVBORw0KGgo", "png"), ("/9j/", "jpeg"), ("R0lGOD", "gif"), ("UklGR", "webp")];

/// Shorter ones are no pictures, or none that anyone could see.
const LEAST: usize = 64;
/// So many are shown of one text.
const MOST: usize = 8;

/// The pictures in the bytes of a file: each string that begins as one, as an address that is the picture itself.
pub fn embedded(bytes: &[u8]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut at = 0;
    // A picture is one long word. It begins behind a quote, or behind the comma of an address.
    while let Some(length) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b',', rest)) {
        at += length + 1;
        let rest = bytes.get(at..).unwrap_or_default();
        let kind = BEGINNINGS.iter().find(|(beginning, _)| rest.starts_with(beginning.as_bytes()));
        let Some((_, kind)) = kind else { continue };
        let length = rest.iter().take_while(|byte| is_base64(**byte)).count();
        at += length;
        let data = rest.get(..length).and_then(|data| std::str::from_utf8(data).ok()).unwrap_or_default();
        // Cut in the middle it would be a broken picture.
        let is_whole = rest.get(length).is_some_and(|byte| matches!(byte, b'"' | b'\\' | b')' | b'\''));
        let is_other = *kind == "webp" && data.get(12..16) != Some("RUJQ");
        let address = format!("data:image/{kind};base64,{data}");
        if length >= LEAST && is_whole && !is_other && !found.contains(&address) {
            found.push(address);
        }
        if found.len() >= MOST {
            break;
        }
    }
    found
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

#[cfg(test)]
mod tests {
    use super::{embedded, is_shown};

    #[test]
    fn pictures_are_found_by_how_they_begin() {
        let png = format!("iVBORw0KGgo{}", "A".repeat(80));
        let webp = format!("UklGRiQAAABXRUJQ{}", "A".repeat(80));
        let text = format!(
            r#"{{"type":"image","source":{{"data":"{png}"}},"again":"{png}","url":"data:image/webp;base64,{webp}","x":"/9j/"}}"#
        );
        let found = embedded(text.as_bytes());
        assert_eq!(found, [format!("data:image/png;base64,{png}"), format!("data:image/webp;base64,{webp}")]);
        assert!(found.iter().all(|address| is_shown(address)));
    }

    #[test]
    fn a_cut_picture_is_none() {
        assert!(embedded(format!("\"iVBORw0KGgo{}", "A".repeat(80)).as_bytes()).is_empty());
        assert!(embedded(format!("\"iVBORw0KGgo{}<b>", "A".repeat(80)).as_bytes()).is_empty());
        assert!(embedded(",,,\"\"\"".repeat(10_000).as_bytes()).is_empty());
    }

    #[test]
    fn only_pictures_of_known_kinds_are_shown() {
        assert!(is_shown("data:image/png;base64,iVBORw0KGgo="));
        for address in [
            "data:image/svg+xml;base64,PHN2Zz4=",
            "data:text/html;base64,PGI+",
            "https://a.b/c.png",
            "data:image/png;base64,",
            "data:image/png;base64,a\"onload=",
            "data:image/png,abc",
            "",
        ] {
            assert!(!is_shown(address), "{address}");
        }
    }
}
