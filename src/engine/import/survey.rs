//! Which members of a file's records its reader has never heard of: what a newer version of an agent adds
//! shows here first.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use serde_json::value::RawValue;

use super::object::Members;
use super::scan::{Key, Visit};
use super::{ImportError, Importer, Input, Output, Record, Shape};
use crate::engine::trace::Position;

/// What a second look at a file counted.
#[derive(Debug, Default)]
pub struct Survey {
    /// Lines, or elements of the lists of a document.
    pub records: u64,
    /// Paths of unknown members in order of appearance, how often each was met, and where first.
    pub unknown: Vec<(String, u64, Position)>,
}

/// So many different unknown names are counted one by one.
const NAMES: usize = 100;

/// Reads the file once more, the parts of a gathered run included, and counts what [`super::FormatInfo::fields`]
/// does not name. Formats that list no fields are read for their records only.
pub fn survey(input: &Input<'_>) -> Result<Survey, ImportError> {
    let importer = input.importer()?;
    let mut counter = Counter { importer, records: 0, unknown: IndexMap::default() };
    counter.file(input)?;
    for part in &input.parts {
        // What is wrong with a part has been said when it was imported.
        input.with_part(*part, |part| counter.file(part)).unwrap_or_default();
    }
    let unknown = counter.unknown.into_iter().map(|(name, (count, first))| (name, count, first)).collect();
    Ok(Survey { records: counter.records, unknown })
}

struct Counter {
    importer: &'static dyn Importer,
    records: u64,
    unknown: IndexMap<String, (u64, Position), FxBuildHasher>,
}

impl Counter {
    fn file(&mut self, input: &Input<'_>) -> Result<(), ImportError> {
        let mut nobody = ();
        let mut out = Output::new(self.importer.info().id, &mut nobody);
        match Shape::read(input.sources, input.main)? {
            Shape::Object => input.survey_json(
                |path, first| match (path, first) {
                    ([], _) | ([Key::Name(_)], b'[') => Visit::Enter,
                    _ => Visit::Take,
                },
                |path, record| {
                    if let Some(Key::Name(name)) = path.first()
                        && self.knows(name, "", &record)
                        && !self.is_free(name)
                    {
                        self.record(&record, name, path.len() > 1);
                    }
                },
            ),
            Shape::List | Shape::Lines => input.records(&mut out, |_, record| self.record(&record, "", true)),
            // What stands in text is no field.
            Shape::Text | Shape::Empty | Shape::Binary(_) => Ok(()),
        }
    }

    /// Looks at the members of a record, and of the objects right inside it.
    fn record(&mut self, record: &Record<'_>, within: &str, counts: bool) {
        self.records += u64::from(counts);
        if self.importer.info().fields.is_empty() {
            return;
        }
        let Ok(members) = Members::of_record(record) else { return };
        for (name, value) in &members.0 {
            if self.knows(name, within, record) && !self.is_free(name) && is_object(value) {
                for (inner, _) in &Members::of(value.get()).0 {
                    self.knows(inner, name, record);
                }
            }
        }
    }

    /// Whether the reader knows the name; counts it if not.
    fn knows(&mut self, name: &str, within: &str, record: &Record<'_>) -> bool {
        let fields = self.importer.info().fields;
        if fields.is_empty() || fields.iter().any(|field| field.trim_end_matches(".*") == name) {
            return true;
        }
        let dot = if within.is_empty() { "" } else { "." };
        let path: String = format!("{within}{dot}{name}").chars().take(80).collect();
        if self.unknown.len() < NAMES || self.unknown.contains_key(&path) {
            let position = Position::Record(record.number);
            self.unknown.entry(path).or_insert((0, position)).0 += 1;
        }
        false
    }

    /// Whether an object of that name may hold members of any name: arguments, headers, metadata.
    fn is_free(&self, name: &str) -> bool {
        self.importer.info().fields.iter().any(|field| field.strip_suffix(".*") == Some(name))
    }
}

fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

#[cfg(test)]
mod tests {
    use super::survey;
    use crate::engine::import::Input;
    use crate::engine::trace::{MemorySources, SourceId};

    fn unknown(text: &str) -> (u64, Vec<(String, u64)>) {
        let sources = MemorySources::single("file", text);
        let mut progress = |_| true;
        let input = Input::new(&sources, SourceId(0), Vec::new(), &mut progress);
        let survey = survey(&input).unwrap();
        (survey.records, survey.unknown.into_iter().map(|(name, count, _)| (name, count)).collect())
    }

    #[test]
    fn counts_what_the_reader_has_never_heard_of() {
        let lines = "{\"type\":\"thread.started\",\"thread_id\":\"t\",\"novel\":1}\n\
                     {\"type\":\"item.completed\",\"item\":{\"id\":\"a\",\"type\":\"reasoning\",\"text\":\"x\",\"mood\":2},\"novel\":1}";
        assert_eq!(unknown(lines), (2, vec![("novel".to_owned(), 2), ("item.mood".to_owned(), 1)]));
    }

    #[test]
    fn members_of_a_free_object_are_nobodys_business() {
        let list = r#"[{"timestamp":1,"action":"a","state":{"anything":1}}]"#;
        assert_eq!(unknown(list), (1, Vec::new()));
    }
}
