//! Times as formats without a fixed notation write them.

use super::text;
use crate::engine::trace::{parse_timestamp_ms, seconds_to_ms};

/// Where on the number line seconds since 1970 begin (1973): smaller numbers count from the run's start.
const FIRST_EPOCH_SECOND: f64 = 1e8;

/// Larger numbers (the year 5138 in seconds) can only be milliseconds.
const FIRST_EPOCH_MILLISECOND: f64 = 1e11;

/// A point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) ms: i64,
    /// Counts from 1970 rather than from the run's start.
    pub(super) absolute: bool,
}

/// Reads a JSON value: seconds or milliseconds since 1970, seconds since the run began, or an ISO 8601 text.
pub(super) fn read(json: &str) -> Option<Clock> {
    if json.starts_with('"') {
        return parse_timestamp_ms(&text::json_text(json)).map(|ms| Clock { ms, absolute: true });
    }
    let number = json.parse::<f64>().ok()?;
    let seconds = if number >= FIRST_EPOCH_MILLISECOND { number / 1000.0 } else { number };
    seconds_to_ms(seconds).map(|ms| Clock { ms, absolute: seconds >= FIRST_EPOCH_SECOND })
}

#[cfg(test)]
mod tests {
    use super::{Clock, read};

    #[test]
    fn seconds_milliseconds_and_text() {
        let clock = |ms, absolute| Some(Clock { ms, absolute });
        assert_eq!(read("0.25"), clock(250, false));
        assert_eq!(read("1700000000"), clock(1_700_000_000_000, true));
        assert_eq!(read("1700000000123"), clock(1_700_000_000_123, true));
        assert_eq!(read("\"1970-01-01T00:00:01Z\""), clock(1000, true));
        assert_eq!(read("\"soon\""), None);
    }
}
