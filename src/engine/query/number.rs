use super::Unit;

/// A range of numbers, or all but it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NumberTest {
    low: f64,
    high: f64,
    /// The bounds themselves are left out.
    open: bool,
    negated: bool,
}

impl NumberTest {
    pub fn holds(&self, value: f64) -> bool {
        let inside = if self.open {
            self.low < value && value < self.high
        } else {
            self.low <= value && value <= self.high
        };
        inside != self.negated
    }

    /// More than that.
    pub(super) fn above(value: f64) -> Self {
        Self { low: value, high: f64::INFINITY, open: true, negated: false }
    }

    /// Less than that.
    pub(super) fn below(value: f64) -> Self {
        Self { low: f64::NEG_INFINITY, high: value, open: true, negated: false }
    }

    /// Reads `5`, `!=5`, `<5`, `<=5`, `>5`, `>=5`, `5..9`, `5..`, `..9`.
    pub(super) fn read(text: &str, unit: Unit) -> Option<Self> {
        let closed = |low, high| Self { low, high, open: false, negated: false };
        let number = |text: &str| number(text, unit);
        if let Some(rest) = text.strip_prefix("!=") {
            let value = number(rest)?;
            return Some(Self { negated: true, ..closed(value, value) });
        }
        if let Some(rest) = text.strip_prefix(">=") {
            return Some(closed(number(rest)?, f64::INFINITY));
        }
        if let Some(rest) = text.strip_prefix("<=") {
            return Some(closed(f64::NEG_INFINITY, number(rest)?));
        }
        if let Some(rest) = text.strip_prefix('>') {
            return Some(Self::above(number(rest)?));
        }
        if let Some(rest) = text.strip_prefix('<') {
            return Some(Self::below(number(rest)?));
        }
        if let Some((low, high)) = text.split_once("..").filter(|ends| *ends != ("", "")) {
            let low = if low.is_empty() { f64::NEG_INFINITY } else { number(low)? };
            let high = if high.is_empty() { f64::INFINITY } else { number(high)? };
            return Some(closed(low, high));
        }
        let value = number(text.strip_prefix('=').unwrap_or(text))?;
        Some(closed(value, value))
    }
}

fn number(text: &str, unit: Unit) -> Option<f64> {
    let text = if unit == Unit::Dollars { text.strip_prefix('$').unwrap_or(text) } else { text };
    let digits = text.trim_end_matches(|sign: char| sign.is_ascii_alphabetic());
    let factor = match (unit, text.get(digits.len()..)?) {
        (_, "") | (Unit::Seconds, "s") => 1.0,
        (Unit::Count, "k" | "K") => 1e3,
        (Unit::Count, "m" | "M") => 1e6,
        (Unit::Seconds, "ms") => 1e-3,
        (Unit::Seconds, "m" | "min") => 60.0,
        (Unit::Seconds, "h") => 3600.0,
        _ => return None,
    };
    let value: f64 = digits.parse().ok()?;
    value.is_finite().then_some(value * factor)
}

#[cfg(test)]
mod tests {
    use super::NumberTest;
    use crate::engine::query::Unit;

    #[test]
    fn numbers_are_compared_and_ranged() {
        let holds = |test: &str, value| NumberTest::read(test, Unit::Plain).unwrap().holds(value);
        assert!(holds("5", 5.0) && !holds("5", 5.1));
        assert!(holds("!=0", 1.0) && !holds("!=0", 0.0));
        assert!(holds("<=2", 2.0) && !holds("<2", 2.0) && holds(">-1", 0.0) && holds(">=3", 3.0));
        assert!(holds("2..4", 2.0) && holds("2..4", 4.0) && !holds("2..4", 4.5));
        assert!(holds("2..", 1e9) && holds("..2", -1.0));
    }

    #[test]
    fn endings_belong_to_what_is_counted() {
        let holds =
            |test: &str, unit, value| NumberTest::read(test, unit).is_some_and(|test| test.holds(value));
        assert!(holds(">12k", Unit::Count, 12_001.0));
        assert!(holds("1.5m", Unit::Count, 1_500_000.0));
        assert!(holds("<300ms", Unit::Seconds, 0.2));
        assert!(holds(">=2h", Unit::Seconds, 7200.0));
        assert!(holds(">$0.5", Unit::Dollars, 0.6));
        for nonsense in ["", "x", "5k", "..", "inf", "nan", "1..x", ">"] {
            assert_eq!(NumberTest::read(nonsense, Unit::Plain), None, "{nonsense}");
        }
    }
}
