//! The whole of two runs side by side at a glance: a lane for each, cut into bands.

use crate::engine::report::{Row, RowKind};

use super::Side;

/// What a run did in most rows of a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    Same,
    Similar,
    /// What the other did not.
    Alone,
    /// Nothing, while the other did something.
    Gap,
}

impl Lane {
    /// The name that classes carry.
    pub fn token(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Similar => "similar",
            Self::Alone => "alone",
            Self::Gap => "gap",
        }
    }

    fn of(kind: RowKind, side: Side) -> Self {
        match (kind, side) {
            (RowKind::Same, _) => Self::Same,
            (RowKind::Similar, _) => Self::Similar,
            (RowKind::OnlyA, Side::A) | (RowKind::OnlyB, Side::B) => Self::Alone,
            (RowKind::OnlyA, Side::B) | (RowKind::OnlyB, Side::A) => Self::Gap,
        }
    }
}

/// A stretch of a lane, as shares of all rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    pub lane: Lane,
    pub from: f64,
    pub to: f64,
}

/// The lane of a run, cut into at most so many bands.
pub fn strip(rows: &[Row], side: Side, most: usize) -> Vec<Band> {
    let each = rows.len().div_ceil(most.max(1)).max(1);
    let all = rows.len() as f64;
    let mut bands: Vec<Band> = Vec::new();
    let mut done = 0;
    for part in rows.chunks(each) {
        let lane = most_of(part, side);
        let from = done as f64 / all;
        done += part.len();
        let to = done as f64 / all;
        match bands.last_mut().filter(|last| last.lane == lane) {
            Some(last) => last.to = to,
            None => bands.push(Band { lane, from, to }),
        }
    }
    bands
}

/// What most rows are; of equally many, what differs more.
fn most_of(rows: &[Row], side: Side) -> Lane {
    let count = |lane: Lane| rows.iter().filter(|(_, _, kind)| Lane::of(*kind, side) == lane).count();
    [Lane::Same, Lane::Gap, Lane::Similar, Lane::Alone]
        .into_iter()
        .max_by_key(|lane| count(*lane))
        .unwrap_or(Lane::Same)
}

#[cfg(test)]
mod tests {
    use super::{Band, Lane, strip};
    use crate::engine::report::{Row, RowKind};
    use crate::view_model::many::compare::Side;

    fn rows(text: &str) -> Vec<Row> {
        let kind = |sign| match sign {
            '=' => RowKind::Same,
            '~' => RowKind::Similar,
            '<' => RowKind::OnlyA,
            _ => RowKind::OnlyB,
        };
        text.chars().map(|sign| (None, None, kind(sign))).collect()
    }

    #[test]
    fn neighbours_of_a_kind_are_one_band() {
        let band = |lane, from, to| Band { lane, from, to };
        assert_eq!(
            strip(&rows("==<>"), Side::A, 100),
            [band(Lane::Same, 0.0, 0.5), band(Lane::Alone, 0.5, 0.75), band(Lane::Gap, 0.75, 1.0)]
        );
        assert_eq!(strip(&rows("==<>"), Side::B, 100)[1].lane, Lane::Gap);
    }

    #[test]
    fn of_many_rows_most_count() {
        let bands = strip(&rows(&"==<=".repeat(1_000)), Side::A, 100);
        assert_eq!(bands, [Band { lane: Lane::Same, from: 0.0, to: 1.0 }]);
        assert_eq!(strip(&[], Side::A, 100), []);
    }
}
