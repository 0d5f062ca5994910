//! Pictures that a text holds as data.

/// Kinds of pictures that are shown. Others could hold more than a picture.
const KINDS: &[&str] = &["png", "jpeg", "gif", "webp"];

/// Whether an address is a picture by itself, of a kind that is shown.
pub fn is_shown(address: &str) -> bool {
    let rest = address.strip_prefix("data:image/").unwrap_or_default();
    let Some((kind, data)) = rest.split_once(";base64,") else { return false };
    KINDS.contains(&kind) && !data.is_empty() && data.bytes().all(is_base64)
}

pub(super) fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

#[cfg(test)]
mod tests {
    use super::is_shown;

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
