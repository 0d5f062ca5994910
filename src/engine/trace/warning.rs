/// What sort of thing was skipped or guessed. The report counts by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WarningKind {
    /// A line or record that could not be read; it alone is lost.
    BadRecord,
    /// The file stops in the middle of a record.
    Truncated,
    /// A field or record type this reader does not know; kept as it is or left out.
    UnknownType,
    /// A call without a result, or a result without a call.
    Unpaired,
    /// A number the format gives only as a bound or a placeholder.
    Bound,
    /// Something the format should have and this file has not.
    Missing,
    /// Read in a way the file does not state outright.
    Guessed,
}

/// Where in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Position {
    /// 1-based.
    Line(u64),
    /// 0-based number of the record in its list.
    Record(u64),
    Byte(u64),
}

/// One thing that was skipped or guessed on the way in. Equal kinds with equal texts are counted, and the
/// first position kept.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Warning {
    pub kind: WarningKind,
    pub count: u64,
    pub position: Option<Position>,
    pub text: String,
}

/// Warnings on the way in, equal ones counted. Keeps at most [`Warnings::DISTINCT`] different ones, so that
/// a broken gigabyte does not become a gigabyte of warnings.
#[derive(Debug, Clone, Default)]
pub struct Warnings {
    list: Vec<Warning>,
}

impl Warnings {
    pub const DISTINCT: usize = 200;

    pub fn push(&mut self, kind: WarningKind, position: Option<Position>, text: impl Into<String>) {
        let text = text.into();
        if let Some(known) = self.list.iter_mut().find(|known| known.kind == kind && known.text == text) {
            known.count += 1;
        } else if self.list.len() < Self::DISTINCT {
            self.list.push(Warning { kind, count: 1, position, text });
        } else if let Some(last) = self.list.last_mut() {
            if last.text == Self::MORE {
                last.count += 1;
            } else {
                self.list.push(Warning { kind, count: 1, position, text: Self::MORE.to_owned() });
            }
        }
    }

    const MORE: &str = "more warnings of other texts, not kept one by one";

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn into_vec(self) -> Vec<Warning> {
        self.list
    }

    pub fn append(&mut self, other: Self) {
        self.list.extend(other.list);
    }
}
