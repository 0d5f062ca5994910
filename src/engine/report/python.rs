//! JSON as the original program printed it: a Python `dict`.

use std::fmt::{self, Write as _};

use serde::Deserializer as _;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

/// How Python's `repr` writes the JSON value; the text itself where it is no JSON.
pub(super) fn python_repr(json: &str) -> String {
    let mut out = String::new();
    let mut deserializer = serde_json::Deserializer::from_str(json);
    match deserializer.deserialize_any(Repr(&mut out)) {
        Ok(()) => out,
        Err(_) => json.to_owned(),
    }
}

struct Repr<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Repr<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Repr<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.push_str("None");
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.0.push_str(if value { "True" } else { "False" });
        Ok(())
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        write!(self.0, "{value}").map_err(E::custom)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        write!(self.0, "{value}").map_err(E::custom)
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        let digits = format!("{value:?}");
        // Rust and Python turn to exponents at the same sizes, but Python writes them with sign and two
        // digits.
        match digits.split_once('e') {
            None => self.0.push_str(&digits),
            Some((mantissa, exponent)) => {
                self.0.push_str(mantissa.strip_suffix(".0").unwrap_or(mantissa));
                let (sign, digits) =
                    exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
                self.0.push('e');
                self.0.push(sign);
                if digits.len() < 2 {
                    self.0.push('0');
                }
                self.0.push_str(digits);
            }
        }
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        quote(self.0, text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.0.push('[');
        let mut first = true;
        loop {
            let start = self.0.len();
            if !first {
                self.0.push_str(", ");
            }
            if items.next_element_seed(Repr(self.0))?.is_none() {
                self.0.truncate(start);
                break;
            }
            first = false;
        }
        self.0.push(']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.0.push('{');
        let mut first = true;
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if !first {
                self.0.push_str(", ");
            }
            first = false;
            quote(self.0, &key);
            self.0.push_str(": ");
            map.next_value_seed(Repr(self.0))?;
        }
        self.0.push('}');
        Ok(())
    }
}

fn quote(out: &mut String, text: &str) {
    let mark = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(mark);
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            _ if character == mark => {
                out.push('\\');
                out.push(mark);
            }
            _ if character.is_control() => {
                out.push_str("\\x");
                for shift in [4, 0] {
                    out.extend(char::from_digit(u32::from(character) >> shift & 15, 16));
                }
            }
            _ => out.push(character),
        }
    }
    out.push(mark);
}

#[cfg(test)]
mod tests {
    use super::python_repr;

    #[test]
    fn as_python_prints_a_dict() {
        assert_eq!(
            python_repr(r#"{"query": "Fix API timeout issue", "ok": false, "n": [1, 2.5, null, {}]}"#),
            "{'query': 'Fix API timeout issue', 'ok': False, 'n': [1, 2.5, None, {}]}"
        );
        assert_eq!(python_repr(r#""it's \"both\"\n\u001b""#), r#"'it\'s "both"\n\x1b'"#);
        assert_eq!(python_repr(r#""it's""#), r#""it's""#);
        assert_eq!(python_repr("1e16"), "1e+16");
        assert_eq!(python_repr("1e-7"), "1e-07");
        assert_eq!(python_repr("{broken"), "{broken");
    }
}
