use std::borrow::Cow;

/// JSON with the escapes of its strings resolved: no JSON any more, but what a person reads of it.
pub(super) fn unescape(json: &str) -> Cow<'_, str> {
    if !json.contains('\\') {
        return Cow::Borrowed(json);
    }
    let mut text = String::with_capacity(json.len());
    let mut rest = json;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let mut signs = after.chars();
        match signs.next() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('u') => {
                let code = after.get(1..5).and_then(|digits| u32::from_str_radix(digits, 16).ok());
                let sign = code.and_then(char::from_u32);
                text.push(sign.unwrap_or('u'));
                if sign.is_some() {
                    signs = after.get(5..).unwrap_or_default().chars();
                }
            }
            other => text.extend(other),
        }
        rest = signs.as_str();
    }
    text.push_str(rest);
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn escapes_become_what_they_stand_for() {
        assert_eq!(unescape(r#"{"a": "b"}"#), r#"{"a": "b"}"#);
        assert_eq!(unescape(r#""say \"x\"\n\tC:\\temp \/ \u5931""#), "\"say \"x\"\n\tC:\\temp / 失\"");
        assert_eq!(unescape(r"\ud83d \u12 \"), "ud83d u12 ");
    }
}
