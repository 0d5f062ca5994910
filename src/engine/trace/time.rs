use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// When a step happened: milliseconds since the trace's first step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Span {
    pub start_ms: i64,
    pub end_ms: i64,
    /// The end is only an upper bound, as inside parallel calls that share one answer.
    pub bound: bool,
}

impl Span {
    pub fn duration_ms(self) -> i64 {
        self.end_ms.saturating_sub(self.start_ms).max(0)
    }
}

/// Unix milliseconds from an ISO 8601 text, with or without zone (naive times count as UTC, so that order
/// and distance hold), with `T` or a space.
pub fn parse_timestamp_ms(text: &str) -> Option<i64> {
    let text = text.trim();
    rfc3339_ms(text).or_else(|| rfc3339_ms(&spelled_out(text)?))
}

fn rfc3339_ms(text: &str) -> Option<i64> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Some(moment.unix_timestamp() * 1000 + i64::from(moment.millisecond()))
}

/// A moment with what RFC 3339 asks for and ISO 8601 lets one leave out: the end of the time, the zone and
/// its colon. A fraction may come after a comma.
fn spelled_out(text: &str) -> Option<String> {
    const DATE: usize = "2024-01-31".len();
    let zone_at = text.get(DATE..)?.find(['Z', 'z', '+', '-']).map_or(text.len(), |at| DATE + at);
    let (moment, zone) = text.split_at_checked(zone_at)?;
    let moment = moment.replace(',', ".");
    let left_out = "2024-01-31T00:00:00".get(moment.len()..).unwrap_or("");
    let zone = match zone.split_at_checked("+01".len()) {
        Some((hours, "")) => format!("{hours}:00"),
        Some((hours, minutes)) => format!("{hours}:{}", minutes.trim_start_matches(':')),
        None if zone.is_empty() => "Z".to_owned(),
        None => zone.to_owned(),
    };
    Some(moment + left_out + &zone)
}

/// `2024-02-29T23:59:59Z`, in UTC and to the second; `None` beyond the years with four digits.
pub fn rfc3339(unix_ms: i64) -> Option<String> {
    let moment = OffsetDateTime::from_unix_timestamp(unix_ms.div_euclid(1000)).ok()?;
    let (hour, minute, second) = moment.to_hms();
    let date = moment.date();
    let year = Some(date.year()).filter(|year| (0..10_000).contains(year))?;
    let (month, day) = (u8::from(date.month()), date.day());
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
}

/// Milliseconds from seconds with a fraction; `None` for what is no time.
pub fn seconds_to_ms(seconds: f64) -> Option<i64> {
    /// A hundred thousand years, far from where the cast would lose anything.
    const LIMIT: f64 = 3.2e15;
    let ms = (seconds * 1000.0).round();
    #[expect(clippy::cast_possible_truncation, reason = "within LIMIT")]
    (ms.abs() < LIMIT).then_some(ms as i64)
}

#[cfg(test)]
mod tests {
    use super::{parse_timestamp_ms, rfc3339, seconds_to_ms};

    #[test]
    fn a_moment_is_written_as_it_is_read() {
        for text in ["1969-12-31T23:59:59Z", "2024-02-29T23:59:59Z", "2026-01-01T00:00:00Z"] {
            assert_eq!(rfc3339(parse_timestamp_ms(text).unwrap()).as_deref(), Some(text));
        }
        assert_eq!(rfc3339(1500).as_deref(), Some("1970-01-01T00:00:01Z"));
        assert_eq!(rfc3339(i64::MAX), None);
    }

    #[test]
    fn seconds_with_a_fraction() {
        assert_eq!(seconds_to_ms(1.0005), Some(1001));
        assert_eq!(seconds_to_ms(f64::NAN), None);
        assert_eq!(seconds_to_ms(1e300), None);
    }

    #[test]
    fn reads_the_notations_of_the_formats() {
        assert_eq!(parse_timestamp_ms("1970-01-01T00:00:01.500Z"), Some(1500));
        assert_eq!(parse_timestamp_ms("1970-01-01T00:00:01.500123"), Some(1500));
        assert_eq!(parse_timestamp_ms("1970-01-01 00:00:02"), Some(2000));
        assert_eq!(parse_timestamp_ms("1970-01-01T01:00:00+01:00"), Some(0));
        assert_eq!(parse_timestamp_ms("1970-01-01T01:00:00.25+0100"), Some(250));
        assert_eq!(parse_timestamp_ms("1969-12-31 19:00:00-05"), Some(0));
        assert_eq!(parse_timestamp_ms("1970-01-01T00:00:00.123456789z"), Some(123));
        assert_eq!(parse_timestamp_ms("1970-01-01 00:00:01,250"), Some(1250));
        assert_eq!(parse_timestamp_ms("1970-01-01T00:01"), Some(60_000));
        assert_eq!(parse_timestamp_ms("1970-01-01T00:01Z"), Some(60_000));
        assert_eq!(parse_timestamp_ms("1970-01-02"), Some(86_400_000));
        assert_eq!(parse_timestamp_ms(" 2024-02-29T23:59:59.999Z\n"), Some(1_709_251_199_999));
    }

    #[test]
    fn what_is_no_moment_has_no_time() {
        for text in [
            "",
            "yesterday",
            "2023-02-29T00:00:00Z",
            "1970-01-01T25:00:00",
            "1970-01-01T00:00:00.",
            "1970-01-01T00:00:00+01:0",
            "1970-01-01T00:00:00Z later",
            "1970-01-",
            "1970-01-0é",
            "1970-01-01T00:00:0é",
            "1970-01-01T00:00:00+é",
            "1970-01-01-",
        ] {
            assert_eq!(parse_timestamp_ms(text), None, "{text}");
        }
    }
}
