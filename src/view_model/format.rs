//! Numbers as people read them.

/// What separates a number from its unit: a no-break space, narrow.
const THIN: char = '\u{202f}';

/// The number a person counts a step by: the first is 1.
pub fn step_number(step: u32) -> u32 {
    step.saturating_add(1)
}

/// `0.4 s`, `62 s`, `4 m 12 s`, `2 h 5 m`, `3 d 4 h`.
pub fn duration_ms(ms: i64) -> String {
    let ms = ms.max(0);
    let seconds = ms / 1000;
    match seconds {
        0..10 => format!("{}.{}{THIN}s", seconds, ms % 1000 / 100),
        10..100 => format!("{seconds}{THIN}s"),
        100..3600 => two(seconds / 60, "m", seconds % 60, "s"),
        3600..86_400 => two(seconds / 3600, "h", seconds % 3600 / 60, "m"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3600, "h"),
    }
}

pub fn duration_seconds(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "a saturating cast is meant")]
    duration_ms((seconds * 1000.0) as i64)
}

fn two(large: i64, large_unit: &str, small: i64, small_unit: &str) -> String {
    if small == 0 {
        format!("{large}{THIN}{large_unit}")
    } else {
        format!("{large}{THIN}{large_unit} {small}{THIN}{small_unit}")
    }
}

/// With commas between thousands: `1,204`.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 step`, `57 steps`.
pub fn counted(value: u64, singular: &str, plural: &str) -> String {
    format!("{} {}", count(value), if value == 1 { singular } else { plural })
}

/// Three digits and a letter: `950`, `12.3 k`, `1.2 M`.
pub fn short_count(value: u64) -> String {
    match value {
        0..1_000 => value.to_string(),
        1_000..1_000_000 => scaled(value as f64 / 1e3, "k"),
        1_000_000..1_000_000_000 => scaled(value as f64 / 1e6, "M"),
        _ => scaled(value as f64 / 1e9, "G"),
    }
}

/// `812 B`, `1.4 MB`.
pub fn bytes(value: u64) -> String {
    match value {
        0..1_000 => format!("{value}{THIN}B"),
        1_000..1_000_000 => scaled(value as f64 / 1e3, "kB"),
        1_000_000..1_000_000_000 => scaled(value as f64 / 1e6, "MB"),
        _ => scaled(value as f64 / 1e9, "GB"),
    }
}

fn scaled(value: f64, unit: &str) -> String {
    if value < 99.95 { format!("{value:.1}{THIN}{unit}") } else { format!("{value:.0}{THIN}{unit}") }
}

/// In US dollars: `$0.42`, and `$0.0031` where cents say nothing.
pub fn money(usd: f64) -> String {
    if usd > 0.0 && usd < 0.01 { format!("${usd:.4}") } else { format!("${usd:.2}") }
}

/// A share of 1 in whole percent: `41 %`.
pub fn percent(share: f64) -> String {
    format!("{:.0}{THIN}%", share * 100.0)
}

/// A share of 1 as style sheets read it: `41.25%`.
pub fn percent_exact(share: f64) -> String {
    format!("{:.2}%", share * 100.0)
}

/// A share of a whole that may be empty.
pub fn percent_of(part: u64, whole: u64) -> String {
    percent(if whole == 0 { 0.0 } else { part as f64 / whole as f64 })
}

/// A score without needless decimals.
pub fn score(value: f64) -> String {
    format!("{:.0}", value.clamp(0.0, 100.0))
}

/// With its sign, a real minus included: `+4`, `−12.5`.
pub fn points(value: f64) -> String {
    let magnitude = format!("{:.1}", value.abs());
    let magnitude = magnitude.strip_suffix(".0").unwrap_or(&magnitude);
    let sign = if value < 0.0 { "−" } else { "+" };
    format!("{sign}{magnitude}")
}

#[cfg(test)]
mod tests {
    use super::{bytes, count, counted, duration_ms, money, percent_of, points, short_count};

    fn plain(text: &str) -> String {
        text.replace('\u{202f}', " ")
    }

    #[test]
    fn durations_at_every_scale() {
        assert_eq!(plain(&duration_ms(420)), "0.4 s");
        assert_eq!(plain(&duration_ms(62_000)), "62 s");
        assert_eq!(plain(&duration_ms(252_000)), "4 m 12 s");
        assert_eq!(plain(&duration_ms(7_200_000)), "2 h");
        assert_eq!(plain(&duration_ms(90_000_000)), "1 d 1 h");
        assert_eq!(plain(&duration_ms(-5)), "0.0 s");
    }

    #[test]
    fn counts() {
        assert_eq!(count(0), "0");
        assert_eq!(count(1_204), "1,204");
        assert_eq!(count(340_000), "340,000");
        assert_eq!(counted(1, "step", "steps"), "1 step");
        assert_eq!(plain(&short_count(1_234_567)), "1.2 M");
        assert_eq!(plain(&short_count(999)), "999");
        assert_eq!(plain(&bytes(123_456_789)), "123 MB");
    }

    #[test]
    fn money_and_shares() {
        assert_eq!(money(0.42), "$0.42");
        assert_eq!(money(0.003_1), "$0.0031");
        assert_eq!(plain(&percent_of(1, 3)), "33 %");
        assert_eq!(plain(&percent_of(1, 0)), "0 %");
        assert_eq!(points(-12.5), "−12.5");
        assert_eq!(points(4.0), "+4");
    }
}
