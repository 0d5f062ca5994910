//! Any text inside an address: everything but letters, digits and a few signs as `%20`.

use std::fmt::Write as _;

pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Only the memory's end could stop writing into it.
            write!(encoded, "%{byte:02X}").unwrap_or_default();
        }
    }
    encoded
}

/// The text again; a `%` that begins nothing stays as it is.
pub fn decode(encoded: &str) -> String {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        match hexadecimal(rest.clone()).filter(|_| byte == b'%') {
            Some(value) => {
                bytes.push(value);
                rest.nth(1);
            }
            None => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The value of the next two bytes, if they are digits.
fn hexadecimal(mut bytes: impl Iterator<Item = u8>) -> Option<u8> {
    let mut digit = || char::from(bytes.next()?).to_digit(16);
    u8::try_from(digit()? * 16 + digit()?).ok()
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn any_text_comes_back() {
        for text in ["", "plain", "a&b=c#d", "50 % of 结果", "%2", "“quoted”"] {
            assert_eq!(decode(&encode(text)), text);
            assert!(
                encode(text).bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~%".contains(&byte))
            );
        }
    }

    #[test]
    fn nonsense_stays_as_it_is() {
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz%4"), "%zz%4");
        assert_eq!(decode("%E7"), "\u{fffd}");
    }
}
