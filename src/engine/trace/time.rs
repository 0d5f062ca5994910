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
    if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
        return Some(timestamp.as_millisecond());
    }
    let naive: jiff::civil::DateTime = text.parse().ok()?;
    let utc = naive.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(utc.timestamp().as_millisecond())
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
    use super::{parse_timestamp_ms, seconds_to_ms};

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
        assert_eq!(parse_timestamp_ms("yesterday"), None);
    }
}
