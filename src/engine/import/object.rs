//! A JSON object as its members, in the order of the file, unread.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of an object, each value as it stands in the source.
#[derive(Debug, Default)]
pub(super) struct Members<'a>(pub(super) Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Members<'a> {
    /// The members of `json`; none if it is no object.
    pub(super) fn of(json: &'a str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| *value)
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(map.size_hint().unwrap_or(8));
                while let Some(Name(name)) = map.next_key()? {
                    members.push((name, map.next_value()?));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Read)
    }
}

/// `Cow<str>` as a key deserializes to an owned string; through a field it borrows.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::{Cow, Members};

    #[test]
    fn members_in_order_and_unread() {
        let members = Members::of(r#"{"b": [1, 2], "a": {"x": "\n"}, "é": null}"#);
        let shown: Vec<(&str, &str)> =
            members.0.iter().map(|(name, value)| (name.as_ref(), value.get())).collect();
        assert_eq!(shown, [("b", "[1, 2]"), ("a", r#"{"x": "\n"}"#), ("é", "null")]);
        assert!(members.0.iter().all(|(name, _)| matches!(name, Cow::Borrowed(_))));
        assert!(Members::of("[1]").0.is_empty());
    }
}
