//! Files of reports: what was found out about runs before, on another day or by another machine.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{NoReport, RunReport, Told, read_reports};
use crate::engine::import::{Head, ImportError, Outline};
use crate::engine::trace::{BodySource, SourceId};

/// So many bytes are read at once.
const CHUNK: u64 = 1 << 20;
/// So many sentences are kept on what was left out; the rest is counted.
const SENTENCES: usize = 100;

/// What of a file of reports told of no run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LeftOut {
    /// Lines that are no report of a run.
    pub broken: u32,
    /// Files that could not be read when the reports were made.
    pub unread: u32,
    /// Reports of runs that the same file had told of before.
    pub repeated: u32,
    /// What was wrong with each of the first, a sentence each.
    pub why: Vec<String>,
}

/// Whether a file holds what `tracebench report` prints, as its beginning shows.
pub fn holds_reports(head: &Head<'_>) -> bool {
    let of_run = |outline: &Outline| {
        outline.has_all(&["format_version", "file", "index", "trace_id"])
            || outline.has_all(&["format_version", "runs"])
    };
    head.outlines.iter().any(of_run)
}

/// Reads a file of reports, one a line or all in one object. `take` is given each run with how many bytes were
/// read up to then.
pub fn read_told(
    sources: &dyn BodySource,
    source: SourceId,
    take: &mut dyn FnMut(RunReport, u64),
) -> Result<LeftOut, ImportError> {
    let len = sources.len(source);
    let mut reading = Reading { left_out: LeftOut::default(), seen: BTreeSet::new(), take, done: 0 };
    let mut pending: Vec<u8> = Vec::new();
    let mut line = 0;
    let mut is_whole = false;
    while reading.done < len {
        let end = len.min(reading.done.saturating_add(CHUNK));
        pending.extend_from_slice(&sources.read(source, reading.done..end)?);
        reading.done = end;
        if is_whole {
            continue;
        }
        let mut start = 0;
        while let Some(text) = pending.get(start..)
            && let Some(size) = memchr::memchr(b'\n', text)
        {
            line += 1;
            let text = text.get(..size).unwrap_or_default();
            if line == 1 && is_cut(text) {
                // One object over many lines.
                is_whole = true;
                break;
            }
            reading.text(text, line);
            start += size + 1;
        }
        pending.drain(..start);
    }
    reading.text(&pending, line + 1);
    Ok(reading.left_out)
}

fn is_cut(bytes: &[u8]) -> bool {
    let mut cut = false;
    read_reports(&String::from_utf8_lossy(bytes), &mut |told| cut |= matches!(told, Err(NoReport::Cut(_))));
    cut
}

struct Reading<'a> {
    left_out: LeftOut,
    /// File, place in it and id of each run.
    seen: BTreeSet<(String, u32, String)>,
    take: &'a mut dyn FnMut(RunReport, u64),
    done: u64,
}

impl Reading<'_> {
    fn text(&mut self, bytes: &[u8], line: u64) {
        let Ok(text) = std::str::from_utf8(bytes) else {
            self.broken(line, &NoReport::Other("it is no UTF-8 text".to_owned()));
            return;
        };
        read_reports(text.trim_start_matches('\u{feff}'), &mut |told| match told {
            Ok(Told::Run(run)) => {
                if self.seen.insert((run.file.clone(), run.index, run.trace_id.clone())) {
                    (self.take)(*run, self.done);
                } else {
                    self.left_out.repeated = self.left_out.repeated.saturating_add(1);
                }
            }
            Ok(Told::Unreadable(error)) => {
                self.left_out.unread = self.left_out.unread.saturating_add(1);
                self.say(format!("{}: {}", error.file, error.error.message));
            }
            Err(why) => self.broken(line, &why),
        });
    }

    fn broken(&mut self, line: u64, why: &NoReport) {
        self.left_out.broken = self.left_out.broken.saturating_add(1);
        self.say(format!("line {line}: {why}"));
    }

    fn say(&mut self, sentence: String) {
        if self.left_out.why.len() < SENTENCES {
            self.left_out.why.push(sentence);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Head, LeftOut, holds_reports, read_told};
    use crate::engine::trace::{MemorySources, SourceId};

    const RUN: &str = r#"{"format_version":1,"file":"a.json","index":0,"trace_id":"t","format":"chat","agent":null,"model":"m","task":null,"steps":3,"outcome":{"value":"failed","source":"s"},"score":null,"verdict":{"abstained":true,"headline":"","explanation":"","candidates":[],"last_good":null},"findings":[],"signatures":[],"totals":{"tokens_in":null,"tokens_out":null,"tokens_cached":null,"cost_usd":null,"seconds":null,"out_is_lower_bound":false},"warnings":[]}"#;
    const FAILED: &str = r#"{"file":"x.json","error":{"kind":"empty","message":"it is empty"}}"#;

    fn read(text: &str) -> (Vec<String>, LeftOut) {
        let sources = MemorySources::new(vec![("told.ndjson".to_owned(), text.as_bytes().to_vec())]);
        let mut files = Vec::new();
        let left_out = read_told(&sources, SourceId(0), &mut |run, _| files.push(run.file)).unwrap();
        (files, left_out)
    }

    fn is_told(text: &str) -> bool {
        holds_reports(&Head::of("f", text.as_bytes(), text.as_bytes(), text.len() as u64))
    }

    #[test]
    fn reports_are_told_by_what_they_hold() {
        assert!(is_told(RUN));
        assert!(is_told(&format!("{FAILED}\n{RUN}\n")));
        assert!(is_told(&format!("{{\n \"format_version\": 1,\n \"runs\": [{RUN}]}}")));
        assert!(!is_told(r#"{"trace_id": "t", "file": "a"}"#));
    }

    #[test]
    fn each_line_is_a_run_and_a_broken_one_costs_itself() {
        let other = RUN.replace("a.json", "b.json");
        let (files, left_out) =
            read(&format!("\u{feff}{RUN}\n{{\"file\": 3}}\n{FAILED}\n\n{other}\r\n{RUN}"));
        assert_eq!(files, ["a.json", "b.json"]);
        assert_eq!((left_out.broken, left_out.unread, left_out.repeated), (1, 1, 1));
        assert!(left_out.why[0].starts_with("line 2: this is no report of a run"), "{:?}", left_out.why);
        assert_eq!(left_out.why[1], "x.json: it is empty");
    }

    #[test]
    fn one_object_may_hold_them_all() {
        let whole = format!("{{\n\"format_version\": 1,\n\"runs\": [{RUN}],\n\"errors\": [{FAILED}]\n}}\n");
        let (files, left_out) = read(&whole);
        assert_eq!((files.len(), left_out.unread, left_out.broken), (1, 1, 0));
    }

    #[test]
    fn lines_go_on_behind_the_end_of_a_chunk() {
        let names: Vec<String> = (0..4_000).map(|at| format!("{at}.json")).collect();
        let text: String = names.iter().map(|name| RUN.replace("a.json", name) + "\n").collect();
        assert!(text.len() as u64 > super::CHUNK);
        assert_eq!(read(&text), (names, LeftOut::default()));
    }
}
